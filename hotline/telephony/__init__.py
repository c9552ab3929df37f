"""Telephony rings: what a dialled number means, and the journal of calls."""
