"""What the clock says, step by step: to a lead two reminders, then orders in three colours.

    50 % unclaimed → reminder · 80 % → reminder · expiry → blue · +1 → orange · +3 days → red

An assistant has two rungs, at 80 % and at expiry, and no order: the lead answers for all. The desk
has one, when a joint ruling is not made by its day.

Each rung is taken once for an assignment, whatever restarts: its row is unique; a unit that was
given more time is reminded of that anew. Only the highest that has come is taken; after an outage
nobody gets three orders at once. No order is issued while an extension asked for waits.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, false, literal, null, true
from sqlmodel import Session, col, or_, select

from hotline.people.rights import SYSTEM, Action
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import objections
from hotline.tickets.deadlines import Span
from hotline.tickets.models import Assignment, Objection, Ticket
from hotline.tickets.standing import AWAITED, OPEN_LEAD, PUT_OFF
from hotline.tickets.steps import take_step
from hotline.tickets.supervision import Reminder, SupervisionOrder, issue
from hotline.tickets.words import Colour, ReminderKind, Status, Urgency


class Standing(NamedTuple):
    """An assignment as a ladder sees it: an open lead, an assistant, one objected to."""

    ticket_id: int
    number: str
    status: str
    urgency: str
    assignment_id: int
    unit: str  # blank: the desk
    dispatched_at: datetime
    warn_at: datetime
    due_at: datetime
    claimed_at: datetime | None
    put_off: bool

    def span(self, calendar: WorkCalendar) -> Span:
        pressing = self.urgency != Urgency.NORMAL
        return Span(self.dispatched_at, self.due_at, self.unit, pressing, calendar)


class Due(NamedTuple):
    """A rung whose time has come and that has not been taken yet."""

    standing: Standing
    what: ReminderKind | Colour
    since: datetime

    @property
    def mark(self) -> "Mark":
        """What a row of it says; of a colour there is one, however long the time."""
        colour = isinstance(self.what, Colour)
        return self.standing.assignment_id, self.what, None if colour else self.standing.due_at


Mark = tuple[int | None, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Rung:
    what: ReminderKind | Colour
    at: Callable[[Standing, WorkCalendar], datetime]
    applies: Callable[[Standing], bool] = lambda standing: True


def _half(standing: Standing, calendar: WorkCalendar) -> datetime:
    return standing.span(calendar).after(calendar.limits.share("remind_unclaimed"))


def _not_put_off(standing: Standing) -> bool:
    return not standing.put_off


def _days_late(key: str) -> Callable[[Standing, WorkCalendar], datetime]:
    return lambda standing, calendar: calendar.add_working_days(
        standing.due_at, calendar.limits.number(key), standing.unit
    )


def _due(standing: Standing, _: WorkCalendar) -> datetime:
    return standing.due_at


WARNED = Rung(ReminderKind.DUE_SOON, lambda standing, _: standing.warn_at)
OF_LEADS = (
    Rung(ReminderKind.UNCLAIMED, _half, lambda standing: standing.status == Status.DISPATCHED),
    WARNED,
    Rung(Colour.BLUE, _due, _not_put_off),
    Rung(Colour.ORANGE, _days_late("orange_after"), _not_put_off),
    Rung(Colour.RED, _days_late("red_after"), _not_put_off),
)
OF_ASSISTANTS = (WARNED, Rung(ReminderKind.ASSIST_LATE, _due))
OF_RULINGS = (Rung(ReminderKind.RULING_LATE, _due),)


def due(
    session: Session,
    calendar: WorkCalendar,
    now: datetime,
    which: ColumnElement[bool] | None = None,
) -> list[Due]:
    """What is to be said now; nothing is written, so it is the dry run as well."""
    which = true() if which is None else which
    steps = [
        step
        for rungs, query in (
            (OF_LEADS, _leads),
            (OF_ASSISTANTS, _assistants),
            (OF_RULINGS, _rulings),
        )
        for row in session.execute(query(now).where(which).order_by(col(Assignment.due_at)))
        if (step := _highest(rungs, Standing(*row), calendar, now))
    ]
    taken = set(_taken(session, which))
    return [step for step in steps if step.mark not in taken]


def climb(session: Session, step: Due, calendar: WorkCalendar, now: datetime) -> bool:
    """Takes one rung, if it still holds; False where the ticket has moved on or is locked."""
    ticket = session.exec(
        select(Ticket).where(Ticket.id == step.standing.ticket_id).with_for_update(skip_locked=True)
    ).first()
    if ticket is None or not _still(session, step, calendar, now):
        return False
    if isinstance(step.what, Colour):
        issue(session, ticket, step.what, calendar=calendar, actor=SYSTEM, now=now)
    elif step.what is ReminderKind.RULING_LATE:
        objections.fall_late(session, ticket)
    else:
        _remind(session, ticket, step, now)
    return True


def _remind(session: Session, ticket: Ticket, step: Due, now: datetime) -> None:
    unit = step.standing.unit
    take_step(session, ticket, Action.REMIND, actor=SYSTEM, now=now, unit=unit, reason=step.what)
    session.add(
        Reminder(
            ticket_id=ticket.id, assignment_id=step.standing.assignment_id, unit=unit,
            kind=step.what, by=SYSTEM.id, at=now, due_at=step.standing.due_at,
        )
    )  # fmt: skip


def _highest(
    rungs: tuple[Rung, ...], standing: Standing, calendar: WorkCalendar, now: datetime
) -> Due | None:
    for rung in reversed(rungs):
        if rung.applies(standing):
            at = rung.at(standing, calendar)
            if standing.unit and standing.urgency == Urgency.NORMAL:
                # Quiet hours: what does not press is said when the unit is open.
                at = calendar.next_open(at, standing.unit)
            if at <= now:
                return Due(standing, rung.what, at)
    return None


def _leads(now: datetime) -> Select[Any]:
    unsaid = or_(col(Assignment.warn_at) <= now, col(Assignment.claimed_at).is_(None))
    return _columns(PUT_OFF).where(OPEN_LEAD, unsaid)


def _assistants(now: datetime) -> Select[Any]:
    return _columns(false()).where(AWAITED, col(Assignment.warn_at) <= now)


def _rulings(now: datetime) -> Select[Any]:
    """The desk's own time, which an objection gives it."""
    return (
        select(
            Ticket.id, Ticket.number, Ticket.status, Ticket.urgency, Assignment.id,
            literal(""), Objection.raised_at, Objection.joint_by, Objection.joint_by,
            null(), false(),
        )
        .select_from(Objection)
        .join(Assignment, col(Assignment.id) == Objection.assignment_id)
        .join(Ticket, col(Ticket.id) == Objection.ticket_id)
        .where(objections.not_ruled_by(now))
    )  # fmt: skip


