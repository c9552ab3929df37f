"""PostgreSQL that is slow, paused, restarted or no longer the one that writes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from pausing import paused
from sqlalchemy import text
from sqlmodel import select

from hotline.db import Database, OutcomeUnknown
from hotline.errors import Unavailable
from hotline.postgres import CONNECT_PATIENCE, SILENCE
from hotline.tickets.models import DaySerial

PATIENCE = 2
LONGEST = PATIENCE + SILENCE + CONNECT_PATIENCE + 30  # and some for a machine that is busy


@pytest.fixture
def url(postgres: Database) -> str:
    return postgres.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def server(url: str) -> Iterator[Database]:
    """The database as a process that serves others uses it."""
    database = Database(url, patience=PATIENCE)
    yield database
    database.engine.dispose()


def say(database: Database, sql: str) -> object:
    with database.work() as session:
        return session.execute(text(sql)).scalar()


def days(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(DaySerial.day)))


def test_a_statement_that_takes_too_long_is_given_up(server: Database, postgres: Database):
    with pytest.raises(Unavailable):
        say(server, f"SELECT pg_sleep({PATIENCE + 1})")
    assert say(server, "SELECT 1") == 1


def test_a_command_waits_as_long_as_it_takes(postgres: Database):
    limits = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
    assert [say(postgres, f"SHOW {name}") for name in limits] == ["0", "0", "0"]


def test_a_server_that_stands_still_is_given_up_and_found_again(server: Database, url: str):
    say(server, "SELECT 1")
    with paused(url):
        # The first still has a connection, on which no answer comes; the second gets none.
        for _ in range(2):
            began = time.monotonic()
            with pytest.raises(Unavailable):
                say(server, "SELECT 1")
            assert time.monotonic() - began < LONGEST
    assert say(server, "SELECT 1") == 1


if os.environ.get("HOTLINE_SOAK"):

    def test_many_threads_do_not_wait_for_each_other_while_the_server_stands_still(
        server: Database, url: str
    ):
        refused = []

        def ask() -> None:
            try:
                say(server, "SELECT 1")
            except Unavailable as error:
                refused.append(error)

        with paused(url):
            began = time.monotonic()
            threads = [threading.Thread(target=ask) for _ in range(48)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert len(refused) == 48
        assert time.monotonic() - began < 4 * CONNECT_PATIENCE


def test_an_answer_lost_at_the_commit_is_told_from_work_not_done(server: Database, url: str):
    with (
        ExitStack() as standstill,
        pytest.raises(OutcomeUnknown) as refused,
        server.work() as session,
    ):
        session.add(DaySerial(day="20180725", last=1))
        session.flush()
        standstill.enter_context(paused(url))
    assert "Idempotency-Key" in refused.value.sentence
    assert days(server) in ([], ["20180725"])


def test_a_connection_that_was_cut_is_replaced(server: Database, postgres: Database):
    with pytest.raises(Unavailable), server.work() as session:
        session.add(DaySerial(day="20180725", last=1))
        session.flush()
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> "
        say(postgres, f"{others} pg_backend_pid() AND datname = current_database()")
        session.flush()
        session.execute(text("SELECT 1"))
    assert days(server) == []


def test_a_connection_that_was_cut_while_nobody_used_it_is_not_noticed(
    server: Database, postgres: Database
):
    say(server, "SELECT 1")
    others = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE pid <> "
    assert say(postgres, f"{others} pg_backend_pid() AND datname = current_database()") == 1
    assert say(server, "SELECT 1") == 1


def test_a_glance_leaves_no_transaction_open(server: Database, postgres: Database):
    others = "SELECT state FROM pg_stat_activity WHERE pid = "
    with server.glance() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert say(postgres, f"{others}{pid}") == "idle"
    with server.read() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        assert say(postgres, f"{others}{pid}") == "idle in transaction"


def test_the_server_keeps_ready_what_readers_ask_often(server: Database):
    for _ in range(10):
        days(server)
    # A rollback in between would have made the driver drop all that is prepared.
    assert say(server, "SELECT count(*) FROM pg_prepared_statements") == 1


def test_a_server_that_may_only_be_read_is_left_for_the_one_that_writes(
    server: Database, postgres: Database
):
    name = postgres.engine.url.database
    say(server, "SELECT 1")
    with postgres.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
        server.engine.dispose()
        with pytest.raises(Unavailable), server.work() as session:
            session.add(DaySerial(day="20180725", last=1))
        connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
    with server.work() as session:
        session.add(DaySerial(day="20180725", last=1))
    assert days(server) == ["20180725"]
