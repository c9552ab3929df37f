"""A full disk, a paused queue, a paused and a restarted database, under real processes."""

import os
import resource
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pausing import paused
from served import HOTLINE, Served, environment, eventually, served
from sqlmodel import func, select
from structlog.testing import capture_logs

from hotline import clock
from hotline.app import prepare
from hotline.city import CityWatch
from hotline.db import Database
from hotline.jobs import queues
from hotline.people import keys
from hotline.people.rights import Role
from hotline.registry import versions
from hotline.registry.loading import SHIPPED
from hotline.settings import Settings
from hotline.telephony import snapshot
from hotline.tickets.models import Ticket, TicketEvent

ASKED = {"text": "小区楼下烧烤摊半夜还在吵" * 500, "kind": "complaint", "channel": "phone"}
CALL = {"call_id": "sw-1", "caller": "13800000001", "dialled": "0832-12319"}


def key_in(database: Database) -> str:
    with database.work() as session:
        return keys.make(session, "坐席一", Role.AGENT, now=clock.now())


def secret_of(folder: Path, name: str) -> str:
    return (folder / "secrets" / name).read_text()


def processes_of(one: Served) -> list[int]:
    """The process and those that it has forked, which stand in its session."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            session = int(stat.read_text().rpartition(")")[2].split()[3])
        except OSError:
            continue
        if session == one.process.pid:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def full_disk(one: Served, *, room: int) -> Iterator[None]:
    """No file of theirs can be written beyond so many bytes, as if there was no room for more."""
    pids = processes_of(one)
    for pid in pids:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for pid in pids:
            unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, unlimited)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("var")
    return Settings(data_dir=folder, database_url="", redis_url="")


@pytest.fixture(scope="module")
def web(settings: Settings) -> Iterator[Served]:
    with served("web", settings.data_dir) as web:
        yield web
        assert "Traceback" not in web.log()


def test_a_full_disk_is_a_clear_refusal_and_nothing_is_lost(web: Served, settings: Settings):
    city = Database(settings.db_url)
    key, logged = key_in(city), 0
    with full_disk(web, room=200_000):
        while (answer := web.ask("/api/v1/tickets", ASKED, key=key)).status == 201:
            logged += 1
        refused = web.ask("/api/v1/tickets", ASKED, key=key, Idempotency_Key="k")
        assert web.ask("/readyz").json["database"]
    for refusal in (answer, refused):
        assert (refusal.status, refusal.headers["Retry-After"]) == (503, "2")
        assert "重试" in refusal.json["title"]
    assert web.ask("/api/v1/tickets", ASKED, key=key, Idempotency_Key="k").status == 201
    with city.read() as session:
        assert session.exec(select(func.count()).select_from(Ticket)).one() == logged + 1
    city.engine.dispose()


def test_on_a_full_disk_an_emergency_is_put_through_and_other_calls_are_told(tmp_path: Path):
    with served("line", tmp_path) as line:
        switch = secret_of(tmp_path, "line")
        with full_disk(line, room=0):
            ordinary = line.ask("/calls", CALL, key=switch)
            emergency = line.ask("/calls", CALL | {"dialled": "110"}, key=switch)
        assert (ordinary.status, ordinary.headers["Retry-After"]) == (503, "2")
        assert (emergency.status, emergency.json["action"]) == (200, "pass_through")
        assert line.ask("/calls", CALL, key=switch).status == 200


def test_lines_that_could_not_be_written_are_written_when_the_disk_has_room(tmp_path: Path):
    settings = Settings(data_dir=tmp_path, database_url="", redis_url="")
    database = prepare(settings)
    watch = CityWatch(database, settings)
    path = snapshot.location(tmp_path)
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("no folder can be made here")
    publish_without_a_line(database)
    with capture_logs() as logs:
        assert eventually(lambda: len(watch().directory.lines) == 73)
    assert [entry["log_level"] for entry in logs] == ["error"]
    path.parent.unlink()
    assert eventually(lambda: watch().directory.version > 0 and path.exists())
    database.engine.dispose()


def publish_without_a_line(city: Database) -> None:
    """A new version of the lines, the last of them left out."""
    file = "legacy_lines.csv"
    content = (SHIPPED / file).read_bytes()
    shorter = content.rstrip().rpartition(b"\n")[0] + b"\n"
    with city.work() as session:
        versions.publish(session, file, shorter, author="管理员", note="", now=clock.now())


def test_a_queue_that_stands_still_costs_a_moment_and_no_answer(web: Served, settings: Settings):
    command, env = [*HOTLINE, "process", "queue"], environment(settings.data_dir)
    guess = {"number": "NJ20180725000018", "query_code": "000000"}
    with subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) as queue:
        try:
            assert eventually(lambda: web.ask("/readyz").json["queue"])
            queue.send_signal(signal.SIGSTOP)
            began = time.monotonic()
            assert web.ask("/api/v1/progress", guess).status == 404
            assert web.ask("/readyz").json == {"database": True, "queue": False}
            assert time.monotonic() - began < 60 * queues.PATIENCE
            queue.send_signal(signal.SIGCONT)
            assert eventually(lambda: web.ask("/readyz").json["queue"])
        finally:
            queue.kill()


class Desk:
    """Several agents who log tickets without a pause, and keep what they were told."""

    def __init__(self, web: Served, key: str, agents: int = 4) -> None:
        self._web, self._key = web, key
        self._over = threading.Event()
        self.told: list[tuple[str, int, str, float]] = []
        self._agents = [threading.Thread(target=self._work, args=(n,)) for n in range(agents)]
        for agent in self._agents:
            agent.start()

    def _work(self, agent: int) -> None:
        nth = 0
        while not self._over.is_set():
            nth += 1
            self.told.append(self.log(f"{agent}-{nth}"))

    def log(self, once: str) -> tuple[str, int, str, float]:
        began = time.monotonic()
        body = ASKED | {"text": "路灯不亮"}
        answer = self._web.ask("/api/v1/tickets", body, key=self._key, Idempotency_Key=once)
        took = time.monotonic() - began
        return once, answer.status, answer.json.get("number", ""), took

    def done_since(self, mark: int) -> bool:
        return any(status == 201 for _, status, _, _ in self.told[mark:])

    def go_home(self) -> None:
        self._over.set()
        for agent in self._agents:
            agent.join()


if os.environ.get("HOTLINE_SOAK"):

    def test_a_fail_over_pause_loses_and_doubles_nothing(postgres: Database, tmp_path: Path):
        url = postgres.engine.url.render_as_string(hide_password=False)
        more = {"DATABASE_URL": url}
        with (
            served("web", tmp_path, **more) as web,
            served("line", tmp_path, **more) as line,
            subprocess.Popen(
                [*HOTLINE, "process", "clock"], env=environment(tmp_path, **more)
            ) as ticking,
        ):
            desk = Desk(web, key_in(postgres))
            assert eventually(lambda: desk.done_since(0))
            with paused(url):
                until = time.monotonic() + 40
                while time.monotonic() < until:
                    assert line.ask("/calls", CALL, key=secret_of(tmp_path, "line")).status == 200
                    assert web.answers()
                    time.sleep(1)
            mark = len(desk.told)
            assert eventually(lambda: desk.done_since(mark))
            desk.go_home()
            assert max(took for *_, took in desk.told) < 30
            numbers = {number for _, status, number, _ in desk.told if status == 201}
            for once, status, _, _ in desk.told:
                if status != 201:
                    numbers.add(desk.log(once)[2])
            assert eventually(lambda: unplaced(postgres) == 0)
            ticking.terminate()
        assert Counter(status for _, status, _, _ in desk.told).keys() == {201, 503}
        with postgres.read() as session:
            assert set(session.exec(select(Ticket.number))) == numbers


def unplaced(database: Database) -> int:
    with database.read() as session:
        missing = select(func.count()).where(TicketEvent.position.is_(None))
        return session.exec(missing).one()
