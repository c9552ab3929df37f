"""Working days of the city: weekdays, less holidays, plus shifted days (调休)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from hotline.clock import city_day, city_moment

# When units close, in city time; custom, unsourced.
CLOSING_HOUR = time(17, 30)

OFF, WORK = "off", "work"
DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days that are not what their weekday says."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """From the rows of holidays.csv: `day` and `kind`."""
        kinds = {row["day"]: row["kind"] for row in rows}
        return cls(
            off=frozenset(day for day, kind in kinds.items() if kind == OFF),
            work=frozenset(day for day, kind in kinds.items() if kind == WORK),
        )

    def confirmed(self, year: int) -> bool:
        """Whether the year's holidays are known; else plain weekdays count, and callers say so.

        One notice a year announces them all, so a year with any row is a year with all its rows.
        """
        return any(day.year == year for day in self.off | self.work)

    def is_working_day(self, day: date) -> bool:
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def add_working_days(self, at: datetime, n: int) -> datetime:
        """The closing hour, in UTC, of the n-th working day after the city day of `at`."""
        day = city_day(at)
        for _ in range(n):
            day += DAY
            while not self.is_working_day(day):
                day += DAY
        return city_moment(day, CLOSING_HOUR)

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and including `last`; 0 when `last` is not later."""
        days = (first + DAY * n for n in range(1, (last - first).days + 1))
        return sum(map(self.is_working_day, days))
