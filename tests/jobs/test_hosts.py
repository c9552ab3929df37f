"""Two hosts on one database, each with its own data folder: real processes, killed and stopped."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from builders import DISPATCHER, NOON, Desk
from served import PATIENCE, environment, eventually
from sqlmodel import func, select

from hotline.app import UnfitDatabase, prepare
from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.models import Delivery
from hotline.jobs import tasks
from hotline.leases import Lease
from hotline.people.privacy import secret
from hotline.settings import Settings
from hotline.telephony.calls import Call
from hotline.telephony.journal import CallRecord, Journal
from hotline.tickets.models import Contact, Ticket, TicketEvent

CLOCK = [sys.executable, "-m", "hotline.jobs.clock"]
# Begins when told to, and says when it can be told.
DRAIN = "from hotline.jobs.tasks import drain; print('ready', flush=True); input(); drain()"
# More than one batch, so that both drainers find something to send.
OWED = 600
RECORD = CallRecord("call", "13800000832", "12319", "intake", "12345", "12319", NOON)


@pytest.fixture
def hosts(tmp_path: Path) -> list[Path]:
    """The data folders of two hosts that share one key, as the operations page says."""
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        (folder / "secrets").mkdir(parents=True)
    (other / "secrets" / "contact").write_text(secret(one, "contact").hex())
    return [one, other]


@contextmanager
def clocks(database: Database, hosts: list[Path]) -> Iterator[list[subprocess.Popen[bytes]]]:
    with ExitStack() as started:
        running = []
        for folder in hosts:
            env = environment(folder, DATABASE_URL=url(database))
            running.append(started.enter_context(subprocess.Popen(CLOCK, env=env)))
            started.callback(running[-1].kill)
        yield running


def url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def holder(database: Database) -> int:
    """The process that ticks; 0 while none does."""
    with database.read() as session:
        lease = session.exec(select(Lease.holder).where(Lease.name == "clock")).first()
    return int(lease.rpartition(":")[2]) if lease else 0


def positions(database: Database) -> list[int | None]:
    with database.read() as session:
        return sorted(session.exec(select(TicketEvent.position)), key=lambda at: at or 0)


def log(database: Database, n: int) -> None:
    with database.work() as session:
        for _ in range(n):
            Desk(session, NOON).logged()


def test_of_two_clocks_one_ticks_and_the_other_takes_over(postgres: Database, hosts: list[Path]):
    with clocks(postgres, hosts) as running:
        log(postgres, 20)
        assert eventually(lambda: positions(postgres) == list(range(1, 21)))
        ticking = next(each for each in running if each.pid == holder(postgres))
        ticking.send_signal(signal.SIGTERM)
        assert ticking.wait(PATIENCE) == 0
        log(postgres, 20)
        assert eventually(lambda: positions(postgres) == list(range(1, 41)))
        waiting = next(each for each in running if each is not ticking)
        assert holder(postgres) == waiting.pid
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(PATIENCE) == 0


def test_each_host_loads_its_own_journal_whoever_ticks(postgres: Database, hosts: list[Path]):
    for n, folder in enumerate(hosts):
        Journal(folder / "journal").append(replace(RECORD, call_id=f"call-{n}"))

    def loaded() -> bool:
        with postgres.read() as session:
            return session.exec(select(Call.call_id).order_by(Call.call_id)).all() == [
                "call-0",
                "call-1",
            ]

    with clocks(postgres, hosts):
        assert eventually(loaded)
    with postgres.read() as session:
        assert session.exec(select(func.count(func.distinct(Call.caller_hash)))).one() == 1


def owe(database: Database, n: int) -> None:
    """One reply that so many requesters are to be told."""
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        more = [Contact(ticket_id=ticket.id, email=f"{i}@example.invalid") for i in range(1, n)]
        session.add_all(more)
        session.flush()
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)


def drainer(folder: Path, **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", DRAIN], env=environment(folder, **more),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_drainers_of_two_hosts_send_everything_once(postgres: Database, hosts: list[Path]):
    owe(postgres, OWED)
    drainers = [drainer(folder, DATABASE_URL=url(postgres)) for folder in hosts]
    assert [each.stdout.readline() for each in drainers] == [b"ready\n", b"ready\n"]
    for each in drainers:
        each.stdin.write(b"\n")
        each.stdin.flush()
    assert [each.wait(PATIENCE) for each in drainers] == [0, 0]
    sent = [{file.name for file in (folder / "maildir" / "new").iterdir()} for folder in hosts]
    with postgres.read() as session:
        assert sorted([*sent[0], *sent[1]]) == sorted(session.exec(select(Delivery.id)))
        assert session.exec(select(Ticket.status)).all() == ["delivered"]
    assert all(sent)


def test_a_host_without_the_key_of_the_others_is_refused_before_it_makes_one_of_its_own(
    postgres: Database, tmp_path: Path
):
    with postgres.work() as session:
        Desk(session, NOON).logged()
    settings = Settings(data_dir=tmp_path, database_url=url(postgres), redis_url="")
    with pytest.raises(UnfitDatabase, match="secrets/contact"):
        prepare(settings)
    assert not (tmp_path / "secrets" / "contact").exists()
    Journal(tmp_path / "journal").append(RECORD)
    tasks.load_calls(tasks.parts_of(settings))
    assert not (tmp_path / "secrets" / "contact").exists()
    (tmp_path / "secrets").mkdir(exist_ok=True)
    (tmp_path / "secrets" / "contact").write_text(secret(tmp_path / "elsewhere", "contact").hex())
    prepare(settings).engine.dispose()
