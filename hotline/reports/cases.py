"""Single tickets that a report names: urgent ones, returns, groups; never a word of their text."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from hotline.clock import city_span
from hotline.people.rights import Action
from hotline.registry.calendar import WorkCalendar
from hotline.reports.counting import EVENT
from hotline.reports.periods import Period
from hotline.reports.rollup import city_date
from hotline.tickets.models import Objection, Ticket
from hotline.tickets.words import Urgency

# Repeated and group matters named in a report: domain.md 1.12.
TOP_GROUPS = 10


@dataclass(frozen=True, slots=True)
class UrgentTicket:
    number: str
    urgency: str
    kind: str
    territory: str
    unit: str
    status: str


@dataclass(frozen=True, slots=True)
class Return:
    number: str
    unit: str
    right_unit: str
    ground: str
    granted: bool | None  # None: not ruled, either not yet or not any more
    ruled_unit: str
    status: str


@dataclass(frozen=True, slots=True)
class Group:
    """A ticket that others were merged into, with how many requesters wait for its reply."""

    number: str
    kind: str
    territory: str
    place: str
    requesters: int


def urgent(session: Session, period: Period) -> list[UrgentTicket]:
    """特急 and 紧急 tickets logged in the period, as they stand now."""
    begin, end = city_span(period.first, period.last)
    query = (
        select(
            Ticket.number, Ticket.urgency, Ticket.kind, Ticket.territory, Ticket.lead_unit,
            Ticket.status,
        )
        .where(col(Ticket.logged_at) >= begin, col(Ticket.logged_at) < end)
        .where(Ticket.urgency != Urgency.NORMAL)
        .order_by(col(Ticket.urgency), col(Ticket.id))
    )  # fmt: skip
    return [UrgentTicket(*row) for row in session.exec(query)]


def returns(session: Session, period: Period) -> list[Return]:
    """Objections raised in the period: by whom, whose it is said to be, and the ruling."""
    begin, end = city_span(period.first, period.last)
    query = (
        select(
            Ticket.number, Objection.unit, Objection.right_unit, Objection.ground,
            Objection.granted, Objection.ruled_unit, Ticket.status,
        )
        .join(Ticket, col(Ticket.id) == Objection.ticket_id)
        .where(col(Objection.raised_at) >= begin, col(Objection.raised_at) < end)
        .order_by(col(Objection.id))
    )  # fmt: skip
    return [Return(*row) for row in session.exec(query)]


def groups(session: Session, period: Period) -> list[Group]:
    """The largest groups that a ticket was merged into in the period."""
    begin, end = city_span(period.first, period.last)
    merged = select(EVENT.c.ticket_id).where(
        EVENT.c.action == Action.MERGE, EVENT.c.at >= begin, EVENT.c.at < end
    )
    child = Ticket.__table__.alias("child")
    grown = select(child.c.merged_into).where(child.c.id.in_(merged))
    query = (
        select(Ticket.number, Ticket.kind, Ticket.territory, Ticket.place, func.count() + 1)
        .join(child, child.c.merged_into == Ticket.id)
        .where(col(Ticket.id).in_(grown))
        .group_by(col(Ticket.id))
        .order_by(func.count().desc(), col(Ticket.id))
        .limit(TOP_GROUPS)
    )
    return [Group(*row) for row in session.exec(query)]


def mean_days(session: Session, period: Period, calendar: WorkCalendar) -> float | None:
    """平均办结工作日: from acceptance to each closing in the period; None when nothing closed."""
    begin, end = city_span(period.first, period.last)
    accepted, closed = city_date(col(Ticket.accepted_at)), city_date(EVENT.c.at)
    query = (
        select(accepted, closed, func.count())
        .join(EVENT, EVENT.c.ticket_id == Ticket.id)
        .where(EVENT.c.action == Action.CLOSE, EVENT.c.at >= begin, EVENT.c.at < end)
        .group_by(accepted, closed)
    )
    spans = session.exec(query).all()
    total = sum(n for *_, n in spans)
    days = sum(calendar.working_days_between(start, stop) * n for start, stop, n in spans)
    return days / total if total else None
