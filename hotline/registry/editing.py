"""Changing one row of a reference file: the file as rows of text, in and out."""

import csv
import io
from collections.abc import Mapping
from difflib import unified_diff

from sqlmodel import Session, col, select

from hotline.errors import Invalid, NotFound
from hotline.registry.columns import SCHEMAS
from hotline.registry.versions import ReferenceVersion

Record = dict[str, str]


def newest(session: Session, file: str) -> ReferenceVersion:
    """The version of a file that is in force."""
    return history(session, file, limit=1)[0]


def history(session: Session, file: str, *, limit: int = 50) -> list[ReferenceVersion]:
    """The versions of a file, newest first."""
    if file not in SCHEMAS:
        raise NotFound("没有基础数据文件「%(file)s」。", field="file", file=file[:40])
    query = select(ReferenceVersion).where(ReferenceVersion.file == file)
    return list(session.exec(query.order_by(col(ReferenceVersion.version).desc()).limit(limit)))


def version(session: Session, file: str, number: int) -> ReferenceVersion:
    query = select(ReferenceVersion).where(
        ReferenceVersion.file == file, ReferenceVersion.version == number
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound("%(file)s 没有第 %(n)d 版。", field="version", file=file[:40], n=number)
    return found


def records(content: str) -> list[Record]:
    """The rows as they are written, without the checks of loading."""
    return list(csv.DictReader(io.StringIO(content, newline="")))


def with_record(content: str, index: int | None, values: Mapping[str, str]) -> bytes:
    """The file with one row changed, or with a new last one when there is no index."""
    rows = records(content)
    fields = _fields(content)
    row = {name: " ".join(values.get(name, "").split()) for name in fields}
    if index is None:
        rows.append(row)
    else:
        rows[_checked(rows, index)] = row
    return _written(fields, rows)


def without_record(content: str, index: int) -> bytes:
    rows = records(content)
    del rows[_checked(rows, index)]
    return _written(_fields(content), rows)


def difference(old: str, new: str) -> list[str]:
    """What changed, as lines that begin with + or -."""
    lines = unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm="")
    return [line for line in list(lines)[2:] if not line.startswith("@@")]


def _fields(content: str) -> list[str]:
    return next(csv.reader(io.StringIO(content, newline="")))


def _checked(rows: list[Record], index: int) -> int:
    if not 0 <= index < len(rows):
        raise Invalid("这一行已不在表中，请刷新后再改。", field="row")
    return index


def _written(fields: list[str], rows: list[Record]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
