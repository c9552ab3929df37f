"""From an empty database and from the last release to today's tables, on both databases."""

import ast
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from pkgutil import walk_packages

import pytest
import stored
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from builders import CALENDAR, DISPATCHER, NOON, SUPERVISOR, Desk, handler_of
from postgres import Postgres
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import Session, SQLModel, select

import hotline
from hotline.app import UnfitDatabase, upgrade
from hotline.clock import city_day
from hotline.db import Database
from hotline.delivery import outbox
from hotline.errors import Unavailable
from hotline.reports.tallies import tally
from hotline.tickets import dispatch, feed, objections, queries, replies
from hotline.tickets.models import Ticket
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Status

FOLDER = Path(hotline.__file__).parent / "migrations"
SCRIPTS = Config()
SCRIPTS.set_main_option("script_location", str(FOLDER))
RELEASE = "0001"
REVISIONS = sorted(FOLDER.glob("versions/*.py"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    on_file = request.param == "sqlite"
    url = (
        f"sqlite:///{tmp_path / 'new.db'}" if on_file else request.getfixturevalue("empty_postgres")
    )
    database = Database(url)
    yield database
    database.engine.dispose()


def release(url: str) -> str:
    """Fills the empty database as the last release left one, with tickets in every stage."""
    database = Database(url)
    with database.work() as session:
        SCRIPTS.attributes["connection"] = session.connection()
        command.upgrade(SCRIPTS, RELEASE)
        stored.load(session.connection(), content())
    database.engine.dispose()
    return database.engine.url.database


@pytest.fixture(scope="module")
def released_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return release(f"sqlite:///{tmp_path_factory.mktemp('released') / 'old.db'}")


@pytest.fixture(scope="module")
def released_template(postgres_server: Postgres) -> str:
    return release(postgres_server.create("template0"))


@pytest.fixture
def on_file(released_file: str, tmp_path: Path) -> str:
    return f"sqlite:///{shutil.copy(released_file, tmp_path / 'old.db')}"


@pytest.fixture
def on_server(released_template: str, postgres_server: Postgres) -> Iterator[str]:
    url = postgres_server.create(released_template)
    yield url
    postgres_server.drop(url)


@pytest.fixture(params=["on_file", "on_server"])
def released(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A copy of a database that the last release left."""
    database = Database(request.getfixturevalue(request.param))
    yield database
    database.engine.dispose()


def content() -> str:
    return Path(__file__).with_name(f"release_{RELEASE}.json").read_text()


def rows(database: Database) -> stored.Rows:
    with database.read() as session:
        return stored.rows(session.connection())


def revision(database: Database) -> str | None:
    with database.read() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def differences(connection: Connection) -> list:
    for module in walk_packages(hotline.__path__, "hotline."):
        if not module.name.startswith(("hotline.data", "hotline.migrations")):
            __import__(module.name)
    context = MigrationContext.configure(connection, opts={"include_name": has_model})
    return compare_metadata(context, SQLModel.metadata)


def has_model(name: str | None, kind: str, _: dict) -> bool:
    return kind != "table" or not name.startswith(stored.WORD_INDEX)


def test_an_empty_database_gets_exactly_the_tables_of_the_models(empty: Database):
    upgrade(empty)
    with empty.read() as session:
        assert differences(session.connection()) == []


def test_a_released_database_gets_exactly_the_tables_of_the_models(released: Database):
    upgrade(released)
    with released.read() as session:
        assert differences(session.connection()) == []


def test_an_upgrade_keeps_every_row_of_the_release(released: Database):
    before = rows(released)
    assert all(before.values())
    upgrade(released)
    after = rows(released)
    for table, old in before.items():
        assert [
            {name: row[name] for name in was} for was, row in zip(old, after[table], strict=True)
        ] == old, table


def of_status(session: Session, status: Status) -> Ticket:
    return session.exec(select(Ticket).where(Ticket.status == status)).first()


def test_tickets_of_the_release_go_on_where_they_stood(released: Database):
    upgrade(released)
    later = NOON + timedelta(days=1)
    with released.work() as session:
        ticket = of_status(session, Status.DISPATCHED)
        handler = handler_of(ticket.lead_unit)
        dispatch.claim(session, ticket, calendar=CALENDAR, handler="张三", actor=handler, now=later)
        replies.reply(session, ticket, "已办理。", actor=handler, now=later)
        outbox.approve(session, ticket, actor=DISPATCHER, now=later)
        objected = of_status(session, Status.OBJECTED)
        objections.rule(
            session, objected, granted=True, calendar=CALENDAR, actor=DISPATCHER,
            now=later,
        )  # fmt: skip
        for each in session.exec(select(Ticket)):
            assert broken_link(queries.events(session, each)) is None
        assert ticket.status == Status.APPROVED


def test_counts_and_the_feed_go_on_where_they_stood(released: Database):
    upgrade(released)
    with released.work() as session:
        old = len(session.exec(select(Ticket)).all())
        Desk(session, NOON).logged()
        feed.place(session)
    with released.read() as session:
        counted = tally(session, city_day(NOON), city_day(NOON), actor=SUPERVISOR)
        positions = [
            event.position for event, _ in feed.after(session, 0, actor=SUPERVISOR, limit=200)
        ]
    assert counted.total("received") == old + 1
    assert positions == list(range(1, len(positions) + 1))
    assert len(positions) == len(rows(released)["ticket_event"])


def test_an_upgrade_that_fails_half_way_leaves_the_database_as_it_was(released: Database):
    with released.work() as session:
        session.execute(text("CREATE TABLE sign_in (id INTEGER)"))
    before = rows(released)
    with pytest.raises((Unavailable, ProgrammingError)):
        upgrade(released)
    assert revision(released) == RELEASE
    assert rows(released) == before


def test_a_second_upgrade_changes_nothing(released: Database):
    upgrade(released)
    before = rows(released)
    upgrade(released)
    assert rows(released) == before


def test_a_database_newer_than_the_program_is_refused_and_left_alone(database: Database):
    with database.work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnfitDatabase, match="9999.*请升级本程序"):
        upgrade(database)
    assert revision(database) == "9999"


def test_a_postgresql_that_takes_chinese_for_no_letters_is_refused(postgres_server: Postgres):
    url = postgres_server.create("template0", locale="C")
    database = Database(url)
    with pytest.raises(UnfitDatabase, match="lc_ctype 是 C.*LOCALE 'C.UTF-8'"):
        upgrade(database)
    assert rows(database) == {}
    database.engine.dispose()
    postgres_server.drop(url)


@pytest.mark.parametrize("file", REVISIONS, ids=lambda file: file.name)
def test_no_migration_offers_a_way_back(file: Path):
    """A way back would drop what was written since; an operator restores the backup instead."""
    functions = {
        node.name for node in ast.parse(file.read_text()).body if isinstance(node, ast.FunctionDef)
    }
    assert "downgrade" not in functions


def test_migrations_are_numbered_in_one_row():
    numbers = [step.revision for step in ScriptDirectory.from_config(SCRIPTS).walk_revisions()]
    assert numbers[::-1] == [f"{n:04}" for n in range(1, len(numbers) + 1)]
    assert [file.name[:4] for file in REVISIONS] == numbers[::-1]
