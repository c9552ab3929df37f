"""12345: whatever line a citizen dials, one desk takes it, one unit works on it, one reply goes out."""
