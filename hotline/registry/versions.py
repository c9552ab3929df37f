"""Reference data in the database: each change of a file is a numbered version, none is lost."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import UniqueConstraint, func
from sqlmodel import Field, Session, SQLModel, col, select

from hotline.errors import BadData, NotFound
from hotline.registry.calendar import WorkCalendar
from hotline.registry.columns import SCHEMAS
from hotline.registry.loading import WHOLE_LINE, Tables, read_shipped, read_table, read_tables
from hotline.tables import moment

SHIPPER = "shipped"
GROWN = "新版本增加的行"
CALENDAR_FILES = ("holidays.csv", "hours.csv", "limits.csv")


class ReferenceVersion(SQLModel, table=True):
    """One version of one reference file; the highest version of a file is the one in force."""

    __tablename__ = "reference_version"
    __table_args__ = (UniqueConstraint("file", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    file: str = Field(max_length=40)
    version: int
    content: str
    checksum: str = Field(max_length=64)
    author: str = Field(max_length=60)
    note: str = Field(default="", max_length=200)
    at: datetime = moment()


def seed(session: Session, now: datetime) -> None:
    """Stores each shipped file as its version 1, once; a file that has a version is left alone.

    But a file that must hold every key gets the rows of keys that a later release knows besides.
    """
    stored, shipped = contents(session), read_shipped()
    grown = {file: _grown(file, content, shipped[file]) for file, content in stored.items()}
    fresh = shipped.keys() - stored.keys()
    changed = {file for file, content in grown.items() if content != stored[file]}
    if not fresh | changed:
        return
    whole = shipped | grown
    read_tables(whole)
    for file in fresh | changed:
        note = GROWN if file in changed else ""
        session.add(_version(file, _last(session, file) + 1, whole[file], SHIPPER, note, now))
    session.flush()


def _grown(file: str, content: bytes, shipped: bytes) -> bytes:
    """With the shipped lines whose key, the first column, the content does not hold."""
    if not SCHEMAS[file].complete:
        return content
    known = {line.partition(b",")[0] for line in content.splitlines()}
    more = [line for line in shipped.splitlines() if line.partition(b",")[0] not in known]
    return b"\n".join([content.rstrip(b"\r\n"), *more]) + b"\n" if more else content


def publish(
    session: Session, file: str, content: bytes, *, author: str, note: str, now: datetime
) -> ReferenceVersion:
    """Puts a new version of a file in force, if all files together are sound with it."""
    if file not in SCHEMAS:
        files = "、".join(SCHEMAS)
        raise NotFound(
            "没有基础数据文件「%(file)s」，可选：%(files)s。", field="file", file=file, files=files
        )
    _lock(session)
    read_tables(contents(session) | {file: content})
    version = _version(file, _last(session, file) + 1, content, author, note, now)
    session.add(version)
    session.flush()
    return version


def load(session: Session) -> Tables:
    """The files in force, checked again: a row changed behind our back stops the start."""
    return read_tables(contents(session))


def load_calendar(session: Session) -> WorkCalendar:
    """Working time and limits in force, for whoever needs no more of the registry."""
    files = contents(session, CALENDAR_FILES)
    for name in CALENDAR_FILES:
        if name not in files:
            raise BadData(name, 0, WHOLE_LINE, "已装入的文件（现缺）")
    return WorkCalendar.from_tables({name: read_table(name, files[name]) for name in files})


def contents(session: Session, files: Iterable[str] = SCHEMAS) -> dict[str, bytes]:
    """The files in force as they are written, by file name."""
    newest = (
        select(func.max(ReferenceVersion.id))
        .where(col(ReferenceVersion.file).in_(files))
        .group_by(ReferenceVersion.file)
    )
    rows = session.exec(select(ReferenceVersion).where(col(ReferenceVersion.id).in_(newest)))
    return {row.file: _verified(row) for row in rows}


def current_version(session: Session) -> int:
    """The number of the registry as a whole: it grows with each change of any file; 0 if empty."""
    return session.exec(select(func.max(ReferenceVersion.id))).one() or 0


def _last(session: Session, file: str) -> int:
    query = select(func.max(ReferenceVersion.version)).where(ReferenceVersion.file == file)
    return session.exec(query).one() or 0


def _version(
    file: str, version: int, content: bytes, author: str, note: str, now: datetime
) -> ReferenceVersion:
    return ReferenceVersion(
        file=file,
        version=version,
        content=content.decode("utf-8-sig"),
        checksum=_checksum(content.decode("utf-8-sig")),
        author=author,
        note=note,
        at=now,
    )


def _verified(row: ReferenceVersion) -> bytes:
    if _checksum(row.content) != row.checksum:
        raise BadData(row.file, 0, WHOLE_LINE, f"与发布时相同的内容（第 {row.version} 版）")
    return row.content.encode()


def _lock(session: Session) -> None:
    # Two editors at once would each check against files the other is about to replace.
    first = select(ReferenceVersion.id).order_by(col(ReferenceVersion.id)).limit(1)
    session.exec(first.with_for_update()).first()


def _checksum(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
