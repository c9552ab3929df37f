"""督办: reminders, supervision orders in three colours, and what is held against a unit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UniqueConstraint, and_, func
from sqlmodel import Field, Relationship, Session, col, select

from hotline.errors import Invalid, StepRefused
from hotline.people.rights import SYSTEM, Action, Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.registry.limits import Limits
from hotline.tables import Stored, moment
from hotline.tickets.contents import add_content
from hotline.tickets.dispatch import last_lead
from hotline.tickets.models import Assignment, Content, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.words import Colour, Outcome, ReminderKind, SanctionKind, Status

# Where a unit has nothing to answer any more.
OVER = (Status.CLOSED, Status.REDIRECTED, Status.WITHDRAWN, Status.MERGED)
# Rows that a list shows at once.
SHOWN = 100
# An agent hears it from the requester on the telephone.
_FOR_CITIZENS = (Role.CITIZEN, Role.AGENT)


class Reminder(Stored, table=True):
    """催办. The clock reminds once of each kind and deadline, people as often as they ask."""

    __tablename__ = "reminder"
    __table_args__ = (UniqueConstraint("assignment_id", "kind", "due_at"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    assignment_id: int | None = Field(default=None, foreign_key="assignment.id")  # of the clock's
    due_at: datetime | None = moment(nullable=True)  # of the clock's: the end of the time it is of
    unit: str = Field(max_length=40)
    kind: str = Field(max_length=12)
    by: str = Field(max_length=60)
    at: datetime = moment(index=True)
    ticket: Ticket = Relationship()


class SupervisionOrder(Stored, table=True):
    """三色督办单: an order to a unit about one ticket, with a clock of its own."""

    __tablename__ = "supervision_order"
    __table_args__ = (UniqueConstraint("assignment_id", "colour"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    assignment_id: int = Field(foreign_key="assignment.id")
    unit: str = Field(max_length=40, index=True)
    colour: str = Field(max_length=8)
    content_id: int | None = Field(default=None, foreign_key="content.id")  # blank: by the clock
    issued_by: str = Field(max_length=60)
    issued_at: datetime = moment(index=True)
    due_at: datetime = moment()
    answer_id: int | None = Field(default=None, foreign_key="content.id")
    answered_by: str = Field(default="", max_length=60)
    answered_at: datetime | None = moment(nullable=True)
    ticket: Ticket = Relationship()
    assignment: Assignment = Relationship()
    content: Content = Relationship(
        sa_relationship_kwargs={"foreign_keys": "SupervisionOrder.content_id"}
    )
    answer: Content = Relationship(
        sa_relationship_kwargs={"foreign_keys": "SupervisionOrder.answer_id"}
    )


class Sanction(Stored, table=True):
    """约谈 or 通报批评 of a unit, with its reason. Plan 2018, items 29 and 30."""

    __tablename__ = "sanction"
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40, index=True)
    kind: str = Field(max_length=12)
    reason: str = Field(max_length=500)
    by: str = Field(max_length=60)
    at: datetime = moment(index=True)


def remind(
    session: Session, ticket: Ticket, *, calendar: WorkCalendar, actor: Actor, now: datetime
) -> Reminder:
    """催办 by the requester, once in `remind_apart`, or by the desk for a leader; all count."""
    kind = ReminderKind.CITIZEN if actor.role in _FOR_CITIZENS else ReminderKind.LEADER
    since = reminded_too_soon_since(calendar.limits, now)
    if actor.role is Role.CITIZEN and _reminded_since(session, ticket, since):
        days = calendar.limits.number("remind_apart")
        raise StepRefused(
            "每 %(days)d 天可催办一次，您的催办已经记下，请稍候。", field="action", days=days
        )
    take_step(
        session, ticket, Action.REMIND, actor=actor, now=now, unit=ticket.lead_unit, reason=kind
    )
    said = Reminder(ticket_id=ticket.id, unit=ticket.lead_unit, kind=kind, by=actor.id, at=now)
    session.add(said)
    return said


def issue(
    session: Session,
    ticket: Ticket,
    colour: Colour,
    text: str = "",
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> SupervisionOrder:
    """下督办单: to the unit that has or last had the ticket; one of each colour an assignment.

    A blue one given by hand serves for the clock's own. By Sanming 2017 blue reminds, and orange
    warns where blue has failed: at expiry a second blue would say nothing new. The unit hears of
    its expiry all the same (超期: in its feed, in its inbox), and orange comes in its own time.
    """
    lead = last_lead(ticket)
    if lead is None:
        raise StepRefused("工单 %(number)s 还没有派给单位。", field="action", number=ticket.number)
    if colour in colours(session, lead):
        raise StepRefused("已就此对%(unit)s下过同色督办单。", field="colour", unit=lead.unit)
    content = add_content(session, ticket, text) if text else None
    take_step(
        session, ticket, Action.SUPERVISE, actor=actor, now=now, unit=lead.unit, reason=colour,
        content=content,
    )  # fmt: skip
    days = calendar.limits.number(f"answer_{colour}")
    order = SupervisionOrder(
        ticket_id=ticket.id, assignment_id=lead.id, unit=lead.unit, colour=colour, content=content,
        issued_by=actor.id, issued_at=now, due_at=calendar.add_working_days(now, days, lead.unit),
    )  # fmt: skip
    session.add(order)
    return order


def answer(
    session: Session, ticket: Ticket, text: str, *, actor: Actor, now: datetime
) -> TicketEvent:
    """回复督办: one answer for all orders of the unit on this ticket that wait for one."""
    waiting = [order for order in orders_of(session, ticket) if order.unit == actor.unit]
    waiting = [order for order in waiting if order.answered_at is None]
    if not waiting:
        raise StepRefused("没有待回复的督办单。", field="action")
    content = add_content(session, ticket, text)
    event = take_step(
        session, ticket, Action.ANSWER_ORDER, actor=actor, now=now, unit=actor.unit, content=content
    )
    for order in waiting:
        order.answer, order.answered_by, order.answered_at = content, actor.id, now
    session.add_all(waiting)
    return event


def reminded_too_soon_since(limits: Limits, now: datetime) -> datetime:
    """A requester who has reminded after that moment has to wait before the next time."""
    return now - limits.span("remind_apart")


def _reminded_since(session: Session, ticket: Ticket, since: datetime) -> bool:
    query = select(Reminder.id).where(
        Reminder.ticket_id == ticket.id,
        Reminder.kind == ReminderKind.CITIZEN,
        col(Reminder.at) > since,
    )
    return session.exec(query).first() is not None


def sanction(
    session: Session, unit: str, kind: SanctionKind, reason: str, *, actor: Actor, now: datetime
) -> Sanction:
    """Records an interview with, or a public criticism of, a unit."""
    if not reason.strip():
        raise Invalid("须写明事由。", field="reason")
    row = Sanction(unit=unit, kind=kind, reason=reason, by=actor.id, at=now)
    session.add(row)
    return row


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A supervision order as a list shows it."""

    number: str
    unit: str
    colour: str
    by_clock: bool
    issued_at: datetime
    due_at: datetime
    answered_at: datetime | None


