"""From planned lives to rows that the database can pour into their moulds."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import add, itemgetter
from random import Random
from typing import Any

from hotline.cli.simulation.moulds import TABLES, Element, Field, Moment, Mould, Row
from hotline.cli.simulation.pace import DAY
from hotline.cli.simulation.planning import Life, Planner
from hotline.cli.simulation.specimens import Moulds
from hotline.cli.simulation.walking import handler_of
from hotline.cli.simulation.wording import Citizen
from hotline.people.privacy import keyed_hash
from hotline.tickets.deadlines import DAYS_FOR, WARN_SHARE
from hotline.tickets.numbers import CODE_LETTERS, number_of
from hotline.tickets.steps import CHAINED
from hotline.tickets.words import MatterKind, Urgency

FIELDS = (
    "number", "query_code", "kind", "channel", "urgency", "line", "territory", "place",
    "confidential", "disposition", "service", "decision", "candidates", "merged_into", "title",
    "text", "unit", "other_unit", "parent_unit", "handler", "other_handler", "agent", "dispatcher",
    "reply", "code", "sentence", "name", "phone", "email", "phone_hash", "email_hash", "satisfied",
)  # fmt: skip
ARRAYS = ("times", "hashes", "content_hashes", "salts", "deliveries")
# What an event is hashed with, besides facts of the life.
CHANGING = ("ticket_id", "previous", "content_hash", "at")
PLACE = {name: n for n, name in enumerate(FIELDS + CHANGING)}
PREVIOUS, CONTENT_HASH, AT = (PLACE[name] for name in CHANGING[1:])
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Form:
    """How a database writes moments and arrays."""

    between: str
    after: str
    array: str
    comma: str


@dataclass(frozen=True, slots=True)
class Reserved:
    """What the city was given before its lives are rendered."""

    batch: str
    first_id: int  # of its tickets
    first_serials: tuple[int, ...]  # of its ticket numbers, by day


@dataclass(frozen=True, slots=True)
class Chunk:
    """A row for each life: mould, rows before its own in each table, facts, arrays."""

    rows: list[tuple[Any, ...]]
    counts: Mapping[str, int]  # rows in each table


class Pattern:
    """What is to be worked out for a life of one mould."""

    def __init__(self, mould: Mould) -> None:
        self.number, self.moments = mould.number, mould.moments
        self.counts = [len(mould.rows[table.name]) for table in TABLES]
        self.deliveries = range(1, len(mould.rows["delivery"]) + 1)
        self.contents = [
            (_place(row["title"]), _place(row["text"]), row["title"], row["text"])
            for row in mould.rows["content"]
        ]
        self.events = [_event(row) for row in mould.rows["ticket_event"]]


class Renderer:
    """Renders block after block of the plan."""

    def __init__(
        self, planner: Planner, moulds: Moulds, reserved: Reserved, form: Form, key: bytes
    ) -> None:
        self._planner, self._reserved, self._form, self._key = planner, reserved, form, key
        self._patterns = {which: Pattern(mould) for which, mould in moulds.items()}
        self._citizens: dict[int | None, tuple[str, ...]] = {None: ("", "", "", "", "")}
        self._candidates: dict[int, str] = {}
        self._write = _Clock(planner.plan.first, form.between, form.after)
        self._say = _Clock(planner.plan.first, "T", "+00:00")
        self._mark = hashlib.sha256(reserved.batch.encode()).hexdigest()[:13]
"""
"""
