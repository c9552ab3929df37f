"""来电弹屏: what comes to a seat, and to whom it is nobody's business."""

import pytest
from builders import AGENT, NOON
from rings import KEY, a_talk, ring, tell, told

from hotline.db import Database
from hotline.people.rights import Actor, Role
from hotline.telephony import pops
from hotline.telephony.calls import CallCaller, add_calls
from hotline.telephony.events import last_position
from hotline.telephony.journal import CallRecord
from hotline.telephony.pops import ScreenPop
from hotline.telephony.seats import SeatView, leave_seat, seats, take_seat

OTHER = Actor("坐席08", Role.AGENT)


def seat(database: Database, actor: Actor = AGENT) -> SeatView:
    with database.read() as session:
        return seats(session, NOON)[actor.id]


def came_to(database: Database, actor: Actor = AGENT, after: int = 0) -> list[ScreenPop]:
    with database.read() as session:
        own = seats(session, NOON)[actor.id]
        upto = last_position(session)
        found = pops.news_of(session, own, after, upto)
        # A page that listens all the time learns the same as one that comes back.
        heard = [pop for n in range(after, upto) for pop in pops.news(session, n, n + 1)]
        assert found == [pop for pop in heard if pop.concerns(own)]
        return found


@pytest.fixture
def seated(either: Database) -> Database:
    with either.work() as session:
        take_seat(session, AGENT, "8007", now=NOON)
        take_seat(session, OTHER, "8008", now=NOON)
    return either


def test_a_call_comes_to_the_seat_with_all_that_is_known_of_it(seated: Database):
    with seated.work() as session:
        add_calls(session, [ring("a")], key=KEY)
        tell(session, *a_talk()[:2])
    (pop,) = came_to(seated)
    assert (pop.kind, pop.state, pop.extension) == ("offered", "ringing", "8007")
    assert (pop.caller, pop.dialled, pop.line) == ("13800000001", "12319", "12319")
    assert (pop.action, pop.service, pop.started_at) == ("intake", "", NOON)
    assert pop.shows_caller(seat(seated))


def test_a_call_is_nobodys_business_before_it_comes_and_at_other_seats(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk(), *a_talk("b", extension="8008"))
    assert [(pop.call_id, pop.kind) for pop in came_to(seated)] == [
        ("a", "offered"), ("a", "answered"), ("a", "ended"),
    ]  # fmt: skip


def test_a_page_that_comes_back_learns_what_it_missed_and_nothing_twice(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk())
    first, *rest = came_to(seated)
    assert came_to(seated, after=first.position) == rest


def test_a_call_not_taken_goes_to_a_colleague_and_the_number_with_it(seated: Database):
    with seated.work() as session:
        add_calls(session, [ring("a")], key=KEY)
        tell(
            session,
            told("offered", 1, extension="8007"),
            told("offered", 20, extension="8008"),
            told("answered", 22, extension="8008"),
            told("ended", 60),
        )
    mine, theirs = came_to(seated), came_to(seated, OTHER)
    assert [pop.kind for pop in mine] == ["offered", "offered", "answered", "ended"]
    assert [pop.shows_caller(seat(seated)) for pop in mine] == [True, False, False, False]
    assert [pop.kind for pop in theirs] == ["offered", "answered", "ended"]
    assert [pop.shows_caller(seat(seated, OTHER)) for pop in theirs] == [True, True, False]


def test_who_takes_the_seat_next_learns_nothing_of_earlier_calls(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk()[:3])
        leave_seat(session, AGENT)
        leave_seat(session, OTHER)
        take_seat(session, OTHER, "8007", now=NOON)
        tell(session, *a_talk()[3:], *a_talk("b", begin=200)[:2])
    assert [(pop.call_id, pop.kind) for pop in came_to(seated, OTHER)] == [("b", "offered")]


def test_a_page_opened_during_a_call_learns_of_it_from_its_beginning(seated: Database):
    with seated.work() as session:
        tell(session, *a_talk("old"), *a_talk(begin=200)[:3])
    with seated.read() as session:
        after = pops.before_present_call(session, seat(seated), NOON)
        assert pops.before_present_call(session, seat(seated, OTHER), NOON) is None
    assert [(pop.call_id, pop.kind) for pop in came_to(seated, after=after)] == [
        ("a", "offered"), ("a", "answered"),
    ]  # fmt: skip


def test_an_emergency_call_names_its_service(seated: Database):
    record = CallRecord("a", "13800000001", "110", "pass_through", "110", "110", NOON)
    with seated.work() as session:
        add_calls(session, [record], key=KEY)
        tell(session, told("offered", extension="8007"))
    assert came_to(seated)[0].service == "110"


def test_a_withheld_an_erased_and_an_unknown_caller_are_blank(seated: Database):
    with seated.work() as session:
        add_calls(session, [ring("withheld", caller=""), ring("erased")], key=KEY)
        session.delete(session.get(CallCaller, "erased"))
        names = ("withheld", "erased", "unknown")
        tell(session, *(told("offered", call_id=name, extension="8007") for name in names))
    assert [pop.caller for pop in came_to(seated)] == ["", "", ""]
    assert [pop.dialled for pop in came_to(seated)] == ["12319", "12319", ""]
    assert not any(pop.shows_caller(seat(seated)) for pop in came_to(seated))
