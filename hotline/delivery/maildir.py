"""The default channel: a Maildir that any mail reader opens, exactly one file a delivery."""

import errno
import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hotline.delivery.channels import Result
from hotline.delivery.letters import Notice, is_address, letter
from hotline.delivery.states import Outcome

# Files synced at the same time are committed by the disk together.
SYNCERS = 8

DELIVERED = Result(Outcome.DELIVERED)
UNUSABLE = Result(Outcome.FAILED, "地址或号码无法使用,请改用电话或信函告知")


@dataclass(frozen=True, slots=True)
class Maildir:
    """Each file is named by its delivery's id, so a second try finds the message of the first."""

    root: Path
    sender: str
    batch: int = 500
    lease: timedelta = timedelta(seconds=10)
    name: ClassVar[str] = "maildir"
    repeatable: ClassVar[bool] = True

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        try:
            with self._alone(), ThreadPoolExecutor(SYNCERS) as syncers:
                there = self._already_there([notice.id for notice in notices])
                tries = [
                    syncers.submit(self._put, notice, at) if notice.id not in there else None
                    for notice in notices
                ]
                results = [put.result() if put else DELIVERED for put in tries]
                _sync_folder(self.root / "new")
                return results
        except OSError as error:
            return [_later(error)] * len(notices)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # One writer at a time: what was looked for and not found cannot appear before we write.
        for folder in ("tmp", "new", "cur"):
            (self.root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _already_there(self, ids: Iterable[str]) -> set[str]:
        # `new` before `cur`: a mail reader only ever moves a message from the one to the other.
        there = {id for id in ids if (self.root / "new" / id).exists()}
        return there | {name.partition(":")[0] for name in os.listdir(self.root / "cur")}

    def _put(self, notice: Notice, at: datetime) -> Result:
        to = notice.email or f"{re.sub('[^0-9]', '', notice.phone)}@sms.invalid"
        if not is_address(to):
            return UNUSABLE
        message = letter(notice, to=to, sender=self.sender, at=at)
        written = self.root / "tmp" / notice.id
        try:
            _write(written, message.as_bytes())
            written.rename(self.root / "new" / notice.id)
        except OSError as error:
            return _later(error)
        return DELIVERED


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _later(error: OSError) -> Result:
    # The message of the error names the file; its code says as much and holds nothing private.
    return Result(Outcome.RETRY, f"信箱目录不可写({errno.errorcode.get(error.errno or 0, '?')})")
