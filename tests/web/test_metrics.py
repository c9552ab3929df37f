"""What Prometheus is shown, and to whom."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from browsing import a_look
from builders import DISPATCHER, NOON, SUGGESTION, Desk
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from hotline import clock, leases
from hotline.app import create_app
from hotline.db import Database
from hotline.delivery import outbox
from hotline.people.privacy import secret
from hotline.registry.columns import SCHEMAS
from hotline.reports import rollup
from hotline.routing.types import Emergency
from hotline.settings import Settings
from hotline.telephony.journal import CallRecord, Journal
from hotline.tickets import feed
from hotline.tickets.words import Channel
from hotline.web.line import create_line

ROOT = Path(__file__).parents[2]
AGE = timedelta(minutes=5)
FIRE = replace(SUGGESTION, emergency=Emergency("119", ("着火",)))


@pytest.fixture
def database(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def folder(app: Flask) -> Path:
    return app.extensions["hotline"].settings.data_dir


@pytest.fixture
def line(tmp_path: Path) -> Flask:
    return create_line(Settings(data_dir=tmp_path, database_url="", redis_url=""))


def shown(app: Flask, folder: Path) -> str:
    key = secret(folder, "metrics").hex()
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    return answer.text


def figures(text: str) -> Mapping[str, float]:
    """Each figure by its name and the values of its labels."""
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Change:
    """How much a figure has grown since the beginning."""

    def __init__(self, app: Flask, folder: Path) -> None:
        self._app, self._folder = app, folder
        self._before = figures(shown(app, folder))

    def __call__(self, name: str) -> float:
        return figures(shown(self._app, self._folder))[name] - self._before.get(name, 0)


@pytest.mark.parametrize("key", ["", "wrong", "é"])
def test_without_the_secret_nothing_is_shown(app: Flask, line: Flask, key: str):
    for each in (app, line):
        answer = each.test_client().get("/metrics", headers={"Authorization": f"Bearer {key}"})
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.content_type == "application/problem+json"
        assert "secrets/metrics" in answer.json["title"]


def test_requests_are_counted_by_route_and_status_with_their_durations(app: Flask, folder: Path):
    more = Change(app, folder)
    for path in ("/healthz", "/healthz", "/api/v1/inbox", "/no/such/page"):
        app.test_client().get(path)
    assert more("hotline_requests_total pages.healthz 200") == 2
    assert more("hotline_requests_total api.inbox 401") == 1
    assert more("hotline_requests_total none 404") == 1
    assert more("hotline_request_seconds_count pages.healthz") == 2
    assert 0 < more("hotline_request_seconds_sum pages.healthz") < 60


def test_work_that_waits_is_shown(app: Flask, database: Database, folder: Path):
    more = Change(app, folder)
    with database.work() as session:
        desk = Desk(session, clock.now() - AGE)
        desk.logged()
        desk.logged(FIRE, channel=Channel.WEB)
        outbox.approve(session, desk.replied(), actor=DISPATCHER, now=desk.now)
    grown = {
        "hotline_tickets logged": 2, "hotline_tickets approved": 1, "hotline_tickets replied": 0,
        "hotline_alarms": 1, "hotline_deliveries queued": 1,
        "hotline_delivery_due": 1, "hotline_unplaced_events": 8,
    }  # fmt: skip
    assert {name: more(name) for name in grown} == grown
    found = figures(shown(app, folder))
    for name in ("alarm", "delivery_due", "unplaced"):
        assert AGE.total_seconds() <= found[f"hotline_{name}_seconds"] < 2 * AGE.total_seconds()
    assert found["hotline_database_up"] == 1
    assert found["hotline_queue_up"] == 0
    assert found["hotline_registry_version"] == len(SCHEMAS)


def test_what_came_in_today_is_shown(app: Flask, database: Database, folder: Path):
    more = Change(app, folder)
    with database.work() as session:
        for days in (0, 0, 1):
            Desk(session, clock.now() - timedelta(days)).logged()
    assert more("hotline_today received") == 2


def test_what_is_late_behind_the_desk_is_shown(app: Flask, database: Database, folder: Path):
    call = CallRecord("call-1", "13800000832", "12319", "intake", "12345", "12319", NOON)
    Journal(folder / "journal").append(call)
    with database.work() as session:
        Desk(session, clock.now()).dispatched()
        feed.place(session)
        rollup.fold(session)
        Desk(session, clock.now()).dispatched()
        feed.place(session)
        leases.hold(session, "clock", "one", now=clock.now(), span=AGE)
    found = figures(shown(app, folder))
    assert found["hotline_unplaced_events"] == 0
    assert found["hotline_unfolded_events"] == 3
    assert found["hotline_journal_unloaded_bytes"] == len(call.to_line())
    assert 0 < found["hotline_clock_lease_seconds"] <= AGE.total_seconds()
    with database.work() as session:
        leases.release(session, "clock", "one")
    assert figures(shown(app, folder))["hotline_clock_lease_seconds"] == float("-inf")


def test_the_figures_cost_as_many_questions_for_fifty_tickets_as_for_none(
    app: Flask, database: Database, folder: Path
):
    shown(app, folder)
    with questions(database) as few:
        shown(app, folder)
    with database.work() as session:
        for _ in range(50):
            Desk(session, clock.now()).dispatched()
    with questions(database) as many:
        shown(app, folder)
    assert len(few) == len(many) > 0


@contextmanager
def questions(database: Database) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(*about: object) -> None:
        # Once a second some request looks whether there is a newer registry.
        if str(about[2]).startswith("SELECT") and not a_look(about[2]):
            asked.append(str(about[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_the_line_counts_the_calls_that_it_answers(line: Flask, tmp_path: Path):
    more = Change(line, tmp_path)
    call = {"call_id": "sw-1", "caller": "", "dialled": "110"}
    headers = {"Authorization": f"Bearer {secret(tmp_path, 'line').hex()}"}
    line.test_client().post("/calls", json=call, headers=headers)
    assert more("hotline_requests_total calls.post_call 200") == 1
    assert figures(shown(line, tmp_path))["hotline_journal_up"] == 1


def test_a_journal_that_fails_is_shown(line: Flask, tmp_path: Path):
    (tmp_path / "journal").write_text("a file stands where the folder should be")
    call = {"call_id": "sw-1", "caller": "", "dialled": "110"}
    headers = {"Authorization": f"Bearer {secret(tmp_path, 'line').hex()}"}
    line.test_client().post("/calls", json=call, headers=headers)
    assert figures(shown(line, tmp_path))["hotline_journal_up"] == 0


def test_a_database_that_is_away_is_shown_as_away(tmp_path: Path):
    app = create_app(Settings(data_dir=tmp_path, database_url="", redis_url=""))
    app.extensions["hotline"].database.engine.dispose()
    (tmp_path / "hotline.db").unlink()
    (tmp_path / "hotline.db").mkdir()
    found = figures(shown(app, tmp_path))
    assert found["hotline_database_up"] == 0
    assert "hotline_alarms" not in found


def test_every_figure_is_explained_to_operators(app: Flask, line: Flask, folder, tmp_path: Path):
    page = (ROOT / "docs" / "operations.md").read_text()
    for each, data_dir in ((app, folder), (line, tmp_path)):
        each.test_client().get("/healthz")
        for family in text_string_to_metric_families(shown(each, data_dir)):
            assert f"`{family.name}" in page or family.name.endswith("_created"), family.name
