"""What stood before a request: found in one statement, within what the asker may read."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import AGENT, CITY, ENVIRONMENT, KEY, NOON, Desk, handler_of
from sqlalchemy import event

from hotline.db import Database, Session
from hotline.people.privacy import keyed_hash
from hotline.tickets.cases import closed_cases
from hotline.tickets.earlier import CALLERS, Whence, earlier
from hotline.tickets.intake import Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Status

POLICE = "市公安局"
MINE, OTHERS = "13800000832", "13800000999"
CALLER = Whence(keyed_hash(KEY, MINE))
TOWN = Whence("", "东兴区", "西林街道")


@pytest.fixture
def session(database: Database):
    with database.work() as session:
        yield session


def from_other(desk: Desk, unit: str, **matter: object) -> Ticket:
    return desk.dispatched(unit, requester=Requester(phone=OTHERS), **matter)


def seen(session: Session, whence: Whence, actor=AGENT, **more) -> list[tuple[str, bool]]:
    session.flush()
    found = earlier(session, whence, actor=actor, now=NOON + timedelta(days=1), **more)
    return sorted((each.unit, each.of_caller) for each in found)


def test_the_callers_tickets_and_those_of_the_town_are_told_apart(session: Session):
    desk = Desk(session, NOON)
    desk.dispatched(CITY)
    from_other(desk, ENVIRONMENT)
    assert seen(session, CALLER) == [(CITY, True)]
    assert seen(session, TOWN) == [(CITY, False), (ENVIRONMENT, False)]
    both = replace(TOWN, phone_hash=CALLER.phone_hash)
    assert seen(session, both) == [(CITY, False), (CITY, True), (ENVIRONMENT, False)]


def test_how_long_ago_it_was_whether_it_is_open_and_how_it_begins_are_told(session: Session):
    ticket = Desk(session, NOON).dispatched(CITY, title="", text="烧烤" * 200)
    session.flush()
    (found,) = earlier(session, CALLER, actor=AGENT, now=NOON + timedelta(days=3))
    assert (found.days, found.open) == (pytest.approx(3, abs=0.01), True)
    assert found.text.startswith("。烧烤") and len(found.text) < 200
    ticket.status = Status.CLOSED
    session.flush()
    (found,) = earlier(session, CALLER, actor=AGENT, now=NOON)
    assert not found.open


def test_only_what_stands_with_a_unit_of_late_counts(session: Session):
    desk = Desk(session, NOON)
    desk.logged()
    desk.dispatched(CITY, confidential=True)
    Desk(session, NOON - timedelta(days=8)).dispatched(ENVIRONMENT)
    Desk(session, NOON - timedelta(days=400)).dispatched(POLICE)
    assert seen(session, TOWN) == []
    assert seen(session, CALLER) == [(ENVIRONMENT, True)]


def test_the_ticket_asked_about_is_not_its_own_precedent(session: Session):
    ticket = Desk(session, NOON).dispatched(CITY)
    assert seen(session, CALLER, but=ticket.id) == []


def test_a_handler_learns_nothing_of_tickets_of_other_units(session: Session):
    desk = Desk(session, NOON)
    desk.dispatched(CITY)
    desk.dispatched(ENVIRONMENT)
    assert seen(session, CALLER, handler_of(CITY)) == [(CITY, True)]


def test_one_statement_and_few_rows_however_many_there_are(session: Session):
    desk = Desk(session, NOON)
    for _ in range(12):
        desk.dispatched(CITY)
    session.flush()
    sent: list[str] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *a: sent.append(a[2]))
    whence = replace(TOWN, phone_hash=CALLER.phone_hash)
    found = earlier(session, whence, actor=AGENT, now=NOON)
    assert len(sent) == 1
    assert sum(each.of_caller for each in found) == CALLERS
    assert earlier(session, Whence(), actor=AGENT, now=NOON) == ()
    assert len(sent) == 1


def _closed(session: Session, at, unit: str, **matter: object) -> Ticket:
    desk = Desk(session, at)
    ticket = desk.dispatched(unit, **matter)
    ticket.status, ticket.closed_at = Status.CLOSED, at + timedelta(days=2)
    return ticket


def test_closed_cases_know_what_stood_before_them_and_nothing_that_came_after(session: Session):
    first = _closed(session, NOON - timedelta(days=3), CITY)
    second = _closed(session, NOON - timedelta(days=2), ENVIRONMENT)
    third = _closed(session, NOON, POLICE, confidential=True)
    fourth = _closed(session, NOON, POLICE)
    session.flush()
    cases = {case.id: case for case in closed_cases(session, frozenset(), {})}

    def before(ticket: Ticket) -> list[tuple[str, bool, bool]]:
        found = cases[ticket.number].earlier
        return [(each.unit, each.open, each.of_caller) for each in found]

    assert before(first) == before(third) == []
    assert before(second) == [(CITY, True, True), (CITY, True, False)]
    assert before(fourth)[:2] == [(CITY, False, True), (ENVIRONMENT, False, True)]
