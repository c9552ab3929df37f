"""The desk shows: who calls, what is alike nearby, what was typed and not yet logged."""
