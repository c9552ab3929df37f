"""Ticket numbers and query codes."""

from datetime import timedelta

from builders import NOON
from sqlalchemy import text

from hotline.clock import city_day
from hotline.db import Database
from hotline.tickets.models import DaySerial
from hotline.tickets.numbers import (
    is_number,
    new_query_code,
    next_ticket,
    number_of,
    reserve_serials,
)


def test_numbers_count_up_within_a_day_of_the_city_and_begin_again_the_next(database: Database):
    with database.work() as session:
        today = [next_ticket(session, NOON)[1] for _ in range(3)]
        tomorrow = next_ticket(session, NOON + timedelta(hours=12))[1]
    assert [number[:15] for number in today] == [f"NJ201807250000{n}" for n in (1, 2, 3)]
    assert tomorrow.startswith("NJ2018072600001")


def test_a_wrong_digit_and_two_swapped_ones_are_noticed(database: Database):
    with database.work() as session:
        number = next_ticket(session, NOON)[1]
    assert is_number(number)
    for place in range(2, len(number)):
        wrong = str((int(number[place]) + 1) % 10)
        assert not is_number(number[:place] + wrong + number[place + 1 :])
        swapped = number[: place - 1] + number[place] + number[place - 1] + number[place + 1 :]
        assert swapped == number or not is_number(swapped)


def test_query_codes_are_random_and_easy_to_read_aloud():
    codes = {new_query_code() for _ in range(2000)}
    assert len(codes) > 1990
    assert all(len(code) == 6 and not set(code) & set("01OIL") for code in codes)


def test_no_number_is_given_twice_when_many_are_kept_for_a_day(database: Database):
    day = city_day(NOON)
    with database.work() as session:
        before = [next_ticket(session, NOON)[1] for _ in range(3)]
        first = reserve_serials(session, day, 100)
        after = [next_ticket(session, NOON)[1] for _ in range(2)]
    kept = [number_of(day, serial) for serial in range(first, first + 100)]
    assert len({*before, *kept, *after}) == 105


def test_a_day_that_an_earlier_release_has_counted_goes_on(postgres: Database):
    with postgres.work() as session:
        session.add(DaySerial(day="20180725", last=57))
        session.flush()
        assert next_ticket(session, NOON)[1].startswith("NJ2018072500058")


def test_whoever_logs_does_not_wait_for_another_who_has_not_finished(postgres: Database):
    with postgres.work() as session:
        next_ticket(session, NOON)[1]
    with postgres.work() as slow, postgres.work() as quick:
        quick.execute(text("SET LOCAL lock_timeout = '10s'"))
        assert next_ticket(slow, NOON)[1] != next_ticket(quick, NOON)[1]
