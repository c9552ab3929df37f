"""Clients over HTTP in a process of their own: connections kept open, one request at a time."""

import json
import os
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import Process
from threading import Lock
from typing import Any

from bench.measure import WARM_UP, Figure

PATIENCE = 60.0
NICENESS = 5
HEAD = (
    "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
    "Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
)


@dataclass(frozen=True, slots=True)
class Request:
    """A JSON body to be posted, with the key of whoever posts it."""

    path: str
    body: dict[str, Any]
    key: str

    def to_bytes(self) -> bytes:
        body = json.dumps(self.body, ensure_ascii=False).encode()
        return HEAD.format(path=self.path, key=self.key, length=len(body)).encode() + body


@dataclass(slots=True)
class Heard:
    """What came back; times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def figure(self, expected: int) -> Figure:
        """Refuses to count any answer but the one that was to come."""
        if set(self.statuses) != {expected}:
            raise SystemExit(f"not all answers were {expected}: {dict(self.statuses)}")
        return Figure(len(self.times) / self.seconds, self.times)


def ask(port: int, requests: Sequence[Request], connections: int) -> Heard:
    """Sends all of them, some of them before to warm up, from another process."""
    sent = [request.to_bytes() for request in requests]
    warm = len(sent) // WARM_UP
    with ProcessPoolExecutor(1) as apart:
        apart.submit(_send, port, sent[:warm], connections).result()
        return apart.submit(_send, port, sent[warm:], connections).result()


@contextmanager
def pressing(port: int, requests: Sequence[Request], connections: int) -> Iterator[None]:
    """Meanwhile the same requests come again and again, whatever is answered."""
    sent = [request.to_bytes() for request in requests]
    process = Process(target=_press, args=(port, sent, connections), daemon=True)
    process.start()
    yield
    process.terminate()
    process.join()


def _send(port: int, requests: Iterable[bytes], connections: int) -> Heard:
    heard, waiting = Heard(), _Shared(requests)
    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        for done in [threads.submit(_client, port, waiting, heard) for _ in range(connections)]:
            done.result()
    heard.seconds = time.perf_counter() - begun
    return heard


def _press(port: int, requests: Sequence[bytes], connections: int) -> None:
    # As if from another machine: it is the server that shall be busy.
    os.nice(NICENESS)
    _send(port, cycle(requests), connections)


class _Shared:
    """Requests that several threads take from."""

    def __init__(self, requests: Iterable[bytes]) -> None:
        self._requests, self._lock = iter(requests), Lock()

    def take(self) -> bytes | None:
        with self._lock:
            return next(self._requests, None)


def _client(port: int, waiting: _Shared, heard: Heard) -> None:
    # A plain socket: server and clients share the machine, and a library would take its part.
    connection = None
    while request := waiting.take():
        begun = time.perf_counter()
        try:
            connection = connection or socket.create_connection(("127.0.0.1", port), PATIENCE)
            connection.sendall(request)
            status, stays = _answer(connection)
        except OSError:
            status, stays = 0, False
        # Opened again by the next request.
        connection = connection if stays else None
        heard.times.append((time.perf_counter() - begun) * 1000)
        heard.statuses[status] += 1


def _answer(connection: socket.socket) -> tuple[int, bool]:
    """Reads one answer to its end: its status, and whether the connection stays open."""
    answer = b""
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += _some(connection)
    head = answer[:end].lower()
    length = int(head.partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(answer) < end + 4 + length:
        answer += _some(connection)
    return int(answer[9:12]), b"connection: close" not in head


def _some(connection: socket.socket) -> bytes:
    part = connection.recv(65536)
    if not part:
        raise ConnectionResetError
    return part
