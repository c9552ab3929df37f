"""Working days: holidays and shifted days counted, day zero not, the closing hour at the end."""

import os
import time as clock_of_the_machine
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_files import TABLES

from hotline.clock import CITY_TIME, city_day
from hotline.registry.calendar import WorkCalendar


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return WorkCalendar.from_tables(TABLES)


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


# Any moment from 2018 to 2025, year ends among them, and any open time up to two weeks.
MOMENTS = st.datetimes(datetime(2018, 1, 1), datetime(2025, 12, 1), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(0), timedelta(hours=80))


def test_working_time_leaves_out_the_noon_break_the_night_and_the_weekend(calendar):
    # Friday 11:00 to Monday 10:00: an hour before noon, four after it, an hour on Monday.
    worked = calendar.working_time(at("2018-07-27T11:00"), at("2018-07-30T10:00"))
    assert worked == timedelta(hours=6)
    assert calendar.add_working_time(at("2018-07-27T11:00"), worked) == at("2018-07-30T10:00")


def test_a_shifted_saturday_is_worked_and_the_holiday_is_not(calendar):
    # Sunday 2018-09-30 is worked; then comes the National Day week.
    after = calendar.add_working_time(at("2018-09-30T17:00"), timedelta(hours=1))
    assert after == at("2018-10-08T09:30")


def test_a_unit_with_hours_of_its_own_closes_by_them(calendar):
    longer = replace(calendar, hours=calendar.hours | {"市公安局": ((time(8), time(20)),)})
    due = longer.add_working_days(at("2018-07-25T12:00"), 1, "市公安局")
    assert due == at("2018-07-26T20:00")
    assert longer.add_working_days(at("2018-07-25T12:00"), 1, "市环保局") == closing("2018-07-26")
    assert longer.next_open(at("2018-07-25T12:30"), "市公安局") == at("2018-07-25T12:30")


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2018-07-25T10:00", "2018-07-25T10:00"),
        ("2018-07-25T12:00", "2018-07-25T13:30"),
        ("2018-07-25T23:00", "2018-07-26T09:00"),
        ("2018-07-28T10:00", "2018-07-30T09:00"),
    ],
)
def test_who_is_closed_opens_next_on_a_working_day(calendar, moment: str, opens: str):
    assert calendar.next_open(at(moment)) == at(opens)


@given(start=MOMENTS, span=SPANS)
def test_working_time_added_is_the_working_time_counted(calendar, start, span):
    end = calendar.add_working_time(start, span)
    assert calendar.working_time(start, end) == span
    assert end >= start


@given(start=MOMENTS, more=st.lists(SPANS, min_size=2, max_size=2))
def test_working_time_never_runs_backwards(calendar, start, more):
    shorter, longer = sorted(more)
    assert calendar.add_working_time(start, shorter) <= calendar.add_working_time(start, longer)
    assert calendar.working_time(start + longer, start + shorter) == timedelta(0)


@given(start=MOMENTS, later=st.timedeltas(timedelta(0), timedelta(days=20)), days=st.integers(1, 9))
def test_what_is_asked_later_is_never_due_earlier(calendar, start, later, days):
    assert calendar.add_working_days(start + later, days) >= calendar.add_working_days(start, days)


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_the_time_zone_of_the_server_changes_nothing(calendar, monkeypatch, zone: str):
    monkeypatch.setitem(os.environ, "TZ", zone)
    clock_of_the_machine.tzset()
    try:
        start = at("2018-12-28T16:00").astimezone(UTC)
        assert calendar.add_working_days(start, 2) == closing("2019-01-02")
        assert calendar.add_working_time(start, timedelta(hours=2)) == at("2018-12-29T09:30")
    finally:
        monkeypatch.undo()
        clock_of_the_machine.tzset()
