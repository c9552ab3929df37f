"""The journal of calls: on disk before the switch gets its answer, loaded later by call id."""

import fcntl
import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from hotline.clock import now
from hotline.errors import Unavailable

# A segment is closed at this size or age (seconds), so that what was loaded can be removed.
SEGMENT_BYTES = 1 << 20
SEGMENT_AGE = 3600.0
SUFFIX = ".jsonl"


class JournalFailed(Unavailable):
    """The record is not on disk; the same call may be asked about again."""

    code = "journal-failed"
    sentence = "来电日志无法写入磁盘，请检查磁盘空间；呼叫请按「统一接听」处理并稍后重发。"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as it was answered; `line` is blank where the number tells none."""

    call_id: str
    caller: str
    dialled: str
    action: str
    to: str
    line: str
    at: datetime

    def to_line(self) -> bytes:
        return json.dumps(asdict(self) | {"at": self.at.isoformat()}).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Self:
        """Raises ValueError when the line is not a whole record."""
        try:
            values = json.loads(line)
            at = datetime.fromisoformat(values["at"])
            record = cls(**values | {"at": at.astimezone(UTC)})
        except (KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError("not a record") from error
        if at.tzinfo is None or not all(isinstance(value, str) for value in values.values()):
            raise ValueError("not a record")
        return record


@dataclass(slots=True)
class _Entry:
    line: bytes
    done: bool = False
    error: OSError | None = None


class Journal:
    """Appends records and waits until the disk has them; each process writes files of its own.

    Threads that come while the disk works are written together by the next one in turn.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._waiting: list[_Entry] = []
        self._queue, self._disk = threading.Lock(), threading.Lock()
        self._segment: int | None = None
        self._opened_at = 0.0
        self.failing = False

    def append(self, record: CallRecord) -> None:
        """Returns when the record is on disk; raises JournalFailed when it is not."""
        entry = _Entry(record.to_line())
        with self._queue:
            self._waiting.append(entry)
        with self._disk:
            if not entry.done:
                self._write_waiting()
        if not entry.done or entry.error:
            raise JournalFailed from entry.error

    def close(self) -> None:
        """Gives the segment up, so that it may be removed once loaded."""
        with self._disk:
            self._give_up()

    def _write_waiting(self) -> None:
        with self._queue:
            entries, self._waiting = self._waiting, []
        error = self._write(b"".join(entry.line for entry in entries))
        self.failing = error is not None
        for entry in entries:
            entry.done, entry.error = True, error

    def _write(self, lines: bytes) -> OSError | None:
        try:
            segment = self._current()
            while lines:
                lines = lines[os.write(segment, lines) :]
            os.fsync(segment)
        except OSError as error:
            # A half-written line may stand at the end, and after a failed fsync nothing is sure:
            # the next record begins a new file.
            self._give_up()
            return error
        return None

    def _current(self) -> int:
        if self._segment is not None:
            old = self._clock() - self._opened_at > SEGMENT_AGE
            if old or os.fstat(self._segment).st_size >= SEGMENT_BYTES:
                self._give_up()
        if self._segment is None:
            self._segment, self._opened_at = _open_segment(self._folder), self._clock()
        return self._segment

    def _give_up(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            os.close(segment)


def finished(path: Path) -> bool:
    """Whether the writer of a segment has closed it or is dead: nothing more will come."""
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _open_segment(folder: Path) -> int:
    """A new file, locked before it can be seen, for as long as its writer lives."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"{now():%Y%m%dT%H%M%S}-{os.getpid()}-{secrets.token_hex(4)}"
    aside = folder / f"{name}.new"
    segment = os.open(aside, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(segment, fcntl.LOCK_EX)
        aside.rename(folder / f"{name}{SUFFIX}")
        _sync_folder(folder)
    except OSError:
        os.close(segment)
        raise
    return segment


def _sync_folder(folder: Path) -> None:
    # The name of a new file is on disk only when its folder is.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
