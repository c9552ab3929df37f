"""回访: who is not satisfied says why, a third side decides, and whom the desk calls."""

from datetime import timedelta

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    NOON,
    SUPERVISOR,
    Desk,
    handler_of,
)
from sqlmodel import Session, select
from walks import answered, closed, delivered

from hotline.db import Database
from hotline.delivery import outbox, worker
from hotline.delivery.states import State
from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people.rights import CHANNEL, RIGHTS, Action, Actor, Role
from hotline.tickets import (
    follow_ups,
    intake,
    merging,
    queries,
    ratings,
    reopening,
    replies,
    supervision,
)
from hotline.tickets.follow_ups import LOTS, FollowUpCall
from hotline.tickets.intake import Requester
from hotline.tickets.models import FollowUp, Ticket, TicketEvent
from hotline.tickets.words import CallGround, CallOutcome, Colour, Fault, Grievance, Status

LIMITS = CALENDAR.limits
OTHER_AGENT = Actor("坐席08", Role.AGENT)


def rate(session: Session, ticket: Ticket, satisfied: int = 1, **more) -> FollowUp:
    facts = {"solved": False, "grievance": Grievance.SLOW, "actor": AGENT, "now": NOON} | more
    return replies.follow_up(session, ticket, satisfied=satisfied, **facts)


def citizen(ticket: Ticket) -> Actor:
    return Actor("citizen", Role.CITIZEN, ticket=ticket.number)


def unlucky(session: Session, now=NOON) -> Ticket:
    """A delivered ticket whose lot is not drawn."""
    while True:
        ticket = delivered(Desk(session, now))
        if follow_ups.lot_of(ticket.number) >= LIMITS.share("follow_up_share") * LOTS:
            return ticket


def lucky(session: Session, now=NOON) -> Ticket:
    while True:
        ticket = delivered(Desk(session, now))
        if follow_ups.lot_of(ticket.number) < LIMITS.share("follow_up_share") * LOTS:
            return ticket


def told_again(session: Session, ticket: Ticket, now=NOON) -> None:
    replies.send_for_rework(session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=now)
    replies.reply(session, ticket, "办好了", actor=handler_of(CITY), now=now)
    replies.approve(session, ticket, actor=DISPATCHER, now=now)
    replies.deliver(session, ticket, actor=CHANNEL, now=now)


def grounds(session: Session, now=NOON) -> dict[str, set[CallGround]]:
    rows = follow_ups.waiting(session, limits=LIMITS, actor=AGENT, now=now, limit=1000)
    return {row.number: set(row.grounds) for row in rows}


# What is said


@pytest.mark.parametrize("satisfied", [1, 2])
def test_who_is_not_satisfied_must_say_why(database: Database, satisfied: int):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        with pytest.raises(Invalid, match="不满意的，请选一个主要原因") as refused:
            rate(session, ticket, satisfied, grievance=None)
        assert refused.value.field == "grievance"


def test_of_who_is_satisfied_no_reason_is_kept(database: Database):
    with database.work() as session:
        row = rate(session, delivered(Desk(session, NOON)), 3)
        assert row.grievance == ""
        assert ratings.undecided(session, actor=SUPERVISOR) == []


