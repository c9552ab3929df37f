"""Which files may be attached: told by their bytes alone, never by name or claim."""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from io import BytesIO

import filetype

from hotline.errors import Invalid

# Custom (proposal): a photo of a phone has 2-8 MB, a scanned letter less.
LARGEST = 10 * 2**20
# Custom (proposal): what shows one matter; more is a file to be brought in person.
AT_ONCE = 5
OF_A_TICKET = 30
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind that is taken; only an image is ever shown in a page."""

    name: str
    mime: str
    image: bool = False
    endings: tuple[str, ...] = ()


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# HEIC is left out: browsers do not show it, and phones send JPEG where it is not asked for.
KINDS = {
    kind.name: kind
    for kind in (
        FileKind("jpg", "image/jpeg", image=True, endings=("jpg", "jpeg")),
        FileKind("png", "image/png", image=True, endings=("png",)),
        FileKind("webp", "image/webp", image=True, endings=("webp",)),
        FileKind("pdf", "application/pdf", endings=("pdf",)),
        FileKind("docx", _WORD, endings=("docx",)),
        FileKind("xlsx", _EXCEL, endings=("xlsx",)),
        FileKind("txt", "text/plain", endings=("txt",)),
    )
}
# What a form tells the browser to offer.
ACCEPT = ",".join(f".{ending}" for kind in KINDS.values() for ending in kind.endings)
# Office files are ZIP files; the part that makes each what it is.
_OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx"}
_ZIPPED = ("zip", "docx", "xlsx", "pptx")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_MARKUP = re.compile(r"<\s*(!doctype|\?xml|html|svg|script|head|body|iframe)\b", re.IGNORECASE)
_ENCODINGS = ("utf-8-sig", "gb18030")


def kind_of(data: bytes, name: str) -> FileKind:
    """What the bytes are; refuses all but the kinds of the table, `name` is for the sentence."""
    if not data:
        raise refused("「%(name)s」是空文件，请换一个。", name)
    if len(data) > LARGEST:
        raise refused(
            "「%(name)s」超过 %(mb)d MB，请压缩或拍小一点再传。", name, mb=LARGEST // 2**20
        )
    guessed = filetype.guess_extension(data[:8192])
    found = _office(data) if guessed in _ZIPPED else guessed or _text(data)
    if found not in KINDS:
        raise refused(
            "「%(name)s」不是能收的文件。可以传照片（jpg、png、webp）、pdf、docx、xlsx、txt。", name
        )
    return KINDS[found]


def refused(sentence: str, name: str, **values: object) -> Invalid:
    """A refusal at the field of files, naming the one that is meant."""
    return Invalid(sentence, field="attachments", name=shortened(name), **values)


def named(name: str, kind: FileKind) -> str:
    """The sender's name for the file without folders and tricks, ending as its kind does."""
    stem, _, ending = shortened(name).rpartition(".")
    if ending.lower() in kind.endings and stem:
        return f"{stem}.{ending.lower()}"
    return f"{shortened(name) or '附件'}.{kind.name}"


def shortened(name: str) -> str:
    """Its last part, without signs that print nothing or turn the direction of reading."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = seen.rpartition(".")
    return (
        seen
        if len(seen) <= LONGEST_NAME
        else f"{(stem or ending)[: LONGEST_NAME - 10]}{dot}{ending[:8]}"
    )


def _office(data: bytes) -> str | None:
    """docx or xlsx by the parts inside; with macros, or anything else zipped: neither."""
    try:
        parts = set(zipfile.ZipFile(BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return None
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in parts), None)


def _text(data: bytes) -> str | None:
    """txt, when it reads as text and is no page or drawing that a browser would run."""
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROLS.search(text) or _MARKUP.search(text) else "txt"
    return None
