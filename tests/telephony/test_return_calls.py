"""漏接回拨: every call given up is returned once, by one agent, unless the caller got through."""

import threading
from contextlib import suppress
from datetime import timedelta
from itertools import permutations

import pytest
from builders import AGENT, CALENDAR, NOON, SUPERVISOR
from rings import KEY, a_talk, ring, tell, told
from sqlmodel import Session, select

from hotline.db import Database
from hotline.errors import NotAllowed, NotFound, StepRefused
from hotline.people.access_log import AccessLog
from hotline.people.rights import Actor, Role
from hotline.telephony import calls, missed
from hotline.tickets import return_calls
from hotline.tickets.return_calls import ReturnCall
from hotline.tickets.words import CallOutcome

LIMITS = CALENDAR.limits

OTHER = Actor("坐席08", Role.AGENT)


def give_up(session: Session, call_id: str, begin: float = 0, *, after: float = 40) -> None:
    tell(
        session,
        told("queued", begin, call_id=call_id),
        told("abandoned", begin + after, call_id=call_id),
    )


def rung(session: Session, *call_ids: str, caller: str = "13800000001") -> None:
    calls.add_calls(session, [ring(each, caller=caller) for each in call_ids], key=KEY)


def owed(session: Session) -> list[ReturnCall]:
    session.flush()
    return list(session.exec(select(ReturnCall).order_by(ReturnCall.id)))


def listed(session: Session, actor: Actor = AGENT, at=NOON) -> list[missed.Missed]:
    session.flush()
    return missed.waiting(session, limits=LIMITS, actor=actor, now=at)


def test_a_call_given_up_is_owed_a_return_within_half_an_hour(either: Database):
    with either.work() as session:
        rung(session, "a")
        give_up(session, "a")
        (row,) = listed(session)
    assert row.due_at == row.missed_at + timedelta(minutes=30)
    assert (row.masked, row.number, row.dialled) == ("138****0001", "", "12319")


def test_one_who_gave_up_within_seconds_counts_too(database: Database):
    with database.work() as session:
        rung(session, "a")
        give_up(session, "a", after=2)
        assert len(listed(session)) == 1


def test_told_again_it_is_owed_once(either: Database):
    for _ in range(2):
        with either.work() as session:
            rung(session, "a")
            give_up(session, "a")
            tell(session, told("ended", 41, call_id="a"))
    with either.read() as session:
        (row,) = owed(session)
        assert row.misses == 1


def test_whoever_was_answered_is_owed_nothing(database: Database):
    with database.work() as session:
        rung(session, "a")
        tell(session, *a_talk("a"))
        assert owed(session) == []


@pytest.mark.parametrize(("minutes", "returns", "misses"), [(59, 1, [2]), (61, 2, [1, 1])])
def test_a_caller_is_called_back_once_an_hour(
    database: Database, minutes: int, returns: int, misses: list[int]
):
    with database.work() as session:
        rung(session, "a", "b")
        give_up(session, "a")
        done = return_calls.take(session, owed(session)[0].id, limits=LIMITS, actor=AGENT, now=NOON)
        return_calls.reached(session, done.id, actor=AGENT, now=NOON)
        give_up(session, "b", minutes * 60)
        assert [row.misses for row in owed(session)] == misses
        assert len(owed(session)) == returns


def test_who_waits_for_a_return_and_calls_again_in_vain_is_still_one(database: Database):
    with database.work() as session:
        rung(session, "a", "b")
        give_up(session, "a")
        give_up(session, "b", 3 * 3600)
        (row,) = listed(session)
        assert row.misses == 2


def test_another_caller_is_another_return(database: Database):
    with database.work() as session:
        rung(session, "a")
        rung(session, "b", caller="13900000002")
        give_up(session, "a")
        give_up(session, "b")
        assert len(listed(session)) == 2


def test_who_gets_through_later_needs_no_return_and_who_then_gives_up_again_does(
    either: Database,
):
    with either.work() as session:
        rung(session, "a", "b", "c")
        give_up(session, "a")
        tell(session, *a_talk("b", begin=300))
        assert listed(session) == []
        assert [row.outcome for row in owed(session)] == [CallOutcome.ANSWERED]
        give_up(session, "c", 900)
        assert [row.call_id for row in listed(session)] == ["c"]


def test_in_whatever_order_the_switch_tells_it_a_caller_who_got_through_is_owed_nothing(
    database: Database,
):
    gave_up = [told("queued", call_id="a"), told("abandoned", 20, call_id="a")]
    for n, order in enumerate(permutations((*gave_up, *a_talk("b", begin=300)[1:3]))):
        with database.work() as session:
            rung(session, "a", "b")
            tell(session, *order)
            assert listed(session) == [], f"order {n}"
            session.rollback()


