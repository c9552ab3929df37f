"""Reading tickets, always within the scope of who asks."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, exists, func, true
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from hotline.errors import NotFound
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.tickets.models import BLANK, Assignment, Contact, Content, Reply, Ticket, TicketEvent
from hotline.tickets.numbers import is_number
from hotline.tickets.standing import OPEN_LEAD, PUT_OFF, overdue, standing_with
from hotline.tickets.words import Part, Status

_ID = col(Ticket.id)


def visible(
    actor: Actor, action: Action, ticket_id: ColumnElement[int] = _ID
) -> ColumnElement[bool]:
    """The one predicate of row scope, shared by every list, count and feed."""
    scope = scope_of(actor, action)
    if scope is Scope.UNIT:
        return exists().where(Assignment.ticket_id == ticket_id, standing_with(actor.unit))
    if scope is Scope.OWN:
        return ticket_id.in_(select(_ID).where(Ticket.number == actor.ticket))
    return true()


def ticket(
    session: Session,
    number: str,
    *,
    actor: Actor,
    action: Action,
    lock: bool = False,
    field: str = "number",
) -> Ticket:
    """The ticket, if the actor may do this to it; locked against other writers when asked.

    One outside the actor's scope is "not found": its existence is nobody else's business.
    `field` is where the asker wrote the number.
    """
    query = select(Ticket).where(Ticket.number == number, visible(actor, action))
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        slip = "" if is_number(number) else "(编号有错字)"
        raise NotFound(
            "没有找到工单 %(number)s%(slip)s，请核对编号。",
            field=field,
            number=number[:30],
            slip=slip,
        )
    return found


def citizens_ticket(
    session: Session, number: str, query_code: str, *, lock: bool = False
) -> Ticket:
    """The ticket behind number and query code; a wrong code and a wrong number look the same."""
    query = select(Ticket).where(Ticket.number == number, Ticket.query_code == query_code.upper())
    found = session.exec(query.with_for_update() if lock else query).first()
    if found is None:
        raise NotFound("工单编号或查询码不对，请核对后再查。", field="query_code")
    return found


def events(session: Session, ticket: Ticket) -> list[TicketEvent]:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)
    return list(session.exec(query.order_by(col(TicketEvent.seq))))


def contact(session: Session, ticket: Ticket) -> Contact:
    return session.exec(select(Contact).where(Contact.ticket_id == ticket.id)).one()


def matter(session: Session, ticket: Ticket) -> Content:
    """The requester's own words: the first content of the ticket."""
    query = select(Content).where(Content.ticket_id == ticket.id).order_by(col(Content.id))
    return session.exec(query.limit(1)).one()


def matters(session: Session, tickets: Sequence[Ticket]) -> dict[int, Content]:
    """The requester's own words of each ticket, by its id, in one statement."""
    ids = [ticket.id for ticket in tickets]
    first = (
        select(func.min(Content.id))
        .where(col(Content.ticket_id).in_(ids))
        .group_by(col(Content.ticket_id))
    )
    rows = session.exec(select(Content).where(col(Content.id).in_(first)))
    return {row.ticket_id: row for row in rows}


def approved_reply(session: Session, ticket: Ticket) -> tuple[Reply, Content] | None:
    """The newest reply that may leave, with its text; a merged ticket has its parent's."""
    query = (
        select(Reply, Content)
        .join(Content, col(Content.id) == Reply.content_id)
        .where(Reply.ticket_id == (ticket.merged_into or ticket.id))
        .where(col(Reply.approved_at).is_not(None), col(Reply.interim).is_(False))
        .order_by(col(Reply.id).desc())
    )
    return session.exec(query.limit(1)).first()


def claimable(session: Session, unit: str, *, limit: int) -> list[Ticket]:
    """The unit's tickets to be claimed, most pressing first; locks them, skips locked ones."""
    query = (
        select(Ticket)
        .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
        .where(Assignment.unit == unit, Assignment.part == Part.LEAD)
        .where(col(Assignment.ended_at).is_(None), Ticket.status == Status.DISPATCHED)
        .order_by(col(Assignment.due_at), col(Assignment.id))
        .limit(limit)
        .options(selectinload(Ticket.assignments))
        .with_for_update(skip_locked=True, of=Ticket)
    )
    return list(session.exec(query))


def lapsed(session: Session, now: datetime, *, limit: int) -> list[tuple[Ticket, Assignment]]:
    """Open lead assignments that count as late and have no overdue event yet."""
    query = (
        select(Ticket, Assignment)
        .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
        .where(OPEN_LEAD, col(Assignment.overdue).is_(False), overdue(now), ~PUT_OFF)
        .order_by(col(Assignment.due_at))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return list(session.exec(query))


def of_batch(batch: str) -> ColumnElement[bool]:
    """The condition of a ticket that came with this import or replay."""
    return and_(col(Ticket.batch) == batch, col(Ticket.batch) != BLANK)


def delivered_of(session: Session, batch: str, *, limit: int) -> list[Ticket]:
    """Tickets of an import or replay whose reply has been told, oldest first; locked."""
    query = (
        select(Ticket)
        .where(of_batch(batch), Ticket.status == Status.DELIVERED)
        .order_by(col(Ticket.id))
        .limit(limit)
        .with_for_update()
    )
    return list(session.exec(query))


def stories_of(session: Session, batch: str) -> list[list[TicketEvent]]:
    """The events of every ticket of an import or replay, ticket by ticket."""
    query = (
        select(TicketEvent)
        .join(Ticket, col(Ticket.id) == TicketEvent.ticket_id)
        .where(of_batch(batch))
        .order_by(col(TicketEvent.ticket_id), col(TicketEvent.seq))
    )
    rows = session.exec(query)
    return [list(story) for _, story in groupby(rows, key=lambda event: event.ticket_id)]
