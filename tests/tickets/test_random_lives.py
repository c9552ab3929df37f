"""Random legal and illegal steps: whatever happens, the house rules hold."""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from random import Random

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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from hotline.db import Database
from hotline.errors import HotlineError, StepRefused
from hotline.people.rights import CHANNEL, Action, Actor, Role
from hotline.tickets import (
    dispatch,
    extensions,
    follow_ups,
    intake,
    ladder,
    lists,
    merging,
    objections,
    opinions,
    queries,
    ratings,
    reopening,
    replies,
    supervision,
)
from hotline.tickets.lists import Burn, DeskPile, Pile
from hotline.tickets.models import Assignment, FollowUp, Ticket, TicketEvent
from hotline.tickets.opinions import Opinion
from hotline.tickets.ratings import ASKED_ANEW
from hotline.tickets.steps import broken_link
from hotline.tickets.supervision import Reminder
from hotline.tickets.words import (
    Colour,
    Fault,
    Grievance,
    Ground,
    OpinionAct,
    OpinionLevel,
    SanctionKind,
    Status,
)

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
LIVES = 2000 if SOAK else 15
UNITS = (CITY, ENVIRONMENT, "市公安局")
OPEN_WITH_UNIT = (Status.DISPATCHED, Status.OBJECTED, Status.IN_PROGRESS)

