"""12345: whatever line a citizen dials, one desk takes it, one unit works, one reply goes out."""

__version__ = "0.1.0"
