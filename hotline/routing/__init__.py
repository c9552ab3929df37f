"""Routing thinks: words, dialled line and place in, whose it is out. Pure: no input or output at all."""