d, c = DISPATCHER, CALENDAR
STEPS = {
    "accept": lambda s, t, u, n: intake.accept(s, t, calendar=c, actor=AGENT, now=n),
    "redirect": lambda s, t, u, n: intake.redirect(s, t, "请拨", code="x", actor=AGENT, now=n),
    "answer": lambda s, t, u, n: intake.answer(s, t, "答", actor=AGENT, now=n),
    "withdraw": lambda s, t, u, n: intake.withdraw(s, t, "不办了", actor=d, now=n),
    "withdraw_by_link": lambda s, t, u, n: intake.withdraw(
        s, t, "好了", actor=citizen(t), now=n
    ),
    "reopen": lambda s, t, u, n: reopening.reopen(
        s, t, "又来了", calendar=c, actor=d, now=n
    ),
    "reopen_by_link": lambda s, t, u, n: reopening.reopen(
        s, t, "没办好", calendar=c, actor=citizen(t), now=n
    ),
    "dispatch": lambda s, t, u, n: dispatch.dispatch(s, t, u, calendar=c, actor=d, now=n),
    "transfer": lambda s, t, u, n: dispatch.transfer(s, t, u, calendar=c, actor=d, now=n),
    "assist": lambda s, t, u, n: dispatch.assist(s, t, u, calendar=c, actor=d, now=n),
    "claim": lambda s, t, u, n: dispatch.claim(
        s, t, calendar=c, handler="张", actor=handler_of(u), now=n
    ),
    "claim_own": lambda s, t, u, n: dispatch.claim(
        s, t, calendar=c, handler="李", actor=handler_of(t.lead_unit), now=n
    ),
    "object": lambda s, t, u, n: objections.object_to(
        s, t, calendar=c, ground=Ground.NOT_OUR_DUTY, right_unit="市林业局", note="不是",
        actor=handler_of(t.lead_unit), now=n,
    ),
    "grant": lambda s, t, u, n: objections.rule(
        s, t, granted=True, unit=u, calendar=c, actor=d, now=n
    ),
    "refuse": lambda s, t, u, n: objections.rule(s, t, granted=False, calendar=c, actor=d, now=n),
    "rule_jointly": lambda s, t, u, n: objections.rule(
        s, t, granted=u == CITY, unit="市林业局", basis="会商", calendar=c, actor=d, now=n
    ),
    "reply": lambda s, t, u, n: replies.reply(
        s, t, "已办", actor=handler_of(t.lead_unit), now=n
    ),
    "approve": lambda s, t, u, n: replies.approve(s, t, actor=d, now=n),
    "rework": lambda s, t, u, n: replies.send_for_rework(
        s, t, "没联系", calendar=c, actor=d, now=n
    ),
    "deliver": lambda s, t, u, n: replies.deliver(s, t, actor=CHANNEL, now=n),
    "rate": lambda s, t, u, n: replies.follow_up(
        s, t, solved=u == CITY, satisfied=UNITS.index(u) + 1, grievance=Grievance.SLOW,
        actor=AGENT, now=n,
    ),
    "rate_by_link": lambda s, t, u, n: replies.follow_up(
        s, t, solved=u == CITY, satisfied=5 - UNITS.index(u) * 2, grievance=Grievance.OTHER,
        actor=citizen(t), now=n,
    ),
    "review": lambda s, t, u, n: ratings.review(
        s, t, list(Fault)[UNITS.index(u)], actor=SUPERVISOR, now=n
    ),
    "merge": lambda s, t, u, n: merging.merge(s, t, another(s, t), actor=d, now=n),
    "close": lambda s, t, u, n: replies.close(s, t, actor=d, now=n),
    "unmerge": lambda s, t, u, n: merging.unmerge(s, t, calendar=c, actor=d, now=n),
    "advise": lambda s, t, u, n: dispatch.advise(s, t, "已测", actor=handler_of(u), now=n),
    "ask_extension": lambda s, t, u, n: extensions.ask(
        s, t, days=3, reason="等鉴定", calendar=c, actor=handler_of(t.lead_unit), now=n
    ),
    "rule_extension": lambda s, t, u, n: extensions.rule(
        s, t, granted=u == CITY, calendar=c, actor=d, now=n
    ),
    "remind": lambda s, t, u, n: supervision.remind(s, t, calendar=c, actor=AGENT, now=n),
    "remind_by_link": lambda s, t, u, n: supervision.remind(
        s, t, calendar=c, actor=citizen(t), now=n
    ),
    "supervise": lambda s, t, u, n: supervision.issue(
        s, t, list(Colour)[UNITS.index(u)], calendar=c, actor=SUPERVISOR, now=n
    ),
    "answer_order": lambda s, t, u, n: supervision.answer(
        s, t, "在办", actor=handler_of(u), now=n
    ),
}  # fmt: skip
# What leaves no event of a person's on the ticket: the clock's own work, and records beside it.
BESIDE = {
    "sweep": lambda s, t, u, n: sweep(s, n),
    "climb": lambda s, t, u, n: [
        ladder.climb(s, step, c, n) for step in ladder.due(s, c, n)
    ],
    "sanction": lambda s, t, u, n: supervision.sanction(
        s, u, SanctionKind.INTERVIEW, "屡次超期", actor=SUPERVISOR, now=n
    ),
    "find_opinion": lambda s, t, u, n: opinions.find(
        s, title="视频", place="短视频平台", level=list(OpinionLevel)[u == CITY], words="",
        ticket=t, limits=c.limits, actor=AGENT, now=n,
    ),
    "act_on_opinion": lambda s, t, u, n: opinions.act(
        s, opinion_of(s, t), list(OpinionAct)[(n.minute + UNITS.index(u)) % len(OpinionAct)], "记",
        level=OpinionLevel.ORDINARY, limits=c.limits, actor=SUPERVISOR, now=n,
    ),
    "take_call": lambda s, t, u, n: follow_ups.take(
        s, t.number, limits=c.limits, actor=AGENT, now=n
    ),
    "not_reached": lambda s, t, u, n: follow_ups.not_reached(
        s, t.number, limits=c.limits, actor=AGENT, now=n
    ),
}  # fmt: skip
MOVES = STEPS | BESIDE
REOPENING = ("reopen", "reopen_by_link")
# Steps drawn blindly hardly ever get a ticket to its end: every other one goes the usual way.
ONWARD = {
    Status.LOGGED: "accept", Status.ACCEPTED: "dispatch", Status.DISPATCHED: "claim_own",
    Status.OBJECTED: "grant", Status.IN_PROGRESS: "reply", Status.REPLIED: "approve",
    Status.APPROVED: "deliver", Status.DELIVERED: "close", Status.CLOSED: "reopen",
    Status.MERGED: "rate",
}  # fmt: skip
MOVE = st.tuples(
    st.one_of(st.just("onward"), st.sampled_from(sorted(MOVES))),
    st.sampled_from(UNITS),
    st.sampled_from([0, 1, 1, 30, 60 * 24 * 9]),
    st.sampled_from([0, 0, 0, 1]),
)


