"""Positions: the order in which events are read, so that a late commit is never skipped."""

from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select, update
from sqlmodel.sql.expression import Select

from hotline.db import take_turn
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.tickets.models import Assignment, Ticket, TicketEvent
from hotline.tickets.queries import visible
from hotline.tickets.standing import standing_with

PLACER_LOCK = 12345_01
# Of so many events for each that is wanted a unit's own are looked for one after the other.
NEAR = 100


def place(session: Session, *, limit: int = 5000) -> int:
    """Gives committed events their position, one placer at a time; returns how many it placed.

    Row ids are no cursor: they are drawn before commit, so a slow transaction would show up
    behind a reader that has already passed its id.
    """
    take_turn(session, PLACER_LOCK)
    waiting = session.exec(
        select(TicketEvent.id)
        .where(col(TicketEvent.position).is_(None))
        .order_by(col(TicketEvent.id))
        .limit(limit)
    ).all()
    if not waiting:
        return 0
    last = _last(session)
    rows = [{"id": id, "position": last + n} for n, id in enumerate(waiting, start=1)]
    session.execute(update(TicketEvent), rows)
    return len(rows)


def after(
    session: Session, cursor: int, *, actor: Actor, limit: int
) -> list[tuple[TicketEvent, Ticket]]:
    """Events past the cursor on tickets the actor may read, in the order of the feed."""
    position = col(TicketEvent.position)
    mine = _events().where(visible(actor, Action.READ)).limit(limit)
    if scope_of(actor, Action.READ) is not Scope.UNIT:
        return list(session.exec(mine.where(position > cursor)))
    # A unit's events are few among all, or they are many: then the first are near.
    horizon = cursor + NEAR * limit
    # Looked up first: what is placed meanwhile, on this side of the horizon, must not be passed.
    last = _last(session)
    found = list(session.exec(mine.where(position > cursor, position <= horizon)))
    if len(found) < limit and horizon < last:
        found += _beyond(session, horizon, actor.unit, limit - len(found))
    return found


def _events() -> Select[Any]:
    return (
        select(TicketEvent, Ticket)
        .join(Ticket, col(Ticket.id) == TicketEvent.ticket_id)
        .order_by(col(TicketEvent.position))
    )


def _beyond(
    session: Session, horizon: int, unit: str, limit: int
) -> list[tuple[TicketEvent, Ticket]]:
    """The next events of the unit's own tickets, ticket by ticket instead of through the feed."""
    # A sum is in no index, so neither database can choose the way along the feed after all.
    position = col(TicketEvent.position) + 0
    own = select(Assignment.ticket_id).where(standing_with(unit))
    theirs = (
        select(TicketEvent.position)
        .where(col(TicketEvent.ticket_id).in_(own), position > horizon)
        .order_by(position)
        .limit(limit)
    )
    return list(session.exec(_events().where(col(TicketEvent.position).in_(theirs))))


def _last(session: Session) -> int:
    return session.exec(select(func.max(TicketEvent.position))).one() or 0
