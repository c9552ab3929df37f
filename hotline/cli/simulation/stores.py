"""What SQLite and PostgreSQL each need to take many rows at a time."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

from sqlalchemy import ARRAY, Column, ColumnElement, String, Table, func, text
from sqlalchemy.types import TypeEngine

from hotline.cli.simulation.moulds import TABLES
from hotline.cli.simulation.rendering import Form
from hotline.db import Database, Session, UtcDateTime

NAMES = [table.name for table in TABLES]
# Those whose rows are numbered one by one.
COUNTED = [name for name in NAMES if name not in ("delivery", "searchable")]
# Elements of an array that is one text: so many characters each.
WIDTHS = {"times": 26, "hashes": 64, "content_hashes": 64, "salts": 32, "deliveries": 24}
# KiB; with the usual 2,000 SQLite writes each page of an index many times.
CACHE = 300_000

Rows = Sequence[tuple[Any, ...]]
Chunk = TypeVar("Chunk")


class Store(Protocol):
    form: Form

    def transactions(self, chunks: Iterator[Chunk]) -> Iterator[Iterable[Chunk]]:
        """Which chunks are written together."""
        ...

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]: ...

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        """An element of an array, counted from 1; NULL or an empty text where there is none."""
        ...

    def pack(self, rows: Rows) -> Any:
        """As they travel from the process that rendered them to the one that stages them."""
        ...

    def stage(self, session: Session, table: Table, packed: Any) -> None: ...

    def reserve(self, session: Session, tickets: int) -> int:
        """The first of so many ticket ids in a row."""
        ...

    def opened(self, session: Session, tickets: int) -> AbstractContextManager[None]:
        """Ready for about so many more tickets; meanwhile nobody else writes to their tables."""
        ...


class OnSqlite:
    """One writer at a time anyway, and every index stays."""

    form = Form(moment=(" ", ".000000"), tenths="00000", array="%s", comma="", null=None)

    def transactions(self, chunks: Iterator[Chunk]) -> Iterator[Iterable[Chunk]]:
        # Others get their turn in between; and the log of one huge one would take long to merge.
        return ([chunk] for chunk in chunks)

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]:
        return Column(name, String())

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        width = WIDTHS[str(array.key)]
        return func.substr(array, index * width - (width - 1), width)

    def pack(self, rows: Rows) -> Rows:
        return rows

    def stage(self, session: Session, table: Table, packed: Rows) -> None:
        marks = ", ".join("?" * len(table.columns))
        insert = f"INSERT INTO {table.name} VALUES ({marks})"
        session.connection().exec_driver_sql(insert, list(packed))

    def reserve(self, session: Session, tickets: int) -> int:
        return last_id(session, "ticket") + 1

    @contextmanager
    def opened(self, session: Session, tickets: int) -> Iterator[None]:
        session.execute(text(f"PRAGMA cache_size = -{CACHE}"))
        yield


class OnPostgresql:
    """Takes the tables for itself; what checks each row is taken off if most rows are new."""

    form = Form(moment=("T", "+00"), tenths="+00", array="{%s}", comma=",", null="\\N")

    def transactions(self, chunks: Iterator[Chunk]) -> Iterator[Iterable[Chunk]]:
        # What was taken off is put back, whatever happens.
        return iter([chunks])

    def array(self, name: str, kind: TypeEngine[Any]) -> Column[Any]:
        return Column(name, ARRAY(kind))

    def element(self, array: ColumnElement[Any], index: ColumnElement[Any]) -> ColumnElement[Any]:
        element = array[index]
        return element if isinstance(element.type, UtcDateTime) else func.coalesce(element, "")

    def pack(self, rows: Rows) -> bytes:
        # No fact holds a tab, a line end or a backslash.
        return "\n".join("\t".join(map(str, row)) for row in rows).encode()

    def stage(self, session: Session, table: Table, packed: bytes) -> None:
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
    def opened(self, session: Session, tickets: int) -> Iterator[None]:
        _lock(session, NAMES)
        session.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        most_are_new = tickets > session.scalar(text("SELECT count(*) FROM ticket"))
        dropped = _drop(session) if most_are_new else []
        yield
        for statement in dropped:
            session.execute(text(statement))
        for name in COUNTED:
            session.execute(text(_CATCH_UP.format(name)))
            session.execute(text(f"ANALYZE {name}"))


_CATCH_UP = """
SELECT setval('{0}_id_seq', greatest(last_value, (SELECT max(id) FROM {0}))) FROM {0}_id_seq
"""
# What refers to other rows, then what is found by; a primary or unique key stays.
_CHECKS = text("""
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


def _drop(session: Session) -> list[str]:
    """Takes off references and indexes; gives what makes them again, in the order to do so."""
    found = []
    for query in (_CHECKS, _INDEXES):
        for drop, add in session.execute(query, {"names": NAMES}):
            session.execute(text(drop))
            found.append(add)
    return found[::-1]


def _lock(session: Session, names: Sequence[str]) -> None:
    session.execute(text(f"LOCK TABLE {', '.join(names)} IN SHARE ROW EXCLUSIVE MODE"))


def last_id(session: Session, name: str) -> int:
    return session.scalar(text(f"SELECT coalesce(max(id), 0) FROM {name}")) or 0


def store_of(database: Database) -> Store:
    return OnSqlite() if database.is_sqlite else OnPostgresql()
