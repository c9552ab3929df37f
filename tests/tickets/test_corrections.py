"""What people correct is kept with the ticket, and near requests follow it."""

import pytest
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, SUGGESTION, Desk, handler_of
from sqlmodel import Session

from hotline.db import Database
from hotline.routing.circumstances import written_to
from hotline.routing.corrections import Correction
from hotline.tickets import dispatch, objections, queries
from hotline.tickets.cases import closed_cases, count_closed
from hotline.tickets.corrections import newest_corrections
from hotline.tickets.models import Ticket
from hotline.tickets.words import Ground, Status

POLICE = "市公安局"


@pytest.fixture
def session(database: Database):
    with database.work() as session:
        yield session


def corrections(session: Session) -> list[Correction]:
    session.flush()
    return list(newest_corrections(session))


def rule(session: Session, ticket: Ticket, *, granted: bool) -> None:
    objections.object_to(
        session, ticket, calendar=CALENDAR,
        ground=Ground.NOT_OUR_DUTY, right_unit=POLICE, note="噪声归公安",
        actor=handler_of(ticket.lead_unit), now=NOON,
    )  # fmt: skip
    objections.rule(session, ticket, granted=granted, calendar=CALENDAR, actor=DISPATCHER, now=NOON)


def test_a_ticket_that_goes_where_it_was_suggested_corrects_nothing(session: Session):
    Desk(session, NOON).dispatched(CITY)
    assert corrections(session) == []


def test_another_unit_than_suggested_is_kept_with_the_words_and_who_chose(session: Session):
    ticket = Desk(session, NOON).dispatched(ENVIRONMENT)
    (kept,) = corrections(session)
    assert (kept.unit, kept.instead_of, kept.by) == (ENVIRONMENT, CITY, DISPATCHER.id)
    assert (kept.ticket, kept.text, kept.ruled) == (
        ticket.number, "小区楼下烧烤摊半夜还在吵，油烟也大", False,
    )  # fmt: skip


def test_a_transfer_corrects_the_unit_that_had_it(session: Session):
    ticket = Desk(session, NOON).dispatched(CITY)
    dispatch.transfer(session, ticket, POLICE, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
    assert [(c.unit, c.instead_of) for c in corrections(session)] == [(POLICE, CITY)]


@pytest.mark.parametrize(
    ("granted", "right", "wrong"), [(True, POLICE, CITY), (False, CITY, POLICE)]
)
def test_a_ruling_either_way_is_a_precedent(session, granted: bool, right: str, wrong: str):
    rule(session, Desk(session, NOON).dispatched(CITY), granted=granted)
    assert [(c.unit, c.instead_of, c.ruled) for c in corrections(session)] == [(right, wrong, True)]


def test_a_ticket_that_goes_to_its_territory_says_nothing_of_departments(session: Session):
    Desk(session, NOON).dispatched(SUGGESTION.territory)
    assert corrections(session) == []


def test_an_erased_matter_is_remembered_no_more(session: Session):
    ticket = Desk(session, NOON).dispatched(ENVIRONMENT)
    session.flush()
    matter = queries.matter(session, ticket)
    matter.text = matter.title = ""
    session.add(matter)
    assert corrections(session) == []


def test_closed_tickets_are_cases_with_the_unit_that_settled_them(session: Session):
    desk = Desk(session, NOON)
    settled = [desk.dispatched(unit) for unit in (CITY, POLICE)]
    desk.dispatched(ENVIRONMENT)
    for ticket in settled:
        ticket.status = Status.CLOSED
    session.flush()
    cases = closed_cases(session, frozenset(), {})
    assert [(case.id, case.units) for case in cases] == [
        (settled[0].number, (CITY,)), (settled[1].number, (POLICE,)),
    ]  # fmt: skip
    assert count_closed(session, at_most=1) == 1


def test_a_closed_letter_knows_to_whom_it_was_written(session: Session):
    letter = Desk(session, NOON).dispatched(CITY, addressee=POLICE)
    letter.status = Status.CLOSED
    session.flush()
    (case,) = closed_cases(session, frozenset(), {})
    assert case.dialled == written_to(POLICE)


EAST = SUGGESTION.territory


def test_a_ticket_that_its_territory_settled_says_where_it_lies_and_who_assisted(session: Session):
    desk = Desk(session, NOON)
    alone, assisted = desk.dispatched(EAST), desk.dispatched(EAST)
    dispatch.assist(session, assisted, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
    for ticket in (alone, assisted):
        ticket.status = Status.CLOSED
    session.flush()
    cases = closed_cases(session, frozenset({EAST}), {})
    assert [(case.id, case.kind, case.units) for case in cases] == [
        (alone.number, "territory", (EAST,)),
        (assisted.number, "territory", (EAST,)),
        (assisted.number, "unit", (CITY,)),
    ]
