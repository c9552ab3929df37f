"""办结 by itself: what has been told, and nobody has a word to say against."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from hotline.people.rights import Action
from hotline.registry.limits import Limits
from hotline.tickets import follow_ups
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.words import Status


def settled(session: Session, now: datetime, *, limits: Limits, limit: int) -> list[Ticket]:
    """Told tickets that end by themselves; locked, those locked already left out.

    Whoever says that it is solved need not wait, unless the desk is still to call, or others were
    told as well. Nobody's silence is waited for longer than `close_after` (proposal).
    """
    silent_since = now - limits.span("close_after")
    query = (
        select(Ticket)
        .where(Ticket.status == Status.DELIVERED, col(Ticket.unsolved).is_(False))
        .where(or_(_told_at() <= silent_since, _is_content(limits)))
        .order_by(col(Ticket.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(query))


def _told_at() -> ColumnElement[datetime]:
    told = (TicketEvent.ticket_id == Ticket.id, TicketEvent.action == Action.DELIVER)
    return select(func.max(TicketEvent.at)).where(*told).scalar_subquery()


def _is_content(limits: Limits) -> ColumnElement[bool]:
    follower, said = aliased(Ticket), aliased(TicketEvent)
    # Of telling and rating the last counts, in the order in which they happened: clocks differ.
    last = select(func.max(said.seq)).where(
        said.ticket_id == Ticket.id, col(said.action).in_((Action.DELIVER, Action.FOLLOW_UP))
    )
    solved = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.seq == last.correlate(Ticket).scalar_subquery(),
        col(TicketEvent.solved),
    )
    alone = ~exists().where(follower.merged_into == Ticket.id)
    return and_(solved, alone, col(Ticket.id).not_in(follow_ups.to_be_called_about(limits)))
