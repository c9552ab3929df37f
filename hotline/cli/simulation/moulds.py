"""Moulds: the rows that a life leaves, with gaps where another life has other facts."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Integer, Table

from hotline.delivery.models import Delivery, DeliveryAttempt
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
from hotline.tickets.pairs import Searchable

# Each after those that it refers to.
TABLES: tuple[Table, ...] = tuple(
    model.__table__
    for model in (
        Ticket, Contact, Content, Searchable, Assignment, Objection, Reply, FollowUp, Alarm,
        TicketEvent, Delivery, DeliveryAttempt,
    )
)  # fmt: skip
# What every ticket has from its own life, whatever it was before.
OF_THE_LIFE = {
    "ticket": (
        "kind", "channel", "urgency", "line", "territory", "place", "confidential", "disposition",
        "service", "decision", "candidates", "merged_into",
    ),
    "ticket_event": ("kind", "channel", "line", "territory"),
    "alarm": ("service",),
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


class Moment(NamedTuple):
    """Of the nth move, or the deadline (`due`) or warning (`warn`) of the clock it starts."""

    kind: str
    nth: int
    later: int = 0  # seconds


Row = Mapping[str, Any]  # by column: a constant, or one of the above
Stored = Mapping[str, Sequence[Mapping[str, Any]]]  # rows as they were stored, by table


@dataclass(frozen=True, slots=True)
class Mould:
    """`moments` are the elements of the array `times`."""

    number: int
    rows: Mapping[str, Sequence[Row]]  # by table
    moments: Sequence[Moment]


def take_mould(
    number: int, stored: Stored, meanings: Mapping[Any, Any], moment: Callable[[datetime], Moment]
) -> Mould:
    """Leaves a gap wherever a stored value is one of those that mean a fact of the life."""
    nth = {
        (table.name, row["id"]): Relative(table.name, n)
        for table in TABLES
        for n, row in enumerate(stored[table.name], start=1)
        if "id" in row
    }
    used: dict[datetime, Element] = {}

    def gap(table: Table, column: Column[Any], value: Any) -> Any:
        if column.name in OF_THE_LIFE.get(table.name, ()):
            return Field(column.name)
        if refers_to(column) and value is not None:
            return nth[refers_to(column), value]
        if isinstance(value, datetime):
            return used.setdefault(value, Element("times", len(used) + 1))
        if not isinstance(value, Hashable):
            return value
        return meanings.get((column.name, value), meanings.get(value, value))

    rows = {
        table.name: tuple(
            {column.name: gap(table, column, row[column.name]) for column in table.columns}
            for row in stored[table.name]
        )
        for table in TABLES
    }
    return Mould(number, rows, tuple(map(moment, used)))


def refers_to(column: Column[Any]) -> str:
    """The table of whose rows the column holds the number; blank when it is none of ours."""
    # The other way round would not do: the strings of SQLModel are no String to SQLAlchemy.
    if not isinstance(column.type, Integer):
        return ""
    own = column.table.name if column.primary_key else ""
    return next((key.column.table.name for key in column.foreign_keys), own)
