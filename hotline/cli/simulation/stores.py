"""What SQLite and PostgreSQL each need to take many rows at a time."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from typing import Any, Protocol

from sqlalchemy import ARRAY, Column, ColumnElement, String, Table, TextClause, event, func, text
from sqlalchemy.types import TypeEngine

from hotline.cli.simulation.moulds import TABLES
from hotline.cli.simulation.rendering import Form
from hotline.db import Database, Session, UtcDateTime
from hotline.tickets.word_index import on_sqlite

NAMES = [table.name for table in TABLES]
# Those whose rows are numbered one by one.
COUNTED = [name for name in NAMES if name not in ("delivery", "searchable")]
# Elements of an array that is one text: so many characters each.
WIDTHS = {"times": 26, "hashes": 64, "content_hashes": 64, "salts": 32, "deliveries": 24}
# KiB; with the usual 2,000 SQLite writes each page of an index many times.
CACHE = 300_000
# Where SQLite finds what is staged: a database in memory.
STAGED = "staged"

Rows = Sequence[tuple[Any, ...]]


class Store(Protocol):
    form: Form

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]: ...

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        """An element of an array, counted from 1; NULL or an empty text where there is none."""
        ...

    def pack(self, table: Table, rows: Rows) -> bytes:
        """As they travel from the process that rendered them to the one that stages them."""
        ...

    def stage(self, session: Session, table: Table, packed: bytes) -> None:
        """In place of what was staged before."""
        ...

    def reserve(self, session: Session, tickets: int) -> int:
        """The first of so many ticket ids in a row."""
        ...

    def opened(self, database: Database, tickets: int) -> AbstractContextManager[Session]:
        """One transaction for so many more tickets; meanwhile nobody else writes to their tables.

        What is checked or kept in step row by row is taken off if most tickets will be new, and
        put back at the end.
        """
        ...


class OnSqlite:
    """One writer at a time anyway; what keeps the index of words in step stays."""

    form = Form(moment=(" ", ".000000"), tenths="00000", array="%s", comma="", null=None)

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]:
        return Column(name, String())

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        width = WIDTHS[str(array.key)]
        return func.substr(array, index * width - (width - 1), width)

    def pack(self, table: Table, rows: Rows) -> bytes:
        marks = ", ".join("?" * len(table.columns))
        with closing(sqlite3.connect(":memory:")) as packed:
            packed.execute(f"CREATE TABLE {table.name} ({', '.join(table.columns.keys())})")
            packed.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)
            packed.commit()
            return packed.serialize()

    def stage(self, session: Session, table: Table, packed: bytes) -> None:
        session.connection().connection.driver_connection.deserialize(packed, name=STAGED)

    def reserve(self, session: Session, tickets: int) -> int:
        return last_id(session, "ticket") + 1

    @contextmanager
    def opened(self, database: Database, tickets: int) -> Iterator[Session]:
        with _in_haste(database), database.work() as session:
            dropped = _drop(session, tickets, _LISTED)
            yield session
            _run(session, dropped)


class OnPostgresql:
    """Takes the tables for itself."""

    form = Form(moment=("T", "+00"), tenths="+00", array="{%s}", comma=",", null="\\N")

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]:
        return Column(name, ARRAY(kind))

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        element = array[index]
        return element if isinstance(element.type, UtcDateTime) else func.coalesce(element, "")

    def pack(self, table: Table, rows: Rows) -> bytes:
        # No fact holds a tab, a line end or a backslash.
        return "\n".join("\t".join(map(str, row)) for row in rows).encode()

    def stage(self, session: Session, table: Table, packed: bytes) -> None:
        table.drop(session.connection(), checkfirst=True)
        table.create(session.connection())
        cursor = session.connection().connection.cursor()
        with cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
            copy.write(packed)

    def reserve(self, session: Session, tickets: int) -> int:
        # Whoever inserts a row must hold its table first, so nobody draws a number in between.
        _lock(session, ["ticket"])
        first = session.scalar(text("SELECT nextval('ticket_id_seq')"))
        session.execute(
            text("SELECT setval('ticket_id_seq', :last)"), {"last": first + tickets - 1}
        )
        return first

    @contextmanager
    def opened(self, database: Database, tickets: int) -> Iterator[Session]:
        with database.work() as session:
            _lock(session, NAMES)
            session.execute(_TUNING)
            dropped = _drop(session, tickets, _REFERENCES, _INDEXES)
            yield session
            _run(session, dropped)
            for name in COUNTED:
                _run(session, [_CATCH_UP.format(name), f"ANALYZE {name}"])


# Room to build indexes; statements of a second are not worth a compiler.
_TUNING = text(
    "SELECT set_config('maintenance_work_mem', '256MB', true), "
    "set_config('work_mem', '64MB', true), set_config('jit', 'off', true)"
)
_CATCH_UP = """
SELECT setval('{0}_id_seq', greatest(last_value, (SELECT max(id) FROM {0}))) FROM {0}_id_seq
"""
# What refers to other rows, then what is found by; a primary or unique key stays.
_REFERENCES = text("""
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
              pg_get_constraintdef(oid))
FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(:names)
""")
_INDEXES = text("""
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid::regclass::text = ANY(:names)
AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
""")

_LISTED = text("""
SELECT 'DROP INDEX ' || name, sql FROM sqlite_master
WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(:names))
""")


def _drop(session: Session, tickets: int, *queries: TextClause) -> list[str]:
    """Gives what makes again what is dropped, in the order to do so; nothing if few are new."""
    if tickets <= session.scalar(text("SELECT count(*) FROM ticket")):
        return []
    names = json.dumps(NAMES) if on_sqlite(session) else NAMES
    found = []
    for query in queries:
        for drop, add in session.execute(query, {"names": names}).all():
            session.execute(text(drop))
            found.append(add)
    return found[::-1]


def _run(session: Session, statements: Sequence[str]) -> None:
    for statement in statements:
        session.execute(text(statement))


@contextmanager
def _in_haste(database: Database) -> Iterator[None]:
    """Only a new connection can be set up so, and nobody else may get it afterwards."""
    event.listen(database.engine, "connect", _hasten)
    database.engine.dispose()
    try:
        yield
    finally:
        event.remove(database.engine, "connect", _hasten)
        database.engine.dispose()


def _hasten(connection: sqlite3.Connection, _: Any) -> None:
    # Moulds come from real rows: what those referred to, these refer to.
    for pragma in (f"cache_size=-{CACHE}", "threads=2", "foreign_keys=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"ATTACH ':memory:' AS {STAGED}")
    # New pages go to the file at once, and not through a log; that stays if others are connected.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode=DELETE")


def _lock(session: Session, names: Sequence[str]) -> None:
    session.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"))


def last_id(session: Session, name: str) -> int:
    return session.scalar(text(f"SELECT coalesce(max(id), 0) FROM {name}")) or 0


def store_of(database: Database) -> Store:
    return OnSqlite() if database.is_sqlite else OnPostgresql()
