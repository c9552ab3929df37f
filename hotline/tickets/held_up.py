"""What holds a ticket up beside its lead: the desk, a joint ruling, a silent assistant."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, exists, literal
from sqlmodel import Session, col, select

from hotline.people.rights import Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tables import UtcDateTime
from hotline.tickets.deadlines import dispatch_within
from hotline.tickets.dispatch import came_to_the_desk
from hotline.tickets.lists import BURNING_SHOWN, Heap
from hotline.tickets.models import Assignment, Objection, Ticket
from hotline.tickets.objections import not_ruled_by
from hotline.tickets.queries import visible
from hotline.tickets.rows import BY_URGENCY, how_many, of_tickets, page
from hotline.tickets.standing import AWAITED
from hotline.tickets.supervision import Reminder
from hotline.tickets.words import ReminderKind, Status, Urgency


class Behind(StrEnum):
    """What the desk itself should have done by now."""

    DISPATCH = "dispatch_late"  # 派单超时
    RULING = "ruling_late"  # 会商超时


class Joint(NamedTuple):
    """A joint ruling that is still to be made: between which units, since when, by when."""

    units: tuple[str, ...]
    since: datetime
    by: datetime


class Awaited(NamedTuple):
    """An assistant that has not said its part."""

    unit: str
    warn_at: datetime
    due_at: datetime
    reminded: bool


def behind(
    session: Session, actor: Actor, calendar: WorkCalendar, now: datetime
) -> dict[Behind, Heap]:
    """Where the desk is late now: of each the count and its most pressing rows."""
    heaps = {which: _heap(which, actor, calendar, now) for which in Behind}
    asked = select(*(how_many(query).label(which) for which, query in heaps.items()))
    # Mostly it is not.
    return {
        which: Heap(count, page(session, query, BY_URGENCY, None, BURNING_SHOWN) if count else [])
        for (which, query), count in zip(heaps.items(), session.execute(asked).one(), strict=True)
    }


def behind_pile(
    session: Session,
    actor: Actor,
    which: Behind,
    calendar: WorkCalendar,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = 50,
) -> Heap:
    """What one count of `behind` counts: how many, and a page of them."""
    query = _heap(which, actor, calendar, now)
    count = session.execute(select(how_many(query))).scalar_one()
    return Heap(count, page(session, query, BY_URGENCY, after, limit))


def _heap(which: Behind, actor: Actor, calendar: WorkCalendar, now: datetime) -> Select[Any]:
    late = _undispatched(calendar, now) if which is Behind.DISPATCH else _unruled(now)
    return of_tickets(late, visible(actor, Action.READ))


def _undispatched(calendar: WorkCalendar, now: datetime) -> ColumnElement[bool]:
    normal, urgent = (
        literal(now - dispatch_within(urgency, calendar), UtcDateTime())
        for urgency in (Urgency.NORMAL, Urgency.URGENT)
    )
    latest = case((col(Ticket.urgency) == Urgency.NORMAL, normal), else_=urgent)
    waits = col(Ticket.status) == Status.ACCEPTED
    return and_(waits, came_to_the_desk(col(Ticket.id)) < latest)


def _unruled(now: datetime) -> ColumnElement[bool]:
    late = select(col(Objection.ticket_id)).where(not_ruled_by(now))
    return and_(col(Ticket.status) == Status.OBJECTED, col(Ticket.id).in_(late))


def joint(session: Session, tickets: Sequence[int]) -> dict[int, Joint]:
    """Of these tickets, those that wait for a joint ruling."""
    query = (
        select(Objection).where(col(Objection.ticket_id).in_(tickets)).order_by(col(Objection.id))
    )
    raised: dict[int, list[Objection]] = defaultdict(list)
    for each in session.exec(query):
        raised[each.ticket_id].append(each)
    return {
        id: Joint(_quarrelling(all_of_it), last.raised_at, last.joint_by)
        for id, all_of_it in raised.items()
        if (last := all_of_it[-1]).joint_by and last.ruled_at is None
    }


def _quarrelling(raised: Sequence[Objection]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for each in raised for name in (each.unit, each.right_unit)))


def awaited(session: Session, tickets: Sequence[int]) -> dict[int, list[Awaited]]:
    """Of these tickets, the assistants that have not said their part, and whether reminded."""
    kinds = (ReminderKind.DUE_SOON, ReminderKind.ASSIST_LATE)
    reminded = exists().where(
        Reminder.assignment_id == Assignment.id, col(Reminder.kind).in_(kinds)
    )
    query = (
        select(
            Assignment.ticket_id, Assignment.unit, Assignment.warn_at, Assignment.due_at, reminded
        )
        .where(AWAITED, col(Assignment.ticket_id).in_(tickets))
        .order_by(col(Assignment.due_at), col(Assignment.id))
    )
    found: dict[int, list[Awaited]] = defaultdict(list)
    for id, *facts in session.execute(query):
        found[id].append(Awaited(*facts))
    return dict(found)
