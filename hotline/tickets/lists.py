"""The piles people work from: counts and small rows, a fixed number of statements each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select, tuple_
from sqlmodel import Session, col

from hotline.clock import city_day, city_span
from hotline.db import UtcDateTime
from hotline.errors import Invalid
from hotline.people.rights import Action, Actor, scope_of
from hotline.routing.types import Decision
from hotline.tickets.models import Alarm, Assignment, Content, Ticket, TicketEvent
from hotline.tickets.queries import visible
from hotline.tickets.words import Part, Status, Urgency

HEADING_LENGTH = 40
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
    ALARMS = "alarms"  # 警示未接


class Burn(StrEnum):
    """What needs a supervisor now."""

    OVERDUE = "overdue"  # 超期
    DUE_TODAY = "due_today"  # 今日到期, not overdue yet
    CRITICAL = "critical"  # 特急未答复
    TO_RULE = "to_rule"  # 待裁定


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as a list shows it; the clocks are those of `unit`, None where it has none now.

    `cursor` is what a list is asked `after` to go on behind this row.
    """

    id: int
    number: str
    status: str
    kind: str
    channel: str
    urgency: str
    territory: str
    place: str
    unit: str  # the last accountable one; in an inbox the reader's own
    part: str  # lead | assist, blank while no unit has it
    handler: str
    logged_at: datetime
    promised_at: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    decision: str  # how sure the router was
    since: datetime  # of its last step; falling overdue is none
    cursor: str
    heading: str = ""  # title, else the beginning of the matter


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


_OPEN_LEAD = and_(col(Assignment.ended_at).is_(None), col(Assignment.part) == Part.LEAD)
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
_RANK = case(
    {Urgency.CRITICAL: 0, Urgency.URGENT: 1}, value=col(Ticket.urgency), else_=2
)  # fmt: skip
_BY_DUE = (col(Assignment.due_at), col(Assignment.id))
_BY_URGENCY = (_RANK, col(Ticket.id))
# What the router could not decide waits for nobody else, so it comes first of equal urgency.
_ASKED = case((col(Ticket.decision) == Decision.ASK, 0), else_=1)
_BY_DECISION = (_RANK * 2 + _ASKED, col(Ticket.id))
Order = tuple[ColumnElement[Any], ColumnElement[Any]]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
    query = _of_assignments(_own(actor), _in_pile(pile, now))
    return _page(session, query, _BY_DUE, after, limit)


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
    found = dict(session.execute(query).tuples().all())
    counts = {pile: found.get(status, 0) for pile, status in _DESK_STATUS.items()}
    return counts | {DeskPile.ALARMS: _open_alarms(session, actor)}


def desk_pile(
    session: Session, actor: Actor, pile: DeskPile, after: str | None = None, limit: int = 50
) -> list[Row]:
    """One pile of the desk: critical first, then urgent, then the longest waiting."""
    order = _BY_DECISION if pile is DeskPile.TO_DISPATCH else _BY_URGENCY
    return _page(session, _of_tickets(_in_desk_pile(pile), actor), order, after, limit)


