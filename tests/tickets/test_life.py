"""What may happen to a ticket, who may do it, and what stays behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    KEY,
    MATTER,
    NOON,
    SUGGESTION,
    SUPERVISOR,
    Desk,
    handler_of,
)
from sqlalchemy.exc import DatabaseError
from sqlmodel import select, text

from hotline.db import Database
from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people import users
from hotline.people.privacy import keyed_hash
from hotline.people.rights import RIGHTS, SYSTEM, Action, Actor, Role
from hotline.routing.types import Decision, Emergency
from hotline.tickets import (
    alarms,
    dispatch,
    intake,
    merging,
    objections,
    queries,
    reopening,
    replies,
)
from hotline.tickets.models import Alarm, Assignment, Contact, Content, TicketEvent
from hotline.tickets.steps import STEPS, broken_link
from hotline.tickets.words import CHINESE, Channel, Grievance, Ground, MatterKind, Status, Urgency

CITIZEN = Actor("citizen", Role.CITIZEN, ticket="")


def closed(desk: Desk, session):
    ticket = desk.replied()
    replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
    replies.deliver(session, ticket, actor=Actor("channel", Role.CHANNEL), now=NOON)
    replies.follow_up(session, ticket, solved=True, satisfied=4, actor=AGENT, now=NOON)
    replies.close(session, ticket, actor=DISPATCHER, now=NOON)
    return ticket


def test_a_ticket_walks_the_closed_loop_and_leaves_one_chained_event_a_step(database: Database):
    with database.work() as session:
        number = closed(Desk(session, NOON), session).number
    with database.read() as session:
        ticket = queries.ticket(session, number, actor=DISPATCHER, action=Action.READ)
        story = queries.events(session, ticket)
    assert ticket.status == Status.CLOSED
    assert [event.action for event in story] == [
        "log", "accept", "dispatch", "claim", "reply", "approve", "deliver", "follow_up", "close",
    ]  # fmt: skip
    assert broken_link(story) is None


def test_a_changed_event_breaks_the_chain_where_it_was_changed(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        story = queries.events(session, ticket)
        story[2].unit = ENVIRONMENT
        assert broken_link(story) == 3
        session.rollback()


def test_a_removed_event_breaks_the_chain(database: Database):
    with database.work() as session:
        story = queries.events(session, Desk(session, NOON).replied())
    assert broken_link(story[:1] + story[2:]) == 3


@pytest.mark.parametrize("sql", ["DELETE FROM ticket_event", "UPDATE ticket_event SET unit = 'x'"])
def test_the_database_itself_refuses_to_change_history(database: Database, sql: str):
    with database.work() as session:
        Desk(session, NOON).logged()
    with pytest.raises(DatabaseError, match="append-only"), database.work() as session:
        session.execute(text(sql))


def test_a_step_the_table_does_not_allow_is_refused_and_changes_nothing(database: Database):
    with database.work() as session:
        number = Desk(session, NOON).logged().number
    with pytest.raises(StepRefused, match="已登记"), database.work() as session:
        ticket = queries.ticket(session, number, actor=DISPATCHER, action=Action.DISPATCH)
        dispatch.dispatch(session, ticket, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
    with database.read() as session:
        assert len(session.exec(select(TicketEvent)).all()) == 1
        assert not session.exec(select(Assignment)).all()


def test_a_role_without_the_right_is_refused(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        with pytest.raises(NotAllowed):
            replies.approve(session, ticket, actor=handler_of(CITY), now=NOON)
        with pytest.raises(NotAllowed):
            replies.approve(session, ticket, actor=SUPERVISOR, now=NOON)


def test_a_handler_takes_no_step_on_another_units_ticket(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        with pytest.raises(NotAllowed):
            dispatch.claim(
                session,
                ticket,
                calendar=CALENDAR,
                handler="张三",
                actor=handler_of(ENVIRONMENT),
                now=NOON,
            )


def test_a_unit_does_not_even_learn_that_another_units_ticket_exists(database: Database):
    with database.work() as session:
        number = Desk(session, NOON).dispatched(CITY).number
    with database.read() as session:
        assert queries.ticket(session, number, actor=handler_of(CITY), action=Action.READ)
        with pytest.raises(NotFound):
            queries.ticket(session, number, actor=handler_of(ENVIRONMENT), action=Action.READ)


def test_an_agent_dispatches_to_a_suggested_unit_only(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted()
        with pytest.raises(NotAllowed):
            dispatch.dispatch(session, ticket, "市气象局", calendar=CALENDAR, actor=AGENT, now=NOON)
        dispatch.dispatch(session, ticket, CITY, calendar=CALENDAR, actor=AGENT, now=NOON)
    assert ticket.status == Status.DISPATCHED


def test_an_agent_leaves_the_ticket_to_a_dispatcher_when_the_router_asks(database: Database):
    unsure = replace(SUGGESTION, decision=Decision.ASK)
    with database.work() as session:
        ticket = Desk(session, NOON).logged(unsure)
        intake.accept(session, ticket, calendar=CALENDAR, actor=AGENT, now=NOON)
        with pytest.raises(NotAllowed):
            dispatch.dispatch(session, ticket, CITY, calendar=CALENDAR, actor=AGENT, now=NOON)


def test_the_accused_of_a_tip_off_never_gets_it(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged(replace(SUGGESTION, excluded=(CITY,)))
        intake.accept(session, ticket, calendar=CALENDAR, actor=AGENT, now=NOON)
        with pytest.raises(NotAllowed, match="被反映对象"):
            dispatch.dispatch(session, ticket, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        dispatch.dispatch(
            session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        with pytest.raises(NotAllowed, match="被反映对象"):
            dispatch.assist(session, ticket, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)


@pytest.mark.parametrize(
    ("kind", "last_day"),
    [
        (MatterKind.CONSULTATION, (7, 30)),
        (MatterKind.HELP, (8, 3)),
        (MatterKind.SUGGESTION, (8, 3)),
        (MatterKind.COMPLAINT, (8, 15)),
        (MatterKind.REPORT, (8, 15)),
    ],
)
def test_the_promise_runs_3_7_15_working_days_from_acceptance(
    database: Database, kind: MatterKind, last_day: tuple[int, int]
):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted(kind=kind)
    assert ticket.promised_at == datetime(2018, *last_day, 9, 30, tzinfo=UTC)


def test_an_objection_granted_moves_the_ticket_and_gives_the_next_unit_its_own_clock(
    database: Database,
):
    with database.work() as session:
        desk = Desk(session, NOON)
        ticket = desk.dispatched(CITY)
        promised = ticket.promised_at
        later = NOON + timedelta(days=1)
        objections.object_to(
            session, ticket, calendar=CALENDAR, ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT,
            note="属固定源噪声", actor=handler_of(CITY), now=later,
        )  # fmt: skip
        objections.rule(
            session, ticket, granted=True, calendar=CALENDAR, actor=DISPATCHER, now=later
        )
        first, second = ticket.assignments
    assert (ticket.status, ticket.lead_unit) == (Status.DISPATCHED, ENVIRONMENT)
    assert ticket.promised_at == promised
    assert (first.ended_at, second.ended_at) == (later, None)
    assert second.due_at > first.due_at
    with database.read() as session, pytest.raises(NotFound):
        queries.ticket(session, ticket.number, actor=handler_of(CITY), action=Action.READ)


def test_an_objection_refused_leaves_unit_and_clock_as_they_were(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        before = dispatch.lead_of(ticket).due_at
        objections.object_to(
            session, ticket, calendar=CALENDAR,
            ground=Ground.OTHER_TERRITORY, right_unit="东兴区", note="不在辖区",
            actor=handler_of(CITY), now=NOON,
        )  # fmt: skip
        objections.rule(
            session, ticket, granted=False, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        lead = dispatch.lead_of(ticket)
    assert (lead.unit, lead.due_at, ticket.status) == (CITY, before, Status.DISPATCHED)


def test_a_unit_that_has_claimed_may_still_find_that_it_is_not_its_own(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress(CITY)
        objections.object_to(
            session, ticket, calendar=CALENDAR,
            ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT, note="查后不是",
            actor=handler_of(CITY), now=NOON,
        )  # fmt: skip
        objections.rule(
            session, ticket, granted=True, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        lead = dispatch.lead_of(ticket)
    assert (lead.unit, lead.claimed_at, ticket.status) == (ENVIRONMENT, None, Status.DISPATCHED)


def test_a_unit_cannot_name_itself_as_the_right_one(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        with pytest.raises(Invalid) as refused:
            objections.object_to(
                session, ticket, calendar=CALENDAR,
                ground=Ground.NOT_OUR_DUTY, right_unit=CITY, note="不是",
                actor=handler_of(CITY), now=NOON,
            )  # fmt: skip
    assert refused.value.field == "right_unit"


def test_a_ticket_has_one_open_lead_whatever_path_it_took(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        dispatch.transfer(
            session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        dispatch.assist(session, ticket, CITY, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        leads = [a for a in dispatch.open_assignments(ticket) if a.part == "lead"]
    assert [lead.unit for lead in leads] == [ENVIRONMENT]


def test_an_assistant_that_takes_over_assists_no_longer(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
        dispatch.transfer(session, ticket, ENVIRONMENT, **facts)
        standing = [(a.unit, a.part) for a in dispatch.open_assignments(ticket)]
    assert standing == [(ENVIRONMENT, "lead")]


def test_rework_returns_to_the_same_handler_with_a_new_clock_and_counts(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        later = NOON + timedelta(days=2)
        replies.send_for_rework(
            session, ticket, "未联系诉求人", calendar=CALENDAR, actor=DISPATCHER, now=later
        )
        lead = dispatch.lead_of(ticket)
        assert (ticket.status, ticket.rework_count) == (Status.IN_PROGRESS, 1)
        assert (lead.unit, lead.handler, lead.dispatched_at) == (CITY, "张三", later)


def test_an_unsolved_matter_is_not_closed(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
        replies.deliver(session, ticket, actor=Actor("channel", Role.CHANNEL), now=NOON)
        replies.follow_up(
            session, ticket, solved=False, satisfied=2, grievance=Grievance.NOT_SOLVED,
            actor=AGENT, now=NOON,
        )  # fmt: skip
        with pytest.raises(StepRefused, match="重办"):
            replies.close(session, ticket, actor=DISPATCHER, now=NOON)


def test_a_unit_never_enters_the_rating_of_its_own_work():
    assert (Role.HANDLER, Action.FOLLOW_UP) not in RIGHTS
    assert (Role.DISPATCHER, Action.FOLLOW_UP) not in RIGHTS


def test_a_reply_written_after_the_deadline_counts_as_overdue_before_any_sweep(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        due = dispatch.lead_of(ticket).due_at
        replies.reply(
            session, ticket, "已办。", actor=handler_of(CITY), now=due + timedelta(minutes=1)
        )
        overdue = [e for e in queries.events(session, ticket) if e.action == Action.FALL_OVERDUE]
    assert [(event.at, event.unit) for event in overdue] == [(due, CITY)]


def test_the_sweep_finds_each_late_assignment_once(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        Desk(session, NOON + timedelta(days=20)).in_progress()
        late = dispatch.lead_of(ticket).due_at + timedelta(seconds=1)
        assert [t.id for t, _ in queries.lapsed(session, late, limit=10)] == [ticket.id]
        dispatch.fall_overdue(session, ticket, dispatch.lead_of(ticket))
        session.flush()
        assert queries.lapsed(session, late, limit=10) == []


def test_a_written_message_with_emergency_words_rings_until_someone_takes_it(database: Database):
    burning = replace(SUGGESTION, emergency=Emergency("119", ("冒浓烟",)))
    with database.work() as session:
        written = Desk(session, NOON).logged(burning, channel=Channel.WEB)
        spoken = Desk(session, NOON).logged(burning, channel=Channel.PHONE)
        assert {written.urgency, spoken.urgency} == {Urgency.CRITICAL}
        assert [t.number for _, t in alarms.open_alarms(session)] == [written.number]
        alarms.take(session, written.number, actor=AGENT, now=NOON)
        alarms.take(session, written.number, actor=DISPATCHER, now=NOON)
        assert alarms.open_alarms(session) == []
        assert session.exec(select(Alarm)).one().taken_by == AGENT.id


def test_events_hold_no_personal_data(database: Database):
    with database.work() as session:
        story = queries.events(session, Desk(session, NOON).replied())
    text = " ".join(str(event.model_dump()) for event in story)
    for personal in ("李某", "13800000832", "example.invalid", "烧烤摊", "已责令整改"):
        assert personal not in text


def test_a_requester_is_found_by_keyed_hash_and_not_without_the_key(database: Database):
    with database.work() as session:
        Desk(session, NOON).logged()
        Desk(session, NOON).logged(requester=intake.Requester(phone="13900000000"))
        found = session.exec(
            select(Contact).where(Contact.phone_hash == keyed_hash(KEY, "13800000832"))
        ).all()
    assert [contact.phone for contact in found] == ["13800000832"]
    assert keyed_hash(b"other", "13800000832") != found[0].phone_hash


def test_a_report_of_a_breach_is_confidential_unasked(database: Database):
    with database.work() as session:
        assert Desk(session, NOON).logged(kind=MatterKind.REPORT).confidential
        assert not Desk(session, NOON).logged(kind=MatterKind.HELP).confidential


def test_merging_is_reversible_and_owes_every_requester_the_reply(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.dispatched(), desk.dispatched()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        assert child.status == Status.MERGED
        assert len(merging.requesters(session, parent)) == 2
        with pytest.raises(Invalid):
            merging.merge(session, desk.accepted(), child, actor=DISPATCHER, now=NOON)
        merging.unmerge(session, child, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        assert child.status == Status.ACCEPTED
        assert len(merging.requesters(session, parent)) == 1


def test_nobody_is_merged_into_a_ticket_whose_reply_may_leave_already(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, late = desk.replied(), desk.accepted()
        replies.approve(session, parent, actor=DISPATCHER, now=NOON)
        with pytest.raises(Invalid, match="已有答复"):
            merging.merge(session, late, parent, actor=DISPATCHER, now=NOON)


def test_a_merged_requester_reads_the_parents_reply(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.replied(), desk.accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        assert queries.approved_reply(session, child) is None
        replies.approve(session, parent, actor=DISPATCHER, now=NOON)
        _, content = queries.approved_reply(session, child)
    assert content.text == "已责令整改。"


def test_a_citizen_reopens_within_fifteen_days_and_not_after(database: Database):
    with database.work() as session:
        ticket = closed(Desk(session, NOON), session)
        who = replace(CITIZEN, ticket=ticket.number)
        with pytest.raises(StepRefused, match="15 天"):
            reopening.reopen(
                session,
                ticket,
                "又响了",
                calendar=CALENDAR,
                actor=who,
                now=NOON + timedelta(days=16),
            )
        with pytest.raises(NotAllowed):
            reopening.reopen(
                session,
                ticket,
                "x",
                calendar=CALENDAR,
                actor=replace(CITIZEN, ticket="NJ0"),
                now=NOON,
            )
        reopening.reopen(
            session, ticket, "又响了", calendar=CALENDAR, actor=who, now=NOON + timedelta(days=15)
        )
    assert (ticket.status, ticket.closed_at) == (Status.ACCEPTED, None)


def test_contents_keep_the_words_as_they_came(database: Database):
    words = "  𠮷野家门口 🔥 \n第二行，全角，NUL 之外都留着 "
    with database.work() as session:
        ticket = Desk(session, NOON).logged(text=words)
        assert queries.matter(session, ticket).text == words
        assert session.exec(select(Content)).one().title == MATTER.title


def test_every_status_is_reached_and_every_step_has_someone_who_may_take_it():
    reached = set(STEPS.values())
    assert reached == set(Status)
    used = {action for _, action in STEPS}
    assert used <= {action for _, action in RIGHTS}
    assert (Role.SYSTEM, Action.FALL_OVERDUE) in RIGHTS and SYSTEM.role is Role.SYSTEM


def test_nothing_leaves_a_closed_ticket_but_reopening():
    left = [
        action for (status, action), to in STEPS.items() if status is Status.CLOSED and to != status
    ]
    assert left == [Action.REOPEN]


def test_every_word_has_one_chinese_term():
    for kind in (Status, Action, MatterKind, Urgency, Channel, Ground):
        terms = [CHINESE[word] for word in kind]
        assert len(set(terms)) == len(terms)


def test_several_tickets_are_logged_in_one_transaction(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        tickets = [desk.logged() for _ in range(3)]
    assert len({ticket.id for ticket in tickets}) == len({t.number for t in tickets}) == 3


def test_who_replies_after_a_colleague_learns_that_it_is_being_looked_at(database: Database):
    other = Actor("王二", Role.HANDLER, unit=CITY)
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        with pytest.raises(StepRefused, match="同事.+经办已于 7月25日 12:00 答复，正在审核"):
            replies.reply(session, ticket, "又写一份", actor=other, now=NOON)
        with pytest.raises(StepRefused, match="您已于 7月25日 12:00 答复，正在审核"):
            replies.reply(session, ticket, "再补一句", actor=handler_of(CITY), now=NOON)


def test_a_colleague_who_has_replied_is_called_as_pages_call_him(database: Database):
    wang = Actor("wang", Role.HANDLER, unit=CITY)
    with database.work() as session:
        users.add(
            session, wang.id, "王二", wang.role, unit=CITY, password_hash="x", now=NOON
        )  # fmt: skip
        ticket = Desk(session, NOON).in_progress()
        replies.reply(session, ticket, "已办理。", actor=wang, now=NOON)
        with pytest.raises(StepRefused, match="同事王二已于"):
            replies.reply(session, ticket, "又写一份", actor=handler_of(CITY), now=NOON)


def test_a_reply_to_a_ticket_that_no_unit_works_on_says_how_it_stands(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted()
        with pytest.raises(StepRefused, match=r"现为「已受理.+」，没有单位在办理"):
            replies.reply(session, ticket, "已办理。", actor=handler_of(CITY), now=NOON)


@pytest.mark.parametrize(("confidential", "told"), [(False, StepRefused), (True, NotFound)])
def test_a_unit_that_a_ticket_left_is_told_where_it_went_unless_it_is_confidential(
    database: Database, confidential: bool, told: type[Exception]
):
    with database.work() as session:
        number = Desk(session, NOON).dispatched(confidential=confidential).number
    with database.work() as session:
        ticket = queries.ticket(session, number, actor=DISPATCHER, action=Action.TRANSFER)
        dispatch.transfer(
            session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
    with database.work() as session, pytest.raises(told):
        queries.ticket(session, number, actor=handler_of(CITY), action=Action.CLAIM, lock=True)
