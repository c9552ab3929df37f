"""The lines on disk: what the line process answers from when everything else is away."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from hotline.registry.directory import lines as lines_of
from hotline.registry.loading import SHIPPED, read_table
from hotline.registry.numbers import Lines
from hotline.routing.types import Line, LineCategory

log = structlog.get_logger()

# How often a process looks whether a newer snapshot was written, in seconds.
LOOK_EVERY = 1.0
FILE = "legacy_lines.csv"


def location(data_dir: Path) -> Path:
    return data_dir / "registry" / "lines.json"


def write(data_dir: Path, lines: Iterable[Line]) -> None:
    """Replaces the snapshot in one step: a reader sees the old one or the new one, whole."""
    path = location(data_dir)
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [asdict(line) for line in lines]
    aside = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
    with aside.open("w", encoding="utf-8") as file:
        json.dump({"lines": rows, "checksum": _checksum(rows)}, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def read(path: Path) -> Lines:
    """The lines of a snapshot; ValueError when it is not what `write` wrote."""
    try:
        stored = json.loads(path.read_bytes())
        if stored["checksum"] != _checksum(stored["lines"]):
            raise ValueError("checksum")
        return Lines.of(map(_line, stored["lines"]))
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("not a snapshot") from error


def shipped() -> Lines:
    """The lines as they came with the program."""
    return Lines.of(lines_of({FILE: read_table(FILE, (SHIPPED / FILE).read_bytes())}))


class LineBook:
    """The newest sound snapshot; a broken or missing one leaves the last sound one in force."""

    def __init__(self, data_dir: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path, self._clock = location(data_dir), clock
        self._lock = threading.Lock()
        self._looked_at = clock()
        self._stamp: tuple[int, ...] | None = None
        self._lines: Lines | None = None
        self._look()
        self._lines = self._lines or shipped()

    def __call__(self) -> Lines:
        if self._clock() - self._looked_at >= LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._looked_at = self._clock()
                self._look()
            finally:
                self._lock.release()
        return self._lines

    def _look(self) -> None:
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._lines = read(self._path)
        except (OSError, ValueError) as error:
            log.warning("line snapshot not read", path=str(self._path), cause=repr(error))


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino


def _line(row: dict[str, Any]) -> Line:
    return Line(
        key=row["key"],
        number=row["number"],
        name=row["name"],
        department=row["department"],
        category=LineCategory(row["category"]),
        words=tuple(row["words"]),
    )


def _checksum(rows: list[dict[str, Any]]) -> str:
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
