"""The web process killed at work: what was answered stands, and asking again doubles nothing."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path

import pytest
from postgres import Postgres
from served import Served, served
from sqlmodel import select

from hotline import clock
from hotline.app import prepare
from hotline.db import Database
from hotline.people import keys
from hotline.people.rights import Role
from hotline.settings import Settings
from hotline.tickets.models import Ticket

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
KILLS, REQUESTS = (10, 2000) if SOAK else (1, 60)
# A start takes seconds; the long run has time for both databases.
DATABASES = ["sqlite", "postgres"] if SOAK else ["postgres"]
ASKED = {"text": "小区楼下烧烤摊半夜还在吵", "kind": "complaint", "channel": "phone"}


@pytest.fixture(params=DATABASES)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "sqlite":
        yield ""
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture
def database(tmp_path: Path, url: str) -> Iterator[Database]:
    database = prepare(Settings(data_dir=tmp_path, database_url=url, redis_url=""))
    yield database
    database.engine.dispose()


def log_all(
    web: Served, key: str, waiting: list[str], *, kill_after: int | None = None
) -> dict[str, str]:
    """Asks for a ticket for each request key; gives those that were answered before the kill."""
    answered: dict[str, str] = {}

    def log(name: str) -> None:
        try:
            answer = web.ask("/api/v1/tickets", ASKED, key=key, Idempotency_Key=name)
        except (OSError, HTTPException):
            return  # killed before it answered
        assert answer.status in (200, 201), answer.body
        answered[name] = answer.json["number"]
        # Not just then: of two threads that are answered at once, each may count both.
        if kill_after and len(answered) >= kill_after:
            os.killpg(web.process.pid, signal.SIGKILL)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(log, waiting))
    return answered


def test_a_web_process_killed_at_work_loses_and_doubles_nothing(
    tmp_path: Path, url: str, database: Database
):
    with database.work() as session:
        key = keys.make(session, "坐席07", Role.AGENT, now=clock.now())
    waiting = [f"call-{n}" for n in range(REQUESTS)]
    answered: dict[str, str] = {}
    for kill_after in [REQUESTS // (KILLS + 1)] * KILLS + [None]:
        with served("web", tmp_path, DATABASE_URL=url) as web:
            answered |= log_all(web, key, waiting, kill_after=kill_after)
        waiting = [name for name in waiting if name not in answered]
        assert bool(waiting) == bool(kill_after)
    with database.read() as session:
        stored = session.exec(select(Ticket.number)).all()
    assert sorted(stored) == sorted(answered.values())
