"""Who looked at whose data, when: one row a look."""

from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from hotline.people.rights import Actor
from hotline.tables import moment


class AccessLog(SQLModel, table=True):
    """Apart from the history of tickets, because a look changes nothing."""

    __tablename__ = "access_log"
    id: int | None = Field(default=None, primary_key=True)
    actor: str = Field(max_length=60, index=True)
    role: str = Field(max_length=20)
    ticket: str = Field(default="", max_length=24, index=True)
    # Whose number was shown before there was a ticket.
    call_id: str = Field(default="", max_length=64, index=True)
    what: str = Field(max_length=20)  # view | list | progress | screen_pop
    at: datetime = moment(index=True)


def note_look(session: Session, actor: Actor, tickets: list[str], what: str, now: datetime) -> None:
    """Stores one row for each ticket that was shown."""
    session.add_all(
        AccessLog(actor=actor.id, role=actor.role, ticket=number, what=what, at=now)
        for number in tickets
    )


def note_pop(session: Session, actor: Actor, call_ids: list[str], now: datetime) -> None:
    """Stores one row for each caller's number that a screen pop showed."""
    session.add_all(
        AccessLog(actor=actor.id, role=actor.role, call_id=call_id, what="screen_pop", at=now)
        for call_id in call_ids
    )


def looks(
    session: Session, *, actor: str = "", ticket: str = "", before: int | None = None, limit: int
) -> list[AccessLog]:
    """Looks of one actor, at one ticket, or all: newest first, older than the id `before`."""
    query = select(AccessLog)
    if actor:
        query = query.where(AccessLog.actor == actor)
    if ticket:
        query = query.where(AccessLog.ticket == ticket)
    if before:
        query = query.where(col(AccessLog.id) < before)
    return list(session.exec(query.order_by(col(AccessLog.id).desc()).limit(limit)))
