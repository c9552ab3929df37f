"""The clock ticks once in the city, and no outage stops it."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CALENDAR, CITY, DISPATCHER, NOON, Desk
from redis.exceptions import ConnectionError as QueueAway
from sqlmodel import select
from structlog.testing import capture_logs

from hotline import clock as wall
from hotline.delivery import outbox
from hotline.errors import Unavailable
from hotline.jobs import tasks
from hotline.jobs.clock import LONGEST_WAIT, RENEWAL, SCHEDULE, Clock, Task
from hotline.jobs.tasks import Parts
from hotline.people.privacy import secret
from hotline.registry import article_lists, knowledge, versions
from hotline.registry.articles import Act, Article, Editor
from hotline.registry.loading import read_shipped, read_tables
from hotline.repeats import RequestKey, StoredReply, keep_reply
from hotline.settings import Settings
from hotline.telephony.calls import Call
from hotline.telephony.journal import CallRecord, Journal
from hotline.tickets import replies, topics
from hotline.tickets.models import Assignment, TicketEvent


@pytest.fixture
def parts(tmp_path: Path, migrated_file: Path) -> Iterator[Parts]:
    shutil.copy(migrated_file, tmp_path / "hotline.db")
    parts = tasks.parts_of(Settings(data_dir=tmp_path, redis_url="", database_url=""))
    with parts.database.work() as session:
        versions.seed(session, wall.now())
    yield parts
    parts.database.engine.dispose()


class Bell:
    """A task that counts its rings and fails when told to."""

    def __init__(self) -> None:
        self.at = 0.0
        self.rings: list[float] = []
        self.failure: Exception | None = None
        self.turns = 1

    def __call__(self, parts: Parts) -> bool:
        self.rings.append(self.at)
        if self.failure:
            raise self.failure
        return len(self.rings) < self.turns

    def tick_through(self, clock: Clock, *, until: float, start: float = 0) -> list[float]:
        for step in range(int(start * 2), int(until * 2)):
            self.at = step / 2
            clock.tick(self.at)
        return self.rings


def test_a_task_runs_in_its_time(parts: Parts):
    bell = Bell()
    clock = Clock(parts, holder="a", schedule=(Task("bell", 3, bell),))
    assert bell.tick_through(clock, until=10) == [0, 3, 6, 9]


def test_a_task_that_leaves_work_behind_is_run_again_at_once(parts: Parts):
    bell = Bell()
    bell.turns = 3
    clock = Clock(parts, holder="a", schedule=(Task("bell", 3, bell),))
    assert bell.tick_through(clock, until=7) == [0, 0.5, 1, 4]


@pytest.mark.parametrize("failure", [Unavailable(), QueueAway(), OSError(28, "disk full")])
def test_an_outage_is_logged_and_the_task_tried_ever_later(parts: Parts, failure: Exception):
    bell = Bell()
    bell.failure = failure
    clock = Clock(parts, holder="a", schedule=(Task("bell", 1, bell),))
    with capture_logs() as logs:
        assert bell.tick_through(clock, until=32) == [0, 2, 6, 14, 30]
    assert {entry["task"] for entry in logs} == {"bell"}
    bell.failure = None
    bell.tick_through(clock, start=32, until=30 + LONGEST_WAIT)
    assert bell.rings[5:8] == [62, 63, 64]


def test_a_fault_of_our_own_ends_the_clock(parts: Parts):
    bell = Bell()
    bell.failure = KeyError("a bug")
    with pytest.raises(KeyError):
        bell.tick_through(Clock(parts, holder="a", schedule=(Task("b", 1, bell),)), until=1)


def test_a_second_clock_does_nothing(parts: Parts):
    first, second = Bell(), Bell()
    one = Clock(parts, holder="one", schedule=(Task("bell", 1, first),))
    other = Clock(parts, holder="other", schedule=(Task("bell", 1, second),))
    first.tick_through(one, until=4)
    assert second.tick_through(other, until=2 * RENEWAL) == []
    assert len(first.rings) == 4


def test_what_lies_on_each_host_is_the_business_of_each_clock(parts: Parts):
    here, there = Bell(), Bell()
    one = Clock(parts, holder="one", schedule=(Task("bell", 1, here, everywhere=True),))
    other = Clock(parts, holder="other", schedule=(Task("bell", 1, there, everywhere=True),))
    assert here.tick_through(one, until=2) == there.tick_through(other, until=2) == [0, 1]


def test_a_clock_that_ends_lets_another_tick_at_once(parts: Parts):
    first, second = Bell(), Bell()
    one = Clock(parts, holder="one", schedule=(Task("bell", 1, first),))
    other = Clock(parts, holder="other", schedule=(Task("bell", 1, second),))
    first.tick_through(one, until=1)
    one.end()
    other.end()  # which holds nothing, and takes nothing away
    assert second.tick_through(other, until=1) == [0]


def test_a_clock_waits_for_a_database_that_is_away(tmp_path: Path, parts: Parts):
    bell = Bell()
    clock = Clock(parts, holder="a", schedule=(Task("bell", 1, bell),))
    (tmp_path / "hotline.db").rename(tmp_path / "away.db")
    parts.database.engine.dispose()
    with capture_logs() as logs:
        assert bell.tick_through(clock, until=2) == []
    assert logs[0]["log_level"] == "warning"
    parts.database.engine.dispose()
    (tmp_path / "away.db").rename(tmp_path / "hotline.db")
    assert bell.tick_through(clock, start=RENEWAL, until=RENEWAL + 1) == [RENEWAL]


def test_every_task_of_the_schedule_runs_on_an_empty_city(parts: Parts):
    with capture_logs() as logs:
        clock = Clock(parts, holder="a", schedule=SCHEDULE)
        clock.tick(0)
    assert logs == []


def test_new_events_get_their_place_in_the_feed(parts: Parts):
    with parts.database.work() as session:
        Desk(session, NOON).replied()
    tasks.place(parts)
    with parts.database.read() as session:
        assert None not in session.exec(select(TicketEvent.position)).all()


def test_units_past_their_time_are_written_down_as_overdue(parts: Parts):
    with parts.database.work() as session:
        Desk(session, NOON).dispatched()
        Desk(session, wall.now()).dispatched()
    tasks.fall_overdue(parts)
    with parts.database.read() as session:
        rows = session.exec(select(Assignment.overdue).order_by(Assignment.id)).all()
    assert rows == [True, False]


def test_calls_of_the_journal_come_into_the_database(parts: Parts):
    folder = parts.settings.data_dir
    secret(folder, "contact")
    call = CallRecord("call-1", "13800000832", "12319", "intake", "12345", "12319", NOON)
    Journal(folder / "journal").append(call)
    tasks.load_calls(parts)
    with parts.database.read() as session:
        assert session.exec(select(Call.call_id)).all() == ["call-1"]


def test_kept_answers_are_dropped_when_their_keys_have_run_out(parts: Parts):
    for name, at in (("old", wall.now() - timedelta(hours=25)), ("new", wall.now())):
        key = RequestKey("坐席07", "POST /tickets", name, b"{}")
        with parts.database.work(key=key, now=at) as session:
            keep_reply(session, name)
    tasks.forget(parts)
    with parts.database.read() as session:
        assert session.exec(select(StoredReply.reply)).all() == ["new"]


def test_a_reply_approved_without_a_delivery_is_an_error_in_the_log(parts: Parts):
    with parts.database.work() as session:
        desk = Desk(session, NOON)
        good, bad = desk.replied(), desk.replied()
        outbox.approve(session, good, actor=DISPATCHER, now=NOON)
        replies.approve(session, bad, actor=DISPATCHER, now=NOON)
    with capture_logs() as logs:
        tasks.report_unowed(parts)
    assert [(entry["log_level"], entry["tickets"]) for entry in logs] == [("error", [bad.number])]


def test_a_crowd_that_speaks_of_one_thing_becomes_a_hot_topic(parts: Parts):
    with parts.database.work() as session:
        for _ in range(6):
            Desk(session, wall.now()).logged()
    for _ in range(2):
        tasks.watch_topics(parts)
    with parts.database.read() as session:
        (topic,) = topics.open_topics(session)
    assert (topic.unit, topic.territory, topic.count) == (CITY, "东兴区", 6)
    assert "烧烤" in topic.title


def test_an_article_that_its_unit_did_not_update_in_time_is_noted_once(parts: Parts):
    with parts.database.work() as session:
        knowledge.seed(session, read_tables(read_shipped()), NOON)
        article = session.exec(select(Article).where(Article.published > 0)).first()
        facts = {"editor": Editor("派单员一"), "calendar": CALENDAR, "now": NOON}
        number = knowledge.mark(session, article.id, "材料减少了", **facts).id
    with capture_logs() as logs:
        for _ in range(2):
            tasks.watch_knowledge(parts)
    assert [entry["article"] for entry in logs] == [number]
    with parts.database.read() as session:
        acts = [event.act for event in article_lists.events(session, number)]
    assert acts.count(Act.FALL_OVERDUE) == 1
