"""Positions: the order in which events are read, so that a late commit is never skipped."""

from sqlalchemy import func
from sqlmodel import Session, col, select, update

from hotline.db import take_turn
from hotline.people.rights import Action, Actor
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.queries import visible

PLACER_LOCK = 12345_01


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
    last = session.exec(select(func.max(TicketEvent.position))).one() or 0
    rows = [{"id": id, "position": last + n} for n, id in enumerate(waiting, start=1)]
    session.execute(update(TicketEvent), rows)
    return len(rows)


def after(
    session: Session, cursor: int, *, actor: Actor, limit: int
) -> list[tuple[TicketEvent, Ticket]]:
    """Events past the cursor on tickets the actor may read, in the order of the feed."""
    query = (
        select(TicketEvent, Ticket)
        .join(Ticket, col(Ticket.id) == TicketEvent.ticket_id)
        .where(col(TicketEvent.position) > cursor, visible(actor, Action.READ))
        .order_by(col(TicketEvent.position))
        .limit(limit)
    )
    return list(session.exec(query))
