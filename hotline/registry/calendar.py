"""Working time of the city: weekdays, less holidays, plus shifted days (调休), in office hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from hotline.clock import city_day, city_moment
from hotline.registry.limits import Limits

OFF, WORK = "off", "work"
DAY = timedelta(days=1)
SATURDAY = 5
NONE = timedelta(0)
# Units without hours of their own keep those of the blank name.
EVERY_UNIT = ""

Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The days that are not what their weekday says, the hours of units, and the limits."""

    off: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()
    hours: Mapping[str, Hours] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits({}, {}))

    @classmethod
    def from_tables(cls, tables: Mapping[str, Any]) -> Self:
        """From holidays.csv, hours.csv and limits.csv, as they were loaded."""
        kinds = {row["day"]: row["kind"] for row in tables["holidays.csv"].rows}
        hours: dict[str, Hours] = {}
        for row in sorted(tables["hours.csv"].rows, key=lambda row: row["opens"]):
            unit = row["unit"] or EVERY_UNIT
            hours[unit] = (*hours.get(unit, ()), (row["opens"], row["closes"]))
        return cls(
            off=frozenset(day for day, kind in kinds.items() if kind == OFF),
            work=frozenset(day for day, kind in kinds.items() if kind == WORK),
            hours=hours,
            limits=Limits.from_rows(tables["limits.csv"].rows),
        )

    def confirmed(self, year: int) -> bool:
        """Whether the year's holidays are known; else plain weekdays count, and callers say so.

        One notice a year announces them all, so a year with any row is a year with all its rows.
        """
        return any(day.year == year for day in self.off | self.work)

    def is_working_day(self, day: date) -> bool:
        return day in self.work or (day.weekday() < SATURDAY and day not in self.off)

    def hours_of(self, unit: str = EVERY_UNIT) -> Hours:
        return self.hours.get(unit) or self.hours[EVERY_UNIT]

    def add_working_days(self, at: datetime, n: int, unit: str = EVERY_UNIT) -> datetime:
        """The closing hour, in UTC, of the n-th working day after the city day of `at`."""
        day = city_day(at)
        for _ in range(n):
            day = self._next_working_day(day)
        return city_moment(day, self.hours_of(unit)[-1][1])

    def add_working_time(self, at: datetime, span: timedelta, unit: str = EVERY_UNIT) -> datetime:
        """The moment when the unit has been open for so long since `at`."""
        for opens, closes in self._open(at, unit):
            if span <= closes - opens:
                return opens + span
            span -= closes - opens
        raise AssertionError("working days never end")

    def working_time(self, start: datetime, end: datetime, unit: str = EVERY_UNIT) -> timedelta:
        """How long the unit is open between the two; nothing when `end` is not later."""
        open_for = NONE
        for opens, closes in self._open(start, unit):
            if opens >= end:
                break
            open_for += min(closes, end) - opens
        return open_for

    def next_open(self, at: datetime, unit: str = EVERY_UNIT) -> datetime:
        """`at` itself while the unit is open, else when it opens next."""
        return next(self._open(at, unit))[0]

    def working_days_between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and including `last`; 0 when `last` is not later."""
        days = (first + DAY * n for n in range(1, (last - first).days + 1))
        return sum(map(self.is_working_day, days))

    def _next_working_day(self, day: date) -> date:
        day += DAY
        while not self.is_working_day(day):
            day += DAY
        return day

    def _open(self, at: datetime, unit: str) -> Iterator[tuple[datetime, datetime]]:
        """The spans in which the unit is open from `at` on, the first cut short by it."""
        day = city_day(at)
        if not self.is_working_day(day):
            day = self._next_working_day(day)
        while True:
            for opens, closes in self.hours_of(unit):
                if city_moment(day, closes) > at:
                    yield max(city_moment(day, opens), at), city_moment(day, closes)
            day = self._next_working_day(day)
