"""Real processes of the Procfile, on ports and data folders of their own."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOTLINE = [sys.executable, "-c", "from hotline.cli import main; main()"]
# Whatever surrounds the tests: a proxy would be asked even for this machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# Seconds that anything may take on a machine that does much else.
PATIENCE = 60.0
# Below those that the kernel gives away by itself: whoever connects to a port of those before its
# server listens may reach himself, and keep it.
PORTS = range(20_000, 32_000)


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    deadline = time.monotonic() + patience
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_port() -> int:
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOTLINE_")}
    own = {"HOTLINE_DATA_DIR": str(data_dir), "DATABASE_URL": "", "REDIS_URL": ""}
    return clean | own | more


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Served:
    """A process that answers on a port, and what it has said so far."""

    process: subprocess.Popen[bytes]
    port: int
    said: Path

    def ask(
        self,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        host: str = "127.0.0.1",
        patience: float = PATIENCE,
        **headers: str,
    ) -> Answer:
        """GET, or POST of JSON when there is a body; a refusal is an answer too."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Authorization": f"Bearer {key}"} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        data = None if body is None else json.dumps(body).encode()
        question = urllib.request.Request(f"http://{host}:{self.port}{path}", data, headers)
        try:
            answer = DIRECT.open(question, timeout=patience)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            return Answer(answer.status, dict(answer.headers), answer.read())

    def answers(self, path: str = "/healthz", host: str = "127.0.0.1") -> bool:
        try:
            return self.ask(path, host=host, patience=2).status == 200
        except OSError:
            return False

    def log(self) -> str:
        return self.said.read_text()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Asks it to end; gives the seconds that it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(PATIENCE)
        return time.monotonic() - began


@contextmanager
def served(name: str, data_dir: Path, **more: str) -> Iterator[Served]:
    """`web` or `line` from its first answer on."""
    port = free_port()
    which = {"web": "HOTLINE_PORT", "line": "HOTLINE_LINE_PORT"}[name]
    data_dir.mkdir(exist_ok=True)
    said = data_dir / f"{name}.said"
    with said.open("w") as out:
        process = subprocess.Popen(
            [*HOTLINE, "process", name],
            env=environment(data_dir, **{which: str(port)} | more),
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    one = Served(process, port, said)
    try:
        eventually(lambda: one.answers() or process.poll() is not None, 2 * PATIENCE)
        assert process.poll() is None and one.answers(), one.log()
        yield one
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
