"""How gunicorn serves: settings of its own file form, read as `python:hotline.web.serving`."""

import socket
import struct
from typing import Any

worker_class = "gthread"
# A thread is held by a slow sender until it is cut off, so there are more than there is work.
threads = 64
graceful_timeout = 10
# A worker's heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm"
control_socket_disable = True

# Seconds without a byte after which a sender is cut off; gunicorn itself would wait for ever.
SILENCE = 5


def when_ready(server: Any) -> None:
    # Connections inherit the time-out of the socket that accepts them.
    for listener in server.LISTENERS:
        listener.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE, 0)
        )
