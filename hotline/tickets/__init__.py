"""Tickets decides: the life of a ticket, who may do what and when; every change leaves an event."""
