"""Random legal and illegal steps: whatever happens, the house rules hold."""

import os

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
from sqlmodel import select

from hotline.db import Database
from hotline.errors import HotlineError
from hotline.people.rights import CHANNEL, Action, Role
from hotline.tickets import (
    dispatch,
    extensions,
    intake,
    merging,
    queries,
    replies,
    supervision,
)
from hotline.tickets.models import Assignment, Ticket, TicketEvent
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Colour, Ground, Status

LIVES = 2000 if os.environ.get("HOTLINE_SOAK") else 30
UNITS = (CITY, ENVIRONMENT, "市公安局")
OPEN_WITH_UNIT = (Status.DISPATCHED, Status.OBJECTED, Status.IN_PROGRESS)

d, c = DISPATCHER, CALENDAR
STEPS = {
    "accept": lambda s, t, u, n: intake.accept(s, t, calendar=c, actor=AGENT, now=n),
    "redirect": lambda s, t, u, n: intake.redirect(s, t, "请拨", code="x", actor=AGENT, now=n),
    "answer": lambda s, t, u, n: intake.answer(s, t, "答", actor=AGENT, now=n),
    "withdraw": lambda s, t, u, n: intake.withdraw(s, t, "不办了", actor=d, now=n),
    "reopen": lambda s, t, u, n: intake.reopen(
        s, t, "又来了", calendar=c, actor=d, now=n
    ),
    "dispatch": lambda s, t, u, n: dispatch.dispatch(s, t, u, calendar=c, actor=d, now=n),
    "transfer": lambda s, t, u, n: dispatch.transfer(s, t, u, calendar=c, actor=d, now=n),
    "assist": lambda s, t, u, n: dispatch.assist(s, t, u, calendar=c, actor=d, now=n),
    "claim": lambda s, t, u, n: dispatch.claim(
        s, t, calendar=c, handler="张", actor=handler_of(u), now=n
    ),
    "object": lambda s, t, u, n: dispatch.object_to(
        s, t, calendar=c, ground=Ground.NOT_OUR_DUTY, right_unit="市林业局", note="不是",
        actor=handler_of(t.lead_unit), now=n,
    ),
    "grant": lambda s, t, u, n: dispatch.rule(
        s, t, granted=True, unit=u, calendar=c, actor=d, now=n
    ),
    "refuse": lambda s, t, u, n: dispatch.rule(s, t, granted=False, calendar=c, actor=d, now=n),
    "reply": lambda s, t, u, n: replies.reply(
        s, t, "已办", actor=handler_of(t.lead_unit), now=n
    ),
    "approve": lambda s, t, u, n: replies.approve(s, t, actor=d, now=n),
    "rework": lambda s, t, u, n: replies.send_for_rework(
        s, t, "没联系", calendar=c, actor=d, now=n
    ),
    "deliver": lambda s, t, u, n: replies.deliver(s, t, actor=CHANNEL, now=n),
    "rate": lambda s, t, u, n: replies.follow_up(
        s, t, solved=u == CITY, satisfied=3, actor=AGENT, now=n
    ),
    "close": lambda s, t, u, n: replies.close(s, t, actor=d, now=n),
    "unmerge": lambda s, t, u, n: merging.unmerge(s, t, calendar=c, actor=d, now=n),
    "advise": lambda s, t, u, n: dispatch.advise(s, t, "已测", actor=handler_of(u), now=n),
    "ask_extension": lambda s, t, u, n: extensions.ask(
        s, t, days=3, reason="等鉴定", calendar=c, actor=handler_of(t.lead_unit), now=n
    ),
    "rule_extension": lambda s, t, u, n: extensions.rule(
        s, t, granted=u == CITY, calendar=c, actor=d, now=n
    ),
    "remind": lambda s, t, u, n: supervision.remind(s, t, actor=AGENT, now=n),
    "supervise": lambda s, t, u, n: supervision.issue(
        s, t, Colour.ORANGE, calendar=c, actor=SUPERVISOR, now=n
    ),
    "answer_order": lambda s, t, u, n: supervision.answer(
        s, t, "在办", actor=handler_of(u), now=n
    ),
}  # fmt: skip
MOVE = st.tuples(
    st.sampled_from(sorted(STEPS)),
    st.sampled_from(UNITS),
    st.sampled_from([0, 1, 1, 30, 60 * 24 * 9]),
)


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(moves=st.lists(MOVE, min_size=5, max_size=40))
def test_whatever_is_tried_the_rules_of_the_house_hold(database: Database, moves: list):
    with database.work() as session:
        number = Desk(session, NOON).logged().number
    desk = Desk(None, NOON)
    taken = 1
    for name, unit, minutes in moves:
        desk = desk.later(minutes=minutes)
        before = snapshot(database, number)
        try:
            with database.work() as session:
                ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
                STEPS[name](session, ticket, unit, desk.now)
        except HotlineError:
            assert snapshot(database, number) == before, f"a refused {name} changed something"
        else:
            taken += 1
            if before[0] == Status.CLOSED:
                assert name == "reopen"
    check(database, number, taken)


def snapshot(database: Database, number: str) -> tuple:
    with database.read() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        events = session.exec(select(TicketEvent).where(TicketEvent.ticket_id == ticket.id)).all()
        return ticket.status, ticket.last_seq, ticket.head_hash, len(events)


def check(database: Database, number: str, taken: int) -> None:
    with database.read() as session:
        ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
        story = queries.events(session, ticket)
        assignments = session.exec(
            select(Assignment).where(Assignment.ticket_id == ticket.id)
        ).all()
    overdue = [event for event in story if event.action == Action.FALL_OVERDUE]
    assert sum(event.role != Role.SYSTEM for event in story) == taken
    assert broken_link(story) is None
    assert story[-1].status == ticket.status
    leads = [a for a in assignments if a.ended_at is None and a.part == "lead"]
    assert len(leads) == (ticket.status in OPEN_WITH_UNIT)
    assert len(overdue) == sum(a.overdue for a in assignments)
    assert all(a.dispatched_at <= a.warn_at <= a.due_at for a in assignments)
    assert ticket.status == Status.LOGGED or ticket.status in (
        Status.REDIRECTED, Status.WITHDRAWN
    ) or ticket.promised_at > NOON  # fmt: skip
