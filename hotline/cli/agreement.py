"""Compares what a replay counted with events, tallies and the Maildir."""

from collections import Counter
from datetime import datetime
from typing import Any

from hotline import clock
from hotline.db import Database
from hotline.delivery import settling
from hotline.people.rights import Action, Actor, Role
from hotline.reports import tallies
from hotline.settings import Settings
from hotline.tickets import queries
from hotline.tickets.steps import broken_link

COUNTER = Actor("演练核对", Role.SUPERVISOR)
# What the run counts, the action whose events must be as many, and the measure that sums them.
COUNTED = (
    ("received", Action.LOG, "received"),
    ("dispatched", Action.DISPATCH, "first_dispatched"),
    ("returned", Action.OBJECT, "objected"),
    ("replied", Action.REPLY, "replied"),
    ("delivered", Action.DELIVER, "delivered"),
    ("closed", Action.CLOSE, "closed"),
)


def tally_now(database: Database, begun: datetime) -> dict[str, int]:
    """The city's counts since the day the run began."""
    first, last = clock.city_day(begun), clock.city_day(clock.now())
    with database.read() as session:
        tally = tallies.tally(session, first, last, actor=COUNTER)
    return {measure: tally.total(measure) for _, _, measure in COUNTED}


def disagreements(
    settings: Settings,
    database: Database,
    batch: str,
    totals: Any,
    *,
    begun: datetime,
    before: dict[str, int],
) -> list[str]:
    """Every difference, as a sentence; none when all agree."""
    after = tally_now(database, begun)
    with database.read() as session:
        stories = queries.stories_of(session, batch)
        deliveries = settling.deliveries_of(session, batch)
    events = Counter(event.action for story in stories for event in story)
    found = []
    for name, action, measure in COUNTED:
        counted, stored, summed = (
            getattr(totals, name),
            events[action],
            after[measure] - before[measure],
        )
        if not counted == stored == summed:
            found.append(f"{name}: counted {counted}, events {stored}, tally {summed}")
    found += [f"chain broken: ticket {s[0].ticket_id}" for s in stories if broken_link(s)]
    return found + (_maildir(settings, deliveries) if settings.channel == "maildir" else [])


def _maildir(settings: Settings, deliveries: list[str]) -> list[str]:
    """Each delivery has exactly one message file."""
    folder = settings.data_dir / "maildir"
    files = Counter(
        path.name.partition(":")[0] for box in ("new", "cur") for path in (folder / box).iterdir()
    )
    wrong = {id: files[id] for id in deliveries if files[id] != 1}
    return [f"maildir: {len(wrong)} deliveries without exactly one message"] if wrong else []
