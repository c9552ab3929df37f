"""Working days: holidays and shifted days counted, day zero not, the closing hour at the end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_files import TABLES

from hotline.clock import CITY_TIME, city_day
from hotline.registry.calendar import WorkCalendar


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.from_rows(TABLES["holidays.csv"].rows)


def closing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T17:30").replace(tzinfo=CITY_TIME)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CITY_TIME)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2018-07-25T12:00", 3, "2018-07-30"),  # over a weekend
        ("2018-07-25T00:00", 1, "2018-07-26"),
        ("2018-07-25T23:59", 1, "2018-07-26"),  # late in the day is still day zero
        ("2018-07-28T10:00", 1, "2018-07-30"),  # logged on a Saturday
        ("2018-09-28T09:00", 2, "2018-09-30"),  # Saturday and Sunday worked before the holiday
        ("2018-09-30T09:00", 1, "2018-10-08"),  # the whole National Day week
        ("2018-02-14T09:00", 1, "2018-02-22"),
        ("2018-12-28T09:00", 2, "2019-01-02"),  # over the year's end, one shifted Saturday
        ("2018-07-25T12:00", 15, "2018-08-15"),
    ],
)
def test_a_limit_ends_at_the_closing_hour_of_its_last_working_day(calendar, start, days, due):
    assert calendar.add_working_days(at(start), days) == closing(due)


def test_the_city_day_counts_not_the_utc_day(calendar: WorkCalendar):
    # 17:00 UTC on Thursday is already Friday in Neijiang.
    start = datetime(2018, 7, 26, 17, 0, tzinfo=UTC)
    assert calendar.add_working_days(start, 1) == closing("2018-07-30")


def test_the_due_moment_is_in_utc(calendar: WorkCalendar):
    assert calendar.add_working_days(at("2018-07-25T12:00"), 1).tzinfo is UTC


def test_working_days_between_leaves_out_the_first_and_counts_the_last(calendar: WorkCalendar):
    assert calendar.working_days_between(date(2018, 7, 25), date(2018, 7, 30)) == 3
    assert calendar.working_days_between(date(2018, 9, 28), date(2018, 10, 8)) == 3
    assert calendar.working_days_between(date(2018, 7, 25), date(2018, 7, 25)) == 0
    assert calendar.working_days_between(date(2018, 7, 30), date(2018, 7, 25)) == 0


def test_a_year_without_rows_is_not_confirmed_and_counts_weekdays(calendar: WorkCalendar):
    assert [calendar.confirmed(year) for year in (2017, 2018, 2026, 2027)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert calendar.is_working_day(date(2027, 10, 1))  # a Friday
    assert not calendar.is_working_day(date(2027, 10, 2))


@given(
    start=st.datetimes(datetime(2018, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC)),
    days=st.integers(1, 40),
)
def test_adding_and_counting_agree(calendar: WorkCalendar, start: datetime, days: int):
    due = city_day(calendar.add_working_days(start, days))
    assert calendar.is_working_day(due)
    assert calendar.working_days_between(city_day(start), due) == days
    assert calendar.working_days_between(city_day(start), due - timedelta(days=1)) == days - 1
