"""舆情: found, judged, handled, responded to, assessed; and each timer by the clock."""

from datetime import timedelta

import pytest
from builders import AGENT, CALENDAR, DISPATCHER, NOON, SUPERVISOR, Desk, handler_of
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session, select, text

from hotline.db import Database
from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people.rights import RIGHTS, Action, Role
from hotline.tickets import opinions
from hotline.tickets.opinions import STEPS, Opinion, OpinionStep, OpinionWords
from hotline.tickets.words import CHINESE, OpinionAct, OpinionLevel, OpinionState

LIMITS = CALENDAR.limits
MAJOR, ORDINARY = OpinionLevel.MAJOR, OpinionLevel.ORDINARY
A, S = OpinionAct, OpinionState


def hours(n: float):
    return NOON + timedelta(hours=n)


def found(session: Session, level=ORDINARY, now=NOON, **more) -> Opinion:
    facts = {
        "title": "自来水浑浊",
        "place": "某短视频平台",
        "words": "转发三千次",
        "actor": AGENT,
    } | more
    return opinions.find(session, level=level, limits=LIMITS, now=now, **facts)


def act(session: Session, row: Opinion, which: OpinionAct, now=NOON, **more) -> None:
    facts = {"words": "已办", "actor": SUPERVISOR} | more
    opinions.act(session, row, which, limits=LIMITS, now=now, **facts)
    session.flush()


def brought(session: Session, *acts: OpinionAct, level=ORDINARY, now=NOON) -> Opinion:
    row = found(session, level, now)
    for which in acts:
        act(session, row, which, now, **({"level": level} if which is A.JUDGE else {}))
    return row


def test_a_major_one_has_five_hours_for_information_and_a_day_for_a_conference(database: Database):
    with database.work() as session:
        row = found(session, MAJOR)
        timers = opinions.timers(row, LIMITS)
        assert [(each.act, each.due_at) for each in timers] == [
            (A.INFORM, hours(5)), (A.CONFER, hours(24)),
        ]  # fmt: skip
        assert row.due_at == hours(5)


def test_any_other_is_responded_to_within_two_days(database: Database):
    with database.work() as session:
        row = found(session)
        assert [(each.act, each.due_at) for each in opinions.timers(row, LIMITS)] == [
            (A.RESPOND, hours(48))
        ]


def test_the_clock_runs_on_at_night_and_on_holidays(database: Database):
    with database.work() as session:
        friday_night = NOON + timedelta(days=2, hours=11)
        row = found(session, MAJOR, friday_night)
        assert row.due_at == friday_night + timedelta(hours=5)


def test_one_goes_from_found_to_assessed(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE, A.HANDLE, A.RESPOND, A.ASSESS)
        assert (row.state, row.due_at) == (S.ASSESSED, None)
        told = opinions.story(session, row)
        assert [each.act for each in told] == ["find", "judge", "handle", "respond", "assess"]
        assert (told[0].by, told[0].text, told[1].by) == (AGENT.id, "转发三千次", SUPERVISOR.id)
        assert opinions.open_opinions(session, actor=SUPERVISOR) == []
        assert [each for each, _ in opinions.assessed(session, actor=SUPERVISOR)] == [row]


def test_when_a_timer_is_met_the_next_one_counts(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE, level=MAJOR)
        act(session, row, A.INFORM, hours(4))
        assert row.due_at == hours(24)
        act(session, row, A.CONFER, hours(30))
        assert row.due_at is None
        assert [each.kept for each in opinions.timers(row, LIMITS)] == [True, False]


def test_what_was_done_first_counts_and_not_what_is_told_again(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE, level=MAJOR)
        act(session, row, A.INFORM, hours(4))
        act(session, row, A.INFORM, hours(9))
        assert row.informed_at == hours(4)
        assert len(opinions.story(session, row)) == 4


def test_judging_may_raise_the_level_and_with_it_the_timers(database: Database):
    with database.work() as session:
        row = found(session)
        act(session, row, A.JUDGE, hours(1), level=MAJOR)
        assert (row.level, row.due_at) == (MAJOR, hours(5))
        act(session, row, A.JUDGE, hours(2), level=ORDINARY)
        assert row.due_at == hours(48)


