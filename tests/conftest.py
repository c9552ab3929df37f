"""Shared parts: real databases, made by the migrations.

A test that asks for `database` runs on SQLite and on PostgreSQL. Ask for `sqlite` or `postgres`
only where the behaviour is that of the one.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from browsing import PASSWORD
from hypothesis import HealthCheck, settings
from postgres import Postgres, server, url_of
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from hotline.app import prepare, upgrade
from hotline.db import Database
from hotline.people import passwords
from hotline.settings import Settings

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
BOTH = ["sqlite", "postgres"]
# How long an example takes, tells how busy the machine is. The long run alone looks for new ones.
settings.register_profile(
    "ours", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=not SOAK
)
settings.load_profile("ours")
# Of the web, what programs lean on runs on both, and so does all that asks the database. Pages
# run on SQLite, or all would not fit into `make test`; `make soak` takes them to both as well.
ON_BOTH = (
    "test_bad_input",
    "test_calls_api",
    "test_collisions",
    "test_importing",
    "test_guides",
    "test_handing_in",
    "test_made_up_requests",
    "test_search_api",
    "test_thinking",
    "test_tickets_api",
)
# These take or wait longest: they begin first, lest one of them be left at the end.
FIRST = ("browser", "test_restarts", "test_processes", "test_live", "test_commands", "test_keeper")


class ByFile(LoadFileScheduling):
    """All tests of a file in one process; those in browsers in two, each with one site to serve.

    In one, they would take longer than all others together.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if not file.startswith("tests/browser/"):
            return file
        return f"browsers {file < 'tests/browser/test_e'}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        names = (item.path.parent.name, item.path.stem)
        return next((n for n, name in enumerate(FIRST) if name in names), len(FIRST))

    items.sort(key=place)


# Rubbish is looked for a hundred times less often than by default: memory is not what is short.
SELDOM = (50_000, 20, 20)


def pytest_collection() -> None:
    gc.disable()


def pytest_collection_finish() -> None:
    # Nothing that was read by now goes before the end: no collection needs to look at it again.
    gc.freeze()
    gc.set_threshold(*SELDOM)
    gc.enable()


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


@pytest.fixture(scope="session")
def prepared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder on SQLite as `hotline prepare` leaves it, to start from a copy of it."""
    folder = tmp_path_factory.mktemp("prepared") / "var"
    database = prepare(Settings(data_dir=folder, database_url=""))
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.engine.dispose()
    return folder


@pytest.fixture(scope="session", autouse=True)
def shipped_hasher() -> Iterator[PasswordHasher]:
    """As it is in the city; a fifth of a second each time is too long for all but one test."""
    shipped = passwords._HASHER
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", quick)
        yield shipped


@pytest.fixture(scope="session")
def password_hash() -> str:
    return passwords.hashed(PASSWORD)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with server() as started:
        yield started


@pytest.fixture(scope="session")
def database_file(tmp_path_factory: pytest.TempPathFactory) -> Database:
    # One for all tests, on a new file each: it knows by then how to say most statements.
    return Database(f"sqlite:///{tmp_path_factory.mktemp('database') / 'hotline.db'}")


@pytest.fixture
def sqlite(database_file: Database, migrated_file: Path) -> Iterator[Database]:
    path = Path(database_file.engine.url.database)
    shutil.copy(migrated_file, path)
    yield database_file
    database_file.engine.dispose()
    # Whoever still has it open keeps the old one: the next test begins with another file.
    for file in path.parent.glob("hotline.db*"):
        if file.suffix != ".lock":
            file.unlink()


@pytest.fixture
def postgres(postgres_server: Postgres) -> Iterator[Database]:
    with postgres_server.lent() as database:
        yield database


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest) -> Database:
    """Both databases, one after the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def either(database: Database) -> Database:
    return database


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shared_url" in metafunc.fixturenames:
        file = metafunc.definition.path
        one = file.parent.name == "web" and file.stem not in ON_BOTH and not SOAK
        metafunc.parametrize("shared_url", BOTH[:1] if one else BOTH, indirect=True, scope="module")


@pytest.fixture(scope="module")
def shared_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated_file: Path
) -> Iterator[str]:
    """The URL of a database that the tests of one file share; both databases in turn."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "hotline.db"
        shutil.copy(migrated_file, path)
        yield f"sqlite:///{path}"
        return
    with request.getfixturevalue("postgres_server").lent() as database:
        yield url_of(database)


@pytest.fixture
def empty_postgres(postgres_server: Postgres) -> Iterator[str]:
    """The URL of a database without a single table."""
    url = postgres_server.create("template0")
    yield url
    postgres_server.drop(url)
