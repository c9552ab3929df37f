"""One agent an extension, one extension an agent; the calls tell who is busy."""

import threading
from datetime import timedelta

import pytest
from builders import AGENT, DISPATCHER, NOON, handler_of
from rings import a_talk, tell, told

from hotline.db import Database
from hotline.errors import HotlineError, Invalid, NotAllowed, NotFound
from hotline.people.rights import Actor, Role
from hotline.telephony.desk import OUT_OF_SIGHT
from hotline.telephony.seats import (
    LONGEST,
    SeatTaken,
    SeatView,
    leave_seat,
    seats,
    set_state,
    take_seat,
)
from hotline.telephony.words import SeatState

OTHER = Actor("坐席08", Role.AGENT)


def seat_of(database: Database, actor: Actor = AGENT, now=NOON) -> SeatView | None:
    with database.read() as session:
        return seats(session, now).get(actor.id)


@pytest.fixture
def seated(database: Database) -> Database:
    with database.work() as session:
        take_seat(session, AGENT, "8007", now=NOON)
    return database


def test_who_takes_a_seat_is_free(either: Database):
    with either.work() as session:
        take_seat(session, AGENT, "8007", now=NOON)
        take_seat(session, DISPATCHER, "8001", now=NOON)
    seat = seat_of(either)
    assert (seat.extension, seat.state, seat.since) == ("8007", SeatState.FREE, NOON)
    with either.read() as session:
        assert [each.extension for each in seats(session, NOON).values()] == ["8001", "8007"]


def test_an_extension_holds_one_agent_and_the_refusal_names_both(seated: Database):
    with pytest.raises(SeatTaken, match="8007.*坐席07") as refusal, seated.work() as session:
        take_seat(session, OTHER, "8007", now=NOON)
    assert refusal.value.field == "extension"
    assert seat_of(seated, OTHER) is None


def test_an_agent_holds_one_extension_and_must_leave_it_first(seated: Database):
    with pytest.raises(SeatTaken, match="8007.*签出"), seated.work() as session:
        take_seat(session, AGENT, "8008", now=NOON)
    with seated.work() as session:
        leave_seat(session, AGENT)
        take_seat(session, AGENT, "8008", now=NOON)
    assert seat_of(seated).extension == "8008"


def test_taking_the_same_seat_again_changes_nothing(seated: Database):
    with seated.work() as session:
        tell(session, told("queued"))
        take_seat(session, AGENT, "8007", now=NOON + timedelta(minutes=5))
    assert seat_of(seated) == SeatView("坐席07", "8007", SeatState.FREE, NOON, 0)


def test_of_agents_who_take_one_seat_at_once_one_gets_it(either: Database):
    outcomes, barrier = [], threading.Barrier(4)

    def take(n: int) -> None:
        barrier.wait()
        try:
            with either.work() as session:
                take_seat(session, Actor(f"坐席{n}", Role.AGENT), "8007", now=NOON)
            outcomes.append("taken")
        except HotlineError as refusal:
            outcomes.append(refusal.code)

    threads = [threading.Thread(target=take, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["seat-taken"] * 3 + ["taken"]


def test_a_seat_forgotten_for_a_whole_shift_may_be_taken_over(seated: Database):
    late = NOON + LONGEST
    with pytest.raises(SeatTaken), seated.work() as session:
        take_seat(session, OTHER, "8007", now=late)
    with seated.work() as session:
        take_seat(session, OTHER, "8007", now=late + timedelta(seconds=1))
    assert seat_of(seated) is None
    assert seat_of(seated, OTHER).extension == "8007"


def test_leaving_without_a_seat_is_no_error(database: Database):
    with database.work() as session:
        leave_seat(session, AGENT)


def test_a_pause_lasts_until_the_agent_is_back(seated: Database):
    later, back = NOON + timedelta(minutes=5), NOON + timedelta(minutes=15)
    with seated.work() as session:
        set_state(session, AGENT, SeatState.PAUSED, now=later)
        set_state(session, AGENT, SeatState.PAUSED, now=back)
    assert (seat_of(seated).state, seat_of(seated).since) == (SeatState.PAUSED, later)
    with seated.work() as session:
        set_state(session, AGENT, SeatState.FREE, now=back)
    assert (seat_of(seated).state, seat_of(seated).since) == (SeatState.FREE, back)


def test_nobody_says_of_himself_that_he_is_busy(seated: Database):
    with pytest.raises(Invalid, match="交换机"), seated.work() as session:
        set_state(session, AGENT, SeatState.BUSY, now=NOON)


def test_without_a_seat_there_is_no_state(database: Database):
    with pytest.raises(NotFound, match="签入"), database.work() as session:
        set_state(session, AGENT, SeatState.PAUSED, now=NOON)


@pytest.mark.parametrize("actor", [handler_of("市环保局"), Actor("督", Role.SUPERVISOR)])
def test_who_takes_no_calls_takes_no_seat(database: Database, actor: Actor):
    with pytest.raises(NotAllowed), database.work() as session:
        take_seat(session, actor, "8007", now=NOON)


@pytest.mark.parametrize(
    ("count", "state"),
    [(1, SeatState.FREE), (2, SeatState.BUSY), (3, SeatState.BUSY), (4, SeatState.FREE)],
)
def test_a_seat_is_busy_while_a_call_rings_or_is_talked_on_there(
    seated: Database, count: int, state: SeatState
):
    with seated.work() as session:
        take_seat(session, OTHER, "8008", now=NOON)
        tell(session, *a_talk()[:count])
    assert seat_of(seated).state is state
    assert seat_of(seated, OTHER).state is SeatState.FREE


def test_a_pause_asked_for_during_a_talk_begins_when_it_is_over(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk()[:3])
        set_state(session, AGENT, SeatState.PAUSED, now=NOON)
    assert seat_of(seated).state is SeatState.BUSY
    with seated.work() as session:
        tell(session, told("ended", 90))
    assert seat_of(seated).state is SeatState.PAUSED


def test_a_talk_whose_end_was_never_told_does_not_block_the_seat_for_ever(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk()[:3])
    assert seat_of(seated, now=NOON + OUT_OF_SIGHT).state is SeatState.FREE
