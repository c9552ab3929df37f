"""A real queue and a real worker, killed in the middle of their work."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest
from builders import DISPATCHER, NOON, Desk
from redis.exceptions import RedisError
from rq import SimpleWorker
from served import PATIENCE, environment, eventually
from sqlmodel import select
from test_queue import patient, process

from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.models import Delivery
from hotline.delivery.states import State
from hotline.jobs import queues
from hotline.jobs.keeper import background
from hotline.settings import Settings
from hotline.tickets.models import Ticket, TicketEvent

TICKETS = 300


@pytest.fixture
def settings(tmp_path: Path, migrated_file: Path) -> Settings:
    shutil.copy(migrated_file, tmp_path / "hotline.db")
    return Settings(data_dir=tmp_path, redis_url="", database_url="")


@pytest.fixture(scope="module")
def approved_file(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A database in which every reply is approved and none is sent."""
    path = tmp_path_factory.mktemp("approved") / "hotline.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    approve(database, TICKETS)
    database.engine.dispose()
    return path


@pytest.fixture
def busy_city(approved_file: Path, settings: Settings, city: Database) -> Database:
    shutil.copy(approved_file, settings.data_dir / "hotline.db")
    return city


@pytest.fixture
def city(settings: Settings) -> Iterator[Database]:
    database = Database(settings.db_url)
    yield database
    database.engine.dispose()


def approve(database: Database, n: int) -> None:
    with database.work() as session:
        for _ in range(n):
            outbox.approve(session, Desk(session, NOON).replied(), actor=DISPATCHER, now=NOON)


def written(settings: Settings) -> list[str]:
    return [file.name for file in (settings.data_dir / "maildir").glob("new/*")]


@contextmanager
def taken(maildir: Path) -> Iterator[TextIO]:
    """As if another worker was writing into the Maildir, until its lock is closed."""
    maildir.mkdir()
    with (maildir / ".lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield turn


def claimed(database: Database) -> bool:
    """Whether a worker has begun with every reply that is owed."""
    with database.read() as session:
        return set(session.exec(select(Delivery.state))) == {State.SENDING}


def worker_pids(settings: Settings) -> list[int]:
    try:
        return [worker.pid for worker in SimpleWorker.all(connection=patient(settings))]
    except RedisError:
        return []


def queue_pid(settings: Settings) -> int:
    return patient(settings).info()["process_id"]


def states(database: Database) -> Counter[str]:
    with database.read() as session:
        return Counter(session.exec(select(Ticket.status)).all())


def test_killing_worker_and_queue_loses_and_doubles_nothing(
    settings: Settings, busy_city: Database
):
    city, redis = busy_city, queues.connect(settings)
    with taken(settings.data_dir / "maildir") as turn, background(settings):
        assert eventually(lambda: claimed(city))
        # In the middle: the messages come into the Maildir, and none can be recorded yet.
        with city.work():
            turn.close()
            assert eventually(lambda: len(written(settings)) == TICKETS)
            for pid in worker_pids(settings):
                os.kill(pid, signal.SIGKILL)
        assert states(city) == {"approved": TICKETS}
        os.kill(queue_pid(settings), signal.SIGKILL)

        def all_told() -> bool:
            queues.wake(redis)
            time.sleep(0.2)
            return states(city) == {"delivered": TICKETS}

        assert eventually(all_told)
    with city.read() as session:
        ids = set(session.exec(select(Delivery.id)))
        delivered = session.exec(
            select(TicketEvent.ticket_id).where(TicketEvent.action == "deliver")
        )
        assert Counter(delivered.all()).most_common(1)[0][1] == 1
    assert sorted(written(settings)) == sorted(ids)


def test_a_worker_finds_what_was_approved_while_everything_was_down(
    settings: Settings, city: Database
):
    approve(city, 3)
    with background(settings):
        assert eventually(lambda: states(city) == {"delivered": 3})


def test_the_background_stops_what_it_started_and_no_more(settings: Settings):
    redis = queues.connect(settings)
    with background(settings):
        assert eventually(lambda: len(worker_pids(settings)) == 1)
        before = (queue_pid(settings), worker_pids(settings))
        with background(settings):
            assert (queue_pid(settings), worker_pids(settings)) == before
        assert (queue_pid(settings), worker_pids(settings)) == before
    assert not queues.answers(redis)
    assert not any(Path(f"/proc/{pid}").exists() for pid in (before[0], *before[1]))


def test_a_worker_that_was_killed_is_not_taken_for_a_live_one(settings: Settings, city: Database):
    redis = queues.connect(settings)
    approve(city, 1)
    with process("queue", settings):
        assert eventually(lambda: queues.answers(redis))
        with subprocess.Popen(["true"]) as dead:
            dead.wait()
        worker = SimpleWorker([queues.DELIVERY], connection=redis)
        worker.pid = dead.pid
        worker.register_birth()
        with background(settings):
            assert eventually(lambda: states(city) == {"delivered": 1})


def test_everything_told_to_stop_at_once_ends_in_order_and_loses_nothing(
    settings: Settings, busy_city: Database, tmp_path: Path
):
    city, said, redis = busy_city, tmp_path / "worker.said", queues.connect(settings)
    with process("queue", settings) as queue, said.open("w") as out:
        assert queues.wait_for(redis, PATIENCE)
        command = [sys.executable, "-m", "hotline.jobs.worker"]
        env = environment(settings.data_dir)
        with subprocess.Popen(command, env=env, stdout=out, stderr=out) as worker:
            assert eventually(lambda: len(written(settings)) > 0)
            queue.terminate()
            queue.wait(PATIENCE)
            worker.terminate()
            worker.wait(PATIENCE)
    # Its batch was finished though the queue was gone, and no row waits for a sweeper.
    assert states(city) == {"delivered": TICKETS}
    assert len(written(settings)) == TICKETS
    assert "Traceback" not in said.read_text()
