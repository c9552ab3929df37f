"""Moulds: the rows that a life leaves, taken from specimens walked through the real steps.

So no rule of the house is written twice: what a bulk city stores is what the rooms themselves
store, with other names, texts and times poured in.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Column, Integer, Table, select

from hotline.cli.simulation.planning import Life
from hotline.cli.simulation.scripts import SCRIPTS, STARTS_CLOCK, Move, Script
from hotline.cli.simulation.walking import Walker, handler_of
from hotline.cli.simulation.wording import Citizen, Matter
from hotline.db import Database, Session
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.people.privacy import keyed_hash
from hotline.registry.calendar import WorkCalendar
from hotline.routing import types
from hotline.routing.types import Candidate, Decision, Disposition, Emergency, Guidance
from hotline.tickets.deadlines import warn_at
from hotline.tickets.models import (
    Alarm,
    Assignment,
    Contact,
    Content,
    FollowUp,
    Objection,
    Reply,
    Ticket,
    TicketEvent,
)
from hotline.tickets.words import Channel, MatterKind

# Each after those that it refers to.
TABLES: tuple[Table, ...] = tuple(
    model.__table__
    for model in (
        Ticket, Contact, Content, Assignment, Objection, Reply, FollowUp, Alarm, TicketEvent,
        Delivery, DeliveryAttempt,
    )
)  # fmt: skip
# What every ticket has from its life, whatever the specimen's was.
OF_THE_LIFE = {
    "ticket": (
        "kind", "channel", "urgency", "line", "territory", "place", "confidential", "disposition",
        "service", "decision", "candidates", "merged_into", "batch",
    ),
    "ticket_event": ("kind", "channel", "line", "territory"),
}  # fmt: skip


class Field(NamedTuple):
    """A fact of the life."""

    name: str


class Element(NamedTuple):
    """One of several things of a kind that the life has, counted from 1."""

    array: str
    index: int


class Relative(NamedTuple):
    """The nth row that the ticket has in a table."""

    table: str
    nth: int


# A moment of the life: that of its nth move, or the deadline or warning of the clock it starts.
Moment = tuple[str, int]
Row = Mapping[str, Any]  # a constant or one of the above by column


@dataclass(frozen=True, slots=True)
class Mould:
    """The rows of a life after some of its moves, with gaps to pour into."""

    number: int
    rows: Mapping[str, tuple[Row, ...]]  # by table
    moments: tuple[Moment, ...]  # what the elements of `times` are


Moulds = Mapping[tuple[str, bool, int], Mould]

# The specimen's own values: each stands for a fact of the life and for nothing else.
FAR, HOUR = timedelta(days=1000), timedelta(hours=1)
BEGUN = datetime(2018, 7, 25, 4, tzinfo=UTC)
KEY = b"specimen"
SERIAL, PARENT = 1, 2
UNIT, OTHER_UNIT, PARENT_UNIT = "甲单位", "乙单位", "丙单位"
SATISFIED = 4
SUGGESTION = types.Suggestion(
    Disposition.TICKET,
    Decision.AUTO,
    (Candidate(UNIT, 1.0),),
    guidance=Guidance("某事由", "", (), "", "引导的话"),
)
LIFE = Life(
    SERIAL, SCRIPTS["answered"], [], Matter("标题", "", "", None, SUGGESTION), "正文",
    MatterKind.HELP, Channel.WEB, 0, True, UNIT, OTHER_UNIT, "某坐席", "某派单员", "答复",
    SATISFIED, parent=PARENT, parent_unit=PARENT_UNIT,
)  # fmt: skip


class FarDeadlines(WorkCalendar):
    """Every deadline so long after its start that it is told from any other moment."""

    def add_working_days(self, at: datetime, n: int) -> datetime:
        return at + FAR


def cast() -> Moulds:
    """A mould for every script after each of its moves, sure of the unit or not."""
    moulds: dict[tuple[str, bool, int], Mould] = {}
    with tempfile.TemporaryDirectory(prefix="moulds-") as folder:
        database = _scratch(Path(folder))
        for script in SCRIPTS.values():
            for sure in (True, False):
                for moves, (rows, moments) in enumerate(_specimen(database, script, sure), start=1):
                    mould = Mould(len(moulds), rows, moments)
                    moulds[script.name, sure, moves] = mould
        database.engine.dispose()
    return moulds


def _scratch(folder: Path) -> Database:
    from hotline.app import upgrade

    database = Database(f"sqlite:///{folder / 'specimens.db'}")
    upgrade(database)
    return database


class Undone(Exception):
    """Leaves a transaction without keeping what it did."""


def _specimen(database: Database, script: Script, sure: bool) -> list[Any]:
    found: list[Any] = []
    try:
        with database.work() as session:
            found += _walked(session, _life(script, sure))
            raise Undone
    except Undone:
        return found


def _walked(session: Session, life: Life) -> Iterator[Any]:
    walker = Walker(FarDeadlines(), KEY, "batch")
    if life.script.name == "merged":
        _walk_parent(session, walker, life)
    for nth in range(len(life.script.moves)):
        ticket = walker.take(session, life, nth)
        session.flush()
        stored = _stored(session, ticket)
        moments = _moments(life)
        yield _rows(stored, _meanings(stored, moments)), tuple(moments.values())
