"""How time passes in a simulated city: when people call, and how long each step takes."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate

from hotline.clock import city_moment
from hotline.cli.simulation.scripts import Move
from hotline.registry.calendar import CLOSING_HOUR, WorkCalendar

DAY = 24 * 3600
MINUTE = 60
OPENING_HOUR = time(9)

# Calls in each hour of the day: a morning peak, a second one after noon, few at night. Custom.
HOURS = (
    1.2, 0.8, 0.6, 0.5, 0.6, 1.0, 2.0, 4.0, 7.5, 9.5, 9.0, 6.0,
    4.0, 5.0, 7.5, 8.5, 7.5, 6.0, 4.5, 4.0, 3.8, 3.2, 2.2, 1.6,
)  # fmt: skip
QUANTILES = 1024


@dataclass(frozen=True, slots=True)
class Lag:
    """From `least` to `most` minutes, mostly near the least; in office hours or around the clock."""

    least: float
    most: float
    office: bool = False


# From the move before; a unit's reply is paced by its deadline instead. Custom throughout.
LAGS: dict[Move, Lag] = {
    Move.TAKE_ALARM: Lag(0.5, 5),
    Move.ACCEPT: Lag(1, 8),
    Move.REDIRECT: Lag(1, 8),
    Move.ANSWER: Lag(1, 20),
    Move.DISPATCH: Lag(1, 30),
    Move.ASSIST: Lag(10, 200, office=True),
    Move.TRANSFER: Lag(20, 300, office=True),
    Move.CLAIM: Lag(10, 500, office=True),
    Move.OBJECT: Lag(20, 300, office=True),
    Move.GRANT: Lag(20, 300, office=True),
    Move.REFUSE: Lag(20, 300, office=True),
    Move.SEND_BACK: Lag(20, 300, office=True),
    Move.APPROVE: Lag(10, 400, office=True),
    Move.DELIVER: Lag(0.5, 30),
    Move.RATE: Lag(30, 1500, office=True),
    Move.COMPLAIN: Lag(30, 1500, office=True),
    Move.CLOSE: Lag(20, 900, office=True),
    Move.REOPEN: Lag(600, 18000),
    Move.WITHDRAW: Lag(30, 900),
    Move.MERGE: Lag(10, 120),
}
# Written at night, a message waits for the morning shift.
WRITTEN = Lag(5, 120, office=True)
# Of the time between the claim and the deadline. And how long after it a late one comes.
REPLY_SHARE = (0.05, 0.95)
LATE = Lag(60, 4000, office=True)


def arrivals() -> list[float]:
    """At quantile k of QUANTILES of a day's calls, so many seconds have passed since midnight."""
    reached = [0.0, *accumulate(hour / sum(HOURS) for hour in HOURS)]
    found, hour = [], 0
    for k in range(QUANTILES + 1):
        share = k / QUANTILES
        while hour < len(HOURS) - 1 and reached[hour + 1] < share:
            hour += 1
        into = (share - reached[hour]) / (reached[hour + 1] - reached[hour])
        found.append(min((hour + into) * 3600, DAY - 1))
    return found


class OfficeHours:
    """Seconds of the working day laid end to end; moments are whole seconds since 1970 in UTC.

    Same as the calendar, which counts in days and is asked too seldom to be this fast.
    """

    def __init__(self, calendar: WorkCalendar, first: date, days: int) -> None:
        span = [first + timedelta(days=n) for n in range(days)]
        self.midnight = int(city_moment(first).timestamp())
        self._works = [calendar.is_working_day(day) for day in span]
        self._before = [0, *accumulate(self._works)]
        self._working = [n for n, works in enumerate(self._works) if works]
        self._opens, self._closes = _seconds(OPENING_HOUR), _seconds(CLOSING_HOUR)
        self._length = self._closes - self._opens

    def worked(self, moment: float) -> int:
        """Office seconds from the first day to this moment."""
        day, second = divmod(int(moment) - self.midnight, DAY)
        today = min(max(second - self._opens, 0), self._length) if self._works[day] else 0
        return self._before[day] * self._length + today

    def moment(self, worked: float) -> int:
        """When so many office seconds have passed."""
        nth, rest = divmod(int(worked), self._length)
        return self.midnight + self._working[nth] * DAY + self._opens + rest

    def due(self, moment: float, days: int) -> int:
        """As `WorkCalendar.add_working_days`."""
        today = (int(moment) - self.midnight) // DAY
        nth = self._before[today + 1] + days - 1
        return self.midnight + self._working[nth] * DAY + self._closes


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60
