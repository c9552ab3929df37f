"""Line, switch, journal and agents at the same moment: no call and no seat is lost between them."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from builders import AGENT, CALENDAR, NOON
from rings import KEY, ring, tell, told
from sqlmodel import Session, select

from hotline.db import Database
from hotline.errors import HotlineError
from hotline.people.rights import Actor, Role
from hotline.telephony import calls, missed, seats
from hotline.telephony.calls import JournalFile
from hotline.telephony.reading import Piece
from hotline.telephony.words import SeatState

OTHER = Actor("坐席08", Role.AGENT)
# Long enough for the other to come to where it has to wait, whatever else the machine does.
A_WHILE = 0.5


def overlapping(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> None:
    """The second begins when the first has done its work and not yet committed."""
    done = threading.Event()

    def slowly() -> None:
        with database.work() as session:
            first(session)
            session.flush()
            done.set()
            over.wait(A_WHILE)

    def quickly() -> None:
        assert done.wait(60)
        with database.work() as session:
            second(session)
        over.set()

    over = threading.Event()
    with ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(slowly), pool.submit(quickly)]:
            run.result()


def recorded(session: Session) -> None:
    calls.add_calls(session, [ring("a")], key=KEY)


def given_up(session: Session) -> None:
    tell(session, told("queued", call_id="a"), told("abandoned", 40, call_id="a"))


@pytest.mark.parametrize("order", [(recorded, given_up), (given_up, recorded)])
def test_who_gives_up_while_the_journal_is_loaded_is_called_back(postgres: Database, order):
    overlapping(postgres, *order)
    with postgres.read() as session:
        (owed,) = missed.waiting(session, limits=CALENDAR.limits, actor=AGENT, now=NOON)
    assert owed.masked == "138****0001"


def test_a_loader_that_comes_late_finds_no_fault_in_a_segment_that_is_gone(postgres: Database):
    piece = Piece("1.journal", 0, 10, (ring("a"),), 0, 0)
    with postgres.work() as session:
        calls.store(session, piece, key=KEY)

    def dropped(session: Session) -> None:
        session.delete(
            session.exec(select(JournalFile).with_for_update().execution_options()).one()
        )

    def held(session: Session) -> None:
        session.exec(select(JournalFile).with_for_update()).one()

    holding, waiting = threading.Event(), threading.Event()

    def tidy() -> None:
        with postgres.work() as session:
            held(session)
            holding.set()
            waiting.wait(A_WHILE)
            dropped(session)

    def late() -> None:
        assert holding.wait(60)
        with postgres.work() as session:
            calls.store(session, piece, key=KEY)

    with ThreadPoolExecutor(2) as pool:
        for run in [pool.submit(tidy), pool.submit(late)]:
            run.result()


def test_an_agent_who_leaves_in_one_window_and_pauses_in_the_other_is_told_so(database: Database):
    def come_and_go(n: int) -> None:
        who = (AGENT, OTHER)[n % 2]
        for _ in range(15):
            for act in (
                lambda s: seats.take_seat(s, who, "8007", now=NOON),
                lambda s: seats.set_state(s, who, SeatState.PAUSED, now=NOON),
                lambda s: seats.set_state(s, who, SeatState.FREE, now=NOON),
                lambda s: seats.leave_seat(s, who),
            ):
                with suppress(HotlineError), database.work() as session:
                    act(session)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(come_and_go, range(6)))
