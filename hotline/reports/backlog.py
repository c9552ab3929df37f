"""What stands with the units at a moment, now or past: waiting, in hand, due, overdue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, or_, true
from sqlmodel import Session, col, select

from hotline.clock import city_day, city_span
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.standing import overdue
from hotline.tickets.words import Outcome, Part

# The moment that ends a day still belongs to it: its stock is the stock of that day.
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Pile:
    """One unit's tickets; `open` holds `waiting` (待签收) and `overdue`.

    `due_today` are those that fell or fall due on the day, `answered` or not.
    """

    unit: str
    open: int
    waiting: int
    overdue: int
    due_today: int
    answered: int


@dataclass(frozen=True, slots=True)
class OverdueTicket:
    number: str
    unit: str
    due_at: datetime
    working_days: int  # after the day it fell due; 0 on that day


@dataclass(frozen=True, slots=True)
class Backlog:
    at: datetime
    piles: tuple[Pile, ...]
    overdue: tuple[OverdueTicket, ...]  # the longest overdue first, up to the limit

    def total(self, name: str) -> int:
        """A column of the piles added up."""
        return sum(getattr(pile, name) for pile in self.piles)


def backlog(
    session: Session,
    at: datetime,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
    limit: int = 100,
) -> Backlog:
    """The units' stock at that moment by lead assignments; a unit sees its own."""
    scope = scope_of(actor, Action.TALLY)
    mine = Assignment.unit == actor.unit if scope is Scope.UNIT else true()
    open_then = _open_at(at, now)
    return Backlog(
        at,
        piles=_piles(session, at, open_then, mine),
        overdue=_overdue(session, at, open_then & mine, calendar=calendar, limit=limit),
    )


def _open_at(at: datetime, now: datetime) -> ColumnElement[bool]:
    ended = col(Assignment.ended_at)
    # Nothing has ended in the future, and only the plain condition has an index.
    still = ended.is_(None) if at >= now else or_(ended.is_(None), ended > at)
    return still & (col(Assignment.dispatched_at) <= at)


def _piles(
    session: Session, at: datetime, open_then: ColumnElement[bool], mine: ColumnElement[bool]
) -> tuple[Pile, ...]:
    begin, end = _day_of(at)
    due, claimed, ended = (
        col(column) for column in (Assignment.due_at, Assignment.claimed_at, Assignment.ended_at)
    )
    unclaimed = or_(claimed.is_(None), claimed > at)
    due_today = (due >= begin) & (due < end) & (col(Assignment.dispatched_at) <= at)
    counted = due_today & or_(
        ended.is_(None), ended > at, col(Assignment.outcome) == Outcome.REPLIED
    )
    query = (
        select(
            Assignment.unit,
            _count(open_then),
            _count(open_then & unclaimed),
            _count(open_then & overdue(at)),
            _count(counted),
            _count(counted & ~open_then),
        )
        .where(Assignment.part == Part.LEAD, open_then | due_today, mine)
        .group_by(Assignment.unit)
        .order_by(Assignment.unit)
    )
    return tuple(Pile(*row) for row in session.exec(query))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _overdue(
    session: Session,
    at: datetime,
    condition: ColumnElement[bool],
    *,
    calendar: WorkCalendar,
    limit: int,
) -> tuple[OverdueTicket, ...]:
    query = (
        select(Ticket.number, Assignment.unit, Assignment.due_at)
        .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
        .where(Assignment.part == Part.LEAD, condition, overdue(at))
        .order_by(col(Assignment.due_at), col(Assignment.id))
        .limit(limit)
    )
    day = city_day(at - _INSTANT)
    return tuple(
        OverdueTicket(number, unit, due_at, calendar.working_days_between(city_day(due_at), day))
        for number, unit, due_at in session.exec(query)
    )


def _day_of(at: datetime) -> tuple[datetime, datetime]:
    day = city_day(at - _INSTANT)
    return city_span(day, day)
