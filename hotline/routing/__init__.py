"""Routing thinks: words, dialled line and place in, whose it is out. Pure: no I/O at all."""
