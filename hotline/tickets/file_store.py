"""Files by the hash of their bytes, outside the web root and the database: each once."""

import fcntl
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hotline.errors import Unavailable
from hotline.tickets.file_kinds import kind_of, named
from hotline.tickets.photos import without_metadata

# Longer than any request lasts: what no row speaks of by then, none will.
ORPHANED_AFTER = timedelta(hours=1)
# Seconds; each sweep takes one of 256 folders, so that none lasts long.
SWEEP_EVERY = 60


@dataclass(frozen=True, slots=True)
class Kept:
    """A checked file on the disk, not yet of any ticket.

    `shown` is the copy that others than the desk get: of a photo, the one without metadata.
    """

    name: str
    kind: str
    size: int
    sha256: str
    shown: str


class FileStore:
    """The folder of attachments; a file is there before the row that speaks of it, and after."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def under(cls, data_dir: Path) -> "FileStore":
        """The one of a data folder."""
        return cls(data_dir.absolute() / "attachments")

    def receive(self, name: str, data: bytes) -> Kept:
        """Checks the file, redraws a photo, and keeps both; not within a write transaction."""
        kind = kind_of(data, name)
        shown = without_metadata(data, kind, name) if kind.image else data
        kept = self._keep(data)
        return Kept(
            named(name, kind),
            kind.name,
            len(data),
            kept,
            kept if shown is data else self._keep(shown),
        )

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / sha256

    def old(self, now: datetime) -> list[str]:
        """Files of the folder whose turn it is that lie there too long to be on their way."""
        turn = int(now.timestamp()) // SWEEP_EVERY % 256
        files = (self.folder / f"{turn:02x}").glob("*")
        return [file.name for file in files if _age(file, now) > ORPHANED_AFTER]

    def drop(self, orphans: Iterable[str], now: datetime) -> int:
        """Deletes those that nobody has sent again meanwhile; how many."""
        dropped = 0
        for sha256 in orphans:
            with self._locked(fcntl.LOCK_EX):
                file = self.path(sha256)
                if file.exists() and _age(file, now) > ORPHANED_AFTER:
                    file.unlink()
                    dropped += 1
        return dropped

    def _keep(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            with self._locked(fcntl.LOCK_SH):
                if self.path(sha256).exists():
                    # Young again, so that the sweep leaves it to its new row.
                    os.utime(self.path(sha256))
                else:
                    self._write(self.path(sha256), data)
        except OSError as error:
            raise Unavailable(
                "附件暂时存不下，请稍后再传；文字可以先提交。", field="attachments"
            ) from error
        return sha256

    def _write(self, file: Path, data: bytes) -> None:
        file.parent.mkdir(exist_ok=True, mode=0o700)
        # Beside it, so that the sweep finds what a killed process left.
        aside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(
                os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb"
            ) as new:
                new.write(data)
                new.flush()
                os.fsync(new.fileno())
            aside.rename(file)
        finally:
            aside.unlink(missing_ok=True)
        _fsync_folder(file.parent)

    @contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        """The sweep waits for whoever keeps a file, and the other way round."""
        self.folder.mkdir(exist_ok=True, parents=True, mode=0o700)
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, how)
            yield


def _age(file: Path, now: datetime) -> timedelta:
    return timedelta(seconds=now.timestamp() - file.stat().st_mtime)


def _fsync_folder(folder: Path) -> None:
    # The name must reach the disk as well as the bytes.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
