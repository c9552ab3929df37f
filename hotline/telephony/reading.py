"""Reads the journal's segments: what is new in each, and what a crash left torn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotline.telephony.journal import SUFFIX, CallRecord, finished


@dataclass(frozen=True, slots=True)
class Piece:
    """The new part of one segment, from byte `start` to byte `end`.

    `unreadable` counts whole lines that are no records; `torn` the bytes of a last line that its
    dead writer never ended, whose call was therefore never answered from this file.
    """

    file: str
    start: int
    end: int
    records: tuple[CallRecord, ...]
    unreadable: int
    torn: int


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{SUFFIX}"))


def read_new(folder: Path, offsets: Mapping[str, int]) -> Iterator[Piece]:
    """The part of each segment beyond its offset; segments with nothing new are passed over."""
    for path in segments(folder):
        try:
            piece = _read(path, offsets.get(path.name, 0))
        except FileNotFoundError:
            continue  # another loader has removed it
        if piece.end > piece.start:
            yield piece


def remove_loaded(folder: Path, offsets: Mapping[str, int]) -> None:
    """Removes segments whose writer is done and whose last byte was loaded."""
    for path in segments(folder):
        try:
            if finished(path) and path.stat().st_size == offsets.get(path.name, 0):
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            continue


def _read(path: Path, start: int) -> Piece:
    # Asked before reading: a writer that ends meanwhile may have added a line we did not see.
    complete = finished(path)
    with path.open("rb") as file:
        file.seek(start)
        content = file.read()
    whole, newline, tail = content.rpartition(b"\n")
    records, unreadable = _records(whole.split(b"\n") if whole else [])
    torn = len(tail) if complete else 0
    end = start + len(whole) + len(newline) + torn
    return Piece(path.name, start, end, records, unreadable, torn)


def _records(lines: list[bytes]) -> tuple[tuple[CallRecord, ...], int]:
    records: list[CallRecord] = []
    for line in lines:
        try:
            records.append(CallRecord.from_line(line))
        except ValueError:
            continue
    return tuple(records), len(lines) - len(records)
