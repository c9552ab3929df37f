"""The piles people work from: counts and small rows, a fixed number of statements each."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlmodel import Session, col

from hotline.clock import city_day, city_span
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets.models import Alarm, Assignment, Ticket
from hotline.tickets.queries import visible
from hotline.tickets.rows import (
    BY_DECISION,
    BY_DUE,
    BY_URGENCY,
    Order,
    Row,
    headed,
    how_many,
    loaded,
    of_assignments,
    of_tickets,
    page,
)
from hotline.tickets.standing import CRITICAL, OPEN_LEAD, due_soon, overdue
from hotline.tickets.words import Part, Status

# What a supervisor is shown of each heap; the rest is behind its count.
BURNING_SHOWN = 10


class Pile(StrEnum):
    """A unit's inbox. The last two cut across the first two: they go by the clock alone."""

    TO_CLAIM = "to_claim"  # 待签收
    IN_PROGRESS = "in_progress"  # 办理中, with what the unit assists in
    DUE_SOON = "due_soon"  # 将到期
    OVERDUE = "overdue"  # 已超期


class DeskPile(StrEnum):
    """What waits for the dispatch desk."""

    TO_ACCEPT = "to_accept"  # 待受理
    TO_DISPATCH = "to_dispatch"  # 待派
    TO_RULE = "to_rule"  # 退单待裁
    TO_REVIEW = "to_review"  # 待审核
    UNSOLVED = "unsolved"  # 未解决
    ALARMS = "alarms"  # 警示未接


class Burn(StrEnum):
    """What needs a supervisor now."""

    OVERDUE = "overdue"  # 超期
    DUE_TODAY = "due_today"  # 今日到期, not overdue yet
    CRITICAL = "critical"  # 特急未答复
    TO_RULE = "to_rule"  # 待裁定


@dataclass(frozen=True, slots=True)
class Heap:
    """How many there are, and the first of them."""

    count: int
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class UnitHeat:
    """How much of one unit's work presses now."""

    unit: str
    overdue: int
    due_today: int


# What burns by the clock of a unit.
_LEADS = (Burn.OVERDUE, Burn.DUE_TODAY)
# No longer in anybody's hands, or told already.
_DONE = (
    Status.DELIVERED, Status.CLOSED, Status.REDIRECTED, Status.WITHDRAWN, Status.MERGED,
)  # fmt: skip
_DESK_STATUS = {
    DeskPile.TO_ACCEPT: Status.LOGGED,
    DeskPile.TO_DISPATCH: Status.ACCEPTED,
    DeskPile.TO_RULE: Status.OBJECTED,
    DeskPile.TO_REVIEW: Status.REPLIED,
}
_OF_NO_STATUS = (DeskPile.UNSOLVED, DeskPile.ALARMS)


def inbox_counts(session: Session, actor: Actor, now: datetime) -> dict[Pile, int]:
    """How much lies in each pile of the actor's unit."""
    counts = [func.coalesce(func.sum(case((_in_pile(pile, now), 1), else_=0)), 0) for pile in Pile]
    query = select(*counts).select_from(Assignment).join(Ticket, _same_ticket())
    row = session.execute(query.where(_own(actor))).one()
    return dict(zip(Pile, row, strict=True))


def inbox(
    session: Session,
    actor: Actor,
    pile: Pile,
    now: datetime,
    after: str | None = None,
    limit: int = 50,
) -> list[Row]:
    """One pile of the actor's unit, the earliest due first; `after` is the last row's `cursor`."""
    query = of_assignments(_own(actor), _in_pile(pile, now))
    return page(session, query, BY_DUE, after, limit)


def arrivals(session: Session, actor: Actor, since: datetime) -> int:
    """How many tickets have come to the actor's unit after `since` and are still to be claimed."""
    query = select(func.count()).select_from(Assignment).join(Ticket, _same_ticket())
    fresh = col(Assignment.dispatched_at) > since
    return session.execute(
        query.where(_own(actor), _in_pile(Pile.TO_CLAIM, since), fresh)
    ).scalar_one()


def desk_counts(session: Session, actor: Actor) -> dict[DeskPile, int]:
    """How much waits in each pile of the desk."""
    query = (
        select(col(Ticket.status), func.count())
        .where(col(Ticket.status).in_(_DESK_STATUS.values()), visible(actor, Action.READ))
        .group_by(col(Ticket.status))
    )
    found = dict(session.execute(query).all())
    counts = {pile: found.get(status, 0) for pile, status in _DESK_STATUS.items()}
    seen = visible(actor, Action.READ)
    others = [how_many(of_tickets(_in_desk_pile(pile), seen)).label(pile) for pile in _OF_NO_STATUS]
    return counts | dict(zip(_OF_NO_STATUS, session.execute(select(*others)).one(), strict=True))


