"""The only reader of the wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CITY_TIME = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def city_day(at: datetime) -> date:
    """The day in the city that the moment falls on; days begin at midnight in Asia/Shanghai."""
    return at.astimezone(CITY_TIME).date()


def city_moment(day: date, at: time = time(0)) -> datetime:
    """The moment, in UTC, when the city's clocks show this day and time."""
    return datetime.combine(day, at, CITY_TIME).astimezone(UTC)


def city_span(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first day's midnight to the midnight that ends the last day (exclusive)."""
    return city_moment(first), city_moment(last + timedelta(days=1))
