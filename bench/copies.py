"""Doubles a city: every row of a ticket's life again, under a new identity, in the database."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Table, func, insert, select
from sqlmodel import Session

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

# Each after those that it refers to.
TABLES: tuple[Table, ...] = tuple(
    model.__table__
    for model in (
        Ticket, Contact, Content, Assignment, Objection, Reply, FollowUp, Alarm, TicketEvent,
        Delivery, DeliveryAttempt,
    )
)  # fmt: skip


def double(session: Session, turn: int) -> None:
    """Each `turn` needs another number. Chains of hashes are copied too, so they do not hold."""
    last = {
        column: session.execute(select(func.max(column))).scalar_one() or 0
        for table in TABLES
        for column in table.columns
        if _is_identity(column) and _is_number(column)
    }
    for table in TABLES:
        values = [_copied(column, last, turn) for column in table.columns]
        session.execute(insert(table).from_select(list(table.columns.keys()), select(*values)))


def _copied(column: Column[Any], last: Mapping[Column[Any], int], turn: int) -> ColumnElement[Any]:
    if not _is_identity(column):
        return column
    if not _is_number(column):
        return column + chr(ord("a") + turn)
    # What refers to another row follows that row to its copy.
    target = next((key.column for key in column.foreign_keys), column)
    return column + last[target]


def _is_identity(column: Column[Any]) -> bool:
    return bool(column.primary_key or column.unique or column.foreign_keys)


def _is_number(column: Column[Any]) -> bool:
    # The other way round would not do: the strings of SQLModel are no String to SQLAlchemy.
    return isinstance(column.type, Integer)
