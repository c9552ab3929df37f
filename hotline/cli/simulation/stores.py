"""What SQLite and PostgreSQL each need to take many rows at a time."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import TextClause, event, func, select, text

from hotline.cli.simulation.moulds import NUMBERED, POSITION, TABLES
from hotline.cli.simulation.rendering import Form, Rows
from hotline.db import Database, Session, take_turn
from hotline.tickets.feed import PLACER_LOCK
from hotline.tickets.word_index import on_sqlite

NAMES = [table.name for table in TABLES]
COLUMNS = {table.name: ", ".join(table.columns.keys()) for table in TABLES}
# KiB; with the usual 2,000 SQLite writes each page of an index many times.
CACHE = 300_000
# Bytes of a page of packed rows: the largest, since all are read from first to last.
PAGE = 65536
# Bytes of words that SQLite sorts at a time.
HASH = 64 << 20
# Where SQLite finds what was packed: a database in memory.
STAGED = "staged"


class Store(Protocol):
    form: Form

    def pack(self, rows: Rows, file: Path) -> None:
        """Into a file, on their way from the process that rendered them."""
        ...

    def pour(self, session: Session, file: Path) -> None:
        """Into the database."""
        ...

    def opened(self, database: Database, tickets: int) -> AbstractContextManager[Session]:
        """One transaction for so many more tickets; meanwhile nobody else writes to their tables.

        What is checked or kept in step row by row is taken off if most tickets will be new, and
        put back at the end.
        """
        ...


class OnSqlite:
    """Holds the write gate throughout: whatever else would write is refused meanwhile."""

    form = Form(moment=(" ", ".000000"), null=None)

    def pack(self, rows: Rows, file: Path) -> None:
        with closing(sqlite3.connect(file)) as packed:
            for pragma in (f"page_size={PAGE}", "journal_mode=OFF", "synchronous=OFF"):
                packed.execute(f"PRAGMA {pragma}")
            # Who reads one after the other looks for each table where it was in the first.
            for name, columns in COLUMNS.items():
                packed.execute(f"CREATE TABLE {name} ({columns})")
            for table, of_table in zip(TABLES, rows, strict=True):
                marks = ", ".join("?" * len(table.columns))
                packed.executemany(f"INSERT INTO {table.name} VALUES ({marks})", of_table)
            packed.commit()

    def pour(self, session: Session, file: Path) -> None:
        connection = session.connection()
        connection.connection.driver_connection.deserialize(file.read_bytes(), name=STAGED)
        for name, columns in COLUMNS.items():
            connection.exec_driver_sql(
                f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM {STAGED}.{name}"
            )
        connection.exec_driver_sql(_INDEX_WORDS)

    @contextmanager
    def opened(self, database: Database, tickets: int) -> Iterator[Session]:
        with _in_haste(database), database.work() as session:
            dropped = _drop(session, tickets, _LISTED) + _drop_all(session, _TRIGGER)
            _configure(session, automerge=0, hashsize=HASH)
            yield session
            # As FTS5 is by default.
            _configure(session, automerge=4, hashsize=1 << 20)
            _run(session, dropped)


class OnPostgresql:
    """Takes the tables for itself."""

    form = Form(moment=("T", "+00"), null="\\N")

    def pack(self, rows: Rows, file: Path) -> None:
        # No fact holds a tab, a line end or a backslash; a table ends where a line is blank.
        tables = ("\n".join("\t".join(map(str, row)) for row in each) for each in rows)
        file.write_text("\n\n".join(tables), encoding="utf-8")

    def pour(self, session: Session, file: Path) -> None:
        cursor = session.connection().connection.cursor()
        for (name, columns), rows in zip(
            COLUMNS.items(), file.read_bytes().split(b"\n\n"), strict=True
        ):
            with cursor.copy(f"COPY {name} ({columns}) FROM STDIN") as copy:
                copy.write(rows)

    @contextmanager
    def opened(self, database: Database, tickets: int) -> Iterator[Session]:
        with database.work() as session:
            take_turn(session, PLACER_LOCK)
            # Whoever inserts a row must hold its table first, so nobody draws a number in between.
            _lock(session, NAMES)
            session.execute(_TUNING)
            dropped = _drop(session, tickets, _REFERENCES, _INDEXES)
            yield session
            _run(session, dropped)
            for name in NUMBERED:
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

# What a trigger does for each row costs half as much for all at once.
_INDEX_WORDS = f"""
INSERT INTO searchable_pairs (rowid, pairs) SELECT ticket_id, pairs FROM {STAGED}.searchable
"""
_TRIGGER = text("""
SELECT 'DROP TRIGGER ' || name, sql FROM sqlite_master
WHERE name = 'searchable_insert' AND tbl_name IN (SELECT value FROM json_each(:names))
""")
_LISTED = text("""
SELECT 'DROP INDEX ' || name, sql FROM sqlite_master
WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(:names))
""")


def _drop(session: Session, tickets: int, *queries: TextClause) -> list[str]:
    """Gives what makes again what is dropped, in the order to do so; nothing if few are new."""
    if tickets <= session.scalar(text("SELECT count(*) FROM ticket")):
        return []
    return _drop_all(session, *queries)


def _drop_all(session: Session, *queries: TextClause) -> list[str]:
    names = json.dumps(NAMES) if on_sqlite(session) else NAMES
    found = []
    for query in queries:
        for drop, add in session.execute(query, {"names": names}).all():
            session.execute(text(drop))
            found.append(add)
    return found[::-1]


def _configure(session: Session, **settings: int) -> None:
    """How FTS5 takes in words; kept with the index, and undone with the transaction."""
    for name, value in settings.items():
        session.execute(
            text("INSERT INTO searchable_pairs (searchable_pairs, rank) VALUES (:name, :value)"),
            {"name": name, "value": value},
        )


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
    for pragma in (f"cache_size=-{CACHE}", "threads=2", "foreign_keys=OFF", "secure_delete=OFF"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"ATTACH ':memory:' AS {STAGED}")
    # New pages go to the file at once, and not through a log; that stays if others are connected.
    with suppress(sqlite3.OperationalError):
        connection.execute("PRAGMA journal_mode=DELETE")


def _lock(session: Session, names: Sequence[str]) -> None:
    session.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"))


def last_numbers(session: Session) -> list[int]:
    """Of each of COUNTED."""
    counted = [*(table.c.id for table in TABLES if table.name in NUMBERED), POSITION]
    return [session.scalar(select(func.coalesce(func.max(each), 0))) or 0 for each in counted]


def store_of(database: Database) -> Store:
    return OnSqlite() if database.is_sqlite else OnPostgresql()
