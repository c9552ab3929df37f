"""撤单 wherever the matter lies: what was still to be decided is moot and lies with nobody."""

from collections.abc import Callable

import pytest
from builders import CALENDAR, CITY, DISPATCHER, NOON, SUPERVISOR, Desk, handler_of
from sqlmodel import Session
from walks import approved, objected, quarrelled

from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import StepRefused
from hotline.people.rights import Actor, Role
from hotline.reports import cases, tallies
from hotline.reports.periods import Period, PeriodKind
from hotline.tickets import (
    dispatch,
    extensions,
    intake,
    ladder,
    lists,
    merging,
    objections,
    precedents,
    replies,
    supervision,
)
from hotline.tickets.lists import Burn, DeskPile, Pile
from hotline.tickets.models import Ticket
from hotline.tickets.words import Colour, Status

MUCH_LATER = CALENDAR.add_working_days(NOON, 30)
TODAY = city_day(NOON)


def withdraw(session: Session, ticket: Ticket) -> None:
    """By its requester."""
    who = Actor("citizen", Role.CITIZEN, ticket=ticket.number)
    intake.withdraw(session, ticket, "已经解决", actor=who, now=NOON)
    session.flush()


def waiting(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": NOON}
    extensions.ask(desk.session, ticket, days=3, reason="等鉴定", **facts)
    return ticket


def supervised(desk: Desk) -> Ticket:
    ticket = desk.replied()
    facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": NOON}
    supervision.issue(desk.session, ticket, Colour.RED, "请到场", **facts)
    return ticket


@pytest.mark.parametrize("walk", [objected, quarrelled, Desk.replied, waiting, supervised])
def test_what_is_withdrawn_lies_in_no_pile_and_nobody_is_reminded_of_it(
    database: Database, walk: Callable[[Desk], Ticket]
):
    with database.work() as session:
        ticket = walk(Desk(session, NOON))
        withdraw(session, ticket)
        assert ticket.status == Status.WITHDRAWN
        assert not any(lists.desk_counts(session, DISPATCHER)[pile] for pile in DeskPile)
        for burn, heap in lists.burning(session, SUPERVISOR, MUCH_LATER).items():
            assert heap.count == 0, Burn(burn)
        for unit in (CITY, "市环保局", "东兴区"):
            assert not any(lists.inbox_counts(session, handler_of(unit), MUCH_LATER).values()), Pile
        assert extensions.undecided(session) == []
        assert supervision.waiting(session) == []
        assert ladder.due(session, CALENDAR, MUCH_LATER) == []


def test_a_decision_that_comes_after_it_is_refused(database: Database):
    facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
    with database.work() as session:
        desk = Desk(session, NOON)
        of_objection, of_extension, of_reply = objected(desk), waiting(desk), desk.replied()
        for ticket in (of_objection, of_extension, of_reply):
            withdraw(session, ticket)
        with pytest.raises(StepRefused, match="已撤单"):
            objections.rule(session, of_objection, granted=True, **facts)
        with pytest.raises(StepRefused, match="没有待批"):
            extensions.rule(session, of_extension, granted=True, **facts)
        with pytest.raises(StepRefused, match="已撤单"):
            replies.approve(session, of_reply, actor=DISPATCHER, now=NOON)


def test_an_objection_that_nobody_ruled_on_counts_against_nobody(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        withdrawn, stands = objected(desk), objected(desk)
        withdraw(session, withdrawn)
        found = tallies.tally(session, TODAY, TODAY, actor=SUPERVISOR)
        assert (found.total("misdirected"), found.total("unfounded")) == (0, 0)
        (bounce,) = precedents.bounces(session, NOON, MUCH_LATER)
        assert (bounce.raised, bounce.granted, bounce.open) == (1, 0, 1)
        listed = {
            row.number: row.status
            for row in cases.returns(session, Period.containing(PeriodKind.DAY, TODAY))
        }
        assert listed == {
            withdrawn.number: Status.WITHDRAWN, stands.number: Status.OBJECTED
        }  # fmt: skip


@pytest.mark.parametrize("walk", [objected, Desk.replied])
def test_nobody_withdraws_what_others_wait_for(database: Database, walk: Callable[[Desk], Ticket]):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent = walk(desk)
        merging.merge(session, desk.accepted(), parent, actor=DISPATCHER, now=NOON)
        with pytest.raises(StepRefused, match="须由派单员先撤销并单"):
            withdraw(session, parent)


def test_a_reply_that_is_on_its_way_is_not_called_back(database: Database):
    with database.work() as session:
        ticket = approved(Desk(session, NOON))
        with pytest.raises(StepRefused, match="不能撤单"):
            withdraw(session, ticket)


def test_its_assistants_have_nothing_left_to_do(database: Database):
    with database.work() as session:
        ticket = quarrelled(Desk(session, NOON))
        withdraw(session, ticket)
        assert dispatch.open_assignments(ticket) == []
