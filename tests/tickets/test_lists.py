"""The piles: what lies in which, for whom, in which order, and how it is paged."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from builders import (
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    NOON,
    SUGGESTION,
    SUPERVISOR,
    Desk,
    handler_of,
)
from sent import statements
from sqlmodel import Session
from walks import unsolved

from hotline.db import Database
from hotline.errors import Invalid, NotAllowed
from hotline.people.rights import CHANNEL
from hotline.routing.types import Decision, Emergency
from hotline.tickets import alarms, dispatch, intake, lists, objections, replies
from hotline.tickets.lists import Burn, DeskPile, Pile
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, Ground, Urgency

# A complaint has 15 working days: dispatched on NOON it falls due on 2018-08-15, 17:30.
DUE_DAY = NOON + timedelta(days=21)
HANDLER = handler_of(CITY)


def numbers(rows: list[lists.Row]) -> list[str]:
    return [row.number for row in rows]


def objected(desk: Desk, session: Session) -> Ticket:
    ticket = desk.dispatched()
    objections.object_to(
        session, ticket, calendar=CALENDAR,
        ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT, note="非我局职责",
        actor=HANDLER, now=NOON,
    )  # fmt: skip
    session.flush()
    return ticket


def test_an_inbox_sorts_what_is_the_units_own_by_what_is_to_be_done(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        to_claim, in_progress = desk.dispatched(), desk.in_progress()
        helped = desk.in_progress(ENVIRONMENT)
        dispatch.assist(session, helped, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        desk.replied(), desk.accepted(), desk.dispatched(ENVIRONMENT)
        session.flush()
        piles = {pile: lists.inbox(session, HANDLER, pile, NOON) for pile in Pile}
        assert {pile: numbers(rows) for pile, rows in piles.items()} == {
            Pile.TO_CLAIM: [to_claim.number],
            # Who helps has less time, so it comes first.
            Pile.IN_PROGRESS: [helped.number, in_progress.number],
            Pile.DUE_SOON: [],
            Pile.OVERDUE: [],
        }
        assert [row.part for row in piles[Pile.IN_PROGRESS]] == ["assist", "lead"]


def test_the_clock_moves_a_ticket_into_the_last_two_piles(either: Database):
    with either.work() as session:
        ticket = Desk(session, NOON).in_progress()
        session.flush()
        due = ticket.assignments[0].due_at
        second = timedelta(seconds=1)
        for now, soon, late in (
            (ticket.assignments[0].warn_at - second, 0, 0),
            (ticket.assignments[0].warn_at, 1, 0),
            (due, 1, 0),
            (due + second, 0, 1),
        ):
            counts = lists.inbox_counts(session, HANDLER, now)
            assert (counts[Pile.DUE_SOON], counts[Pile.OVERDUE]) == (soon, late)
            assert len(lists.inbox(session, HANDLER, Pile.DUE_SOON, now)) == soon
            assert len(lists.inbox(session, HANDLER, Pile.OVERDUE, now)) == late


def test_every_count_of_an_inbox_is_the_length_of_its_list(either: Database):
    with either.work() as session:
        for days in (0, 5, 9, 20):
            desk = Desk(session, NOON - timedelta(days=days))
            desk.dispatched(), desk.in_progress(), desk.dispatched(ENVIRONMENT)
        session.flush()
        counts = lists.inbox_counts(session, HANDLER, NOON + timedelta(days=10))
        assert counts == {
            pile: len(lists.inbox(session, HANDLER, pile, NOON + timedelta(days=10)))
            for pile in Pile
        }
        assert all(counts.values())


def test_only_a_handler_has_an_inbox(either: Database):
    with either.read() as session:
        for ask in (lists.inbox_counts, lambda *a: lists.inbox(*a[:2], Pile.TO_CLAIM, a[2])):
            with pytest.raises(NotAllowed):
                ask(session, DISPATCHER, NOON)


def test_a_row_tells_what_the_list_shows(either: Database):
    with either.work() as session:
        ticket = Desk(session, NOON).in_progress()
        session.flush()
        (row,) = lists.inbox(session, HANDLER, Pile.IN_PROGRESS, NOON)
        lead = ticket.assignments[0]
        assert (row.number, row.heading, row.status) == (ticket.number, "烧烤摊扰民", "in_progress")
        assert (row.territory, row.place, row.unit) == ("东兴区", "西林街道", CITY)
        assert (row.handler, row.warn_at, row.due_at) == ("张三", lead.warn_at, lead.due_at)
        assert (row.logged_at, row.promised_at) == (NOON, ticket.promised_at)


def test_without_a_title_the_matter_begins_the_row_and_later_texts_do_not(either: Database):
    with either.work() as session:
        Desk(session, NOON).replied(title="", text="路灯不亮" * 20)
        session.flush()
        (row,) = lists.desk_pile(session, DISPATCHER, DeskPile.TO_REVIEW)
        assert row.heading == "路灯不亮" * 10


def test_the_desk_sees_each_stage_that_waits_for_it(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        waiting = {
            DeskPile.TO_ACCEPT: desk.logged(),
            DeskPile.TO_DISPATCH: desk.accepted(),
            DeskPile.TO_RULE: objected(desk, session),
            DeskPile.TO_REVIEW: desk.replied(),
            DeskPile.UNSOLVED: unsolved(desk),
        }
        alarmed = desk.logged(
            replace(SUGGESTION, emergency=Emergency("119", ("冒浓烟",), ())), channel=Channel.WEB
        )
        desk.in_progress()
        session.flush()
        assert lists.desk_counts(session, DISPATCHER) == {
            DeskPile.TO_ACCEPT: 2, DeskPile.TO_DISPATCH: 1, DeskPile.TO_RULE: 1,
            DeskPile.TO_REVIEW: 1, DeskPile.UNSOLVED: 1, DeskPile.ALARMS: 1,
        }  # fmt: skip
        for pile, ticket in waiting.items():
            assert ticket.number in numbers(lists.desk_pile(session, DISPATCHER, pile)), pile
        assert numbers(lists.desk_pile(session, DISPATCHER, DeskPile.ALARMS)) == [alarmed.number]
        alarms.take(session, alarmed.number, actor=DISPATCHER, now=NOON)
        session.flush()
        assert lists.desk_pile(session, DISPATCHER, DeskPile.ALARMS) == []


def test_the_desk_takes_the_critical_first_then_the_urgent_then_the_oldest(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        made = [desk.logged(urgency=urgency) for urgency in ("normal", "urgent", "critical") * 2]
        session.flush()
        rows = lists.desk_pile(session, DISPATCHER, DeskPile.TO_ACCEPT)
        assert numbers(rows) == [made[at].number for at in (2, 5, 1, 4, 0, 3)]


def test_what_the_router_could_not_decide_is_dispatched_first_of_equal_urgency(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        asked = replace(SUGGESTION, decision=Decision.ASK)
        made = [
            desk.logged(suggestion, urgency=urgency)
            for suggestion in (SUGGESTION, asked)
            for urgency in (Urgency.NORMAL, Urgency.URGENT)
        ]
        for ticket in made:
            intake.accept(session, ticket, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        session.flush()
        rows = lists.desk_pile(session, DISPATCHER, DeskPile.TO_DISPATCH)
        assert numbers(rows) == [made[at].number for at in (3, 1, 2, 0)]


def test_what_burns_is_overdue_due_today_critical_or_waits_for_a_ruling(either: Database):
    with either.work() as session:
        overdue = Desk(session, NOON - timedelta(days=1)).in_progress()
        desk = Desk(session, NOON)
        today, waiting = desk.dispatched(), objected(desk, session)
        critical = desk.logged(urgency=Urgency.CRITICAL)
        desk.later(days=1).dispatched()
        desk.replied(urgency=Urgency.NORMAL)
        session.flush()
        burning = lists.burning(session, SUPERVISOR, DUE_DAY)
        assert {burn: numbers(heap.rows) for burn, heap in burning.items()} == {
            Burn.OVERDUE: [overdue.number],
            Burn.DUE_TODAY: [today.number, waiting.number],
            Burn.CRITICAL: [critical.number],
            Burn.TO_RULE: [waiting.number],
        }
        assert [heap.count for heap in burning.values()] == [1, 2, 1, 1]
        assert burning[Burn.OVERDUE].rows[0].heading == "烧烤摊扰民"


def test_a_critical_ticket_burns_until_its_reply_has_been_delivered(either: Database):
    with either.work() as session:
        ticket = Desk(session, NOON).replied(urgency=Urgency.CRITICAL)
        replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
        session.flush()
        assert lists.burning(session, SUPERVISOR, NOON)[Burn.CRITICAL].count == 1
        replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
        session.flush()
        assert lists.burning(session, SUPERVISOR, NOON)[Burn.CRITICAL].count == 0


def test_a_heap_shows_its_most_pressing_and_counts_them_all(either: Database):
    with either.work() as session:
        for _ in range(lists.BURNING_SHOWN + 2):
            Desk(session, NOON).dispatched()
        session.flush()
        heap = lists.burning(session, SUPERVISOR, DUE_DAY + timedelta(days=1))[Burn.OVERDUE]
        assert (heap.count, len(heap.rows)) == (12, 10)


PAGED: dict[str, Callable[..., list[lists.Row]]] = {
    "inbox": lambda session, **page: lists.inbox(session, HANDLER, Pile.TO_CLAIM, NOON, **page),
    "desk": lambda session, **page: lists.desk_pile(
        session, DISPATCHER, DeskPile.TO_ACCEPT, **page
    ),
    "to dispatch": lambda session, **page: lists.desk_pile(
        session, DISPATCHER, DeskPile.TO_DISPATCH, **page
    ),
}


@pytest.mark.parametrize("name", PAGED)
def test_pages_follow_one_another_without_gap_or_repetition(either: Database, name: str):
    with either.work() as session:
        for urgency in ("normal", "critical", "urgent", "normal", "critical"):
            desk = Desk(session, NOON)
            desk.dispatched(urgency=urgency), desk.logged(urgency=urgency)
            desk.accepted(urgency=urgency)
        session.flush()
        whole = PAGED[name](session)
        assert len(whole) == 5
        pages, after = [], None
        while page := PAGED[name](session, after=after, limit=2):
            pages += page
            after = page[-1].cursor
        assert pages == whole


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.2.3", f"{10**30}.1", f"1.{10**30}"])
@pytest.mark.parametrize("name", PAGED)
def test_a_cursor_that_is_none_of_ours_is_refused(database: Database, name: str, cursor: str):
    with database.read() as session, pytest.raises(Invalid, match="翻页"):
        PAGED[name](session, after=cursor)


ASKED: dict[str, Callable[[Session], object]] = {
    "inbox counts": lambda session: lists.inbox_counts(session, HANDLER, NOON),
    "desk counts": lambda session: lists.desk_counts(session, DISPATCHER),
    "burning": lambda session: lists.burning(session, SUPERVISOR, DUE_DAY),
} | PAGED


def test_fifty_rows_take_as_many_statements_as_five(database: Database):
    taken = []
    with database.work() as session:
        for more in (5, 45):
            for _ in range(more):
                desk = Desk(session, NOON)
                desk.dispatched(), desk.logged(), desk.accepted()
            session.flush()
            with statements(database) as sent:
                lengths = []
                for ask in ASKED.values():
                    ask(session)
                    lengths.append(len(sent))
            taken.append(lengths)
    assert taken[0] == taken[1]
    assert max(after - before for before, after in pairwise([0, *taken[0]])) <= 6
