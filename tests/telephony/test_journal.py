"""A call is on disk before it is answered: with many threads, a kill, and a full disk."""

import os
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from rings import ring

from hotline.telephony import journal as journal_module
from hotline.telephony.journal import CallRecord, Journal, JournalFailed, finished
from hotline.telephony.reading import read_new, segments

# Appends forever and says so on standard output after each record that was acknowledged.
APPEND_FOREVER = """
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from hotline.telephony.journal import CallRecord, Journal
journal = Journal(Path(sys.argv[1]))
for n in count():
    record = CallRecord(f"k-{n}", "", "110", "pass_through", "110", "110", datetime.now(UTC))
    journal.append(record)
    print(record.call_id, flush=True)
"""
# Fills its disk: no file may grow beyond 1,000 bytes, as on a disk with nothing left.
APPEND_UNTIL_FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from hotline.telephony.journal import CallRecord, Journal, JournalFailed
journal = Journal(Path(sys.argv[1]))
def append(n):
    record = CallRecord(f"f-{n}", "", "110", "pass_through", "110", "110", datetime.now(UTC))
    try:
        journal.append(record)
        print(record.call_id)
    except JournalFailed as error:
        print("failed", type(error.__cause__).__name__, journal.failing)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
for n in range(8):
    append(n)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
append(8)
print("failing", journal.failing)
"""


def read(folder: Path) -> list[CallRecord]:
    return [record for piece in read_new(folder, {}) for record in piece.records]


def ids(folder: Path) -> list[str]:
    return [record.call_id for record in read(folder)]


def test_a_record_comes_back_as_it_was_written(tmp_path: Path):
    record = ring("a-1", caller="市民\u2028\"'\\", dialled="（0832）12319")
    Journal(tmp_path).append(record)
    assert read(tmp_path) == [record]


def test_the_journal_is_readable_by_us_alone(tmp_path: Path):
    folder = tmp_path / "journal"
    Journal(folder).append(ring("a-1"))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in segments(folder)] == [0o600]


def test_many_threads_lose_and_mix_nothing(tmp_path: Path):
    journal, barrier = Journal(tmp_path), threading.Barrier(16)

    def append(thread: int) -> None:
        barrier.wait()
        for n in range(25):
            journal.append(ring(f"{thread}-{n}"))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ids(tmp_path)) == sorted(f"{t}-{n}" for t in range(16) for n in range(25))
    assert len(segments(tmp_path)) == 1


def test_a_record_is_on_disk_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    synced: list[tuple[int, int]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        status = os.fstat(handle)
        synced.append((status.st_ino, status.st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    journal = Journal(tmp_path)
    for n in range(3):
        journal.append(ring(f"a-{n}"))
        status = segments(tmp_path)[0].stat()
        assert synced[-1] == (status.st_ino, status.st_size)


def test_two_journals_never_write_into_one_file(tmp_path: Path):
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.append(ring("a"))
    second.append(ring("b"))
    assert len(segments(tmp_path)) == 2


def test_nothing_acknowledged_is_lost_by_a_kill(tmp_path: Path):
    child = subprocess.Popen(
        [sys.executable, "-c", APPEND_FOREVER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    heard = [child.stdout.readline().strip() for _ in range(50)]
    assert not finished(segments(tmp_path)[0])
    child.send_signal(signal.SIGKILL)
    heard += child.stdout.read().split()
    child.wait()
    assert finished(segments(tmp_path)[0])
    written = ids(tmp_path)
    # The record being written at the moment of the kill may be there unacknowledged.
    assert written[: len(heard)] == heard
    assert len(written) <= len(heard) + 1


def test_a_full_disk_is_said_and_the_next_record_begins_a_sound_file(tmp_path: Path):
    output = subprocess.run(
        [sys.executable, "-c", APPEND_UNTIL_FULL, str(tmp_path)],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    acknowledged = [line for line in output if line.startswith("f-")]
    assert "failed OSError True" in output
    assert output[-2:] == ["f-8", "failing False"]
    assert set(acknowledged) <= set(ids(tmp_path))
    pieces = list(read_new(tmp_path, {}))
    assert sum(piece.unreadable for piece in pieces) == 0
    assert sum(piece.torn > 0 for piece in pieces) >= 1


def test_a_folder_that_cannot_be_written_is_refused_with_a_sentence(tmp_path: Path):
    (tmp_path / "journal").write_text("a file stands here")
    with pytest.raises(JournalFailed, match="磁盘") as caught:
        Journal(tmp_path / "journal").append(ring("a"))
    assert caught.value.status == 503
    assert isinstance(caught.value.__cause__, OSError)


def test_a_segment_that_is_old_or_large_gives_way_to_a_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    time = [0.0]
    journal = Journal(tmp_path, clock=lambda: time[0])
    journal.append(ring("a"))
    time[0] = 3601.0
    journal.append(ring("b"))
    assert len(segments(tmp_path)) == 2
    monkeypatch.setattr(journal_module, "SEGMENT_BYTES", 10)
    journal.append(ring("c"))
    assert len(segments(tmp_path)) == 3
    assert sum(map(finished, segments(tmp_path))) == 2
    journal.close()
    assert all(map(finished, segments(tmp_path)))
    assert sorted(ids(tmp_path)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    "line",
    [
        b"{", b"[]", b"5", b"null", b"\xff", b"{}", b"[" * 100_000,
        ring("a").to_line().replace(b'"a"', b"5", 1),
        ring("a").to_line().replace(b"+00:00", b""),
        ring("a").to_line().replace(b"2018-07-25T04:00:00+00:00", b"9999-12-31T23:00:00-12:00"),
        ring("a").to_line().replace(b"caller", b"colour"),
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_a_value_error(line: bytes):
    with pytest.raises(ValueError):
        CallRecord.from_line(line)
