"""What the clock says to a unit, step by step: two reminders, then orders in three colours.

    50 % unclaimed → reminder · 80 % → reminder · expiry → blue · +1 → orange · +3 days → red

Each rung is taken once for an assignment, whatever restarts: its row is unique; a unit that was
given more time is reminded of that anew. Only the highest that has come is taken; after an outage
nobody gets three orders at once. No order is issued while an extension asked for waits.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, or_, select

from hotline.people.rights import SYSTEM, Action
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.deadlines import Span
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.standing import OPEN_LEAD, PUT_OFF
from hotline.tickets.steps import take_step
from hotline.tickets.supervision import Reminder, SupervisionOrder, issue
from hotline.tickets.words import Colour, ReminderKind, Status, Urgency


class Standing(NamedTuple):
    """An open lead as the ladder sees it."""

    ticket_id: int
    number: str
    status: str
    urgency: str
    assignment_id: int
    unit: str
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


LADDER = (
    Rung(ReminderKind.UNCLAIMED, _half, lambda standing: standing.status == Status.DISPATCHED),
    Rung(ReminderKind.DUE_SOON, lambda standing, _: standing.warn_at),
    Rung(Colour.BLUE, lambda standing, _: standing.due_at, _not_put_off),
    Rung(Colour.ORANGE, _days_late("orange_after"), _not_put_off),
    Rung(Colour.RED, _days_late("red_after"), _not_put_off),
)


def due(
    session: Session,
    calendar: WorkCalendar,
    now: datetime,
    which: ColumnElement[bool] = OPEN_LEAD,
) -> list[Due]:
    """What is to be said now; nothing is written, so it is the dry run as well."""
    taken = _taken(session, which)
    highest = (_highest(each, calendar, now) for each in _standing(session, now, which))
    return [
        step for step in highest if step and step.what not in taken[step.standing.assignment_id]
    ]


def climb(session: Session, step: Due, calendar: WorkCalendar, now: datetime) -> bool:
    """Takes one rung, if it still holds; False where the ticket has moved on or is locked."""
    ticket = session.exec(
        select(Ticket).where(Ticket.id == step.standing.ticket_id).with_for_update(skip_locked=True)
    ).first()
    if ticket is None or not _still(session, step, calendar, now):
        return False
    if isinstance(step.what, Colour):
        issue(session, ticket, step.what, calendar=calendar, actor=SYSTEM, now=now)
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


def _highest(standing: Standing, calendar: WorkCalendar, now: datetime) -> Due | None:
    for rung in reversed(LADDER):
        if rung.applies(standing):
            at = rung.at(standing, calendar)
            if standing.urgency == Urgency.NORMAL:
                # Quiet hours: what does not press is said when the unit is open.
                at = calendar.next_open(at, standing.unit)
            if at <= now:
                return Due(standing, rung.what, at)
    return None


def _standing(session: Session, now: datetime, which: ColumnElement[bool]) -> list[Standing]:
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.status, Ticket.urgency, Assignment.id,
            Assignment.unit, Assignment.dispatched_at, Assignment.warn_at, Assignment.due_at,
            Assignment.claimed_at, PUT_OFF,
        )
        .join(Ticket, col(Ticket.id) == Assignment.ticket_id)
        .where(OPEN_LEAD, which)
        .where(or_(col(Assignment.warn_at) <= now, col(Assignment.claimed_at).is_(None)))
        .order_by(col(Assignment.due_at))
    )  # fmt: skip
    return [Standing(*row) for row in session.execute(query)]


def _taken(session: Session, of: ColumnElement[bool]) -> defaultdict[int, set[str]]:
    """The rungs taken so far for these assignments, by their ids."""
    taken: defaultdict[int, set[str]] = defaultdict(set)
    reminded = select(Reminder.assignment_id, Reminder.kind).join(
        Assignment,
        (col(Assignment.id) == Reminder.assignment_id) & (Assignment.due_at == Reminder.due_at),
    )
    ordered = select(SupervisionOrder.assignment_id, SupervisionOrder.colour).join(
        Assignment, col(Assignment.id) == SupervisionOrder.assignment_id
    )
    for query in (reminded, ordered):
        for id, name in session.execute(query.where(of)):
            taken[id].add(name)
    return taken


def _still(session: Session, step: Due, calendar: WorkCalendar, now: datetime) -> bool:
    """It was claimed, put off, ended or said meanwhile, or nothing has changed."""
    same = col(Assignment.id) == step.standing.assignment_id
    return step in due(session, calendar, now, same)
