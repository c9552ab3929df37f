"""Moulds: the rows that a life leaves, with gaps where another life has other facts."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Integer, Table

from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.people.rights import Action
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
POSITION: Column[Any] = TicketEvent.__table__.c.position
REASON: Column[Any] = TicketEvent.__table__.c.reason
# The numbers that are counted on: of the rows of these tables, and of the events in the feed.
NUMBERED = [table.name for table in TABLES if table.name not in ("delivery", "searchable")]
COUNTED = [*NUMBERED, POSITION.name]
# These hold the number of a content, though no key says so.
OF_CONTENT = ("advice_id", "basis_id", "content_id")
# What every ticket has from its own life, whatever it was before.
OF_THE_LIFE = {
    "ticket": (
        "kind", "channel", "urgency", "line", "territory", "place", "confidential", "disposition",
        "service", "decision", "candidates", "merged_into",
    ),
    "ticket_event": ("kind", "channel", "line", "territory"),
    "alarm": ("service",),
}  # fmt: skip
# The reasons of these events say whether they came in time: each life has times of its own.
TIMED = (Action.DISPATCH, Action.DELIVER)


class Field(NamedTuple):
    """A fact of the life."""

    name: str


class Element(NamedTuple):
    """One of several things of a kind that the life has, counted from 1."""

    array: str
    index: int


class Relative(NamedTuple):
    """The nth row that the ticket has in a table, or the nth place that it takes in the feed."""

    counted: str
    nth: int


class Moment(NamedTuple):
    """The nth move; or the end of the time that it gives a unit, or of a share of that share."""

    nth: int
    shares: tuple[float, ...] | None = None
    later: int = 0  # seconds


Row = Mapping[str, Any]  # by column: a constant, or one of the above
Stored = Mapping[str, Sequence[Mapping[str, Any]]]  # rows as they were stored, by table


@dataclass(frozen=True, slots=True)
class Mould:
    """`moments` are the elements of the array `times`, and of `reasons` there are `timed`."""

    rows: Mapping[str, Sequence[Row]]  # by table
    moments: Sequence[Moment]
    timed: int


def take_mould(
    stored: Stored, meanings: Mapping[Any, Any], moment: Callable[[datetime], Moment]
) -> Mould:
    """Leaves a gap wherever a stored value is one of those that mean a fact of the life."""
    nth = {
        (table.name, row["id"]): Relative(table.name, n)
        for table in TABLES
        for n, row in enumerate(stored[table.name], start=1)
        if "id" in row
    }
    used: dict[datetime, Element] = {}
    timed = [row["seq"] for row in stored["ticket_event"] if row["action"] in TIMED]

    def gap(table: Table, column: Column[Any], n: int, value: Any) -> Any:
        if column is REASON and n in timed:
            return Element("reasons", timed.index(n) + 1)
        if column is POSITION:
            return Relative(POSITION.name, n)
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
            {column.name: gap(table, column, n, row[column.name]) for column in table.columns}
            for n, row in enumerate(stored[table.name], start=1)
        )
        for table in TABLES
    }
    return Mould(rows, tuple(map(moment, used)), len(timed))


def refers_to(column: Column[Any]) -> str:
    """The table of whose rows the column holds the number; blank when it is none of ours."""
    # The other way round would not do: the strings of SQLModel are no String to SQLAlchemy.
    if not isinstance(column.type, Integer):
        return ""
    if column.name in OF_CONTENT:
        return "content"
    own = column.table.name if column.primary_key else ""
    return next((key.column.table.name for key in column.foreign_keys), own)
