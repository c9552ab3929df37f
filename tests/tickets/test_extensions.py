"""延期: once, before expiry, within bounds; granted, both clocks move on."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import (
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    NOON,
    SUPERVISOR,
    Desk,
    handler_of,
)

from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import HotlineError, Invalid, NotAllowed, StepRefused
from hotline.people.rights import Action
from hotline.reports.backlog import backlog
from hotline.tickets import dispatch, extensions, lists, merging, queries, replies
from hotline.tickets.lists import Burn, Pile
from hotline.tickets.words import MatterKind, Path, Urgency

HANDLER = handler_of(CITY)


def ask(session, ticket, days: int = 5, **changed):
    facts = {"reason": "要等鉴定结果", "calendar": CALENDAR, "actor": HANDLER, "now": NOON}
    return extensions.ask(session, ticket, days=days, **(facts | changed))


def rule(session, ticket, *, granted: bool, actor=DISPATCHER):
    return extensions.rule(
        session, ticket, granted=granted, calendar=CALENDAR, actor=actor, now=NOON
    )


def test_a_granted_extension_moves_the_units_clock_and_the_promise(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        lead = dispatch.lead_of(ticket)
        before, promised = lead.due_at, ticket.promised_at
        ask(session, ticket)
        assert (lead.due_at, ticket.promised_at) == (before, promised)
        rule(session, ticket, granted=True)
        added = CALENDAR.working_days_between(city_day(before), city_day(lead.due_at))
        assert added == 5
        assert ticket.promised_at == lead.due_at
        assert before < lead.warn_at < lead.due_at
        assert not extensions.undecided(session)


def test_a_refused_extension_moves_nothing_and_cannot_be_asked_again(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        before = dispatch.lead_of(ticket).due_at
        ask(session, ticket)
        rule(session, ticket, granted=False)
        assert dispatch.lead_of(ticket).due_at == before
        with pytest.raises(StepRefused, match="已申请过一次"):
            ask(session, ticket)


@pytest.mark.parametrize(
    ("kind", "most"),
    # Sichuan 2025 grants 3/7/15 days; at most as many again, and never more than 10 (Shandong).
    [(MatterKind.CONSULTATION, 3), (MatterKind.HELP, 7), (MatterKind.COMPLAINT, 10)],
)
def test_no_more_than_the_first_limit_nor_ten_days_are_granted(database: Database, kind, most):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(kind=kind)
        for days in (0, -1, most + 1):
            with pytest.raises(Invalid) as refusal:
                ask(session, ticket, days)
            assert refusal.value.field == "days"
        assert ask(session, ticket, most).days == most


@pytest.mark.parametrize("kind", [MatterKind.CONSULTATION, MatterKind.COMPLAINT])
def test_what_is_urgent_has_a_day_and_may_get_one_more(database: Database, kind):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(kind=kind, urgency=Urgency.URGENT)
        with pytest.raises(Invalid, match="最多 1 个工作日"):
            ask(session, ticket, 2)
        ask(session, ticket, 1)
        lead = dispatch.lead_of(ticket)
        before = lead.due_at
        rule(session, ticket, granted=True)
        assert CALENDAR.working_days_between(city_day(before), city_day(lead.due_at)) == 1


@pytest.mark.parametrize("matter", [{"urgency": Urgency.CRITICAL}, {"path": Path.MOVE_CAR}])
def test_what_has_less_than_a_day_cannot_get_days_and_its_unit_is_told_what_to_do(
    database: Database, matter
):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(**matter)
        assert extensions.most_days(ticket, CALENDAR) == 0
        with pytest.raises(StepRefused, match="请马上打电话告诉派单员"):
            ask(session, ticket, 1)


def test_the_city_decides_how_many_hours_what_is_urgent_has(database: Database):
    limits = CALENDAR.limits
    two_days = replace(limits, values={**limits.values, "act_urgent": 48})
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(urgency=Urgency.URGENT)
        assert extensions.most_days(ticket, replace(CALENDAR, limits=two_days)) == 2


def test_who_is_late_already_cannot_ask(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        late = dispatch.lead_of(ticket).due_at + timedelta(seconds=1)
        with pytest.raises(StepRefused, match="已过办理时限"):
            ask(session, ticket, now=late)


def test_only_the_unit_that_has_it_asks_and_never_decides_itself(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        with pytest.raises(NotAllowed):
            ask(session, ticket, actor=handler_of(ENVIRONMENT))
        ask(session, ticket)
        with pytest.raises(NotAllowed):
            rule(session, ticket, granted=True, actor=HANDLER)


def test_a_request_that_its_reply_has_overtaken_waits_for_nobody(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        ask(session, ticket)
        replies.reply(session, ticket, "已办好。", actor=HANDLER, now=NOON)
        assert extensions.undecided(session) == []
        with pytest.raises(HotlineError):
            rule(session, ticket, granted=True)


def lapsed(session, now) -> list[str]:
    return [assignment.unit for _, assignment in queries.lapsed(session, now, limit=9)]


def test_nothing_counts_as_late_while_the_question_lies_with_the_reviewer(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        lead = dispatch.lead_of(ticket)
        ask(session, ticket, now=lead.due_at)
        late = lead.due_at + timedelta(hours=1)
        assert lapsed(session, late) == []
        rule(session, ticket, granted=True)
        assert lapsed(session, late) == []
        assert not lead.overdue
        assert lapsed(session, lead.due_at + timedelta(seconds=1)) == [CITY]


def test_no_list_names_as_late_who_waits_for_more_time_asked_for_in_time(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        ask(session, ticket)
        late = dispatch.lead_of(ticket).due_at + timedelta(hours=1)
        facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": late}

        def named() -> tuple[int, int, int]:
            stock = backlog(session, late, **facts)
            assert stock.total("overdue") == len(stock.overdue)
            mine = lists.inbox_counts(session, HANDLER, late)[Pile.OVERDUE]
            burning = lists.burning(session, SUPERVISOR, late)[Burn.OVERDUE].count
            return mine, burning, stock.total("overdue")

        assert named() == (0, 0, 0)
        extensions.rule(session, ticket, granted=False, **facts)
        assert named() == (1, 1, 1)


def test_who_was_refused_more_time_was_late_from_when_it_first_was(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        due = dispatch.lead_of(ticket).due_at
        ask(session, ticket)
        late = due + timedelta(hours=1)
        rule(session, ticket, granted=False)
        ((row, assignment),) = queries.lapsed(session, late, limit=9)
        dispatch.fall_overdue(session, row, assignment)
        assert queries.events(session, ticket)[-1].at == due


def test_asking_and_deciding_are_told_in_the_story(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        ask(session, ticket)
        rule(session, ticket, granted=True)
        told = [(event.action, event.reason) for event in queries.events(session, ticket)[-2:]]
    assert told == [(Action.ASK_EXTENSION, ""), (Action.RULE_EXTENSION, "granted")]


def test_one_that_nobody_decided_on_does_not_bar_the_next_unit(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        ask(session, ticket)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        dispatch.transfer(session, ticket, ENVIRONMENT, **facts)
        dispatch.claim(
            session, ticket, handler="王五", **facts | {"actor": handler_of(ENVIRONMENT)}
        )
        asked = ask(session, ticket, actor=handler_of(ENVIRONMENT))
        assert [row.unit for row in extensions.undecided(session)] == [ENVIRONMENT]
        rule(session, ticket, granted=True)
        assert asked.granted


def test_who_is_merged_is_promised_the_same_day(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.in_progress(), desk.accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        ask(session, parent)
        rule(session, parent, granted=True)
        session.refresh(child)
        assert child.promised_at == parent.promised_at
