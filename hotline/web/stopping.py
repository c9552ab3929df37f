"""The word that this process has been told to stop, for whatever would go on for long."""

import threading

# Set once, when the process gets its SIGTERM; a live stream waits on it between two messages.
stopping = threading.Event()
