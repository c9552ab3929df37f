"""A unit's inbox: its piles, the tickets of one, and the ticket being worked on beside them."""
