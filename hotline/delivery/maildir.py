"""The default channel: a Maildir that any mail reader opens, exactly one file a delivery."""

import ctypes
import errno
import fcntl
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hotline.delivery.channels import Result
from hotline.delivery.letters import Notice, is_address, letter
from hotline.delivery.states import Outcome

DELIVERED = Result(Outcome.DELIVERED)
UNUSABLE = Result(Outcome.FAILED, "地址或号码无法使用，请改用其他方式告知")

# Of Linux, and not in Python's own library; it tells of a write that failed since 5.8.
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class Maildir:
    """Each file is named by its delivery's id, so a second try finds the message of the first."""

    root: Path
    sender: str
    batch: int = 500
    lease: timedelta = timedelta(seconds=5)
    name: ClassVar[str] = "maildir"
    repeatable: ClassVar[bool] = True

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        to = {notice.id: _address(notice) for notice in notices}
        messages = {
            notice.id: letter(notice, to=to[notice.id], sender=self.sender, at=at)
            for notice in notices
            if is_address(to[notice.id])
        }
        result = self._deliver(messages)
        return [result if notice.id in messages else UNUSABLE for notice in notices]

    def _deliver(self, messages: Mapping[str, bytes]) -> Result:
        # All or none: what a failed batch has left behind is found by the next one.
        try:
            with self._alone():
                there = self._already_there(messages)
                self._store({id: messages[id] for id in messages if id not in there})
        except OSError as error:
            # Its text would name files; its code is enough.
            code = errno.errorcode.get(error.errno or 0, "?")
            return Result(Outcome.RETRY, f"信箱目录不可写（{code}）")
        return DELIVERED

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # One writer at a time: what was looked for and not found cannot appear before we write.
        for folder in ("tmp", "new", "cur"):
            (self.root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.root / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _already_there(self, ids: Mapping[str, bytes]) -> set[str]:
        # `new` before `cur`: a mail reader only ever moves a message from the one to the other.
        there = {id for id in ids if (self.root / "new" / id).exists()}
        return there | {path.name.partition(":")[0] for path in (self.root / "cur").iterdir()}

    def _store(self, messages: Mapping[str, bytes]) -> None:
        folder = self.root / "tmp"
        for id, content in messages.items():
            (folder / id).write_bytes(content)
        with _opened(folder) as tmp, _opened(self.root / "new") as new:
            _sync_all(tmp)
            for id in messages:
                os.rename(id, id, src_dir_fd=tmp, dst_dir_fd=new)
            os.fsync(new)


def _address(notice: Notice) -> str:
    # A short message has no carrier here; the domain says so (RFC 2606).
    return notice.email or f"{re.sub('[^0-9]', '', notice.phone)}@sms.invalid"


def _sync_all(folder: int) -> None:
    """Waits until the disk holds every file of the file system where this open folder is."""
    # Once for a batch: to wait for file after file took half of the time to send them.
    if _LIBC.syncfs(folder):
        raise OSError(ctypes.get_errno(), "syncfs")


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
