"""What a release left in a database, as JSON: written once with that release, loaded by tests.

For a new release: walk tickets with its own builders, then write `dumps(database)` to
`release_<number of its last migration>.json` beside this file.
"""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Date,
    DateTime,
    Integer,
    MetaData,
    Table,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from hotline.db import Database
from hotline.tables import UtcDateTime

# The registry is shipped anew with each release, and is half a megabyte.
LEFT_OUT = {"alembic_version", "reference_version"}
# SQLite fills the tables of its word index by itself.
WORD_INDEX = "searchable_pairs"
Rows = dict[str, list[dict[str, Any]]]


def dumps(database: Database) -> str:
    with database.engine.connect() as connection:
        return json.dumps(rows(connection), ensure_ascii=False, indent=1, default=str)


def rows(connection: Connection) -> Rows:
    """Every row of every table, as Python values, in the order of the primary keys."""
    return {
        table.name: [
            dict(row._mapping)
            for row in connection.execute(select(table).order_by(*table.primary_key))
        ]
        for table in _tables(connection)
    }


def load(connection: Connection, stored: str) -> Rows:
    """Fills the empty tables with what `dumps` wrote."""
    given = json.loads(stored)
    for table in _tables(connection):
        values = [_typed(table, row) for row in given[table.name]]
        if values:
            connection.execute(insert(table), values)
            _count_on(connection, table)
    return rows(connection)


def _tables(connection: Connection) -> list[Table]:
    metadata = MetaData()
    event.listen(metadata, "column_reflect", _in_utc)
    metadata.reflect(connection)
    return [
        table
        for table in metadata.sorted_tables
        if table.name not in LEFT_OUT and not table.name.startswith(WORD_INDEX)
    ]


def _in_utc(_: Any, __: Any, column: dict[str, Any]) -> None:
    if isinstance(column["type"], DateTime):
        column["type"] = UtcDateTime()


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _read(table.c[name].type, value) for name, value in row.items()}


def _read(kind: TypeEngine, value: Any) -> Any:
    if value is None or not isinstance(kind, UtcDateTime | Date):
        return value
    reader = datetime if isinstance(kind, UtcDateTime) else date
    return reader.fromisoformat(value)


def _count_on(connection: Connection, table: Table) -> None:
    """Rows that bring their own ids do not move PostgreSQL's sequence."""
    column = table.c.get("id")
    if connection.dialect.name == "postgresql" and isinstance(getattr(column, "type", 0), Integer):
        name = table.name
        last = f"SELECT max(id) FROM {name}"
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), ({last}))"))
