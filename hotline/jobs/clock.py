"""The clock process: runs each task of the schedule in its time; a second clock does no harm."""

import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from hotline import clock, leases, logs
from hotline.errors import HotlineError
from hotline.jobs import learning, tasks
from hotline.jobs.tasks import Parts
from hotline.settings import Settings
from hotline.tickets.file_store import SWEEP_EVERY

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """A function to run again so many seconds after it has ended, or at once if it asks for it.

    What works on the database runs in one clock; `everywhere` is for what lies on each host.
    """

    name: str
    seconds: float
    run: Callable[[Parts], bool | None]
    everywhere: bool = False


SCHEDULE = (
    Task("place", 0.5, tasks.place),
    Task("fold", 2, tasks.fold),
    Task("wake", 1, tasks.wake),
    Task("load_calls", 2, tasks.load_calls, everywhere=True),
    Task("sweep", 5, tasks.sweep),
    Task("tidy_words", 2, tasks.tidy_words),
    Task("fall_overdue", 30, tasks.fall_overdue),
    Task("supervise", 60, tasks.supervise),
    Task("close_settled", 60, tasks.close_settled),
    Task("watch_topics", 60, tasks.watch_topics),
    Task("watch_knowledge", 60, tasks.watch_knowledge),
    Task("report_unowed", 60, tasks.report_unowed),
    Task("sweep_files", SWEEP_EVERY, tasks.sweep_files),
    Task("forget", 3600, tasks.forget),
    Task("learn_at_night", 600, learning.learn_at_night),
)
# What a part that is away raises; anything else is a fault of ours and ends the process loudly.
OUTAGES = (HotlineError, SQLAlchemyError, RedisError, OSError)
LONGEST_WAIT = 60.0
STEP = 0.1

LEASE = timedelta(seconds=15)
RENEWAL = 5.0


class Clock:
    """Runs what is due; `at` is a running count of seconds, such as `time.monotonic()`."""

    def __init__(self, parts: Parts, *, holder: str, schedule: tuple[Task, ...] = SCHEDULE) -> None:
        self._parts = parts
        self._schedule = schedule
        self._due = dict.fromkeys((task.name for task in schedule), 0.0)
        self._failures = dict.fromkeys(self._due, 0)
        self._holder = holder
        self._holds = False
        self._asked_at = float("-inf")

    def tick(self, at: float) -> None:
        """Runs the tasks due that are this clock's to run."""
        if at - self._asked_at >= RENEWAL:
            self._asked_at, self._holds = at, self._ask()
        for task in self._schedule:
            if at >= self._due[task.name] and (self._holds or task.everywhere):
                self._due[task.name] = at + self._run(task)

    def end(self) -> None:
        """Lets another clock tick at once, rather than when the lease has run out."""
        try:
            with self._parts.database.work() as session:
                leases.release(session, "clock", self._holder)
        except OUTAGES as error:
            log.warning("clock kept its lease", cause=_cause(error))

    def _ask(self) -> bool:
        try:
            with self._parts.database.work() as session:
                return leases.hold(session, "clock", self._holder, now=clock.now(), span=LEASE)
        except OUTAGES as error:
            log.warning("clock has no lease", cause=_cause(error))
            return False

    def _run(self, task: Task) -> float:
        """Runs it and gives the seconds to wait; longer after each failure in a row."""
        try:
            more = task.run(self._parts)
        except OUTAGES as error:
            self._failures[task.name] += 1
            log.warning("task failed", task=task.name, cause=_cause(error))
            return min(task.seconds * 2 ** self._failures[task.name], LONGEST_WAIT)
        self._failures[task.name] = 0
        return 0.0 if more else task.seconds


def _cause(error: Exception) -> str:
    """What really happened, where a refusal of ours only says what to do about it."""
    return repr(error.__cause__ or error)


def main(settings: Settings) -> None:
    """Ticks until told to stop."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: told.append(number))
    ticking = Clock(tasks.parts_of(settings), holder=f"{socket.gethostname()}:{os.getpid()}")
    while not told:
        ticking.tick(time.monotonic())
        time.sleep(STEP)
    ticking.end()


if __name__ == "__main__":
    logs.configure(Settings())
    main(Settings())
