"""What the switch tells is stored once, for good, and in an order that readers can trust."""

import threading
from pathlib import Path

import pytest
from builders import NOON
from rings import KEY, a_talk, ring, tell, told
from sqlalchemy.exc import DatabaseError
from sqlmodel import func, select, text

from hotline.clock import CITY_TIME
from hotline.db import Database
from hotline.telephony import calls, events
from hotline.telephony.calls import Call
from hotline.telephony.events import CallEvent, CallProgress, CallRecording, last_position
from hotline.telephony.journal import Journal
from hotline.telephony.words import CallState


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_a_call_is_told_from_queue_to_recording(either: Database):
    with either.work() as session:
        call = tell(session, *a_talk())
    assert (call.state, call.extension, call.wait_seconds) == (CallState.ENDED, "8007", 12)
    with either.read() as session:
        assert session.get(CallProgress, "a").wait_seconds == 12
        assert [row.kind for row in session.exec(select(CallEvent))] == [
            "queued", "offered", "answered", "ended", "recorded",
        ]  # fmt: skip


def test_told_again_in_another_transaction_changes_nothing(either: Database):
    with either.work() as session:
        tell(session, *a_talk()[:3])
        before = last_position(session)
    with either.work() as session:
        again = tell(session, *a_talk()[:3])
        assert (again.state, last_position(session)) == (CallState.TALKING, before)
    assert count(either, CallEvent) == 3


def test_the_same_moment_in_another_time_zone_is_the_same_event(database: Database):
    first = told("queued")
    with database.work() as session:
        tell(session, first)
        shifted = events.SwitchEvent("a", first.kind, NOON.astimezone(CITY_TIME))
        tell(session, shifted)
    assert count(database, CallEvent) == 1


def test_two_recordings_of_one_moment_are_two(database: Database):
    with database.work() as session:
        tell(session, *(told("recorded", recording=name) for name in ("a.wav", "b.wav", "a.wav")))
    assert count(database, CallRecording) == 2


def test_events_that_come_backwards_leave_the_call_as_it_is(either: Database):
    with either.work() as session:
        call = tell(session, *reversed(a_talk()))
    assert (call.state, call.extension, call.wait_seconds) == (CallState.ENDED, "8007", 12)


def test_other_calls_are_left_alone(either: Database):
    with either.work() as session:
        tell(session, told("queued", call_id="b"), *a_talk())
    with either.read() as session:
        assert session.get(CallProgress, "b").state == CallState.WAITING


def test_a_recording_is_kept_apart_from_the_history(database: Database):
    with database.work() as session:
        tell(session, told("recorded", recording="20180725-13800000001.wav"))
    with database.read() as session:
        assert session.exec(select(CallRecording.reference)).one() == "20180725-13800000001.wav"
        assert "13800000001" not in repr(session.exec(select(CallEvent)).one())


@pytest.mark.parametrize("change", ["DELETE FROM call_event", "UPDATE call_event SET kind = 'x'"])
def test_the_database_refuses_to_change_what_was_told(either: Database, change: str):
    with either.work() as session:
        tell(session, told("queued"))
    with pytest.raises(DatabaseError, match="append-only"), either.work() as session:
        session.execute(text(change))
    assert count(either, CallEvent) == 1


def test_a_reader_never_passes_an_event_that_commits_late(postgres: Database):
    """Of two transactions the later waits, so that no smaller position comes after a greater."""
    slow_has_drawn, go_on = threading.Event(), threading.Event()

    def slowly() -> None:
        with postgres.work() as session:
            tell(session, told("queued", call_id="slow"))
            session.flush()
            slow_has_drawn.set()
            go_on.wait(60)

    def quickly() -> None:
        with postgres.work() as session:
            tell(session, told("queued", call_id="quick"))

    threads = [threading.Thread(target=slowly), threading.Thread(target=quickly)]
    threads[0].start()
    assert slow_has_drawn.wait(60)
    threads[1].start()
    threads[1].join(0.3)
    with postgres.read() as session:
        assert last_position(session) == 0
    go_on.set()
    for thread in threads:
        thread.join()
    with postgres.read() as session:
        in_order = session.exec(select(CallEvent.call_id).order_by(CallEvent.position)).all()
    assert in_order == ["slow", "quick"]


def test_switches_that_repeat_at_the_same_moment_tell_once(either: Database):
    barrier = threading.Barrier(4)

    def switch() -> None:
        barrier.wait()
        for event in a_talk():
            with either.work() as session:
                tell(session, event)

    threads = [threading.Thread(target=switch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(either, CallEvent) == 5
    assert count(either, CallRecording) == count(either, CallProgress) == 1


def test_a_call_not_known_yet_is_found_in_the_journal(either: Database, tmp_path: Path):
    Journal(tmp_path).append(ring("a"))
    calls.find_in_journal(either, tmp_path, "a", key=KEY)
    assert count(either, Call) == 1


def test_a_journal_that_cannot_be_read_is_no_reason_to_lose_an_event(
    database: Database, tmp_path: Path
):
    (tmp_path / "broken.jsonl").mkdir()
    calls.find_in_journal(database, tmp_path, "a", key=KEY)
    assert count(database, Call) == 0


def test_a_call_told_by_an_event_is_not_doubled_by_the_journal(either: Database, tmp_path: Path):
    Journal(tmp_path).append(ring("a"))
    with either.work() as session:
        assert calls.add_calls(session, [ring("a")], key=KEY) == 1
        assert calls.add_calls(session, [ring("a")], key=KEY) == 0
    assert calls.load_journal(either, tmp_path, key=KEY).repeated == 1
    assert count(either, Call) == count(either, calls.CallCaller) == 1
