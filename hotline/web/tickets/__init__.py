"""One ticket with its story and the steps on it, and the search for tickets."""
