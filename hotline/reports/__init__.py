"""Reports counts: tallies are sums of events."""
