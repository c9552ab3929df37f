"""When the clock begins to learn from closed tickets."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import NOON, Desk

from hotline.db import Database
from hotline.jobs.learning import LEAST, due
from hotline.registry import learned
from hotline.tickets.words import Status

# Three in the morning in Neijiang.
NIGHT = datetime(2018, 7, 25, 19, 0, tzinfo=UTC)


@pytest.fixture
def settled(sqlite: Database) -> Database:
    with sqlite.work() as session:
        desk = Desk(session, NOON)
        for _ in range(LEAST):
            desk.logged().status = Status.CLOSED
    return sqlite


def test_it_is_time_at_night_and_not_by_day(settled: Database):
    with settled.read() as session:
        assert due(session, NIGHT)
        assert not due(session, NIGHT + timedelta(hours=3))
        assert not due(session, NOON)


def test_few_closed_tickets_teach_nothing(sqlite: Database):
    with sqlite.work() as session:
        Desk(session, NOON).logged().status = Status.CLOSED
        assert not due(session, NIGHT)


def test_once_a_night_is_enough_whatever_came_of_it(settled: Database):
    with settled.work() as session:
        learned.keep_model(
            session, b"x", source="已办结工单", cases=300, passed=False, figures={}, by="夜里",
            now=NIGHT,
        )  # fmt: skip
        assert not due(session, NIGHT + timedelta(minutes=30))
        assert due(session, NIGHT + timedelta(days=1))