def test_judging_names_a_level(database: Database):
    with database.work() as session, pytest.raises(Invalid, match="研判须定等级"):
        act(session, found(session), A.JUDGE)


def test_a_major_one_is_not_answered_before_information_and_conference(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE, A.INFORM, A.HANDLE, level=MAJOR)
        with pytest.raises(StepRefused, match="须先发布权威信息"):
            act(session, row, A.RESPOND)
        act(session, row, A.CONFER)
        act(session, row, A.RESPOND)


def test_a_conference_is_for_major_ones_alone(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE)
        assert A.CONFER not in opinions.available(row)
        with pytest.raises(StepRefused):
            act(session, row, A.CONFER)


@pytest.mark.parametrize("which", [A.HANDLE, A.RESPOND, A.ASSESS, A.FIND])
def test_no_step_is_left_out(database: Database, which: OpinionAct):
    with database.work() as session, pytest.raises(StepRefused):
        act(session, found(session), which)


def test_nothing_is_done_about_one_that_is_over(database: Database):
    with database.work() as session:
        row = brought(session, A.JUDGE, A.HANDLE, A.RESPOND, A.ASSESS)
        assert opinions.available(row) == []


def test_every_state_is_reached_every_act_is_used_and_each_has_its_word():
    assert set(STEPS.values()) == set(S)
    assert {which for _, which in STEPS} == set(A)
    assert {*S, *A, *OpinionLevel} <= CHINESE.keys()


def test_the_first_timer_to_run_out_stands_first_and_what_ran_out_is_counted(database: Database):
    with database.work() as session:
        slow, quick = found(session), found(session, MAJOR, hours(1))
        done = brought(session, A.JUDGE, A.HANDLE, A.RESPOND, now=hours(-9))
        listed = [row for row, _ in opinions.open_opinions(session, actor=SUPERVISOR)]
        assert listed == [quick, slow, done]
        assert opinions.pressing(session, hours(5)) == (3, 0)
        assert opinions.pressing(session, hours(7)) == (3, 1)
        assert opinions.pressing(session, hours(49)) == (3, 2)


def test_one_about_a_ticket_is_found_with_it_and_reported_once(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        row = found(session, ticket=ticket)
        assert opinions.of(session, ticket) == row
        assert opinions.open_opinions(session, actor=SUPERVISOR)[0][1] == ticket.number
        with pytest.raises(Invalid, match="已报过舆情"):
            found(session, ticket=ticket)


@pytest.mark.parametrize("actor", [AGENT, DISPATCHER, SUPERVISOR])
def test_the_desk_reports_and_the_supervisor_keeps(database: Database, actor):
    with database.work() as session:
        row = found(session, actor=actor)
        if actor is SUPERVISOR:
            assert opinions.opinion(session, row.id, actor=actor) == row
            return
        with pytest.raises(NotAllowed):
            act(session, row, A.JUDGE, level=MAJOR, actor=actor)
        with pytest.raises(NotAllowed):
            opinions.open_opinions(session, actor=actor)


def test_a_unit_neither_reports_nor_keeps(database: Database):
    assert (Role.HANDLER, Action.KEEP_OPINION) not in RIGHTS
    with database.work() as session, pytest.raises(NotAllowed):
        found(session, actor=handler_of("市环保局"))


@pytest.mark.parametrize("change", ["DELETE FROM opinion_step", "UPDATE opinion_step SET seq = 9"])
def test_the_database_refuses_to_change_what_was_done(either: Database, change: str):
    with either.work() as session:
        found(session)
    with pytest.raises(DatabaseError, match="append-only"), either.work() as session:
        session.execute(text(change))
    with either.read() as session:
        assert len(session.exec(select(OpinionStep)).all()) == 1


def test_words_can_be_erased_and_the_step_stays(database: Database):
    with database.work() as session:
        row = found(session)
        session.flush()
        session.execute(text("DELETE FROM opinion_words"))
        assert [each.text for each in opinions.story(session, row)] == [""]
        assert "转发" not in repr(session.exec(select(OpinionStep)).one())
        assert session.exec(select(OpinionWords)).all() == []


def test_one_that_is_not_there_is_not_found(database: Database):
    with database.read() as session, pytest.raises(NotFound):
        opinions.opinion(session, 1, actor=SUPERVISOR)
