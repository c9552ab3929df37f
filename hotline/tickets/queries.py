"""Reading tickets, always within the scope of who asks."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, true
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from hotline.errors import NotFound, StepRefused
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.tickets.models import BLANK, Assignment, Contact, Content, Reply, Ticket, TicketEvent
from hotline.tickets.numbers import is_number
from hotline.tickets.standing import OPEN_LEAD, overdue, standing_with
from hotline.tickets.words import Outcome, Part, Status

_ID = col(Ticket.id)
# What these find or change stands on the ticket that theirs was merged into, or on those merged.
OF_A_FAMILY = (Action.FOLLOW_UP, Action.UNMERGE, Action.RULE_EXTENSION, Action.REOPEN)
# Others may meanwhile store what refers to the ticket: its key does not change.
WRITING = {"key_share": True}
# Asked with every pull of a unit: to build them takes as long as to ask them.
_CLAIMABLE = (
    select(Ticket)
    .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
    .where(Assignment.unit == bindparam("of_unit"), Assignment.part == Part.LEAD)
    .where(col(Assignment.ended_at).is_(None), Ticket.status == Status.DISPATCHED)
    .order_by(col(Assignment.due_at), col(Assignment.id))
    .limit(bindparam("at_most"))
    .options(selectinload(Ticket.assignments))
    # The assignment as well: only so is one left out that ended while the list was made.
    .with_for_update(skip_locked=True)
)
_FIRST_CONTENTS = (
    select(func.min(Content.id))
    .where(col(Content.ticket_id).in_(bindparam("ids", expanding=True)))
    .group_by(col(Content.ticket_id))
)
_MATTERS = select(Content).where(col(Content.id).in_(_FIRST_CONTENTS))


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
    beside: Sequence[str] = (),
    field: str = "number",
) -> Ticket:
    """The ticket, if the actor may do this to it; locked against other writers when asked.

    One outside the actor's scope is "not found": its existence is nobody else's business.
    `beside` are the numbers of others that the same step locks later on; `field` is where the
    asker wrote the number.
    """
    if lock and (beside or action in OF_A_FAMILY):
        _lock_family(session, number, beside)
    query = select(Ticket).where(Ticket.number == number, visible(actor, action))
    found = session.exec(query.with_for_update(**WRITING) if lock else query).first()
    if lock and scope_of(actor, action) is Scope.UNIT and not _stands_with(found, actor.unit):
        _refuse_moved(session, number, actor.unit)
        found = None
    if found is None:
        slip = "" if is_number(number) else "（编号有错字）"
        raise NotFound(
            "没有找到工单 %(number)s%(slip)s，请核对编号。",
            field=field,
            number=number[:30],
            slip=slip,
        )
    return found


def _stands_with(ticket: Ticket | None, unit: str) -> bool:
    """Whether it does so now: it may have gone elsewhere while its lock was waited for."""
    return ticket is not None and any(
        each.unit == unit and each.outcome != Outcome.MOVED for each in ticket.assignments
    )


def _refuse_moved(session: Session, number: str, unit: str) -> None:
    """Whoever had the ticket a moment ago knows that it exists, and is told where it went.

    Of a confidential one that is not told: it may have come to the very unit that it is about.
    """
    had = select(Ticket.lead_unit).join(Assignment, col(Assignment.ticket_id) == Ticket.id)
    had = had.where(Ticket.number == number, Assignment.unit == unit)
    to = session.exec(had.where(col(Ticket.confidential).is_(False))).first()
    if to:
        raise StepRefused(
            "工单 %(number)s 已转%(unit)s办理，不再由本单位办理。",
            field="action",
            number=number,
            unit=to,
        )


def citizens_ticket(
    session: Session, number: str, query_code: str, *, lock: bool = False
) -> Ticket:
    """The ticket behind number and query code; a wrong code and a wrong number look the same."""
    if lock:
        _lock_family(session, number)
    query = select(Ticket).where(Ticket.number == number, Ticket.query_code == query_code.upper())
    found = session.exec(query.with_for_update(**WRITING) if lock else query).first()
    if found is None:
        raise NotFound("工单编号或查询码不对，请核对后再查。", field="query_code")
    return found


def _lock_family(session: Session, number: str, beside: Sequence[str] = ()) -> None:
    """Locks the ticket, the one that it was merged into and those merged into it, and others.

    All in the order of their numbers, so that nobody holds one that somebody waits for who holds
    another; and what a step reads of the one stays so until it has changed the other.
    """
    parent = select(Ticket.merged_into).where(Ticket.number == number).scalar_subquery()
    own = select(Ticket.id).where(Ticket.number == number).scalar_subquery()
    family = or_(
        col(Ticket.number).in_((number, *beside)), parent == _ID, col(Ticket.merged_into) == own
    )
    query = select(Ticket.id, Ticket.number, Ticket.merged_into).where(family)
    held = session.exec(query.order_by(col(Ticket.number)).with_for_update(**WRITING)).all()
    followed = next((into for _, each, into in held if each == number), None)
    if followed and followed not in {id for id, *_ in held}:
        # It was merged while we waited: whom it follows now, nobody who asked has seen.
        raise StepRefused(
            "工单 %(number)s 刚刚有变动，请刷新后再办。", field="number", number=number
        )


def is_followed(session: Session, ticket: Ticket) -> bool:
    """Whether others were merged into it: their requesters wait for its reply."""
    query = select(Ticket.id).where(Ticket.merged_into == ticket.id)
    return session.exec(query.limit(1)).first() is not None


def answered_with(session: Session, ticket: Ticket) -> Ticket:
    """By whose reply its requester is told: its own, or that of the ticket it was merged into."""
    return session.get_one(Ticket, ticket.merged_into) if ticket.merged_into else ticket


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
    rows = session.exec(_MATTERS, params={"ids": [ticket.id for ticket in tickets]})
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
    return list(session.exec(_CLAIMABLE, params={"of_unit": unit, "at_most": limit}))


def lapsed(session: Session, now: datetime, *, limit: int) -> list[tuple[Ticket, Assignment]]:
    """Open lead assignments that count as late and have no overdue event yet."""
    query = (
        select(Ticket, Assignment)
        .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
        .where(OPEN_LEAD, col(Assignment.overdue).is_(False), overdue(now))
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