def citizen(ticket: Ticket) -> Actor:
    return Actor("citizen", Role.CITIZEN, ticket=ticket.number)


def another(session: Session, ticket: Ticket) -> Ticket:
    """The ticket logged before or after this one."""
    near = (ticket.id - 1, ticket.id + 1)
    query = select(Ticket).where(Ticket.id.in_(near)).order_by(Ticket.id).limit(1)
    return session.exec(query.with_for_update()).first() or ticket


def opinion_of(session: Session, ticket: Ticket) -> Opinion:
    found = opinions.of(session, ticket)
    if found is None:
        raise StepRefused
    return found


def sweep(session: Session, now: datetime) -> None:
    for ticket, assignment in queries.lapsed(session, now, limit=100):
        dispatch.fall_overdue(session, ticket, assignment)


@settings(
    max_examples=LIVES,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(moves=st.lists(MOVE, min_size=5, max_size=40))
def test_whatever_is_tried_the_rules_of_the_house_hold(database: Database, moves: list):
    with database.work() as session:
        pair = [Desk(session, NOON).logged().number for _ in range(2)]
    desk, taken = Desk(None, NOON), Counter(pair)
    for name, unit, minutes, which in moves:
        desk = desk.later(minutes=minutes)
        before = {number: snapshot(database, number) for number in pair}
        try:
            with database.work() as session:
                ticket = locked(session, pair[which])
                name = ONWARD.get(ticket.status, "unmerge") if name == "onward" else name
                moved = moved_by(session, name, ticket)
                MOVES[name](session, ticket, unit, desk.now)
        except HotlineError:
            after = {number: snapshot(database, number) for number in pair}
            assert after == before, f"a refused {name} changed something"
        else:
            taken.update(moved)
            closed = [number for number in pair if before[number][0] == Status.CLOSED]
            left = [number for number in closed if snapshot(database, number)[0] != Status.CLOSED]
            assert not left or (name in REOPENING and left == moved[-1:])
    for number in pair:
        check(database, number, taken[number])


def moved_by(session: Session, name: str, ticket: Ticket) -> list[str]:
    """On which tickets a step of this name leaves its event: who was merged reopens two."""
    both = [ticket, queries.answered_with(session, ticket)] if name in REOPENING else [ticket]
    return list(dict.fromkeys(each.number for each in both)) if name in STEPS else []


def locked(session: Session, number: str) -> Ticket:
    return session.exec(select(Ticket).where(Ticket.number == number)).one()


@pytest.mark.parametrize("seed", range(20 if SOAK else 2))
def test_every_count_equals_its_list_whatever_happened(database: Database, seed: int):
    pick, now = Random(seed), Desk(None, NOON)
    with database.work() as session:
        numbers = [Desk(session, NOON).dispatched(pick.choice(UNITS)).number for _ in range(12)]
    for _ in range(600 if SOAK else 200):
        now = now.later(minutes=pick.choice([0, 1, 30, 60 * 9]))
        try:
            with database.work() as session:
                ticket = locked(session, pick.choice(numbers))
                usual = ONWARD.get(ticket.status, "unmerge")
                step = MOVES[pick.choice([usual, pick.choice(sorted(MOVES))])]
                step(session, ticket, pick.choice(UNITS), now.now)
        except HotlineError:
            continue
    with database.read() as session:
        for found, listed in counted(session, now.now):
            assert found == len(listed) == len({row.number for row in listed})


def counted(session: Session, now: datetime) -> Iterator[tuple[int, list]]:
    """Every count that people see, and what its list shows."""
    for who in map(handler_of, (*UNITS, "市林业局")):
        counts = lists.inbox_counts(session, who, now)
        yield from ((counts[pile], lists.inbox(session, who, pile, now)) for pile in Pile)
    counts = lists.desk_counts(session, d)
    yield from ((counts[pile], lists.desk_pile(session, d, pile)) for pile in DeskPile)
    burns = lists.burning(session, SUPERVISOR, now)
    for burn in Burn:
        yield burns[burn].count, lists.burning_pile(session, SUPERVISOR, burn, now).rows
    calls = follow_ups.waiting(session, limits=c.limits, actor=AGENT, now=now)
    yield follow_ups.count(session, limits=c.limits), calls
    for ticket in session.exec(select(Ticket).where(Ticket.status == Status.DELIVERED)):
        assert ticket.unsolved == replies.says_unsolved(session, ticket)
    undecided = ratings.undecided(session, actor=SUPERVISOR)
    assert ratings.count_undecided(session) == len(undecided)


def snapshot(database: Database, number: str) -> tuple:
    events = select(func.count()).where(TicketEvent.ticket_id == Ticket.id).scalar_subquery()
    with database.read() as session:
        query = select(Ticket.status, Ticket.last_seq, Ticket.head_hash, events)
        return tuple(session.exec(query.where(Ticket.number == number)).one())


def check(database: Database, number: str, taken: int) -> None:
    with database.read() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        story = queries.events(session, ticket)
        assignments = session.exec(
            select(Assignment).where(Assignment.ticket_id == ticket.id)
        ).all()
        said = ratings.of(session, ticket)
        reminders = session.exec(select(Reminder).where(Reminder.ticket_id == ticket.id)).all()
        objected = objections.of(session, ticket)
        orders = supervision.orders_of(session, ticket)
    overdue = [event for event in story if event.action == Action.FALL_OVERDUE]
    assert sum(event.role != Role.SYSTEM for event in story) == taken
    assert broken_link(story) is None
    assert story[-1].status == ticket.status
    assert counting(said) == last_words(story)
    assert len(reminders) == sum(event.action == Action.REMIND for event in story)
    by_clock = [(each.assignment_id, each.kind, each.due_at) for each in reminders if each.due_at]
    assert len(by_clock) == len(set(by_clock))
    helpers = {a.id for a in assignments if a.part == "assist"}
    assert not any(order.assignment_id in helpers for order in orders)
    # Whoever ruled it late was late, and nobody else.
    ruled_late = [e.joint_by for e in objected if e.joint_by and (e.ruled_at or NOON) > e.joint_by]
    noted = [event.at for event in story if event.reason == "ruling_late"]
    waits = [e.joint_by for e in objected if e.joint_by and not e.ruled_at]
    assert sorted(ruled_late) == sorted(at for at in noted if at not in waits)
    leads = [a for a in assignments if a.part == "lead"]
    standing = [lead for lead in leads if lead.ended_at is None]
    assert len(standing) == (ticket.status in OPEN_WITH_UNIT)
    assert sorted(event.at for event in overdue) == sorted(a.due_at for a in leads if a.overdue)
    for lead in leads:
        # Whoever ended it late was late, whatever was asked; and nobody else ever was.
        assert lead.ended_at is None or lead.overdue == (lead.ended_at > lead.due_at)
    assert all(a.dispatched_at <= a.warn_at <= a.due_at for a in assignments)
    assert ticket.promised_at is None or ticket.promised_at > NOON
    assert (ticket.promised_at is None) == (ticket.accepted_at is None)
    never = (Status.LOGGED, Status.REDIRECTED, Status.WITHDRAWN, Status.MERGED)
    assert ticket.promised_at or ticket.status in never


def counting(said: list[FollowUp]) -> list[int]:
    return [rating.satisfied for rating in said if not rating.superseded]


def last_words(story: list[TicketEvent]) -> list[int]:
    """What was said last of each reply that was told."""
    told = [event for event in story if event.action in (Action.FOLLOW_UP, *ASKED_ANEW)]
    runs = (list(run) for asked, run in groupby(told, lambda e: e.action) if asked == "follow_up")
    return [run[-1].satisfied for run in runs]
