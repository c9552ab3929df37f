"""A PostgreSQL that stands still: connections live on, and no answer ever comes."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, text


@contextmanager
def paused(url: str) -> Iterator[None]:
    """Stops every process of the server while the block runs."""
    main = _main_process(url)
    stopped = [main, *_children(main)]
    try:
        _tell(stopped, signal.SIGSTOP)
        yield
    finally:
        _tell(stopped, signal.SIGCONT)


def _tell(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):  # one that served a connection may have ended with it
            os.kill(pid, number)


def _main_process(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        file = connection.execute(text("SELECT pg_read_file('postmaster.pid')")).scalar_one()
    engine.dispose()
    return int(file.split()[0])


def _children(main: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = stat.read_text().rpartition(")")[2].split()[1]
        except OSError:
            continue
        if int(parent) == main:
            found.append(int(stat.parent.name))
    return found
