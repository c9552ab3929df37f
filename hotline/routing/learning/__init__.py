"""Learning from closed tickets: `training.learn` makes a `model.Model`, `storage` keeps it."""
