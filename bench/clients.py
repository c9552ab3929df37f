"""Clients over HTTP in a process of their own: connections kept open, one request at a time."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from multiprocessing import Process
from threading import Lock
from typing import Any

from bench.measure import WARM_UP, Figure

PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A JSON body to be posted, with the key of whoever posts it."""

    path: str
    body: dict[str, Any]
    key: str


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
    warm = len(requests) // WARM_UP
    with ProcessPoolExecutor(1) as apart:
        apart.submit(_send, port, requests[:warm], connections).result()
        return apart.submit(_send, port, requests[warm:], connections).result()


@contextmanager
def pressing(port: int, requests: Sequence[Request], connections: int) -> Iterator[None]:
    """Meanwhile the same requests come again and again, whatever is answered."""
    process = Process(target=_press, args=(port, requests, connections), daemon=True)
    process.start()
    yield
    process.terminate()
    process.join()


def _send(port: int, requests: Iterable[Request], connections: int) -> Heard:
    heard, waiting = Heard(), _Shared(requests)
    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        for done in [threads.submit(_client, port, waiting, heard) for _ in range(connections)]:
            done.result()
    heard.seconds = time.perf_counter() - begun
    return heard


def _press(port: int, requests: Sequence[Request], connections: int) -> None:
    _send(port, cycle(requests), connections)


class _Shared:
    """Requests that several threads take from."""

    def __init__(self, requests: Iterable[Request]) -> None:
        self._requests, self._lock = iter(requests), Lock()

    def take(self) -> Request | None:
        with self._lock:
            return next(self._requests, None)


def _client(port: int, waiting: _Shared, heard: Heard) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    while request := waiting.take():
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {request.key}"}
        body = json.dumps(request.body, ensure_ascii=False).encode()
        begun = time.perf_counter()
        try:
            connection.request("POST", request.path, body, headers)
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, HTTPException):
            # Opened again by the next request.
            connection.close()
            status = 0
        heard.times.append((time.perf_counter() - begun) * 1000)
        heard.statuses[status] += 1
