"""The keeper: starts a process again whenever it ends, until the keeper itself is told to stop."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import structlog
from redis import Redis
from rq import SimpleWorker

from hotline import logs
from hotline.errors import Unavailable
from hotline.jobs import queues
from hotline.settings import Settings

log = structlog.get_logger()

# Seconds to wait before a restart: doubled each time, reset by a life longer than STEADY.
FIRST_WAIT, LONGEST_WAIT, STEADY = 0.2, 10.0, 30.0
# How long a child may take to end when asked, before it is killed.
GRACE = 30.0
LOOK_EVERY = 0.1


class Keeper:
    """Keeps one command running."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._stop = threading.Event()
        self._parent = os.getppid()

    def stop(self, *_: object) -> None:
        """Ends the child and then the keeper; fit as a signal handler."""
        self._stop.set()

    def run(self) -> None:
        wait = FIRST_WAIT
        while not self._stop.is_set():
            began = time.monotonic()
            code = self._live(subprocess.Popen(self._command))
            if self._stop.is_set():
                return
            if time.monotonic() - began > STEADY:
                wait = FIRST_WAIT
            log.warning("restarting", command=self._command, code=code, after=wait)
            self._stop.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _live(self, child: subprocess.Popen[bytes]) -> int:
        while not self._stop.is_set():
            try:
                return child.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                # Whoever started us is gone, by a kill perhaps: nobody would ever stop us.
                if os.getppid() != self._parent:
                    self.stop()
        return end(child)


def end(child: subprocess.Popen[bytes]) -> int:
    """Asks the process to end, and kills it if it does not."""
    child.terminate()
    try:
        return child.wait(GRACE)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def keep(command: list[str]) -> None:
    """Runs the command until this process is told to stop."""
    keeper = Keeper(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, keeper.stop)
    try:
        keeper.run()
    except OSError as error:
        sys.exit(f"cannot start {command[0]}: {error.strerror}")


@contextmanager
def background(settings: Settings) -> Iterator[None]:
    """A queue and a worker for as long as the block lasts, where none is running already."""
    redis = queues.connect(settings)
    with ExitStack() as started:
        if not queues.answers(redis):
            started.enter_context(_kept("queue", settings))
            _await_queue(redis)
        if not _has_worker(redis):
            started.enter_context(_kept("worker", settings))
        yield


@contextmanager
def _kept(name: str, settings: Settings) -> Iterator[None]:
    python = [sys.executable, "-m"]
    child = subprocess.Popen(
        [*python, "hotline.jobs.keeper", "--", *python, f"hotline.jobs.{name}"],
        env=os.environ | _variables(settings),
        stdout=sys.__stderr__,  # what we print ourselves may be read by a program
        start_new_session=True,  # Ctrl-C is for us, who then stop it in order
    )
    try:
        yield
    finally:
        end(child)


def _variables(settings: Settings) -> dict[str, str]:
    """The settings as the variables that they are read from."""
    named = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
    return {named.get(name, f"HOTLINE_{name.upper()}"): str(value) for name, value in settings}


def _await_queue(redis: Redis, patience: float = 10.0) -> None:
    deadline = time.monotonic() + patience
    while not queues.answers(redis):
        if time.monotonic() > deadline:
            raise Unavailable("队列没有启动,请查看日志,或检查 REDIS_URL。")
        time.sleep(0.05)


def _has_worker(redis: Redis) -> bool:
    """A live one: the queue remembers a killed worker for minutes."""
    return any(
        worker.hostname != socket.gethostname() or _is_alive(worker.pid)
        for worker in SimpleWorker.all(connection=redis)
    )


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, so it is there
    return True


if __name__ == "__main__":
    logs.configure(Settings())
    keep(sys.argv[sys.argv.index("--") + 1 :])