def test_the_reason_is_in_the_event_and_the_words_are_where_they_can_be_erased(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        row = rate(session, ticket, remark="打了三次电话都没人管")
        session.flush()
        event = session.exec(
            select(TicketEvent).where(TicketEvent.action == Action.FOLLOW_UP)
        ).one()
        assert (event.reason, bool(event.content_hash)) == ("slow", True)
        assert row.content.text == "打了三次电话都没人管"
        assert "电话" not in repr(event)


def test_a_unit_is_not_rated_for_what_the_desk_answered_after_reopening(database: Database):
    with database.work() as session:
        ticket = closed(Desk(session, NOON))
        reopening.reopen(session, ticket, "还想问", calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        outbox.answer(session, ticket, "可以到窗口查。", actor=AGENT, now=NOON)
        replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
        row = rate(session, ticket)
        session.flush()
        assert row.unit == ""
        assert queries.events(session, ticket)[-1].unit == ""


# Said again


def test_what_is_said_by_a_host_whose_clock_is_slow_is_not_lost(database: Database):
    with database.work() as session:
        parent, child = told_with_follower(Desk(session, NOON))
        rate(session, child, actor=citizen(child), now=NOON - timedelta(minutes=5))
        assert parent.unsolved


def test_what_was_said_of_the_reply_before_counts_for_that_one_alone(database: Database):
    with database.work() as session:
        parent, child = told_with_follower(Desk(session, NOON))
        rate(session, child, actor=citizen(child))
        told_again(session, parent)
        assert not parent.unsolved
        replies.follow_up(session, parent, solved=True, satisfied=4, actor=AGENT, now=NOON)
        assert not parent.unsolved


def told_with_follower(desk: Desk) -> tuple[Ticket, Ticket]:
    parent, child = desk.in_progress(), desk.accepted()
    merging.merge(desk.session, child, parent, actor=DISPATCHER, now=desk.now)
    replies.reply(desk.session, parent, "已责令整改。", actor=handler_of(CITY), now=desk.now)
    replies.approve(desk.session, parent, actor=DISPATCHER, now=desk.now)
    replies.deliver(desk.session, parent, actor=CHANNEL, now=desk.now)
    return parent, child


def test_of_several_ratings_of_one_reply_the_last_counts_by_link_or_telephone(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        for satisfied, actor in ((1, citizen(ticket)), (5, AGENT), (2, citizen(ticket))):
            rate(session, ticket, satisfied, actor=actor)
        session.flush()
        said = [(row.satisfied, row.superseded) for row in ratings.of(session, ticket)]
        assert said == [(1, True), (5, True), (2, False)]
        told = [each for each in queries.events(session, ticket) if each.action == Action.FOLLOW_UP]
        assert [event.satisfied for event in told] == [1, 5, 2]


def test_who_is_content_after_all_leaves_nothing_to_review(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket, 1)
        rate(session, ticket, 5, solved=True)
        assert ratings.count_undecided(session) == 0
        with pytest.raises(StepRefused, match="没有待核定的评价"):
            ratings.review(session, ticket, Fault.UNIT, actor=SUPERVISOR, now=NOON)


@pytest.mark.parametrize(
    ("again", "waits"), [(Grievance.SLOW, 0), (Grievance.ATTITUDE, 1)], ids=["same", "another"]
)
def test_whose_fault_it_was_is_asked_again_only_for_another_reason(
    database: Database, again: Grievance, waits: int
):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket, 1, grievance=Grievance.SLOW)
        ratings.review(session, ticket, Fault.UNIT, actor=SUPERVISOR, now=NOON)
        later = rate(session, ticket, 2, grievance=again)
        assert ratings.count_undecided(session) == waits
        assert later.fault == ("" if waits else Fault.UNIT)


def test_a_rating_of_the_next_reply_leaves_that_of_the_first_as_it_was(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        first = rate(session, ticket, 1)
        told_again(session, ticket)
        rate(session, ticket, 5, solved=True)
        assert not first.superseded
        assert ratings.count_undecided(session) == 1


def test_a_ticket_is_closed_once_its_requester_says_that_it_is_solved_after_all(
    database: Database,
):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket, 1)
        with pytest.raises(StepRefused, match="问题未解决"):
            replies.close(session, ticket, actor=DISPATCHER, now=NOON)
        rate(session, ticket, 4, solved=True)
        replies.close(session, ticket, actor=DISPATCHER, now=NOON)
        assert ticket.status == Status.CLOSED


def test_what_the_desk_answered_and_did_not_solve_goes_back_to_the_desk(database: Database):
    facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
    with database.work() as session:
        ticket = answered(Desk(session, NOON))
        rate(session, ticket, actor=citizen(ticket))
        reopening.reopen(session, ticket, "没说清", **facts)
        assert ticket.status == Status.ACCEPTED
        assert session.exec(select(FollowUpCall.outcome)).all() == [CallOutcome.MOOT]
        outbox.answer(session, ticket, "带身份证到三号窗口。", actor=AGENT, now=NOON)
        replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
        replies.close(session, ticket, actor=DISPATCHER, now=NOON)


def test_whoever_would_send_the_desks_answer_for_rework_is_told_to_reopen(database: Database):
    with database.work() as session:
        ticket = answered(Desk(session, NOON))
        with pytest.raises(StepRefused, match="请重启后派单"):
            replies.send_for_rework(
                session, ticket, "没说清", calendar=CALENDAR, actor=DISPATCHER, now=NOON
            )


def test_what_a_unit_answered_is_reworked_and_not_reopened_before_it_is_closed(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        with pytest.raises(StepRefused, match="请退回重办"):
            reopening.reopen(
                session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
            )


# Who was merged


def family(session: Session) -> tuple[Ticket, Ticket]:
    """A ticket whose reply was told, and one that was merged into it before."""
    parent, child = Desk(session, NOON).replied(), Desk(session, NOON).accepted()
    merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
    told = outbox.approve(session, parent, actor=DISPATCHER, now=NOON)
    assert len(told) == 2
    replies.deliver(session, parent, actor=CHANNEL, now=NOON)
    return parent, child


def test_one_reply_reaches_and_is_asked_about_every_requester(database: Database):
    with database.work() as session:
        parent, child = family(session)
        for ticket in (parent, child):
            rate(session, ticket, actor=citizen(ticket))
        rows = follow_ups.waiting(session, limits=LIMITS, actor=AGENT, now=NOON)
        assert {(row.number, row.unit) for row in rows} == {
            (parent.number, CITY), (child.number, CITY)
        }  # fmt: skip
        follow_ups.take(session, child.number, limits=LIMITS, actor=AGENT, now=NOON)
        rate(session, child, 4, solved=True)
        assert set(grounds(session)) == {parent.number}


def test_who_was_merged_rates_the_reply_once_it_was_told_and_for_its_unit(database: Database):
    with database.work() as session:
        parent, child = Desk(session, NOON).replied(), Desk(session, NOON).accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        with pytest.raises(StepRefused, match="还没有反馈"):
            rate(session, child, actor=citizen(child))
        replies.approve(session, parent, actor=DISPATCHER, now=NOON)
        replies.deliver(session, parent, actor=CHANNEL, now=NOON)
        assert rate(session, child, actor=citizen(child)).unit == CITY
        assert child.status == Status.MERGED


def test_a_ticket_is_not_closed_while_someone_merged_says_it_is_not_solved(database: Database):
    with database.work() as session:
        parent, child = family(session)
        rate(session, child)
        with pytest.raises(StepRefused, match="问题未解决"):
            replies.close(session, parent, actor=DISPATCHER, now=NOON)
        rate(session, child, 4, solved=True)
        replies.close(session, parent, actor=DISPATCHER, now=NOON)


@pytest.mark.parametrize("over", ["rework", "close", "unmerge"])
def test_nobody_merged_is_called_once_the_reply_is_no_longer_asked_about(
    database: Database, over: str
):
    with database.work() as session:
        parent, child = family(session)
        rate(session, child, solved=True)
        session.flush()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        if over == "rework":
            replies.send_for_rework(session, parent, "没办好", **facts)
        elif over == "close":
            replies.close(session, parent, actor=DISPATCHER, now=NOON)
        else:
            merging.unmerge(session, child, **facts)
        assert child.number not in grounds(session)


# Whose it was


def test_a_third_side_decides_on_the_oldest_bad_rating_first(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        first = rate(session, ticket, 1, actor=citizen(ticket), remark="没人来过")
        told_again(session, ticket)
        second = rate(session, ticket, 2)
        session.flush()
        waits, _ = ratings.undecided(session, actor=SUPERVISOR)
        assert (waits.number, waits.unit, waits.said) == (ticket.number, CITY, "没人来过")
        event = ratings.review(
            session, ticket, Fault.POLICY, "属政策规定", actor=SUPERVISOR, now=NOON
        )
        assert (event.reason, event.unit) == (Fault.POLICY, CITY)
        assert (first.fault, first.reviewed_by, second.fault) == ("policy", SUPERVISOR.id, "")
        ratings.review(session, ticket, Fault.UNIT, actor=DISPATCHER, now=NOON)
        assert ratings.count_undecided(session) == 0
        with pytest.raises(StepRefused, match="没有待核定的评价"):
            ratings.review(session, ticket, Fault.UNIT, actor=DISPATCHER, now=NOON)


def test_a_rating_is_reviewed_even_when_the_ticket_has_gone_on(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket)
        replies.send_for_rework(
            session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        assert ratings.review(session, ticket, Fault.UNIT, actor=DISPATCHER, now=NOON)
        assert ticket.status == Status.IN_PROGRESS


def test_a_rating_is_not_reviewed_while_a_new_reply_is_on_its_way(database: Database):
    """An event after the approval would keep the reply from ever counting as delivered."""
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket)
        replies.send_for_rework(
            session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        replies.reply(session, ticket, "办好了", actor=handler_of(CITY), now=NOON)
        (owed,) = outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
        with pytest.raises(StepRefused):
            ratings.review(session, ticket, Fault.UNIT, actor=SUPERVISOR, now=NOON)
        owed.state = State.DELIVERED
        session.flush()
        worker.finish(session, [owed.event_id], NOON)
        assert ticket.status == Status.DELIVERED
        assert ratings.review(session, ticket, Fault.UNIT, actor=SUPERVISOR, now=NOON)


def test_a_rating_of_a_ticket_that_was_withdrawn_since_is_still_reviewed(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket)
        replies.send_for_rework(
            session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        intake.withdraw(session, ticket, "不用了", actor=DISPATCHER, now=NOON)
        assert ratings.review(session, ticket, Fault.UNIT, actor=SUPERVISOR, now=NOON)


@pytest.mark.parametrize("action", [Action.FOLLOW_UP, Action.REVIEW_RATING])
def test_a_unit_neither_enters_nor_decides_a_rating(database: Database, action: Action):
    assert (Role.HANDLER, action) not in RIGHTS
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket)
        with pytest.raises(NotAllowed):
            rate(session, ticket, actor=handler_of(CITY))
        with pytest.raises(NotAllowed):
            ratings.review(session, ticket, Fault.UNREASONABLE, actor=handler_of(CITY), now=NOON)
        with pytest.raises(NotAllowed):
            ratings.undecided(session, actor=handler_of(CITY))


def test_an_agent_who_asks_does_not_decide(database: Database):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        rate(session, ticket)
        with pytest.raises(NotAllowed):
            ratings.review(session, ticket, Fault.UNIT, actor=AGENT, now=NOON)


# Whom the desk calls


def test_seven_of_a_hundred_numbers_are_drawn_and_always_the_same():
    numbers = [f"NJ20180725{n:06}" for n in range(20_000)]
    lots = [follow_ups.lot_of(number) for number in numbers]
    share = sum(lot < LIMITS.share("follow_up_share") * LOTS for lot in lots) / len(lots)
    assert 0.065 < share < 0.075
    assert lots == [follow_ups.lot_of(number) for number in numbers]
    # Written out: a change of the draw would let somebody choose who is called.
    assert lots[:3] == [5828, 18, 2104]


def test_the_sample_is_called_and_who_was_not_drawn_is_asked_in_writing_alone(database: Database):
    with database.work() as session:
        chosen, other = lucky(session).number, unlucky(session).number
        found = grounds(session)
        assert found[chosen] == {CallGround.SAMPLED}
        assert other not in found


def test_all_that_went_badly_are_called_whatever_their_lot(database: Database):
    with database.work() as session:
        bad, reworked, ordered = (unlucky(session) for _ in range(3))
        rate(session, bad, actor=citizen(bad))
        replies.send_for_rework(
            session, reworked, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        replies.reply(session, reworked, "办好了", actor=handler_of(CITY), now=NOON)
        replies.approve(session, reworked, actor=DISPATCHER, now=NOON)
        assert reworked.number not in grounds(session)
        replies.deliver(session, reworked, actor=CHANNEL, now=NOON)
        supervision.issue(
            session, ordered, Colour.BLUE, calendar=CALENDAR, actor=SUPERVISOR, now=NOON
        )
        found = grounds(session)
        assert found[bad.number] == {CallGround.UNSATISFIED}
        assert found[reworked.number] == {CallGround.REWORKED}
        assert found[ordered.number] == {CallGround.SUPERVISED}


def test_who_left_no_address_is_called_and_who_left_no_number_cannot_be(database: Database):
    with database.work() as session:

        def told(**requester: str) -> str:
            ticket = Desk(session, NOON).replied(requester=Requester(**requester))
            replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
            replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
            return ticket.number

        spoken, silent = told(phone="13800000832"), told(email="li@example.invalid")
        found = grounds(session)
        assert CallGround.NO_ADDRESS in found[spoken]
        assert silent not in found


def test_the_longest_told_is_called_first_and_the_list_goes_on_behind_its_last_row(
    database: Database,
):
    with database.work() as session:
        numbers = [lucky(session, NOON + timedelta(minutes=n)).number for n in range(3)]
        first = follow_ups.waiting(session, limits=LIMITS, actor=AGENT, now=NOON, limit=2)
        rest = follow_ups.waiting(
            session, limits=LIMITS, actor=AGENT, now=NOON, after=first[-1].id, limit=2
        )
        assert [row.number for row in (*first, *rest)] == numbers
        assert follow_ups.count(session, limits=LIMITS) == 3


def test_a_call_is_over_when_an_agent_has_asked_or_the_ticket_is_closed(database: Database):
    with database.work() as session:
        asked, done = lucky(session), lucky(session)
        rate(session, asked, 5, solved=True)
        replies.close(session, done, actor=DISPATCHER, now=NOON)
        assert grounds(session) == {}
        session.flush()
        outcomes = session.exec(select(FollowUpCall.outcome).order_by(FollowUpCall.id)).all()
        assert set(outcomes) >= {CallOutcome.REACHED, CallOutcome.MOOT}


def test_a_rating_in_writing_saves_nobody_of_the_sample_the_call(database: Database):
    """A unit that talked the query code out of its requester could rate itself otherwise."""
    with database.work() as session:
        ticket = lucky(session)
        rate(session, ticket, 5, solved=True, actor=citizen(ticket))
        assert ticket.number in grounds(session)


def test_after_three_calls_in_vain_it_counts_as_not_reached(database: Database):
    with database.work() as session:
        ticket = lucky(session)
        for tries in (1, 2):
            follow_ups.take(session, ticket.number, limits=LIMITS, actor=AGENT, now=NOON)
            call = follow_ups.not_reached(
                session, ticket.number, limits=LIMITS, actor=AGENT, now=NOON
            )
            assert (call.tries, call.ended_at) == (tries, None)
            assert ticket.number in grounds(session)
        follow_ups.take(session, ticket.number, limits=LIMITS, actor=AGENT, now=NOON)
        call = follow_ups.not_reached(session, ticket.number, limits=LIMITS, actor=AGENT, now=NOON)
        assert call.outcome == CallOutcome.NOT_REACHED
        assert ticket.number not in grounds(session)
        with pytest.raises(NotFound):
            follow_ups.not_reached(session, ticket.number, limits=LIMITS, actor=AGENT, now=NOON)


def test_only_who_made_the_call_says_that_it_was_in_vain_and_once(database: Database):
    with database.work() as session:
        number = lucky(session).number
        follow_ups.take(session, number, limits=LIMITS, actor=AGENT, now=NOON)
        with pytest.raises(StepRefused, match="请先点"):
            follow_ups.not_reached(session, number, limits=LIMITS, actor=OTHER_AGENT, now=NOON)
        follow_ups.not_reached(session, number, limits=LIMITS, actor=AGENT, now=NOON)
        with pytest.raises(StepRefused, match="请先点"):
            follow_ups.not_reached(session, number, limits=LIMITS, actor=AGENT, now=NOON)


def test_one_agent_makes_the_call_until_it_was_forgotten(database: Database):
    with database.work() as session:
        number = lucky(session).number
        follow_ups.take(session, number, limits=LIMITS, actor=AGENT, now=NOON)
        follow_ups.take(session, number, limits=LIMITS, actor=AGENT, now=NOON)
        with pytest.raises(StepRefused, match="正由同事回访"):
            follow_ups.take(session, number, limits=LIMITS, actor=OTHER_AGENT, now=NOON)
        later = NOON + LIMITS.span("call_held")
        assert follow_ups.take(session, number, limits=LIMITS, actor=OTHER_AGENT, now=later)


def test_a_second_delivery_is_asked_about_once(database: Database):
    with database.work() as session:
        ticket = lucky(session)
        replies.send_for_rework(
            session, ticket, "没办好", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        replies.reply(session, ticket, "办好了", actor=handler_of(CITY), now=NOON)
        replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
        replies.deliver(session, ticket, actor=CHANNEL, now=NOON + timedelta(hours=1))
        rows = follow_ups.waiting(session, limits=LIMITS, actor=AGENT, now=NOON)
        (row,) = [row for row in rows if row.number == ticket.number]
        assert row.delivered_at == NOON + timedelta(hours=1)


@pytest.mark.parametrize("walk", [Desk.replied, closed])
def test_nobody_is_called_about_a_ticket_that_waits_for_no_answer(database: Database, walk):
    with database.work() as session:
        assert walk(Desk(session, NOON)).number not in grounds(session)
