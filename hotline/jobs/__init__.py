"""Jobs follows up: thin wake-ups and sweepers, all work is done in the rooms."""
