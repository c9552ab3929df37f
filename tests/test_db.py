"""The one committer: all or nothing, one writer at a time, the same request once."""

import multiprocessing
import threading
from contextlib import suppress
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from builders import NOON
from sqlmodel import Session, select

from hotline.db import Database, among
from hotline.errors import KeyReused, Unavailable
from hotline.repeats import Replayed, RequestKey, StoredReply, keep_reply
from hotline.tickets.models import DaySerial
from hotline.tickets.numbers import next_ticket

KEY = RequestKey("坐席07", "POST /api/v1/tickets", "k1", b'{"a": 1}')


def count(session: Session) -> int:
    return len(session.exec(select(DaySerial)).all())


def test_work_that_fails_leaves_nothing(database: Database):
    with pytest.raises(ZeroDivisionError), database.work() as session:
        session.add(DaySerial(day="20180725", last=1))
        session.flush()
        1 / 0  # noqa: B018
    with database.read() as session:
        assert count(session) == 0


def test_what_a_reader_writes_is_not_kept(database: Database):
    # PostgreSQL refuses it at once.
    with suppress(Unavailable), database.read() as session:
        session.add(DaySerial(day="20180725", last=1))
        session.flush()
    with database.read() as session:
        assert count(session) == 0


def test_the_same_request_is_answered_again_and_not_done_again(database: Database):
    with database.work(key=KEY, now=NOON) as session:
        session.add(DaySerial(day="20180725", last=1))
        keep_reply(session, {"number": "一"})
    with pytest.raises(Replayed) as replayed, database.work(key=KEY, now=NOON) as session:
        session.add(DaySerial(day="20180726", last=1))
    assert replayed.value.reply == {"number": "一"}
    with database.read() as session:
        assert count(session) == 1


def test_a_key_used_for_another_body_is_refused(database: Database):
    with database.work(key=KEY, now=NOON) as session:
        keep_reply(session, {})
    other = RequestKey(KEY.actor, KEY.route, KEY.key, b'{"a": 2}')
    with pytest.raises(KeyReused), database.work(key=other, now=NOON):
        pass


def test_another_actor_may_use_the_same_key(database: Database):
    for actor in ("坐席07", "坐席08"):
        key = RequestKey(actor, KEY.route, KEY.key, KEY.body)
        with database.work(key=key, now=NOON) as session:
            keep_reply(session, actor)
    with database.read() as session:
        assert len(session.exec(select(StoredReply)).all()) == 2


def test_a_key_is_free_again_after_24_hours(database: Database):
    for now in (NOON, NOON + timedelta(hours=24)):
        with database.work(key=KEY, now=now) as session:
            keep_reply(session, now.isoformat())


def test_a_request_that_failed_may_be_made_again_with_its_key(database: Database):
    with pytest.raises(ZeroDivisionError), database.work(key=KEY, now=NOON):
        1 / 0  # noqa: B018
    with database.work(key=KEY, now=NOON) as session:
        keep_reply(session, "done")


def test_twins_at_the_same_moment_do_the_work_once(database: Database):
    answers, barrier = [], threading.Barrier(8)

    def ask() -> None:
        barrier.wait()
        try:
            with database.work(key=KEY, now=NOON) as session:
                answers.append(keep_reply(session, next_ticket(session, NOON)[1]))
        except Replayed as replayed:
            answers.append(replayed.reply)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 8
    assert len(set(answers)) == 1


def draw_a_hundred(url: str, together: Barrier) -> None:
    own = Database(url)
    together.wait()
    for _ in range(100):
        with own.work() as session:
            next_ticket(session, NOON)[1]


@pytest.mark.parametrize(
    ("asked", "found"),
    # A day has at most eight signs: one too many is another, not the same cut short.
    [([], []), (["20180725", "20180727"] * 2, ["20180725", "20180727"]), (["201807251"], [])],
)
def test_rows_are_found_among_many_values(database: Database, asked: list[str], found: list[str]):
    with database.work() as session:
        session.add_all(
            [DaySerial(day=day, last=1) for day in ("20180725", "20180726", "20180727")]
        )
    with database.read() as session:
        days = select(DaySerial.day).where(among(session, DaySerial.day, asked))
        assert list(session.exec(days.order_by(DaySerial.day))) == found


def test_writers_of_several_processes_take_turns(database: Database):
    processes = multiprocessing.get_context("fork")
    given = (database.engine.url.render_as_string(hide_password=False), processes.Barrier(3))
    writers = [processes.Process(target=draw_a_hundred, args=given) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    with database.work() as session:
        # PostgreSQL may leave one out, but gives none twice.
        assert next_ticket(session, NOON)[1][:15] >= "NJ2018072500301"


def test_a_database_that_cannot_be_opened_is_named_unavailable(tmp_path: Path):
    (tmp_path / "gone").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'gone' / 'hotline.db'}")
    (tmp_path / "gone" / "hotline.db").mkdir()
    with pytest.raises(Unavailable), database.work() as session:
        count(session)


def test_a_full_disk_is_named_unavailable_and_leaves_nothing(sqlite: Database):
    with pytest.raises(Unavailable), sqlite.work() as session:
        session.connection().exec_driver_sql("PRAGMA max_page_count = 1")
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        session.connection().exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        for day in range(20_000):
            session.add(DaySerial(day=f"{day:08}", last=1))
        session.flush()
    with sqlite.read() as session:
        assert count(session) == 0
