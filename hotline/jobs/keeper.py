"""The keeper: starts a process again whenever it ends, until the keeper itself is told to stop."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
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
GRACE = 10.0
LOOK_EVERY = 0.1
# On a busy machine a start takes long.
QUEUE_PATIENCE = 30.0
# prctl(2): the signal a process gets when its parent is gone.
PR_SET_PDEATHSIG = 1


class Keeper:
    """Keeps one command running."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        # Not an Event: its lock is no place for a signal handler to come upon.
        self._told_to_stop = False
        self._parent = os.getppid()

    def stop(self, *_: object) -> None:
        """Ends the child and then the keeper; fit as a signal handler."""
        self._told_to_stop = True

    def run(self) -> None:
        """Raises SystemExit when the command cannot even be started a first time."""
        wait, lives = FIRST_WAIT, 0
        while not self._stopping:
            began = time.monotonic()
            code = self._live(first=not lives)
            lives += 1
            if self._stopping:
                return
            lived = time.monotonic() - began
            wait = FIRST_WAIT if lived > STEADY else wait
            tell = log.error if wait >= LONGEST_WAIT else log.warning
            tell("restarting", command=self._command, code=code, lived=round(lived, 1), after=wait)
            self._pause(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    @property
    def _stopping(self) -> bool:
        # Whoever started us may be gone, by a kill perhaps: nobody would ever stop us.
        return self._told_to_stop or os.getppid() != self._parent

    def _live(self, *, first: bool) -> int:
        """One life of the child, and the code that it ended with."""
        try:
            child = subprocess.Popen(self._command, preexec_fn=_end_with_parent)
        except OSError as error:
            if first:
                sys.exit(f"cannot start {self._command[0]}: {error.strerror}")
            return error.errno or 1
        while not self._stopping:
            try:
                code = child.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
            if first and code == os.EX_CONFIG:
                sys.exit(code)  # it has said why, and the next time would say the same
            return code
        return end(child)

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self._stopping and time.monotonic() < end:
            time.sleep(LOOK_EVERY)


def end(child: subprocess.Popen[bytes], grace: float = GRACE) -> int:
    """Asks the process to end, and kills it if it does not within so many seconds."""
    child.terminate()
    try:
        return child.wait(grace)
    except subprocess.TimeoutExpired:
        log.warning("killed, for it did not end when asked", command=child.args)
        child.kill()
        return child.wait()


def keep(command: list[str]) -> None:
    """Runs the command until this process is told to stop."""
    keeper = Keeper(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, keeper.stop)
    keeper.run()


def _end_with_parent() -> None:
    """In the child: a keeper that is killed must not leave it behind, holding port and lock."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextmanager
def background(settings: Settings) -> Iterator[None]:
    """A queue and a worker for as long as the block lasts, where none is running already."""
    redis = queues.connect(settings)
    with ExitStack() as started:
        if not queues.answers(redis):
            started.enter_context(_kept("queue", settings))
            if not queues.wait_for(redis, QUEUE_PATIENCE):
                raise Unavailable("队列没有启动，请查看日志，或检查 REDIS_URL。")
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
        end(child, 2 * GRACE)  # the keeper gives its own child as long as GRACE


def _variables(settings: Settings) -> dict[str, str]:
    """The settings as the variables that they are read from."""
    named = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
    return {named.get(name, f"HOTLINE_{name.upper()}"): str(value) for name, value in settings}


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
