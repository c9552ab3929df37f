"""The database: one committer (`work`), one reader (`read`), times in UTC."""

import fcntl
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Engine,
    Index,
    TypeDecorator,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Field, Session, SQLModel, col, delete

from hotline import postgres
from hotline.errors import HotlineError, KeyReused, Unavailable
from hotline.storing import store

KEY_LIFETIME = timedelta(hours=24)
GATE_PATIENCE = 10.0


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment must carry its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Stored(SQLModel):
    """A row of a table that is written often: SQLModel would set each value for pydantic too."""

    def __init__(self, **values: Any) -> None:
        # A new row is stored whole: who looks for changes need not hear of each of its columns.
        links = self.__sqlmodel_relationships__
        related = {name: values.pop(name) for name in links if name in values}
        missing = {name: make() for name, make in _defaults(type(self)) if name not in values}
        self.__dict__.update(missing | values)
        for name, value in related.items():
            setattr(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)


@cache
def _defaults(table: type[Stored]) -> list[tuple[str, Callable[[], Any]]]:
    return [
        (name, partial(field.get_default, call_default_factory=True))
        for name, field in table.model_fields.items()
        if not field.is_required()
    ]


def moment(*, nullable: bool = False, index: bool = False) -> Any:
    """A column that holds a moment."""
    default = {"default": None} if nullable else {}
    return Field(sa_type=UtcDateTime, nullable=nullable, index=index, **default)


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of only those rows for which `where`, in the SQL of both databases, holds."""
    rows = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=rows, postgresql_where=rows)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An `Idempotency-Key` as one actor used it on one route with one body."""

    actor: str
    route: str
    key: str
    body: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256("\n".join((self.actor, self.route, self.key)).encode()).hexdigest()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class StoredReply(SQLModel, table=True):
    """What was answered to a request key, kept for 24 hours in the same transaction as the work."""

    __tablename__ = "stored_reply"
    id: str = Field(primary_key=True, max_length=64)
    digest: str = Field(max_length=64)
    reply: Any = Field(default=None, sa_column=Column(JSON))
    status: int = Field(default=200, sa_column_kwargs={"server_default": "200"})  # of HTTP
    at: datetime = moment(index=True)


class Replayed(HotlineError):
    """The same request came before: here is what was answered then, and with which status."""

    code = "replayed"

    def __init__(self, reply: Any, status: int) -> None:
        super().__init__()
        self.reply, self.status = reply, status


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
            stored = key and _claim_key(session, key, now)
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


def keep_reply(session: Session, reply: Any, *, status: int = 200) -> Any:
    """Remembers the answer for the request key of this `work`, and hands it back."""
    session.info["reply"] = (reply, status)
    return reply


def forget_replies(session: Session, now: datetime) -> None:
    """Deletes the kept answers whose request keys have run out."""
    session.exec(delete(StoredReply).where(col(StoredReply.at) <= now - KEY_LIFETIME))


def _claim_key(session: Session, key: RequestKey, now: datetime) -> StoredReply:
    stored = session.get(StoredReply, key.id)
    if stored and stored.at > now - KEY_LIFETIME:
        _replay(stored, key)
    if stored:
        session.delete(stored)
        session.flush()
    fresh = StoredReply(id=key.id, digest=key.digest, at=now)
    session.add(fresh)
    try:
        session.flush()
    except IntegrityError:
        # A twin on another connection won; its answer is there now that our insert was refused.
        session.rollback()
        _replay(session.get(StoredReply, key.id), key)
    return fresh


def _replay(stored: StoredReply, key: RequestKey) -> None:
    if stored.digest != key.digest:
        raise KeyReused(field="Idempotency-Key")
    raise Replayed(stored.reply, stored.status)


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
