"""Learning at night, in a process of its own: the clock goes on ticking meanwhile."""

import os
import subprocess
import sys
from datetime import datetime, timedelta

import structlog

from hotline import clock, leases
from hotline.db import Session
from hotline.jobs.tasks import Parts
from hotline.registry import learned
from hotline.tickets.cases import count_closed

log = structlog.get_logger()

# Custom (proposal): when few call, and done before the day shift; by the city's clock.
HOURS = range(2, 5)
# A night's attempt counts, whether it came into force or not.
REST = timedelta(hours=20)
# How long an attempt may take before another is begun.
LONGEST = timedelta(hours=2)
# From fewer closed tickets the directory is the better teacher.
LEAST = 300
COMMAND = [sys.executable, "-c", "from hotline.cli import main; main()", "train", "--closed"]
NICENESS = "19"


def learn_at_night(parts: Parts) -> None:
    """Begins `hotline train --closed` where it is time; its log says what came of it."""
    now = clock.now()
    with parts.database.work() as session:
        if not due(session, now) or not leases.hold(
            session, "learning", str(os.getpid()), now=now, span=LONGEST
        ):
            return
    log.info("learning from closed tickets")
    subprocess.Popen(["nice", "-n", NICENESS, *COMMAND], stdin=subprocess.DEVNULL)


def due(session: Session, now: datetime) -> bool:
    """At night, once, when there are enough closed tickets."""
    if now.astimezone(clock.CITY_TIME).hour not in HOURS:
        return False
    last = learned.known_models(session, limit=1)
    rested = not last or now - last[0].made_at > REST
    return rested and count_closed(session, at_most=LEAST) >= LEAST
