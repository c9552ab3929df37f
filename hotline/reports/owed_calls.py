"""漏接和回拨: calls given up in a period, and whether their callers were called back."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from hotline.clock import city_span
from hotline.reports.periods import Period
from hotline.tickets.return_calls import ReturnCall
from hotline.tickets.words import CallOutcome


@dataclass(frozen=True, slots=True)
class OwedCalls:
    """`missed` are calls; all else are callers, each counted on the day of the first such call."""

    missed: int
    callers: int
    withheld: int  # no number to call back
    returned: int
    in_time: int  # of those returned
    answered: int  # got through before
    not_reached: int
    waiting: int

    @property
    def sentence(self) -> str:
        if not self.missed:
            return "没有漏接的来电。"
        return (
            f"漏接 {self.missed} 通，来电人 {self.callers} 位（号码未显示 {self.withheld} 位）；"
            f"已回拨打通 {self.returned} 位，其中按时 {self.in_time} 位，"
            f"自行再打接通 {self.answered} 位，未打通 {self.not_reached} 位，"
            f"待回拨 {self.waiting} 位。"
        )


def owed_calls(session: Session, period: Period) -> OwedCalls:
    """As the rows stand now, in one statement."""
    begin, end = city_span(period.first, period.last)
    outcome = col(ReturnCall.outcome)
    reached = outcome == CallOutcome.REACHED
    query = select(
        func.coalesce(func.sum(ReturnCall.misses), 0),
        func.count(),
        _count(outcome == CallOutcome.WITHHELD),
        _count(reached),
        _count(reached & (col(ReturnCall.ended_at) <= col(ReturnCall.due_at))),
        _count(outcome == CallOutcome.ANSWERED),
        _count(outcome == CallOutcome.NOT_REACHED),
        _count(col(ReturnCall.ended_at).is_(None)),
    ).where(col(ReturnCall.missed_at) >= begin, col(ReturnCall.missed_at) < end)
    return OwedCalls(*map(int, session.exec(query).one()))


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