def waiting(session: Session) -> list[OrderRow]:
    """Orders that their unit may still answer and has not, the first to run out first."""
    waits = and_(
        col(SupervisionOrder.answered_at).is_(None),
        col(Ticket.status).not_in(OVER),
        col(Assignment.outcome) != Outcome.MOVED,
    )
    return _orders(session, waits, col(SupervisionOrder.due_at), SHOWN)


def answered(session: Session) -> list[OrderRow]:
    """The newest orders that were answered."""
    done = col(SupervisionOrder.answered_at).is_not(None)
    return _orders(session, done, col(SupervisionOrder.answered_at).desc(), SHOWN // 2)


def _orders(
    session: Session, condition: ColumnElement[bool], order: ColumnElement[Any], limit: int
) -> list[OrderRow]:
    query = (
        select(
            Ticket.number, SupervisionOrder.unit, SupervisionOrder.colour,
            col(SupervisionOrder.issued_by) == SYSTEM.id, SupervisionOrder.issued_at,
            SupervisionOrder.due_at, SupervisionOrder.answered_at,
        )
        .join(Ticket, col(Ticket.id) == SupervisionOrder.ticket_id)
        .join(Assignment, col(Assignment.id) == SupervisionOrder.assignment_id)
        .where(condition)
        .order_by(order, col(SupervisionOrder.id))
        .limit(limit)
    )  # fmt: skip
    return [OrderRow(*row) for row in session.execute(query)]


def sanctions(session: Session) -> list[Sanction]:
    """The newest first."""
    query = select(Sanction).order_by(col(Sanction.at).desc(), col(Sanction.id).desc())
    return list(session.exec(query.limit(SHOWN)))


def sanctions_in(session: Session, begin: datetime, end: datetime) -> list[Sanction]:
    """What was recorded from `begin` until before `end`, in order."""
    query = select(Sanction).where(col(Sanction.at) >= begin, col(Sanction.at) < end)
    return list(session.exec(query.order_by(col(Sanction.at), col(Sanction.id))))


def reminders_by_unit(session: Session, since: datetime) -> list[tuple[str, int]]:
    """How often requesters and leaders had to remind of each unit's tickets, the most first."""
    asked = (ReminderKind.CITIZEN, ReminderKind.LEADER)
    query = (
        select(Reminder.unit, func.count())
        .where(col(Reminder.at) >= since, col(Reminder.kind).in_(asked), Reminder.unit != "")
        .group_by(Reminder.unit)
        .order_by(func.count().desc(), Reminder.unit)
    )
    return list(session.exec(query))


def orders_of(session: Session, ticket: Ticket) -> list[SupervisionOrder]:
    query = select(SupervisionOrder).where(SupervisionOrder.ticket_id == ticket.id)
    return list(session.exec(query.order_by(col(SupervisionOrder.id))))


def colours(session: Session, assignment: Assignment) -> set[str]:
    query = select(SupervisionOrder.colour).where(SupervisionOrder.assignment_id == assignment.id)
    return set(session.exec(query))


def reminded(session: Session, ticket: Ticket) -> dict[str, int]:
    """How often each kind of reminder came for the ticket."""
    query = (
        select(Reminder.kind, func.count())
        .where(Reminder.ticket_id == ticket.id)
        .group_by(Reminder.kind)
    )
    return dict(session.exec(query).all())
