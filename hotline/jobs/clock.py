"""The clock process: runs each task of the schedule in its time; a second clock does no harm."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from hotline import clock, leases, logs
from hotline.errors import HotlineError
from hotline.jobs import tasks
from hotline.jobs.tasks import Parts
from hotline.settings import Settings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Task:
    """A function to run again so many seconds after it has ended."""

    name: str
    seconds: float
    run: Callable[[Parts], None]


SCHEDULE = (
    Task("place", 0.5, tasks.place),
    Task("fold", 2, tasks.fold),
    Task("wake", 1, tasks.wake),
    Task("load_calls", 2, tasks.load_calls),
    Task("sweep", 5, tasks.sweep),
    Task("fall_overdue", 30, tasks.fall_overdue),
    Task("report_unowed", 60, tasks.report_unowed),
    Task("forget", 3600, tasks.forget),
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
        """Runs the tasks due, if this clock is the one that ticks."""
        if at - self._asked_at >= RENEWAL:
            self._asked_at, self._holds = at, self._ask()
        for task in self._schedule if self._holds else ():
            if at >= self._due[task.name]:
                self._due[task.name] = at + self._run(task)

    def _ask(self) -> bool:
        try:
            with self._parts.database.work() as session:
                return leases.hold(session, "clock", self._holder, now=clock.now(), span=LEASE)
        except OUTAGES as error:
            log.warning("clock has no lease", error=str(error))
            return False

    def _run(self, task: Task) -> float:
        """Runs it and gives the seconds to wait; longer after each failure in a row."""
        try:
            task.run(self._parts)
        except OUTAGES as error:
            self._failures[task.name] += 1
            log.warning("task failed", task=task.name, error=str(error))
            return min(task.seconds * 2 ** self._failures[task.name], LONGEST_WAIT)
        self._failures[task.name] = 0
        return task.seconds


def main(settings: Settings) -> None:
    """Ticks until told to stop."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ticking = Clock(tasks.parts_of(settings), holder=f"{socket.gethostname()}:{os.getpid()}")
    while not stop.wait(STEP):
        ticking.tick(time.monotonic())


if __name__ == "__main__":
    logs.configure(Settings())
    main(Settings())
