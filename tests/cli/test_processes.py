"""The line process as it is started in the city: gunicorn on a real socket."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.web.serving import SILENCE, threads


@pytest.fixture
def line(tmp_path: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"HOTLINE_DATA_DIR": str(tmp_path), "HOTLINE_LINE_PORT": str(port)}
    command = [sys.executable, "-c", "from hotline.cli import main; main()", "process", "line"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    until_alive(port)
    yield port
    process.terminate()
    process.wait(20)


def alive(port: int, patience: float) -> bool:
    address = f"http://127.0.0.1:{port}/healthz"
    try:
        return urllib.request.urlopen(address, timeout=patience).status == 200
    except (OSError, urllib.error.URLError):
        return False


def until_alive(port: int) -> None:
    deadline = time.monotonic() + 20
    while not alive(port, 1):
        assert time.monotonic() < deadline, "the line did not start"
        time.sleep(0.1)


def test_senders_that_fall_silent_do_not_silence_the_line(line: int):
    half = b"POST /calls HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"
    slow = [socket.create_connection(("127.0.0.1", line)) for _ in range(threads + 10)]
    for connection in slow:
        connection.sendall(half)
    assert alive(line, 3 * SILENCE)
    for connection in slow:
        connection.close()
