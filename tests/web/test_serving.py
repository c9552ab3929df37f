"""How gunicorn serves us: its own refusals, and an end that is prompt and cuts nothing off."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gunicorn.arbiter import Arbiter
from served import PATIENCE, Served, eventually, free_port

# Seconds that gunicorn gives requests, in place of the few of ours; an end that waits for none of
# them takes less, even on a busy machine.
GRACE, PROMPT = 60, 30
HALF = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"


def gunicorn(app: str, port: int) -> list[str]:
    command = [sys.executable, "-m", "gunicorn", f"served_app:{app}", "--bind", f"127.0.0.1:{port}"]
    return command + [
        "--config", "python:hotline.web.serving", "--chdir", str(Path(__file__).parent)
    ]  # fmt: skip


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    port, said = free_port(), tmp_path / "said"
    command = [*gunicorn("app", port), "--graceful-timeout", str(GRACE)]
    with said.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
        one = Served(process, port, said)
        assert eventually(one.answers), one.log()
        yield one
        if process.poll() is None:
            process.terminate()


def connected(server: Served, sent: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    connection.sendall(sent)
    return connection


def all_of(connection: socket.socket) -> bytes:
    """What comes until the other side closes."""
    with connection, connection.makefile("rb") as received:
        return received.read()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"G@T / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    ],
)
def test_what_is_no_http_is_refused_with_a_problem_document(
    server: Served, sent: bytes, status: int
):
    head, _, body = all_of(connected(server, sent)).partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Type: application/problem+json" in head
    problem = json.loads(body)
    assert (problem["status"], problem["code"]) == (status, f"http-{status}")
    assert problem["title"].endswith("。")


def test_a_sender_that_falls_silent_is_cut_off_without_a_stack_of_calls(server: Served):
    assert all_of(connected(server, HALF)) == b""
    assert "Traceback" not in server.log()


def test_a_stop_lets_streams_and_requests_end_and_waits_for_no_idle_connection(server: Served):
    idle = connected(server, HALF + b"\r\n")
    assert idle.recv(1000).startswith(b"HTTP/1.1 200")
    stream = connected(server, b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in stream.recv(1000)
    slow = connected(server, b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b"200 OK" in slow.recv(1000)
    assert server.stop() < PROMPT
    assert b"done" in all_of(slow)
    assert b"data: last" in all_of(stream)
    assert "Traceback" not in server.log()


def test_a_connection_held_silent_does_not_hold_up_a_stop(server: Served):
    held = connected(server, HALF)
    assert server.stop() < PROMPT
    held.close()


def test_workers_that_cannot_start_end_without_a_stack_of_calls():
    command = [*gunicorn("refused()", free_port()), "--workers", "4"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == Arbiter.WORKER_BOOT_ERROR
    assert "Traceback" not in done.stderr
