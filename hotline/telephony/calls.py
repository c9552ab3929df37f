"""Calls in the database, loaded from the journal: each once, however often a file is read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, delete, select

from hotline.db import Database, take_turn
from hotline.people.privacy import keyed_hash, mask
from hotline.registry.numbers import canonical
from hotline.tables import moment
from hotline.telephony.journal import CallRecord
from hotline.telephony.reading import Piece, read_new, remove_loaded, segments
from hotline.tickets import return_calls

log = structlog.get_logger()

# Whoever stores calls or what the switch tells of them: each must see what the other has stored.
EVENTS_TURN = 12345_06
CALL_ID_LENGTH = 64
NUMBER_LENGTH = 64


class Call(SQLModel, table=True):
    """A call as it was answered; `line` is blank where the number told none."""

    __tablename__ = "call"
    call_id: str = Field(primary_key=True, max_length=CALL_ID_LENGTH)
    # Blank when the caller withheld the number.
    caller_hash: str = Field(default="", max_length=64, index=True)
    dialled: str = Field(max_length=NUMBER_LENGTH)
    line: str = Field(default="", max_length=20, index=True)
    action: str = Field(max_length=20)
    connected_to: str = Field(max_length=20)
    at: datetime = moment(index=True)


class CallCaller(SQLModel, table=True):
    """Who called: personal data, erasable apart from the call."""

    __tablename__ = "call_caller"
    call_id: str = Field(primary_key=True, max_length=CALL_ID_LENGTH, foreign_key="call.call_id")
    number: str = Field(max_length=NUMBER_LENGTH)
    masked: str = Field(max_length=NUMBER_LENGTH)


class JournalFile(SQLModel, table=True):
    """How far a segment of the journal was loaded, in bytes."""

    __tablename__ = "journal_file"
    name: str = Field(primary_key=True, max_length=80)
    offset: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one look at the journal brought; `repeated` records were of calls already known."""

    calls: int = 0
    repeated: int = 0
    unreadable: int = 0
    torn: int = 0

    def plus(self, other: "Loaded") -> "Loaded":
        return Loaded(
            self.calls + other.calls,
            self.repeated + other.repeated,
            self.unreadable + other.unreadable,
            self.torn + other.torn,
        )


def load_journal(database: Database, folder: Path, *, key: bytes) -> Loaded:
    """Stores what the journal holds and the database does not; safe to run twice, or side by side.

    One transaction a segment; a segment loaded to its end is removed once its writer is done,
    unless a line of it could not be read: that one stays for a person to look at.
    """
    with database.read() as session:
        known = {row.name: row for row in session.exec(select(JournalFile))}
    total = Loaded()
    for piece in read_new(folder, {name: row.offset for name, row in known.items()}):
        with database.work() as session:
            total = total.plus(store(session, piece, key=key))
        _report(piece)
    _tidy(database, folder)
    return total


def find_in_journal(database: Database, folder: Path, call_id: str, *, key: bytes) -> None:
    """Loads the journal for a call not known yet: its record is on disk since it was answered."""
    with database.read() as session:
        if session.get(Call, call_id):
            return
    try:
        load_journal(database, folder, key=key)
    except OSError as error:
        # What happens to a call counts even so, and the clock loads the journal again.
        log.warning("journal not read", cause=repr(error))


def store(session: Session, piece: Piece, *, key: bytes) -> Loaded:
    """Stores one piece; nothing, if another loader has stored a part of it meanwhile."""
    file = _locked(session, piece.file)
    if file.offset != piece.start:
        return Loaded()
    file.offset, file.unreadable = piece.end, file.unreadable + piece.unreadable
    session.add(file)
    fresh = add_calls(session, piece.records, key=key)
    return Loaded(fresh, len(piece.records) - fresh, piece.unreadable, int(piece.torn > 0))


def add_calls(session: Session, records: Iterable[CallRecord], *, key: bytes) -> int:
    """Stores the calls that are not known yet, each once; returns how many those were."""
    first: dict[str, CallRecord] = {}
    for record in records:
        first.setdefault(record.call_id, record)
    # In one order everywhere, so that two loaders with calls in common never wait in a ring.
    fresh = _insert_calls(session, [_call(first[call_id], key) for call_id in sorted(first)])
    # Only with its call: a number erased since must not come back with a repeated record.
    rows = {call_id: _call(first[call_id], key)["caller_hash"] for call_id in fresh}
    if rows:
        take_turn(session, EVENTS_TURN)
        return_calls.identified(session, rows)
    callers = [_caller(first[call_id]) for call_id in fresh if first[call_id].caller]
    if callers:
        session.execute(_insert(session, CallCaller), callers)
    return len(fresh)


def _locked(session: Session, name: str) -> JournalFile:
    fresh = _insert(session, JournalFile).values(name=name, offset=0, unreadable=0)
    # Not left as it is: only so is it ours, and no other loader that is done with it drops it.
    session.execute(fresh.on_conflict_do_update(index_elements=["name"], set_={"name": name}))
    return session.exec(select(JournalFile).where(JournalFile.name == name).with_for_update()).one()


def _insert_calls(session: Session, rows: list[dict[str, Any]]) -> list[str]:
    """Inserts the calls not known yet; returns their ids."""
    if not rows:
        return []
    statement = _insert(session, Call).on_conflict_do_nothing().returning(col(Call.call_id))
    return list(session.scalars(statement, rows))


def _insert(session: Session, table: type[SQLModel]) -> Any:
    dialects = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    return dialects[session.get_bind().dialect.name](table)


def _call(record: CallRecord, key: bytes) -> dict[str, Any]:
    caller = canonical(record.caller) or record.caller
    return {
        "call_id": record.call_id,
        "caller_hash": keyed_hash(key, caller) if caller else "",
        "dialled": record.dialled,
        "line": record.line,
        "action": record.action,
        "connected_to": record.to,
        "at": record.at,
    }


def _caller(record: CallRecord) -> dict[str, Any]:
    return {"call_id": record.call_id, "number": record.caller, "masked": mask(record.caller)}


def _report(piece: Piece) -> None:
    if piece.unreadable or piece.torn:
        log.warning(
            "journal damaged", file=piece.file, unreadable=piece.unreadable, torn=piece.torn
        )


def _tidy(database: Database, folder: Path) -> None:
    with database.read() as session:
        rows = session.exec(select(JournalFile)).all()
    remove_loaded(folder, {row.name: row.offset for row in rows if not row.unreadable})
    present = {path.name for path in segments(folder)}
    gone = [row.name for row in rows if row.name not in present]
    if gone:
        with database.work() as session:
            session.exec(delete(JournalFile).where(col(JournalFile.name).in_(gone)))
