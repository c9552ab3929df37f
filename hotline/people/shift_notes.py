"""交接班: what one shift tells the next, and who has read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Field, Session, SQLModel, col, select

from hotline.clock import city_day
from hotline.errors import NotFound
from hotline.people.rights import Action, Actor, scope_of
from hotline.people.roster import shift_at
from hotline.tables import moment

# How far back a list shows them: no rule of the city. Whoever was away longer reads them by day.
SHOWN_FOR = timedelta(hours=36)


class ShiftNote(SQLModel, table=True):
    """A note; the headline goes into the day list, the text does not. Erasable like any text."""

    __tablename__ = "shift_note"
    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(index=True)
    shift: str = Field(max_length=10)  # the outgoing one
    headline: str = Field(max_length=60)
    text: str
    written_by: str = Field(max_length=60)
    at: datetime = moment(index=True)


class ShiftNoteRead(SQLModel, table=True):
    """Who has read a note, when: once a reader."""

    __tablename__ = "shift_note_read"
    note_id: int = Field(primary_key=True, foreign_key="shift_note.id")
    reader: str = Field(primary_key=True, max_length=60)
    at: datetime = moment()


@dataclass(frozen=True, slots=True)
class Told:
    """A note with those who have read it, the first first."""

    note: ShiftNote
    readers: list[ShiftNoteRead]


def write(session: Session, headline: str, text: str, *, actor: Actor, now: datetime) -> ShiftNote:
    """By whoever is on the shift that works now."""
    scope_of(actor, Action.NOTE_SHIFT)
    note = ShiftNote(
        day=city_day(now), shift=shift_at(now), headline=headline, text=text,
        written_by=actor.id, at=now,
    )  # fmt: skip
    session.add(note)
    session.flush()
    return note


def unread(session: Session, *, actor: Actor, now: datetime) -> list[ShiftNote]:
    """Recent notes of others that the actor has not marked as read, oldest first."""
    read = exists().where(
        col(ShiftNoteRead.note_id) == col(ShiftNote.id), col(ShiftNoteRead.reader) == actor.id
    )
    query = (
        select(ShiftNote)
        .where(ShiftNote.at > now - SHOWN_FOR, ShiftNote.written_by != actor.id, ~read)
        .order_by(col(ShiftNote.id))
    )
    return list(session.exec(query))


def mark_read(session: Session, id: int, *, actor: Actor, now: datetime) -> None:
    """Once a reader: a second time changes nothing."""
    scope_of(actor, Action.NOTE_SHIFT)
    if session.get(ShiftNote, id) is None:
        raise NotFound("没有这条交接记录，可能已被删去。", field="note")
    if session.get(ShiftNoteRead, (id, actor.id)) is None:
        session.add(ShiftNoteRead(note_id=id, reader=actor.id, at=now))


def of_day(session: Session, day: date) -> list[Told]:
    """The notes of a day with their readers, in two statements."""
    rows = session.exec(select(ShiftNote).where(ShiftNote.day == day).order_by(col(ShiftNote.id)))
    notes = list(rows)
    readers = _readers(session, [note.id for note in notes])
    return [Told(note, [row for row in readers if row.note_id == note.id]) for note in notes]


def _readers(session: Session, ids: Sequence[int]) -> list[ShiftNoteRead]:
    query = select(ShiftNoteRead).where(col(ShiftNoteRead.note_id).in_(ids))
    return list(session.exec(query.order_by(col(ShiftNoteRead.at))))
