"""Pours staged lives into their moulds: a set of rows for each table."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Table,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
)

from hotline.cli.simulation.moulds import TABLES, Element, Field, Mould, Relative
from hotline.cli.simulation.rendering import ARRAYS, FIELDS
from hotline.cli.simulation.stores import COUNTED, Store, last_id
from hotline.db import Session, take_turn
from hotline.errors import Unavailable
from hotline.tickets.feed import PLACER_LOCK
from hotline.tickets.models import Ticket, TicketEvent

EVENT: Table = TicketEvent.__table__
# Beyond the last element of any array: stands for an empty text.
NOTHING = 99


class Pouring:
    """The statements of a run: laid out once in a transaction, then used for each chunk."""

    def __init__(self, moulds: Sequence[Mould], store: Store, batch: str) -> None:
        self._moulds, self._store, self._batch = moulds, store, batch
        self._refs = {
            column: [row[column.name] for mould in moulds for row in mould.rows[table.name]]
            for table in TABLES
            for column in table.columns
        }
        self._life = _temporary("life", self._staged())
        self._laid = {table: _temporary(f"mould_{table.name}", self._kept(table)) for table in TABLES}
        self._statements = [self._statement(table) for table in TABLES]

    def open(self, session: Session) -> None:
        """Lays out the moulds for this transaction."""
        connection = session.connection()
        for table, laid in self._laid.items():
            laid.drop(connection, checkfirst=True)
            laid.create(connection)
            rows = list(self._rows(table, laid))
            connection.execute(insert(laid), rows)

    def pour(self, session: Session, packed: Any, first_id: int, tickets: int) -> None:
        """So many staged tickets, from this id on; their events get their place in the feed."""
        _refuse_taken(session, first_id, tickets)
        connection = session.connection()
        self._life.create(connection)
        self._store.stage(session, self._life, packed)
        before = {f"last_{name}": last_id(session, name) for name in COUNTED}
        before["last_ticket"] = first_id - 1
        take_turn(session, PLACER_LOCK)
        newest = select(func.coalesce(func.max(EVENT.c.position), 0))
        before["last_position"] = connection.execute(newest).scalar_one()
        for statement in self._statements:
            connection.execute(statement, before)
        self._life.drop(connection)

    def _staged(self) -> Iterator[Column[Any]]:
        """The columns of a rendered life, in its order; each of the kind of what it fills."""
        yield Column("mould", Integer)
        for table in TABLES:
            yield Column(f"before_{table.name}", Integer)
        kinds = {
            ref[0]: column.type
            for column, refs in self._refs.items()
            for ref in refs
            if isinstance(ref, Field | Element)
        }
        for name in FIELDS:
            yield Column(name, kinds[name])
        for name in ARRAYS:
            yield self._store.array(name, kinds[name])

    def _kept(self, table: Table) -> Iterator[Column[Any]]:
        """What the mould keeps of a table: only what differs from row to row."""
        yield Column("mould", Integer, primary_key=True)
        yield Column("nth", Integer, primary_key=True)
        for column in table.columns:
            if not self._alike(column):
                placed = any(isinstance(ref, Relative | Element) for ref in self._refs[column])
                yield Column(f"of_{column.name}", Integer() if placed else column.type)

    def _rows(self, table: Table, laid: Table) -> Iterator[dict[str, Any]]:
        names = [column.name for column in table.columns if f"of_{column.name}" in laid.c]
        for mould in self._moulds:
            for nth, row in enumerate(mould.rows[table.name], start=1):
                kept = {f"of_{name}": _laid(table.c[name], row[name], ...) for name in names}
                yield {"mould": mould.number, "nth": nth} | kept
