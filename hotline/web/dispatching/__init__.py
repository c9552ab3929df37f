"""The dispatch desk: what waits for a dispatcher, pile by pile, each decided beside its list."""
