"""Stores what one piece of work adds and changes: on PostgreSQL in one statement, not one a row."""

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Column,
    Dialect,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    cast,
    insert,
    inspect,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.orm import MANYTOONE, object_mapper
from sqlmodel import Session, SQLModel

from hotline.tables import UtcDateTime

# Larger work may pay its round trips: each number of rows has a statement of its own.
MOST = 16
# Some columns of a table, and values for them.
Place = tuple[Table, tuple[str, ...]]
Values = dict[str, Any]


class _ForTheOrm(Exception):  # noqa: N818 (no error: that work is left to the ORM)
    """What is pending hangs together in a way that one statement cannot say."""


def store(session: Session) -> None:
    """Writes all that is pending in the session.

    Work that adds a few rows and changes a few, as every step on a ticket does, spares a round trip
    a row and the bookkeeping of the unit of work. Its rows are no longer the session's then.
    """
    if session.get_bind().dialect.name == "postgresql":
        _store_together(session)
    session.flush()


def _store_together(session: Session) -> None:
    dirty = [each for each in session.dirty if session.is_modified(each)]
    if session.deleted or not 1 < len(session.new) + len(dirty) <= MOST:
        return
    try:
        added, changed = _added(session), [_changed(each) for each in dirty]
        _check_apart(added, changed)
    except _ForTheOrm:
        return
    shape = tuple((place, len(rows)) for place, rows in added.items())
    statement = _together(shape, tuple(place for place, _ in changed))
    session.connection().execute(statement, _named(added, changed))
    for each in (*session.new, *dirty):
        session.expunge(each)


def _added(session: Session) -> dict[Place, list[Values]]:
    rows = defaultdict(list)
    for new in session.new:
        mapper, given = object_mapper(new), new.__dict__
        if any(given.get(each.key) for each in mapper.relationships if each.direction is MANYTOONE):
            raise _ForTheOrm
        row = {each: given.get(each.key) for each in mapper.columns}
        row = {
            each: value for each, value in row.items() if not (each.primary_key and value is None)
        }
        if any(value is None and _needed(each) for each, value in row.items()):
            raise _ForTheOrm
        named = {each.key: value for each, value in row.items()}
        rows[mapper.local_table, tuple(named)].append(named)
    return rows


def _needed(column: Column[Any]) -> bool:
    return not column.nullable or bool(column.default or column.server_default)


def _changed(row: Any) -> tuple[Place, Values]:
    """The columns that changed, and those by which the row is found."""
    state = inspect(row)
    columns, keys = state.mapper.columns, [each.key for each in state.mapper.primary_key]
    names = sorted(set(state.mapper.attrs.keys()) - state.unmodified)
    if any(name not in columns or name in keys for name in names):
        raise _ForTheOrm
    return (state.mapper.local_table, tuple(names)), {
        name: state.dict[name] for name in (*names, *keys)
    }


def _check_apart(added: dict[Place, list[Values]], changed: list[tuple[Place, Values]]) -> None:
    """Within one statement nothing tells which is done first: no table may have both."""
    if {table for table, _ in added} & {table for (table, _), _ in changed}:
        raise _ForTheOrm


@lru_cache(maxsize=300)
def _together(shape: tuple[tuple[Place, int], ...], changes: tuple[Place, ...]) -> Insert | Update:
    """Rows of a table keep their order; what refers to a row is looked at in the end."""
    first, *others = (
        *(_insertion(place, str(at), count) for at, (place, count) in enumerate(shape)),
        *(_change(place, f"c{at}") for at, place in enumerate(changes)),
    )
    for n, each in enumerate(others):
        first = first.add_cte(each.cte(f"other_{n}"))
    return first


def _insertion(place: Place, at: str, count: int) -> Insert:
    table, names = place
    rows = (_row(table, names, f"{at}_{n}") for n in range(count))
    return insert(table).from_select(names, union_all(*rows))


def _row(table: Table, names: tuple[str, ...], place: str) -> Select[Any]:
    types = {f"{name}_{place}": table.c[name].type for name in names}
    return select(*(cast(bindparam(name, type_=type), type) for name, type in types.items()))


def _change(place: Place, at: str) -> Update:
    table, names = place
    found = (each == bindparam(f"{each.key}_{at}") for each in table.primary_key)
    values = {name: bindparam(f"{name}_{at}", type_=table.c[name].type) for name in names}
    return update(table).where(*found).values(values)


def _named(added: dict[Place, list[Values]], changed: list[tuple[Place, Values]]) -> Values:
    rows = {
        f"{at}_{n}": row for at, many in enumerate(added.values()) for n, row in enumerate(many)
    }
    rows |= {f"c{at}": row for at, (_, row) in enumerate(changed)}
    return {f"{name}_{at}": value for at, row in rows.items() for name, value in row.items()}


def insert_all(session: Session, rows: Sequence[SQLModel]) -> None:
    """Stores rows of one table, after all that is pending; they stay apart and learn no id."""
    session.flush()
    dialect, mapper = session.get_bind().dialect, object_mapper(rows[0])
    table = mapper.local_table
    names = tuple(each.key for each in mapper.columns if not _to_be_drawn(each, rows[0]))
    given = [{name: row.__dict__[name] for name in names} for row in rows]
    if dialect.name == "postgresql":
        session.execute(_out_of_json(table.name, names), {"rows": _json(given, dialect)})
    else:
        session.execute(insert(table), given)


def _to_be_drawn(column: Column[Any], row: SQLModel) -> bool:
    return column.primary_key and getattr(row, column.key) is None


@lru_cache
def _out_of_json(table: str, names: tuple[str, ...]) -> TextClause:
    columns = ", ".join(names)
    return text(
        f"INSERT INTO {table} ({columns}) SELECT {columns}"
        f" FROM json_populate_recordset(NULL::{table}, CAST(:rows AS json))"
    )


def _json(rows: list[Values], dialect: Dialect) -> str:
    # One text for all: to bind value by value takes longer than the server needs to store them.
    def moment(value: Any) -> str:
        return UtcDateTime().process_bind_param(value, dialect).isoformat()

    return json.dumps(rows, default=moment, ensure_ascii=False)
