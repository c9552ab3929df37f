"""Who waits, and how calls were answered."""

from datetime import timedelta

from builders import NOON
from rings import a_talk, tell, told

from hotline.clock import city_day, city_span
from hotline.db import Database
from hotline.telephony import desk
from hotline.telephony.desk import OUT_OF_SIGHT, Answering, Waiting

TODAY = city_span(city_day(NOON), city_day(NOON))


def test_callers_wait_until_somebody_answers(either: Database):
    with either.work() as session:
        tell(
            session,
            *a_talk("talks")[:3],
            *a_talk("done"),
            told("queued", 30, call_id="waits"),
            told("queued", 20, call_id="rings"),
            told("offered", 25, call_id="rings", extension="8007"),
        )
    with either.read() as session:
        assert desk.waiting(session, NOON) == Waiting(2, NOON + timedelta(seconds=20))


def test_nobody_waits_on_an_empty_desk(database: Database):
    with database.read() as session:
        assert desk.waiting(session, NOON) == Waiting(0, None)
        assert desk.answering(session, *TODAY) == Answering(0, 0, 0, 0)


def test_a_wait_whose_end_was_never_told_is_not_counted_for_ever(database: Database):
    with database.work() as session:
        tell(session, told("queued"))
    with database.read() as session:
        assert desk.waiting(session, NOON + OUT_OF_SIGHT) == Waiting(0, None)


def test_calls_are_counted_by_what_became_of_them(either: Database):
    with either.work() as session:
        tell(
            session,
            *a_talk("soon"),
            told("queued", call_id="just"),
            told("answered", 15, call_id="just", extension="8"),
            told("queued", call_id="late"),
            told("answered", 16, call_id="late", extension="9"),
            told("queued", call_id="gone"),
            told("abandoned", 5, call_id="gone"),
            told("queued", call_id="waits"),
            told("transferred", call_id="handed over", to="12388"),
        )
    with either.read() as session:
        assert desk.answering(session, *TODAY) == Answering(
            asked=5, answered=3, answered_soon=2, abandoned=1
        )


def test_a_day_ends_at_midnight_in_the_city(database: Database):
    begin, end = TODAY
    before, last = ((moment - NOON).total_seconds() - 1 for moment in (begin, end))
    with database.work() as session:
        tell(
            session,
            told("queued", before, call_id="yesterday"),
            told("queued", last, call_id="last"),
            told("queued", last + 1, call_id="tomorrow"),
        )
    with database.read() as session:
        assert desk.answering(session, begin, end).asked == 1
