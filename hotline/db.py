"""The database: one committer (`work`), one reader (`read`), times in UTC."""

import fcntl
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Engine,
    any_,
    create_engine,
    event,
    literal,
    text,
)
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from hotline import postgres
from hotline.errors import Unavailable
from hotline.repeats import RequestKey, claim_key
from hotline.storing import store

GATE_PATIENCE = 10.0


class OutcomeUnknown(Unavailable):
    """The connection was lost at the commit: the work may be done, or not."""

    code = "outcome-unknown"
    sentence = "数据库在保存时断开，不知是否已保存。请先查询，或用同一 Idempotency-Key 原样重发。"


class WriteGate:
    """Lets one writer at a time into SQLite, across threads and processes.

    SQLite's own busy handler ruins the tail (p99 716 ms against 50-113 ms behind a gate).
    """

    def __init__(self, lock_file: Path) -> None:
        self._lock = threading.Lock()
        self._file = lock_file.open("a")

    @contextmanager
    def __call__(self) -> Iterator[None]:
        deadline = time.monotonic() + GATE_PATIENCE
        if not self._lock.acquire(timeout=GATE_PATIENCE):
            raise Unavailable
        try:
            self._lock_file(deadline)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._lock.release()

    def _lock_file(self, deadline: float) -> None:
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Unavailable from None
                time.sleep(0.0005)


@contextmanager
def no_gate() -> Iterator[None]:
    yield


class Database:
    """One database, SQLite or PostgreSQL; `work` is the only committer.

    With `patience`, in seconds, PostgreSQL is given up when a statement takes longer: for a process
    that serves others. A command and a migration wait as long as it takes.
    """

    def __init__(self, url: str, *, patience: float | None = None) -> None:
        self.engine = (
            _sqlite_engine(url) if url.startswith("sqlite") else postgres.engine(url, patience)
        )
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._writing = self.engine.execution_options(writes=True)
        reads = {} if self.is_sqlite else {"postgresql_readonly": True}
        self._reading = self.engine.execution_options(**reads)
        alone = {} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._glancing = self.engine.execution_options(**alone)
        file = self.engine.url.database
        self._gate = WriteGate(Path(f"{file}.lock")) if self.is_sqlite and file else no_gate

    @contextmanager
    def work(
        self, *, key: RequestKey | None = None, now: datetime | None = None
    ) -> Iterator[Session]:
        """A write transaction: commits at the end, rolls back on any error.

        What it adds may be read afterwards; to go on with it, look it up anew (see `store`).

        With a `key` (which needs `now`), the caller hands its answer to `keep_reply`; the same
        request later raises `Replayed` with that answer instead of doing the work again.
        """
        with (
            explained_outage(),
            self._gate(),
            Session(self._writing, expire_on_commit=False) as session,
        ):
            stored = key and claim_key(session, key, now)
            yield session
            store(session)
            if stored:
                stored.reply, stored.status = session.info.pop("reply")
                session.flush()
            _commit(session)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A consistent view that never commits."""
        with explained_outage(), Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """For a single SELECT that is asked with every request: no transaction around it."""
        with explained_outage(), Session(self._glancing, autoflush=False) as session:
            yield session


def _commit(session: Session) -> None:
    try:
        session.commit()
    except DBAPIError as error:
        if error.connection_invalidated:
            raise OutcomeUnknown from error
        raise


def take_turn(session: Session, lock: int) -> None:
    """Waits until no other transaction holds this lock; SQLite has one writer and needs none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def among(session: Session, column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Whether a column has one of these values; PostgreSQL gets them as a single array."""
    if session.get_bind().dialect.name == "postgresql":
        # Of the bare type: a cast to VARCHAR(24) would cut a longer value.
        return column == any_(literal(list(values), ARRAY(type(column.type)())))
    return column.in_(values)


@contextmanager
def explained_outage() -> Iterator[None]:
    """Turns a database that is away, busy, locked or full into one clear refusal."""
    try:
        yield
    except (OperationalError, InterfaceError, NoneFree) as error:
        raise Unavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable from error
        raise


def _sqlite_engine(url: str) -> Engine:
    # A failing statement must not carry citizens' data into a log.
    engine = create_engine(
        url,
        pool_timeout=GATE_PATIENCE,
        hide_parameters=True,
        connect_args={"timeout": GATE_PATIENCE},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    # Without this the driver would begin transactions by itself, too late and never immediate.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