def burning(session: Session, actor: Actor, now: datetime) -> dict[Burn, Heap]:
    """What needs a person now: of each heap the count and its most pressing rows."""
    heaps = {burn: _heap(burn, actor, now) for burn in Burn}
    counts = session.execute(
        select(*(_how_many(query).label(heap) for heap, (query, _) in heaps.items()))
    ).one()
    shown = {
        heap: _loaded(session, query, order, None, BURNING_SHOWN)
        for heap, (query, order) in heaps.items()
    }
    headings = _headings(session, (row.id for rows in shown.values() for row in rows))
    return {
        heap: Heap(count, [replace(row, heading=headings.get(row.id, "")) for row in shown[heap]])
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
    count = session.execute(select(_how_many(query))).scalar_one()
    return Heap(count, _page(session, query, order, after, limit))


def burning_units(session: Session, actor: Actor, now: datetime) -> list[UnitHeat]:
    """Units with anything overdue or due today, the most overdue first."""
    late, today = (
        func.coalesce(func.sum(case((_falls_due(burn, now), 1), else_=0)), 0)
        for burn in (Burn.OVERDUE, Burn.DUE_TODAY)
    )
    query = (
        select(col(Assignment.unit), late, today)
        .select_from(Assignment)
        .join(Ticket, _same_ticket())
        .where(_OPEN_LEAD, visible(actor, Action.READ))
        .group_by(col(Assignment.unit))
        .having(late + today > 0)
        .order_by(late.desc(), today.desc(), col(Assignment.unit))
    )
    return [UnitHeat(*row) for row in session.execute(query)]


def newest(session: Session, ids: Sequence[int]) -> list[Row]:
    """These tickets, the newest first; the caller knows that its reader may see them."""
    query = _from_tickets().where(col(Ticket.id).in_(ids)).order_by(col(Ticket.id).desc())
    return _headed(session, [Row(*row, cursor=str(row[0])) for row in session.execute(query)])


def _heap(burn: Burn, actor: Actor, now: datetime) -> tuple[Select[Any], Order]:
    if burn in (Burn.OVERDUE, Burn.DUE_TODAY):
        leads = (_OPEN_LEAD, _falls_due(burn, now), visible(actor, Action.READ))
        return _of_assignments(*leads), _BY_DUE
    condition = _critical() if burn is Burn.CRITICAL else _in_desk_pile(DeskPile.TO_RULE)
    return _of_tickets(condition, actor), _BY_URGENCY


def _falls_due(burn: Burn, now: datetime) -> ColumnElement[bool]:
    _, midnight = city_span(city_day(now), city_day(now))
    due = col(Assignment.due_at)
    return due < now if burn is Burn.OVERDUE else and_(due >= now, due < midnight)


def _same_ticket() -> ColumnElement[bool]:
    return col(Assignment.ticket_id) == col(Ticket.id)


def _own(actor: Actor) -> ColumnElement[bool]:
    scope_of(actor, Action.CLAIM)
    return and_(col(Assignment.unit) == actor.unit, col(Assignment.ended_at).is_(None))


def _in_pile(pile: Pile, now: datetime) -> ColumnElement[bool]:
    part, status = col(Assignment.part), col(Ticket.status)
    warn, due = col(Assignment.warn_at), col(Assignment.due_at)
    lead = part == Part.LEAD
    return {
        Pile.TO_CLAIM: lead & (status == Status.DISPATCHED),
        Pile.IN_PROGRESS: (lead & (status == Status.IN_PROGRESS)) | (part == Part.ASSIST),
        Pile.DUE_SOON: lead & (warn <= now) & (due >= now),
        Pile.OVERDUE: lead & (due < now),
    }[pile]


def _in_desk_pile(pile: DeskPile) -> ColumnElement[bool]:
    if pile is DeskPile.ALARMS:
        return col(Ticket.id).in_(select(col(Alarm.ticket_id)).where(col(Alarm.taken_at).is_(None)))
    return col(Ticket.status) == _DESK_STATUS[pile]


def _critical() -> ColumnElement[bool]:
    return and_(
        col(Ticket.urgency) == Urgency.CRITICAL,
        col(Ticket.status).in_([status for status in Status if status not in _DONE]),
    )


def _open_alarms(session: Session, actor: Actor) -> int:
    query = _of_tickets(_in_desk_pile(DeskPile.ALARMS), actor)
    return session.execute(select(_how_many(query))).scalar_one()


def _of_assignments(*conditions: ColumnElement[bool]) -> Select[Any]:
    return _columns().select_from(Assignment).join(Ticket, _same_ticket()).where(*conditions)


def _of_tickets(condition: ColumnElement[bool], actor: Actor) -> Select[Any]:
    return _from_tickets().where(condition, visible(actor, Action.READ))


def _from_tickets() -> Select[Any]:
    return _columns().select_from(Ticket).outerjoin(Assignment, _same_ticket() & _OPEN_LEAD)


def _columns() -> Select[Any]:
    return select(
        Ticket.id, Ticket.number, Ticket.status, Ticket.kind, Ticket.channel, Ticket.urgency,
        Ticket.territory, Ticket.place, func.coalesce(Assignment.unit, Ticket.lead_unit),
        func.coalesce(Assignment.part, ""), func.coalesce(Assignment.handler, ""),
        Ticket.logged_at, Ticket.promised_at, Assignment.warn_at, Assignment.due_at,
        Ticket.decision, _since(),
    )  # fmt: skip


def _since() -> ColumnElement[datetime]:
    return (
        select(func.max(TicketEvent.at))
        .where(col(TicketEvent.ticket_id) == col(Ticket.id))
        .where(col(TicketEvent.action) != Action.FALL_OVERDUE)
        .correlate(Ticket)
        .scalar_subquery()
    )


def _how_many(query: Select[Any]) -> ColumnElement[int]:
    return query.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()


def _page(
    session: Session, query: Select[Any], order: Order, after: str | None, limit: int
) -> list[Row]:
    return _headed(session, _loaded(session, query, order, after, limit))


def _headed(session: Session, rows: Sequence[Row]) -> list[Row]:
    headings = _headings(session, (row.id for row in rows))
    return [replace(row, heading=headings.get(row.id, "")) for row in rows]


def _loaded(
    session: Session, query: Select[Any], order: Order, after: str | None, limit: int
) -> list[Row]:
    if after is not None:
        query = query.where(tuple_(*order) > _place(after, order))
    found = session.execute(query.add_columns(*order).order_by(*order).limit(limit))
    return [Row(*values, cursor=_cursor(first, id)) for *values, first, id in found]


def _headings(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What each ticket is about, by its id; the matter is a ticket's first content."""
    first = (
        select(func.min(Content.id))
        .where(col(Content.ticket_id).in_(list(ids)))
        .group_by(col(Content.ticket_id))
    )
    begun = func.substr(Content.text, 1, HEADING_LENGTH)
    heading = case((col(Content.title) != "", col(Content.title)), else_=begun)
    query = select(col(Content.ticket_id), heading).where(col(Content.id).in_(first))
    return dict(session.execute(query).tuples().all())


def _cursor(first: datetime | int, id: int) -> str:
    number = (first - _EPOCH) // _MICROSECOND if isinstance(first, datetime) else first
    return f"{number}.{id}"


def _place(cursor: str, order: Order) -> ColumnElement[Any]:
    """Where the page before ended, as the values of `order`."""
    try:
        first, id = (int(number) for number in cursor.split("."))
        if order is _BY_DUE:
            return tuple_(literal(_EPOCH + first * _MICROSECOND, UtcDateTime()), id)
        return tuple_(first, id)
    except (ValueError, OverflowError) as error:
        raise Invalid("翻页标记有误,请从第一页重新打开。", field="after") from error
