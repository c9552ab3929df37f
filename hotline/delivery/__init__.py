"""Delivery tells: the one way out to the citizen."""
