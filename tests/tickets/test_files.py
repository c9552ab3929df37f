"""Files are known by their bytes, photos are made bare, and each file lies on the disk once."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import papers
import pytest
from builders import NOON
from PIL import Image

from hotline.errors import Invalid, Unavailable
from hotline.tickets import photos
from hotline.tickets.file_kinds import KINDS, LARGEST, kind_of, named
from hotline.tickets.file_store import ORPHANED_AFTER, SWEEP_EVERY, FileStore

TAKEN = {
    "jpg": papers.photo(),
    "png": papers.photo("PNG"),
    "webp": papers.photo("WEBP"),
    "pdf": papers.PDF,
    "docx": papers.docx(),
    "xlsx": papers.xlsx(),
    "txt": papers.TEXT,
}
REFUSED = {
    "a page": papers.HTML,
    "a drawing": papers.SVG,
    "a page in a text": b"hello\n<script>alert(1)</script>",
    "a photo no browser shows": papers.HEIC,
    "a program": b"\x7fELF" + b"\x00" * 100,
    "any archive": papers.zipped("a.exe"),
    "a document with macros": papers.docx("word/vbaProject.bin"),
    "a broken archive": papers.docx()[:60],
    "bytes": bytes(range(256)),
}


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore.under(tmp_path)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_is_known_by_its_bytes_whatever_it_is_called(name: str):
    assert kind_of(TAKEN[name], "照片.exe").name == name


def test_a_text_of_an_old_windows_is_a_text():
    assert kind_of("烧烤摊又摆出来了。".encode("gb18030"), "记录.txt").name == "txt"


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_is_not_in_the_table_is_refused_whatever_it_is_called(data: bytes):
    with pytest.raises(Invalid, match="「照片.jpg」不是能收的文件"):
        kind_of(data, "照片.jpg")


def test_empty_and_too_large_files_are_refused_by_name():
    with pytest.raises(Invalid, match="「空.txt」是空文件"):
        kind_of(b"", "空.txt")
    kind_of(b"a" * LARGEST, "大.txt")
    with pytest.raises(Invalid, match="「大.txt」超过 10 MB"):
        kind_of(b"a" * (LARGEST + 1), "大.txt")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\li\\现场.JPG", "现场.jpg"),
        ("../../etc/passwd", "passwd.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe.jpg"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x.jpg"),
        ("", "附件.jpg"),
        (".jpg", "jpg.jpg"),
        ("长" * 300 + ".jpeg", "长" * 70 + ".jpeg"),
    ],
)
def test_a_name_loses_its_folders_and_tricks_and_ends_as_its_kind_does(given: str, kept: str):
    assert named(given, KINDS["jpg"]) == kept


@pytest.mark.parametrize("name", ["jpg", "png", "webp"])
def test_the_shown_copy_of_a_photo_stands_upright_and_tells_neither_place_nor_camera(name: str):
    assert Image.open(BytesIO(TAKEN[name])).getexif().get_ifd(0x8825)
    bare = photos.without_metadata(TAKEN[name], KINDS[name], "照片")
    picture = Image.open(BytesIO(bare))
    assert picture.size == (40, 60)
    assert not picture.getexif()
    assert b"Camera" not in bare


def test_a_large_photo_is_shown_smaller():
    bare = photos.without_metadata(papers.photo(size=(4000, 3000)), KINDS["jpg"], "照片")
    assert max(Image.open(BytesIO(bare)).size) == photos.LONGEST_SIDE


@pytest.mark.parametrize("name", ["jpg", "png", "webp"])
def test_a_photo_that_is_cut_off_is_refused(name: str):
    whole = papers.photo({"jpg": "JPEG"}.get(name, name.upper()), size=(400, 300))
    with pytest.raises(Invalid, match="「照片」打不开"):
        photos.without_metadata(whole[: len(whole) // 2], KINDS[name], "照片")


def test_a_small_file_that_would_fill_the_memory_is_refused():
    bomb = BytesIO()
    Image.new("1", (10_000, 6_000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Invalid, match="像素太多"):
        photos.without_metadata(bomb.getvalue(), KINDS["png"], "照片")


def test_a_photo_of_more_than_a_phone_takes_is_told_that_it_is_too_large():
    photo = bytearray(papers.photo())
    size = photo.index(b"\xff\xc0") + 5  # of the frame: height and width, two bytes each
    photo[size : size + 4] = (4_000).to_bytes(2) + (65_000).to_bytes(2)
    with pytest.raises(Invalid, match="像素太多"):
        photos.without_metadata(bytes(photo), KINDS["jpg"], "照片")


def test_the_original_and_the_bare_copy_are_kept_for_us_alone(store: FileStore):
    kept = store.receive("现场.JPG", TAKEN["jpg"])
    assert (kept.name, kept.kind, kept.size) == ("现场.jpg", "jpg", len(TAKEN["jpg"]))
    assert store.path(kept.sha256).read_bytes() == TAKEN["jpg"]
    assert not Image.open(store.path(kept.shown)).getexif()
    assert store.path(kept.sha256).stat().st_mode & 0o077 == 0
    assert store.folder.stat().st_mode & 0o077 == 0


def test_the_same_file_lies_on_the_disk_once(store: FileStore):
    first, second = (store.receive(name, papers.PDF) for name in ("一.pdf", "二.pdf"))
    assert first.sha256 == second.sha256 == first.shown
    assert [file.name for file in store.folder.glob("??/*")] == [first.sha256]


def test_a_refused_file_leaves_nothing_behind(store: FileStore):
    with pytest.raises(Invalid):
        store.receive("照片.jpg", papers.HTML)
    assert not store.folder.exists()


def test_a_disk_that_takes_no_more_is_said_plainly(store: FileStore):
    store.folder.write_text("no folder")
    with pytest.raises(Unavailable, match="附件暂时存不下"):
        store.receive("一.pdf", papers.PDF)


def aged(store: FileStore, sha256: str, seconds: float) -> None:
    at = NOON.timestamp() - seconds
    os.utime(store.path(sha256), (at, at))


def turn_of(sha256: str):
    """A moment after noon when the folder of this file is swept."""
    minutes = (int(sha256[:2], 16) - int(NOON.timestamp()) // SWEEP_EVERY) % 256
    return NOON + timedelta(seconds=SWEEP_EVERY * minutes)


def test_the_sweep_sees_a_file_in_the_turn_of_its_folder_when_it_is_old_enough(store: FileStore):
    kept = store.receive("一.pdf", papers.PDF).sha256
    now = turn_of(kept)
    aged(store, kept, ORPHANED_AFTER.total_seconds() + 1)
    assert store.old(now) == [kept]
    assert store.old(now + timedelta(seconds=SWEEP_EVERY)) == []
    aged(store, kept, (NOON - now).total_seconds())
    assert store.old(now) == []


def test_a_file_sent_again_between_look_and_sweep_stays(store: FileStore):
    kept = store.receive("一.pdf", papers.PDF).sha256
    aged(store, kept, 10**6)
    store.receive("一.pdf", papers.PDF)
    assert store.drop([kept], NOON) == 0
    assert store.path(kept).exists()