def test_a_call_not_known_yet_is_owed_its_return_as_soon_as_it_is(either: Database):
    with either.work() as session:
        give_up(session, "a")
        assert listed(session) == []
    with either.work() as session:
        rung(session, "a")
        assert len(listed(session)) == 1


def test_calls_that_become_known_late_are_one_return_a_caller(either: Database):
    with either.work() as session:
        give_up(session, "a")
        give_up(session, "b", 60)
        rung(session, "a", "b")
        (row,) = listed(session)
        assert row.misses == 2


def test_who_withheld_the_number_is_counted_and_not_listed(database: Database):
    with database.work() as session:
        rung(session, "a", caller="")
        give_up(session, "a")
        give_up(session, "b", 10)
        rung(session, "b", caller="")
        assert listed(session) == []
        assert [row.outcome for row in owed(session)] == [CallOutcome.WITHHELD] * 2


def test_one_agent_calls_back_and_is_shown_the_number_on_record(database: Database):
    with database.work() as session:
        rung(session, "a")
        give_up(session, "a")
        (row,) = owed(session)
        missed.take(session, row.id, limits=LIMITS, actor=AGENT, now=NOON)
        with pytest.raises(StepRefused, match="正由同事回拨"):
            missed.take(session, row.id, limits=LIMITS, actor=OTHER, now=NOON)
        assert [each.number for each in listed(session)] == ["13800000001"]
        assert [each.number for each in listed(session, OTHER)] == [""]
        looks = session.exec(select(AccessLog)).all()
        assert [(each.actor, each.call_id) for each in looks] == [(AGENT.id, "a")]
        # Taken and forgotten: free again.
        assert missed.take(
            session, row.id, limits=LIMITS, actor=OTHER, now=NOON + LIMITS.span("call_held")
        )


def test_who_was_not_reached_is_called_again_three_times_at_most(database: Database):
    with database.work() as session:
        rung(session, "a")
        give_up(session, "a")
        (row,) = owed(session)
        for _ in range(3):
            missed.take(session, row.id, limits=LIMITS, actor=AGENT, now=NOON)
            return_calls.not_reached(session, row.id, limits=LIMITS, actor=AGENT, now=NOON)
        assert (row.tries, row.outcome) == (3, CallOutcome.NOT_REACHED)
        with pytest.raises(NotFound, match="已经了结"):
            missed.take(session, row.id, limits=LIMITS, actor=AGENT, now=NOON)


def test_nobody_notes_the_end_of_a_call_that_somebody_else_makes(database: Database):
    with database.work() as session:
        rung(session, "a")
        give_up(session, "a")
        (row,) = owed(session)
        missed.take(session, row.id, limits=LIMITS, actor=AGENT, now=NOON)
        with pytest.raises(StepRefused):
            return_calls.reached(session, row.id, actor=OTHER, now=NOON)


def test_the_first_due_comes_first(database: Database):
    with database.work() as session:
        for n, begin in (("a", 50), ("b", 0), ("c", 100)):
            rung(session, n, caller=f"1380000000{begin % 7}")
            give_up(session, n, begin)
        assert [row.call_id for row in listed(session)] == ["b", "a", "c"]


@pytest.mark.parametrize("actor", [SUPERVISOR, Actor("h", Role.HANDLER, unit="市环保局")])
def test_only_those_who_take_calls_see_who_called(database: Database, actor: Actor):
    with database.read() as session, pytest.raises(NotAllowed):
        missed.waiting(session, limits=LIMITS, actor=actor, now=NOON)


def test_of_many_who_take_it_at_once_one_does(either: Database):
    with either.work() as session:
        rung(session, "a")
        give_up(session, "a")
        (row,) = owed(session)
    barrier, taken = threading.Barrier(6), []

    def grab(agent: int) -> None:
        barrier.wait()
        with suppress(StepRefused), either.work() as session:
            missed.take(
                session, row.id, limits=LIMITS, actor=Actor(f"坐席{agent}", Role.AGENT), now=NOON
            )
            taken.append(agent)

    threads = [threading.Thread(target=grab, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 1


def test_calls_given_up_at_once_by_one_caller_are_one_return(either: Database):
    with either.work() as session:
        rung(session, *"abcdef")
    barrier = threading.Barrier(6)

    def hang_up(call_id: str) -> None:
        barrier.wait()
        with either.work() as session:
            give_up(session, call_id)

    threads = [threading.Thread(target=hang_up, args=(each,)) for each in "abcdef"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with either.read() as session:
        (row,) = owed(session)
        assert row.misses == 6
