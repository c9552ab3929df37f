"""How time passes in a simulated city: when people call, and how long each step takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import accumulate, pairwise

from hotline.cli.simulation.scripts import SCRIPTS, STARTS_CLOCK, Move, Script
from hotline.clock import city_moment
from hotline.registry.calendar import WorkCalendar

DAY = 24 * 3600
EPOCH = date(1970, 1, 1)
WHOLE_SECONDS = len("1970-01-01 00:00:00")
MINUTE = 60

# Calls in each hour of the day: a morning peak, a second one after noon, few at night. Custom.
HOURS = (
    1.2, 0.8, 0.6, 0.5, 0.6, 1.0, 2.0, 4.0, 7.5, 9.5, 9.0, 6.0,
    4.0, 5.0, 7.5, 8.5, 7.5, 6.0, 4.5, 4.0, 3.8, 3.2, 2.2, 1.6,
)  # fmt: skip
QUANTILES = 1024


@dataclass(frozen=True, slots=True)
class Lag:
    """From `least` to `most` minutes, mostly near the least; of office hours, or of any."""

    least: float
    most: float
    office: bool = False


# After the move before. Custom throughout.
LAGS: dict[Move, Lag] = {
    Move.TAKE_ALARM: Lag(0.5, 5),
    Move.ACCEPT: Lag(1, 8),
    Move.REDIRECT: Lag(1, 8),
    Move.ANSWER: Lag(1, 20),
    Move.DISPATCH: Lag(1, 20),
    Move.ASSIST: Lag(10, 200, office=True),
    Move.ADVISE: Lag(20, 400, office=True),
    Move.TRANSFER: Lag(20, 300, office=True),
    # Together within the working day in which a unit may object.
    Move.CLAIM: Lag(10, 240, office=True),
    Move.OBJECT: Lag(20, 160, office=True),
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
    # A late one, after its deadline; one in time takes a part of what is left until then.
    Move.REPLY: Lag(60, 4000, office=True),
}
# Written at night, a message waits for the morning shift.
ACCEPT_WRITTEN = Lag(5, 120, office=True)
REPLY_SHARE = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Pace:
    """A lag in seconds, and what the move has to do with the unit's clock."""

    least: float
    more: float
    office: bool
    starts_clock: bool
    at_due: bool
    before_due: bool


class OfficeHours:
    """Seconds of the working day laid end to end; moments are whole seconds since 1970 in UTC.

    Counts as the calendar does, only faster.
    """

    def __init__(self, calendar: WorkCalendar, first: date, days: int) -> None:
        span = [first + timedelta(days=n) for n in range(days)]
        self.midnight = int(city_moment(first).timestamp())
        self._works = [calendar.is_working_day(day) for day in span]
        self._before = [0, *accumulate(self._works)]
        self._working = [n for n, works in enumerate(self._works) if works]
        self._spans = [(_seconds(opens), _seconds(closes)) for opens, closes in calendar.hours_of()]
        self._length = sum(closes - opens for opens, closes in self._spans)

    def worked(self, moment: int) -> int:
        """Office seconds from the first day to this moment."""
        day, second = divmod(moment - self.midnight, DAY)
        if not self._works[day]:
            return self._before[day] * self._length
        today = sum(min(max(second - opens, 0), closes - opens) for opens, closes in self._spans)
        return self._before[day] * self._length + today

    def later(self, moment: int, seconds: float) -> int:
        """The moment when so many more office seconds have passed."""
        nth, rest = divmod(self.worked(moment) + int(seconds), self._length)
        if rest == 0 and seconds >= 1:
            nth, rest = nth - 1, self._length
        for opens, closes in self._spans:
            if rest <= closes - opens:
                break
            rest -= closes - opens
        return self.midnight + self._working[nth] * DAY + opens + rest

    def due(self, moment: int, days: int) -> int:
        """As `WorkCalendar.add_working_days`."""
        today = (moment - self.midnight) // DAY
        nth = self._before[today + 1] + days - 1
        return self.midnight + self._working[nth] * DAY + self._spans[-1][1]

    def given(self, moment: int, days: int, shares: Sequence[float] = ()) -> int:
        """When a share of a share of so many working days has passed, as `deadlines.Span.after`."""
        end = self.due(moment, days)
        for share in shares:
            end = self.later(moment, int((self.worked(end) - self.worked(moment)) * share))
        return end


class Timing:
    """Gives each move of a life its moment; `end` is when the simulation ends."""

    def __init__(self, office: OfficeHours, end: int) -> None:
        self._office, self._end = office, end
        self._paces = {
            (script.name, by_phone): _paces(script, by_phone)
            for script in SCRIPTS.values()
            for by_phone in (True, False)
        }

    def times(
        self, script: Script, logged: int, days: int, *, by_phone: bool, chance: Callable[[], float]
    ) -> list[int]:
        """The moments of all moves before the end, when a unit has so many working days."""
        office, times, now, due = self._office, [logged], logged, 0
        for pace in self._paces[script.name, by_phone]:
            if pace.at_due:
                now = due
            elif pace.before_due:
                least, most = REPLY_SHARE
                left = office.worked(due) - office.worked(now)
                now = office.later(now, left * (least + (most - least) * chance()))
            else:
                seconds = pace.least + pace.more * chance() ** 3
                now = office.later(now, seconds) if pace.office else now + int(seconds)
            if now >= self._end:
                break
            if pace.starts_clock:
                due = office.due(now, days)
            times.append(now)
        return times


class Clock:
    """Writes moments in UTC fast: with a table of days and two of the seconds of a day."""

    def __init__(self, before: str, after: str) -> None:
        self._days: dict[int, str] = {}
        self._seconds = [f"{before}{time}{after}" for time in map(_time, range(DAY))]
        self._said = [f"T{time}+00:00" for time in map(_time, range(DAY))]

    def __call__(self, moment: int) -> tuple[str, str]:
        """As the database writes it, and in ISO 8601."""
        day, second = divmod(moment, DAY)
        if day not in self._days:
            self._days[day] = str(EPOCH + timedelta(days=day))
        date = self._days[day]
        return date + self._seconds[second], date + self._said[second]


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


def _paces(script: Script, by_phone: bool) -> list[Pace]:
    return [_pace(before, move, by_phone) for before, move in pairwise(script.moves)]


def _pace(before: Move, move: Move, by_phone: bool) -> Pace:
    lag = LAGS.get(move, Lag(0, 0))
    if move is Move.ACCEPT and not by_phone:
        lag = ACCEPT_WRITTEN
    return Pace(
        least=lag.least * MINUTE,
        more=(lag.most - lag.least) * MINUTE,
        office=lag.office,
        starts_clock=move in STARTS_CLOCK,
        at_due=move is Move.FALL_OVERDUE,
        before_due=move is Move.REPLY and before is not Move.FALL_OVERDUE,
    )


def _time(second: int) -> str:
    return f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60
