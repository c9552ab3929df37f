"""The days, months and quarters that reports are about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Self

from hotline.clock import city_day, city_span

DAY = timedelta(days=1)
_NUMERALS = "一二三四"


class PeriodKind(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"


# Spans of days that end at the latest today; weeks begin on Monday.
RECENT: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - DAY, today - DAY),
    "week": lambda today: (today - today.weekday() * DAY, today),
    "month": lambda today: (today.replace(day=1), today),
}

_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3}


@dataclass(frozen=True, slots=True)
class Period:
    """City days from `first` to `last`, both included."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def containing(cls, kind: PeriodKind, day: date) -> Self:
        if kind is PeriodKind.DAY:
            return cls(kind, day, day)
        months = _MONTHS[kind]
        first = date(day.year, (day.month - 1) // months * months + 1, 1)
        # A month has at most 31 days, so this day lies in the month after the period.
        after = (first + 31 * DAY * months).replace(day=1)
        return cls(kind, first, after - DAY)

    @property
    def previous(self) -> Self:
        """上期: the period just before."""
        return self.containing(self.kind, self.first - DAY)

    @property
    def year_before(self) -> Self:
        """去年同期: the period of the day 365 days earlier."""
        return self.containing(self.kind, self.first - 365 * DAY)

    @property
    def months(self) -> int:
        """How many months it lasts; a day counts as one."""
        return _MONTHS.get(self.kind, 1)

    @property
    def words(self) -> str:
        if self.kind is PeriodKind.DAY:
            return f"{self.first.year}年{self.first.month}月{self.first.day}日"
        if self.kind is PeriodKind.MONTH:
            return f"{self.first.year}年{self.first.month}月"
        return f"{self.first.year}年第{_NUMERALS[(self.first.month - 1) // 3]}季度"

    def is_running(self, now: datetime) -> bool:
        """Whether its last day has not ended yet in the city."""
        return city_day(now) <= self.last

    def close_of(self, now: datetime) -> datetime:
        """The moment its stock is taken: its end, or now while it is running."""
        return min(now, city_span(self.first, self.last)[1])