def desk_pile(
    session: Session, actor: Actor, pile: DeskPile, after: str | None = None, limit: int = 50
) -> list[Row]:
    """One pile of the desk: critical first, then urgent, then the longest waiting."""
    order = BY_DECISION if pile is DeskPile.TO_DISPATCH else BY_URGENCY
    return page(
        session, of_tickets(_in_desk_pile(pile), visible(actor, Action.READ)), order, after, limit
    )


def burning(session: Session, actor: Actor, now: datetime) -> dict[Burn, Heap]:
    """What needs a person now: of each heap the count and its most pressing rows."""
    heaps = {burn: _heap(burn, actor, now) for burn in Burn}
    counts = session.execute(
        select(*(how_many(query).label(heap) for heap, (query, _) in heaps.items()))
    ).one()
    shown = {
        heap: loaded(session, query, order, None, BURNING_SHOWN)
        for heap, (query, order) in heaps.items()
    }
    headed_rows = iter(headed(session, [row for rows in shown.values() for row in rows]))
    return {
        heap: Heap(count, list(islice(headed_rows, len(shown[heap]))))
        for heap, count in zip(heaps, counts, strict=True)
    }


def burning_pile(
    session: Session,
    actor: Actor,
    burn: Burn,
    now: datetime,
    *,
    unit: str = "",
    after: str | None = None,
    limit: int = 50,
) -> Heap:
    """What one count of `burning` (or of `burning_units`) counts: how many, and a page of them."""
    query, order = _heap(burn, actor, now)
    if unit:
        query = query.where(col(Assignment.unit) == unit)
    count = session.execute(select(how_many(query))).scalar_one()
    return Heap(count, page(session, query, order, after, limit))


def burning_units(session: Session, actor: Actor, now: datetime) -> list[UnitHeat]:
    """Units with anything overdue or due today, the most overdue first."""
    late, today = (
        func.coalesce(func.sum(case((_falls_due(burn, now), 1), else_=0)), 0) for burn in _LEADS
    )
    query = (
        select(col(Assignment.unit), late, today)
        .where(_lead_seen_by(actor), or_(*(_falls_due(burn, now) for burn in _LEADS)))
        .group_by(col(Assignment.unit))
        .order_by(late.desc(), today.desc(), col(Assignment.unit))
    )
    return [UnitHeat(*row) for row in session.execute(query)]


def _heap(burn: Burn, actor: Actor, now: datetime) -> tuple[Select[Any], Order]:
    if burn in _LEADS:
        return of_assignments(_lead_seen_by(actor), _falls_due(burn, now)), BY_DUE
    condition = _critical() if burn is Burn.CRITICAL else _in_desk_pile(DeskPile.TO_RULE)
    return of_tickets(condition, visible(actor, Action.READ)), BY_URGENCY


def _lead_seen_by(actor: Actor) -> ColumnElement[bool]:
    return and_(OPEN_LEAD, visible(actor, Action.READ, col(Assignment.ticket_id)))


def _falls_due(burn: Burn, now: datetime) -> ColumnElement[bool]:
    _, midnight = city_span(city_day(now), city_day(now))
    due = col(Assignment.due_at)
    return overdue(now) if burn is Burn.OVERDUE else and_(due >= now, due < midnight)


def _same_ticket() -> ColumnElement[bool]:
    return col(Assignment.ticket_id) == col(Ticket.id)


def _own(actor: Actor) -> ColumnElement[bool]:
    scope_of(actor, Action.CLAIM)
    return and_(col(Assignment.unit) == actor.unit, col(Assignment.ended_at).is_(None))


def _in_pile(pile: Pile, now: datetime) -> ColumnElement[bool]:
    status, assists = col(Ticket.status), col(Assignment.part) == Part.ASSIST
    return {
        Pile.TO_CLAIM: OPEN_LEAD & (status == Status.DISPATCHED),
        Pile.IN_PROGRESS: (OPEN_LEAD & (status == Status.IN_PROGRESS)) | assists,
        Pile.DUE_SOON: OPEN_LEAD & due_soon(now),
        Pile.OVERDUE: OPEN_LEAD & overdue(now),
    }[pile]


def _in_desk_pile(pile: DeskPile) -> ColumnElement[bool]:
    if pile is DeskPile.ALARMS:
        return col(Ticket.id).in_(select(col(Alarm.ticket_id)).where(col(Alarm.taken_at).is_(None)))
    if pile is DeskPile.UNSOLVED:
        return and_(col(Ticket.unsolved), col(Ticket.status) == Status.DELIVERED)
    return col(Ticket.status) == _DESK_STATUS[pile]


def _critical() -> ColumnElement[bool]:
    return and_(
        CRITICAL,
        col(Ticket.status).in_([status for status in Status if status not in _DONE]),
    )
