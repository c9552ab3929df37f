"""People are: roles, API keys, the one table of rights, the access log."""
