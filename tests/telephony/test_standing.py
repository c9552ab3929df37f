"""How a call stands by its events, in whatever order they came."""

from datetime import timedelta
from itertools import permutations

import pytest
from builders import NOON
from rings import a_talk, told

from hotline.telephony.standing import ASKING, LAST, STATE_AFTER, standing
from hotline.telephony.words import ACTIONS, EVENTS, SEATS, STATES, CallEventKind, CallState


def test_every_order_of_arrival_gives_the_same_standing():
    events = a_talk()
    (only,) = {standing(order) for order in permutations(events)}
    assert only == standing(events)
    assert (only.state, only.extension, only.wait_seconds) == (CallState.ENDED, "8007", 12)
    assert only.asked_at == NOON
    assert only.answered_at == NOON + timedelta(seconds=12)
    assert only.over_at == NOON + timedelta(seconds=102)


@pytest.mark.parametrize(
    ("count", "state"),
    [(1, CallState.WAITING), (2, CallState.RINGING), (3, CallState.TALKING), (4, CallState.ENDED)],
)
def test_the_state_follows_what_was_told_last(count: int, state: CallState):
    assert standing(a_talk()[:count]).state is state


def test_events_of_one_second_count_in_the_order_of_a_call():
    at_once = [told(kind, extension="8007") for kind in ("answered", "offered", "queued")]
    assert standing(at_once).state is CallState.TALKING
    assert standing([told("ended"), *at_once]).state is CallState.ENDED


@pytest.mark.parametrize("last", LAST)
def test_a_caller_who_was_never_answered_has_given_up(last: CallEventKind):
    call = standing([told("queued"), told(last, 40)])
    assert (call.state, call.wait_seconds, call.answered_at) == (CallState.ABANDONED, 40, None)


def test_a_call_that_was_answered_is_not_given_up_whatever_the_switch_says():
    events = [*a_talk()[:3], told("abandoned", 50)]
    assert standing(events).state is CallState.ENDED


def test_a_call_that_is_over_stays_over_though_another_clock_runs_ahead():
    assert standing([*a_talk(), told("answered", 200, extension="8007")]).state is CallState.ENDED


def test_a_call_handed_to_another_line_asked_nobody_here():
    call = standing([told("transferred", to="12388"), told("ended", 60)])
    assert (call.state, call.asked_at, call.wait_seconds) == (CallState.ENDED, None, None)


def test_a_call_handed_on_from_the_queue_is_not_given_up():
    call = standing([told("queued"), told("transferred", 20, to="12388"), told("ended", 60)])
    assert call.state is CallState.ENDED


def test_asking_a_colleague_along_leaves_the_call_with_who_talks():
    asked = [*a_talk()[:3], told("offered", 30, extension="8009")]
    assert (standing(asked).state, standing(asked).extension) == (CallState.TALKING, "8007")
    passed_on = [*asked, told("transferred", 40, to="8009"), told("answered", 41, extension="8009")]
    assert (standing(passed_on).state, standing(passed_on).extension) == (
        CallState.TALKING, "8009",
    )  # fmt: skip


def test_a_call_that_went_back_to_the_queue_waits_again_and_its_wait_ran_on():
    events = [told("queued"), told("offered", 5, extension="8007"), told("queued", 25)]
    assert standing(events).state is CallState.WAITING
    answered = standing([*events, told("answered", 33, extension="8008")])
    assert (answered.extension, answered.wait_seconds) == ("8008", 33)


def test_a_wait_of_parts_of_a_second_is_rounded_up_and_never_negative():
    assert standing([told("queued"), told("answered", 15.2, extension="8")]).wait_seconds == 16
    assert standing([told("queued"), told("abandoned", -3)]).wait_seconds == 0


def test_a_recording_alone_tells_of_a_call_that_is_over():
    assert standing([told("recorded", recording="a.wav")]).state is CallState.ENDED


def test_every_kind_of_event_has_a_meaning_and_every_word_its_chinese():
    assert {*STATE_AFTER, *ASKING, *LAST, CallEventKind.RECORDED} == set(CallEventKind)
    assert set(EVENTS) == set(CallEventKind)
    assert set(STATES) == set(CallState)
    assert len(ACTIONS) == len(SEATS) == 3