def _columns(put_off: ColumnElement[bool]) -> Select[Any]:
    return select(
        Ticket.id, Ticket.number, Ticket.status, Ticket.urgency, Assignment.id,
        Assignment.unit, Assignment.dispatched_at, Assignment.warn_at, Assignment.due_at,
        Assignment.claimed_at, put_off,
    ).join(Ticket, col(Ticket.id) == Assignment.ticket_id)  # fmt: skip


def _taken(session: Session, which: ColumnElement[bool]) -> Iterator[Mark]:
    """The rungs taken so far: of each reminder with the end of the time that it was of."""
    of = col(Assignment.id)
    for standing in (OPEN_LEAD, AWAITED):
        reminded = select(Reminder.assignment_id, Reminder.kind, Reminder.due_at)
        reminded = reminded.join(Assignment, of == Reminder.assignment_id).where(standing, which)
        yield from map(tuple, session.execute(reminded))
    ordered = select(SupervisionOrder.assignment_id, SupervisionOrder.colour, null())
    ordered = ordered.join(Assignment, of == SupervisionOrder.assignment_id)
    yield from map(tuple, session.execute(ordered.where(OPEN_LEAD, which)))


def _still(session: Session, step: Due, calendar: WorkCalendar, now: datetime) -> bool:
    """It was claimed, put off, ended or said meanwhile, or nothing has changed."""
    same = col(Assignment.id) == step.standing.assignment_id
    return step in due(session, calendar, now, same)
