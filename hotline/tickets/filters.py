"""What a list of tickets can be narrowed to, besides words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, UnaryExpression, exists, func, select, true
from sqlalchemy.sql.operators import custom_op
from sqlmodel import Session, col

from hotline.clock import city_moment, city_span
from hotline.people.rights import Actor, Role
from hotline.tickets.asking import Asked
from hotline.tickets.models import BLANK, Assignment, Contact, Ticket
from hotline.tickets.standing import CRITICAL, OPEN_LEAD, due_soon, overdue
from hotline.tickets.words import Channel, MatterKind, Status, Urgency


class Due(StrEnum):
    """How the clock of the accountable unit stands."""

    OVERDUE = "overdue"  # 已超期
    DUE_SOON = "due_soon"  # 将到期


@dataclass(frozen=True, slots=True)
class Filters:
    """Each part narrows, a blank one does not; days are those of logging, both included."""

    status: Status | None = None
    unit: str = ""
    kind: MatterKind | None = None
    channel: Channel | None = None
    addressee: str = ""
    territory: str = ""
    urgency: Urgency | None = None
    due: Due | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Ids from the lowest to the highest, both included."""

    lowest: int
    highest: int

    @property
    def size(self) -> int:
        return max(0, self.highest - self.lowest + 1)

    def holds(self, id: ColumnElement[int]) -> ColumnElement[bool]:
        return id.between(self.lowest, self.highest)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a ticket must meet; `ids` lists those that do, where an index knows them."""

    condition: ColumnElement[bool]
    ids: Select[Any] | None = None


# Who takes requests down; all others see masks on confidential tickets.
KNOWS_CALLERS = (Role.AGENT, Role.DISPATCHER)
_DUE = {Due.OVERDUE: overdue, Due.DUE_SOON: due_soon}
_tickets, _assigned = select(col(Ticket.id)), select(col(Assignment.ticket_id))


def narrowings(
    session: Session, actor: Actor, asked: Asked, filters: Filters, now: datetime
) -> list[Narrowing]:
    """All but the words, the days and the actor's own scope."""
    return [
        *_equal(session, filters),
        *_due(filters, now),
        *_asked(session, actor, asked),
    ]


def _equal(session: Session, filters: Filters) -> Iterator[Narrowing]:
    critical = _tickets.where(CRITICAL) if filters.urgency is Urgency.CRITICAL else None
    for column, value, ids in (
        (Ticket.status, filters.status, _tickets.where(Ticket.status == filters.status)),
        (Ticket.lead_unit, filters.unit, _tickets.where(Ticket.lead_unit == filters.unit)),
        (Ticket.urgency, filters.urgency, critical),
        (Ticket.kind, filters.kind, None),
        (Ticket.channel, filters.channel, None),
        (Ticket.territory, filters.territory, None),
        (Ticket.addressee, filters.addressee, _tickets.where(*_written_to(filters.addressee))),
    ):
        if value:
            yield Narrowing(_aside(session, column) == value, ids)


def _written_to(unit: str) -> tuple[ColumnElement[bool], ...]:
    return col(Ticket.addressee) == unit, col(Ticket.addressee) != BLANK


def _due(filters: Filters, now: datetime) -> Iterator[Narrowing]:
    if filters.due:
        late = OPEN_LEAD & _DUE[filters.due](now)
        # Beside the assignments of a unit's own, along which a hunt may go.
        of_ticket = exists().where(Assignment.ticket_id == Ticket.id, late).correlate(Ticket)
        yield Narrowing(of_ticket, _assigned.where(late))


def span_of(session: Session, filters: Filters) -> tuple[Span, list[Narrowing]]:
    """The ids of the days, and the days themselves where ids alone do not tell them."""
    if not (filters.first or filters.last):
        return Span(1, session.execute(select(func.max(Ticket.id))).scalar_one() or 0), []
    ids = select(func.min(Ticket.id), func.max(Ticket.id), func.count())
    within = _logged(col(Ticket.logged_at), filters)
    lowest, highest, count = session.execute(ids.where(within)).one()
    span = Span(lowest or 1, highest or 0)
    days = Narrowing(_logged(_aside(session, Ticket.logged_at), filters))
    return span, [] if count == span.size else [days]


def _logged(at: ColumnElement[datetime], filters: Filters) -> ColumnElement[bool]:
    first, last = filters.first, filters.last
    since = at >= city_moment(first) if first else true()
    return since & (at < city_span(last, last)[1]) if last else since


def _asked(session: Session, actor: Actor, asked: Asked) -> Iterator[Narrowing]:
    if asked.numbers:
        ids = _tickets.where(col(Ticket.number).in_(asked.numbers))
        yield Narrowing(_aside(session, Ticket.number).in_(asked.numbers), ids)
    if asked.callers:
        called = col(Contact.phone_hash).in_(asked.callers)
        of_ticket = exists().where(Contact.ticket_id == Ticket.id, called)
        if actor.role not in KNOWS_CALLERS:
            # Else numbers could be tried against a report whose sender they must not know.
            of_ticket = of_ticket & ~col(Ticket.confidential)
        yield Narrowing(of_ticket, select(col(Contact.ticket_id)).where(called))


def _aside(session: Session, column: Any) -> ColumnElement[Any]:
    """The column, to be compared row by row: SQLite shall not take its index as the way in.

    It keeps no counts of values, so it would take any index for better than what we found best.
    """
    if session.get_bind().dialect.name != "sqlite":
        return col(column)
    return UnaryExpression(col(column), operator=custom_op("+"), type_=col(column).type)
