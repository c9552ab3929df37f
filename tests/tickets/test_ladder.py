"""Reminders and orders of the clock: each in its time, each once, by day for what can wait."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    NOON,
    SUPERVISOR,
    Desk,
    handler_of,
)
from sqlmodel import select
from walks import objected, quarrelled

from hotline.clock import CITY_TIME
from hotline.db import Database
from hotline.errors import NotAllowed, StepRefused
from hotline.people.rights import Action, Actor, Role
from hotline.tickets import (
    dispatch,
    extensions,
    feed,
    intake,
    ladder,
    lists,
    objections,
    queries,
    replies,
    supervision,
)
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.supervision import Reminder
from hotline.tickets.words import Colour, MatterKind, ReminderKind, Urgency


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2018-{text}").replace(tzinfo=CITY_TIME)


def sweep(database: Database, now: datetime) -> list[str]:
    """What the clock process says at this moment."""
    with database.read() as session:
        steps = ladder.due(session, CALENDAR, now)
    said = []
    for step in steps:
        with database.work() as session:
            if ladder.climb(session, step, CALENDAR, now):
                said.append(str(step.what))
    return said


@pytest.fixture
def dispatched(database: Database) -> str:
    """A consultation of Wednesday 2018-07-25, noon: due on Monday 2018-07-30 at 17:30."""
    with database.work() as session:
        return Desk(session, NOON).dispatched(kind=MatterKind.CONSULTATION).number


def test_an_unclaimed_ticket_climbs_rung_by_rung(database: Database, dispatched: str):
    said = {
        moment: sweep(database, at(moment))
        for moment in (
            "07-25T18:00", "07-27T10:30", "07-30T16:00", "07-30T17:31", "07-31T09:00",
            "08-01T09:00", "08-03T09:00", "08-20T09:00",
        )
    }  # fmt: skip
    assert said == {
        "07-25T18:00": [],
        "07-27T10:30": ["unclaimed"],  # half of its open time has passed
        "07-30T16:00": ["due_soon"],
        "07-30T17:31": [],  # it has just run out, and the unit is closed
        "07-31T09:00": ["blue"],
        "08-01T09:00": ["orange"],  # a working day after, when it opens
        "08-03T09:00": ["red"],
        "08-20T09:00": [],
    }


def test_nothing_is_said_twice_whatever_restarts(database: Database, dispatched: str):
    late = at("07-31T09:00")
    with database.read() as session:
        (step,) = ladder.due(session, CALENDAR, late)
    for _ in range(3):
        with database.work() as session:
            ladder.climb(session, step, CALENDAR, late)
    with database.read() as session:
        assert len(session.exec(select(supervision.SupervisionOrder)).all()) == 1


def test_after_an_outage_a_unit_gets_the_highest_order_alone(database: Database, dispatched: str):
    assert sweep(database, at("08-20T09:00")) == ["red"]
    assert sweep(database, at("08-20T09:01")) == []


def test_who_claimed_in_time_is_not_told_to_claim(database: Database):
    with database.work() as session:
        Desk(session, NOON).in_progress(kind=MatterKind.CONSULTATION)
    assert sweep(database, at("07-27T10:00")) == []


def test_who_has_replied_is_told_nothing(database: Database):
    with database.work() as session:
        Desk(session, NOON).replied(kind=MatterKind.CONSULTATION)
    assert sweep(database, at("08-20T09:00")) == []


def test_what_presses_is_said_at_night(database: Database):
    night = at("07-25T22:00")
    with database.work() as session:
        ticket = Desk(session, night).dispatched(urgency=Urgency.URGENT)
        lead = dispatch.lead_of(ticket)
        lead.due_at, lead.warn_at = night + timedelta(hours=2), night + timedelta(hours=1)
        session.add(lead)
    assert sweep(database, night + timedelta(minutes=61)) == [ReminderKind.DUE_SOON]
    assert sweep(database, night + timedelta(minutes=121)) == [Colour.BLUE]


def test_a_dry_run_tells_and_writes_nothing(database: Database, dispatched: str):
    late = at("07-31T09:00")
    with database.read() as session:
        told = [(each.standing.number, each.what) for each in ladder.due(session, CALENDAR, late)]
    assert told == [(dispatched, Colour.BLUE)]
    with database.read() as session:
        assert not session.exec(select(supervision.SupervisionOrder)).all()


def test_no_order_falls_on_a_unit_that_was_given_more_time_a_moment_ago(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(kind=MatterKind.CONSULTATION)
        facts = {"calendar": CALENDAR, "now": NOON}
        extensions.ask(session, ticket, days=3, reason="等鉴定", actor=handler_of(CITY), **facts)
    late = at("07-31T09:00")
    with database.read() as session:
        (step,) = ladder.due(session, CALENDAR, late)
    with database.work() as session:
        row = session.exec(select(Ticket)).one()
        extensions.rule(
            session, row, granted=True, calendar=CALENDAR, actor=DISPATCHER, now=late
        )  # fmt: skip
    with database.work() as session:
        assert not ladder.climb(session, step, CALENDAR, late)
        assert not session.exec(select(supervision.SupervisionOrder)).all()


def extend(database: Database, number: str, now: datetime, *, decide: bool = True) -> None:
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        facts = {"calendar": CALENDAR, "now": now}
        extensions.ask(session, ticket, days=3, reason="等鉴定", actor=handler_of(CITY), **facts)
        if decide:
            extensions.rule(session, ticket, granted=True, actor=DISPATCHER, **facts)


def test_a_unit_that_was_given_more_time_is_reminded_anew_of_each_share_once(
    database: Database, dispatched: str
):
    assert sweep(database, at("07-27T10:30")) == ["unclaimed"]
    assert sweep(database, at("07-30T16:00")) == ["due_soon"]
    extend(database, dispatched, at("07-30T16:30"))  # until 2018-08-02 at 17:30
    said = {
        moment: sweep(database, at(moment))
        for moment in (
            "07-30T16:31", "07-30T16:32", "08-01T17:00", "08-02T09:00", "08-02T17:00",
            "08-03T09:00",
        )
    }  # fmt: skip
    assert said == {
        "07-30T16:31": ["unclaimed"],  # half of the longer time has passed as well
        "07-30T16:32": [],
        "08-01T17:00": ["due_soon"],
        "08-02T09:00": [],
        "08-02T17:00": [],
        "08-03T09:00": ["blue"],
    }


def test_no_order_is_issued_while_an_extension_asked_for_waits(database: Database, dispatched: str):
    extend(database, dispatched, at("07-30T16:30"), decide=False)
    assert sweep(database, at("07-31T09:00")) == ["due_soon"]
    assert sweep(database, at("08-20T09:00")) == []
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == dispatched)).one()
        extensions.rule(
            session, ticket, granted=False, calendar=CALENDAR, actor=DISPATCHER,
            now=at("08-20T09:00"),
        )  # fmt: skip
    assert sweep(database, at("08-20T09:01")) == ["red"]


@pytest.fixture
def assisted(database: Database) -> str:
    """A consultation whose assistant was called in an hour after: its time is over on Friday."""
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(kind=MatterKind.CONSULTATION)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(hours=1)}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
        due = dispatch.open_assignments(ticket)[-1]
        assert (due.warn_at, due.due_at) == (at("07-27T10:00"), at("07-27T14:30"))
        return ticket.number


def to_assistants(database: Database) -> list[tuple[str, str]]:
    with database.read() as session:
        said = session.exec(select(Reminder).where(Reminder.unit == ENVIRONMENT)).all()
        events = session.exec(select(TicketEvent).where(TicketEvent.action == Action.REMIND)).all()
    told = [(event.unit, event.reason) for event in events if event.unit == ENVIRONMENT]
    assert told == [(each.unit, each.kind) for each in said]
    return told


def test_a_silent_assistant_is_reminded_twice_and_gets_no_order(database: Database, assisted: str):
    said = {
        moment: sweep(database, at(moment))
        for moment in (
            "07-27T09:59", "07-27T10:00", "07-27T10:01", "07-27T14:31", "07-27T14:32",
            "08-20T09:00", "08-21T09:00",
        )
    }  # fmt: skip
    assert said == {
        "07-27T09:59": [],
        "07-27T10:00": ["due_soon"],
        "07-27T10:01": [],
        "07-27T14:31": ["assist_late"],
        "07-27T14:32": [],
        "08-20T09:00": ["red"],  # that is the lead's
        "08-21T09:00": [],
    }
    assert to_assistants(database) == [(ENVIRONMENT, "due_soon"), (ENVIRONMENT, "assist_late")]


def test_after_an_outage_an_assistant_is_reminded_once(database: Database, assisted: str):
    sweep(database, at("08-20T09:00"))
    assert to_assistants(database) == [(ENVIRONMENT, "assist_late")]


def test_an_assistant_is_reminded_when_it_is_open_unless_the_matter_presses(database: Database):
    with database.work() as session:
        for urgency in (Urgency.NORMAL, Urgency.URGENT):
            ticket = Desk(session, NOON).in_progress(urgency=urgency)
            facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(hours=1)}
            dispatch.assist(session, ticket, ENVIRONMENT, **facts)
            helper = dispatch.open_assignments(ticket)[-1]
            helper.warn_at, helper.due_at = at("07-25T20:00"), at("07-25T22:00")
            session.add(helper)
    sweep(database, at("07-25T22:01"))
    assert to_assistants(database) == [(ENVIRONMENT, "assist_late")]
    sweep(database, at("07-26T09:00"))
    assert len(to_assistants(database)) == 2


@pytest.mark.parametrize("meanwhile", ["advised", "replied", "withdrawn"])
def test_no_assistant_is_reminded_of_what_it_has_done_a_moment_ago(
    database: Database, assisted: str, meanwhile: str
):
    late = at("07-27T14:31")
    with database.read() as session:
        (step,) = [each for each in ladder.due(session, CALENDAR, late) if helps(each)]
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == assisted)).one()
        if meanwhile == "advised":
            dispatch.advise(session, ticket, "已测。", actor=handler_of(ENVIRONMENT), now=late)
        elif meanwhile == "replied":
            replies.reply(
                session, ticket, "已办。", without="等不及", actor=handler_of(CITY), now=late
            )
        else:
            intake.withdraw(session, ticket, "不用了", actor=DISPATCHER, now=late)
    with database.work() as session:
        assert not ladder.climb(session, step, CALENDAR, late)
    assert to_assistants(database) == []


def helps(step: ladder.Due) -> bool:
    return step.standing.unit == ENVIRONMENT


def test_a_department_that_only_guides_is_not_reminded(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
    sweep(database, at("08-20T09:00"))
    assert to_assistants(database) == []


def test_those_called_in_are_still_reminded_when_the_lead_has_changed(
    database: Database, assisted: str
):
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == assisted)).one()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(hours=2)}
        dispatch.transfer(session, ticket, "市公安局", **facts)
    sweep(database, at("07-27T14:31"))
    assert to_assistants(database) == [(ENVIRONMENT, "assist_late")]


def test_a_joint_ruling_that_is_late_is_noted_once_as_of_the_end_of_its_day(database: Database):
    with database.work() as session:
        number = quarrelled(Desk(session, NOON)).number
        objected(Desk(session, NOON))
    end = at("07-26T17:30")
    assert "ruling_late" not in sweep(database, end)
    said = [sweep(database, end + timedelta(seconds=n)) for n in (1, 2)]
    assert [each.count("ruling_late") for each in said] == [1, 0]
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        objections.rule(
            session, ticket, granted=False, basis="会商", calendar=CALENDAR, actor=DISPATCHER,
            now=at("08-20T09:00"),
        )  # fmt: skip
        noted = [each for each in queries.events(session, ticket) if each.reason == "ruling_late"]
        assert [(each.at, each.unit, each.action) for each in noted] == [(end, "", "remind")]
        assert supervision.reminded(session, ticket)["ruling_late"] == 1


def test_an_objection_that_was_withdrawn_with_its_ticket_waits_for_no_ruling(database: Database):
    with database.work() as session:
        ticket = quarrelled(Desk(session, NOON))
        intake.withdraw(session, ticket, "不用了", actor=DISPATCHER, now=NOON)
    assert sweep(database, at("08-20T09:00")) == []


@pytest.mark.parametrize("over", ["withdrawn", "moved"])
def test_an_order_that_nobody_can_answer_any_more_waits_no_longer(database: Database, over: str):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "now": NOON}
        supervision.issue(session, ticket, Colour.RED, "请到场", actor=SUPERVISOR, **facts)
        session.flush()
        assert [each.number for each in supervision.waiting(session)] == [ticket.number]
        if over == "withdrawn":
            intake.withdraw(session, ticket, "不用了", actor=DISPATCHER, now=NOON)
        else:
            dispatch.transfer(session, ticket, ENVIRONMENT, actor=DISPATCHER, **facts)
        session.flush()
        assert supervision.waiting(session) == []


def test_an_order_has_a_clock_of_its_own_and_is_answered_once(database: Database, dispatched: str):
    late = at("07-31T09:00")
    sweep(database, late)
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == dispatched)).one()
        (order,) = supervision.orders_of(session, ticket)
        assert order.due_at == CALENDAR.add_working_days(late, 2)
        facts = {"actor": handler_of(CITY), "now": late}
        supervision.answer(session, ticket, "今天派人到场。", **facts)
        assert order.answered_at == late
        with pytest.raises(StepRefused, match="没有待回复"):
            supervision.answer(session, ticket, "再说一遍", **facts)
        assert queries.events(session, ticket)[-1].action == Action.ANSWER_ORDER


def test_a_supervisor_issues_each_colour_once_and_no_unit_does(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "now": NOON}
        supervision.issue(session, ticket, Colour.RED, "市长批示", actor=SUPERVISOR, **facts)
        with pytest.raises(StepRefused, match="同色"):
            supervision.issue(session, ticket, Colour.RED, actor=SUPERVISOR, **facts)
        with pytest.raises(NotAllowed):
            supervision.issue(session, ticket, Colour.BLUE, actor=handler_of(CITY), **facts)


def test_a_blue_order_by_hand_serves_for_the_clocks_and_the_unit_hears_of_its_expiry(
    database: Database, dispatched: str
):
    """Sanming 2017: blue reminds, and orange comes after blue has failed; nobody needs two blue."""
    expired, a_day_later = at("07-31T09:00"), at("08-01T09:00")
    handler = handler_of(CITY)
    with database.work() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == dispatched)).one()
        facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": NOON}
        supervision.issue(session, ticket, Colour.BLUE, "请先到场", **facts)
    assert "blue" not in sweep(database, expired)
    with database.work() as session:
        for ticket, assignment in queries.lapsed(session, expired, limit=9):
            dispatch.fall_overdue(session, ticket, assignment)
    with database.work() as session:
        feed.place(session)
        told = [event.action for event, _ in feed.after(session, 0, actor=handler, limit=50)]
        assert Action.FALL_OVERDUE in told
        assert lists.inbox_counts(session, handler, expired)[lists.Pile.OVERDUE] == 1
    assert sweep(database, a_day_later) == ["orange"]


def test_reminders_of_requesters_and_leaders_are_counted_apart(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        for actor in (AGENT, AGENT, DISPATCHER):
            supervision.remind(session, ticket, calendar=CALENDAR, actor=actor, now=NOON)
        assert supervision.reminded(session, ticket) == {"citizen": 2, "leader": 1}


def test_a_second_unsatisfied_round_climbs_to_a_red_order(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        replies.send_for_rework(session, ticket, "没说结果", **facts)
        assert supervision.orders_of(session, ticket) == []
        replies.reply(session, ticket, "还是那样。", actor=handler_of(CITY), now=NOON)
        replies.send_for_rework(session, ticket, "仍没说结果", **facts)
        (order,) = supervision.orders_of(session, ticket)
        assert (order.colour, order.unit) == (Colour.RED, CITY)


def test_the_city_decides_how_often_a_requester_reminds(database: Database):
    limits = CALENDAR.limits
    rarely = replace(limits, values={**limits.values, "remind_apart": 3})
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        citizen = Actor("citizen", Role.CITIZEN, ticket=ticket.number)
        facts = {"calendar": replace(CALENDAR, limits=rarely), "actor": citizen}
        supervision.remind(session, ticket, **facts, now=NOON)
        with pytest.raises(StepRefused, match="每 3 天可催办一次"):
            supervision.remind(session, ticket, **facts, now=NOON + timedelta(days=2))
        supervision.remind(session, ticket, **facts, now=NOON + timedelta(days=3))


def test_a_requester_reminds_once_a_day(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        citizen = Actor("citizen", Role.CITIZEN, ticket=ticket.number)
        supervision.remind(session, ticket, calendar=CALENDAR, actor=citizen, now=NOON)
        with pytest.raises(StepRefused, match="每 1 天可催办一次"):
            supervision.remind(
                session, ticket, calendar=CALENDAR, actor=citizen, now=NOON + timedelta(hours=23)
            )
        supervision.remind(
            session, ticket, calendar=CALENDAR, actor=citizen, now=NOON + timedelta(hours=24)
        )
        assert supervision.reminded(session, ticket) == {"citizen": 2}
