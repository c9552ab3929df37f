"""The line process answers from the newest sound snapshot, and always from something."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from hotline.routing.types import Line, LineCategory
from hotline.telephony import snapshot
from hotline.telephony.snapshot import LineBook

ONE = Line("12319", "12319", "城管热线", "市城管执法局", LineCategory.MERGED, ("路灯",))
OTHER = replace(ONE, category=LineCategory.RETAINED)


class Watch:
    """A clock that stands until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def category(book: LineBook) -> LineCategory:
    line = book().find("12319")
    assert line is not None
    return line.category


def test_what_was_written_is_read(tmp_path: Path):
    snapshot.write(tmp_path, [ONE])
    assert snapshot.read(snapshot.location(tmp_path)).by_number == {"12319": ONE}


def test_only_the_snapshot_is_left_in_its_folder(tmp_path: Path):
    snapshot.write(tmp_path, [ONE])
    snapshot.write(tmp_path, [OTHER])
    assert [path.name for path in (tmp_path / "registry").iterdir()] == ["lines.json"]


def test_a_newer_snapshot_is_taken_up_within_a_second_and_not_looked_for_before(tmp_path: Path):
    watch = Watch()
    snapshot.write(tmp_path, [ONE])
    book = LineBook(tmp_path, clock=watch)
    snapshot.write(tmp_path, [OTHER])
    watch.now += 0.5
    assert category(book) is LineCategory.MERGED
    watch.now += 0.5
    assert category(book) is LineCategory.RETAINED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        json.dumps({"lines": [], "checksum": "x"}).encode(),
        json.dumps({"lines": 5, "checksum": None}).encode(),
    ],
)
def test_a_broken_snapshot_leaves_the_last_sound_one_in_force(tmp_path: Path, content: bytes):
    watch = Watch()
    snapshot.write(tmp_path, [ONE])
    book = LineBook(tmp_path, clock=watch)
    snapshot.location(tmp_path).write_bytes(content)
    watch.now += 1
    assert book().by_number == {"12319": ONE}
    snapshot.write(tmp_path, [OTHER])
    watch.now += 1
    assert category(book) is LineCategory.RETAINED


def test_one_changed_sign_is_noticed(tmp_path: Path):
    snapshot.write(tmp_path, [ONE])
    path = snapshot.location(tmp_path)
    path.write_text(path.read_text().replace('"merged"', '"retained"'))
    with pytest.raises(ValueError, match="checksum"):
        snapshot.read(path)


def test_a_snapshot_that_is_removed_leaves_the_last_one_in_force(tmp_path: Path):
    watch = Watch()
    snapshot.write(tmp_path, [ONE])
    book = LineBook(tmp_path, clock=watch)
    snapshot.location(tmp_path).unlink()
    watch.now += 1
    assert book().by_number == {"12319": ONE}


@pytest.mark.parametrize("content", [None, b"broken"])
def test_without_a_sound_snapshot_the_shipped_lines_answer(tmp_path: Path, content: bytes | None):
    if content:
        snapshot.location(tmp_path).parent.mkdir()
        snapshot.location(tmp_path).write_bytes(content)
    book = LineBook(tmp_path, clock=Watch())
    assert len(book().by_number) == 51
    assert book().find("110").category is LineCategory.EMERGENCY
