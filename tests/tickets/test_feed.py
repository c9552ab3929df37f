"""A unit's feed is the part of the whole feed that it may see, wherever its events lie."""

import pytest
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, SUPERVISOR, Desk, handler_of

from hotline.db import Database
from hotline.people.rights import Actor
from hotline.tickets import dispatch, feed
from hotline.tickets.feed import NEAR


def fill(database: Database, *units: str) -> list[str]:
    """A ticket for each unit, in this order, in the feed; returns their numbers."""
    with database.work() as session:
        numbers = [Desk(session, NOON).dispatched(unit).number for unit in units]
        feed.place(session)
    return numbers


def pages(database: Database, actor: Actor, *, limit: int) -> list[tuple[int, str]]:
    """Everything the actor reads page by page: position and ticket number."""
    read: list[tuple[int, str]] = []
    with database.read() as session:
        while page := feed.after(session, read[-1][0] if read else 0, actor=actor, limit=limit):
            assert len(page) <= limit
            read += [(event.position, ticket.number) for event, ticket in page]
    return read


def test_a_unit_that_came_late_finds_its_events_far_down_the_feed(either: Database):
    *_, mine = fill(either, *[ENVIRONMENT] * (NEAR // 3 + 5), CITY)
    read = pages(either, handler_of(CITY), limit=1)
    assert {number for _, number in read} == {mine}
    assert len(read) == 3 and read[0][0] > NEAR


@pytest.mark.parametrize("limit", [1, 2, 200])
def test_a_unit_reads_the_whole_feed_but_for_what_is_not_its_own(database: Database, limit: int):
    here, away = [CITY] * 2, [ENVIRONMENT] * 40
    numbers = fill(database, *here, *away, *here, *away, *here)
    mine = {number for number in numbers if numbers.index(number) % 42 < 2}
    assert pages(database, handler_of(CITY), limit=limit) == [
        entry for entry in pages(database, SUPERVISOR, limit=200) if entry[1] in mine
    ]


def test_what_was_moved_away_is_gone_from_the_far_end_too(database: Database):
    fill(database, *[ENVIRONMENT] * (NEAR // 3 + 5))
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        dispatch.transfer(
            session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        feed.place(session)
    assert pages(database, handler_of(CITY), limit=1) == []


def test_a_unit_with_nothing_reads_an_empty_feed(database: Database):
    fill(database, *[ENVIRONMENT] * (NEAR // 3 + 5))
    assert pages(database, handler_of(CITY), limit=1) == []
