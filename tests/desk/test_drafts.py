"""What was typed and not logged is kept for its agent, for a day."""

from datetime import timedelta

from builders import AGENT, DISPATCHER, NOON
from sqlmodel import select

from hotline.db import Database
from hotline.desk import drafts
from hotline.desk.drafts import LIFETIME, Draft
from hotline.jobs import tasks
from hotline.settings import Settings

TYPED = {"text": "还在写", "once": "k"}


def saved(database: Database, form: str = "a", text: str = "还在写", now=NOON, actor=AGENT) -> None:
    with database.work() as session:
        drafts.save(session, form, TYPED | {"text": text}, actor=actor, now=now)


def test_a_draft_saved_again_takes_the_place_of_the_one_before(database: Database):
    saved(database)
    saved(database, text="写完了", now=NOON + timedelta(seconds=3))
    with database.read() as session:
        (kept,) = drafts.unfinished(session, actor=AGENT, now=NOON)
        assert kept.typed == {"text": "写完了", "once": "k"}
        assert kept.saved_at == NOON + timedelta(seconds=3)


def test_drafts_are_the_agents_own_and_the_newest_comes_first(database: Database):
    saved(database, "a")
    saved(database, "b", now=NOON + timedelta(minutes=1))
    saved(database, "b", text="别人的", actor=DISPATCHER)
    with database.read() as session:
        assert [each.form for each in drafts.unfinished(session, actor=AGENT, now=NOON)] == [
            "b",
            "a",
        ]
        assert drafts.find(session, "b", actor=DISPATCHER, now=NOON).typed["text"] == "别人的"
        assert drafts.find(session, "a", actor=DISPATCHER, now=NOON) is None


def test_a_dropped_draft_is_gone_and_the_others_stay(database: Database):
    saved(database, "a")
    saved(database, "b")
    saved(database, "a", actor=DISPATCHER)
    with database.work() as session:
        drafts.drop(session, "a", actor=AGENT)
    with database.read() as session:
        rows = {(each.actor, each.form) for each in session.exec(select(Draft))}
    assert rows == {(AGENT.id, "b"), (DISPATCHER.id, "a")}


def test_a_draft_nobody_came_back_to_is_not_shown_after_a_day_and_then_swept(database: Database):
    saved(database, "old")
    saved(database, "new", now=NOON + timedelta(hours=1))
    later = NOON + LIFETIME
    with database.read() as session:
        assert [each.form for each in drafts.unfinished(session, actor=AGENT, now=later)] == ["new"]
        assert drafts.find(session, "old", actor=AGENT, now=later) is None
    with database.work() as session:
        drafts.sweep(session, later)
        assert [each.form for each in session.exec(select(Draft))] == ["new"]


def test_the_clock_sweeps_drafts(database: Database):
    saved(database, now=NOON)
    tasks.forget(tasks.Parts(Settings(), database, redis=None, channel=None))
    with database.read() as session:
        assert session.exec(select(Draft)).all() == []
