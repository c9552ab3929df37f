"""Benchmarks that anyone can run: each beside the plainest way to do the same work."""
