"""A simulated city: walked and poured alike, whole, repeatable, and beside what was there."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from pathlib import Path
from random import Random
from typing import Any

import pytest
from builders import NOON, SUPERVISOR, Desk
from click.testing import CliRunner
from recounting import recount
from sqlalchemy import Table, func, select, text

from hotline.city import load_city
from hotline.cli import main, simulation
from hotline.cli.simulation import bulk, days
from hotline.cli.simulation.moulds import TABLES, refers_to
from hotline.cli.simulation.pace import DAY, OfficeHours
from hotline.cli.simulation.planning import Life, Plan, Planner
from hotline.cli.simulation.scripts import Move
from hotline.cli.simulation.walking import Walker
from hotline.clock import city_day
from hotline.db import Database
from hotline.delivery import settling
from hotline.registry import versions
from hotline.reports import tallies
from hotline.reports.measures import MEASURES
from hotline.settings import Settings
from hotline.tickets import feed, queries
from hotline.tickets.deadlines import Span
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.pairs import pairs
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Status
from hotline.web.current import City

FIRST = date(2018, 5, 2)
KEY = b"a key for tests"
TICKET, EVENT = Ticket.__table__, TicketEvent.__table__
# What has to differ between two cities in one database; and what hangs on that.
DIFFERENT = {
    "number", "query_code", "batch", "salt", "content_hash", "previous", "hash", "head_hash",
    "position", "pairs",
}  # fmt: skip

SOAK = bool(os.environ.get("HOTLINE_SOAK"))


# A city takes long to pour: PostgreSQL has its turn in the long run.
@pytest.fixture(params=["sqlite", "postgres"] if os.environ.get("HOTLINE_SOAK") else ["sqlite"])
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


@pytest.fixture
def city(database: Database, tmp_path: Path) -> City:
    return seeded(database, tmp_path)


def seeded(database: Database, folder: Path) -> City:
    with database.work() as session:
        versions.seed(session, NOON)
        return load_city(session, Settings(data_dir=folder, database_url=""))


def pour(database: Database, planner: Planner, batch: str = "poured") -> None:
    for _ in bulk.build(database, planner, batch, KEY):
        pass


def walk(database: Database, planner: Planner, city: City, batch: str = "walked") -> None:
    for _ in days.walk(database, planner, Walker(city.calendar, KEY, batch)):
        pass


def rows_of(database: Database, batch: str) -> dict[str, list[dict[str, Any]]]:
    """All that is stored of a city; rows are named by the order in which they came."""
    names: dict[tuple[str, Any], int] = {}
    with database.read() as session:
        stored = {table: session.execute(_of(table, batch)).mappings().all() for table in TABLES}
    for table, rows in stored.items():
        names |= {(table.name, row["id"]): n for n, row in enumerate(rows) if "id" in row}

    def named(table: Table, row: Any, column: str) -> Any:
        refers = {"id": table.name, "delivery_id": "delivery"}.get(column)
        refers = refers or refers_to(table.c[column])
        return names[refers, row[column]] if refers and row[column] else row[column]

    return {
        table.name: [
            {column: named(table, row, column) for column in row if column not in DIFFERENT}
            for row in rows
        ]
        for table, rows in stored.items()
    }


def _of(table: Table, batch: str) -> Any:
    """In the order of the tickets; of one ticket in the order of its events."""
    mine = select(TICKET.c.id).where(TICKET.c.batch == batch)
    delivery = next(each for each in TABLES if each.name == "delivery")
    if table.name == "delivery_attempt":
        query = select(table).join(delivery).where(delivery.c.ticket_id.in_(mine))
        return query.order_by(delivery.c.ticket_id, delivery.c.event_id)
    of_ticket = table.c.get("ticket_id", table.c.get("id"))
    order = table.c.event_id if table.name == "delivery" else table.primary_key.columns[0]
    return select(table).where(of_ticket.in_(mine)).order_by(of_ticket, order)


def test_a_poured_city_is_the_one_that_walks_and_touches_no_other_ticket(
    database: Database, city: City
):
    with database.work() as session:
        others = Desk(session, NOON).replied().id
    before = everything_of(database, others)
    # With this seed nearly every move is made, sending back to a unit among them.
    planner = simulation.planner_of(city, Plan(8, FIRST, 12, 8))
    walk(database, planner, city)
    pour(database, planner)
    walked, poured = rows_of(database, "walked"), rows_of(database, "poured")
    assert len(walked["ticket"]) == planner.plan.total
    assert {"in_time", "late"} < {event["reason"] for event in walked["ticket_event"]}
    for table in walked:
        assert poured[table] == walked[table], table
    assert everything_of(database, others) == before


def everything_of(database: Database, ticket_id: int) -> list[Any]:
    with database.read() as session:
        return [
            session.execute(select(table).where(of_ticket == ticket_id)).all()
            for table in TABLES
            if (of_ticket := table.c.get("ticket_id", TICKET.c.id)).table is table
        ]


@pytest.mark.skipif(not SOAK, reason="a second city: in make soak")
def test_a_poured_city_is_whole_and_its_tallies_are_sums_of_its_events(
    database: Database, city: City
):
    pour(database, of_every_status(city, Plan(1, FIRST, 6, 200)))
    last = FIRST + timedelta(days=5)
    with database.read() as session:
        stories = queries.stories_of(session, "poured")
        unowed = settling.unowed(session)
        statuses = set(session.execute(select(TICKET.c.status)).scalars())
        found_by = session.execute(FOUND_BY).all()
        unsummed = tallies.tally(session, FIRST, last, actor=SUPERVISOR)
        placed = session.execute(text("SELECT count(*), max(position) FROM ticket_event")).one()
        by_action = session.execute(text("SELECT action, count(*) FROM ticket_event GROUP BY 1"))
        by_action = dict(by_action.all())
    assert len(stories) == len(found_by) == 1200
    assert [story for story in stories if broken_link(story)] == []
    assert statuses == set(Status)
    assert unowed == []
    assert [row for row in found_by if row[0] != pairs(*row[1:])] == []
    assert placed == (sum(by_action.values()),) * 2
    bulk.fold(database)
    with database.read() as session:
        summed = tallies.tally(session, FIRST, last, actor=SUPERVISOR)
    assert summed == unsummed
    # Later days have events too: those days are counted only as far as the simulation went.
    for measure in ("received", "claimed", "replied", "delivered", "closed"):
        assert summed.total(measure) == by_action[MEASURES[measure].actions[0]]


class FirstDays:
    """Of a plan the lives of its first days, as far as they got by the end of the last of these."""

    def __init__(self, planner: Planner, days: int) -> None:
        self._planner, self._days = planner, days
        self._end = planner.office.midnight + days * DAY

    def blocks(self) -> list[tuple[int, int]]:
        return [block for block in self._planner.blocks() if block[0] < self._days]

    def lives(self, day: int, start: int) -> Iterator[Life]:
        for life in self._planner.lives(day, start):
            life.times = [at for at in life.times if at < self._end]
            yield life


Counts = dict[date, Counter]


def tallied(database: Database, days: int) -> Counts:
    """Every tally of each day: by measure, dimension and value."""
    with database.work() as session:
        while feed.place(session):
            pass
    bulk.fold(database)
    found: Counts = {}
    with database.read() as session:
        for day in (FIRST + timedelta(days=n) for n in range(days)):
            counts = tallies.tally(session, day, day, actor=SUPERVISOR).counts
            found[day] = Counter(
                {(*key, value): n for key, values in counts.items() for value, n in values.items()}
            )
    return found


def recounted(database: Database, days: int) -> Counts:
    """The same from the rows of events alone, ticket by ticket."""
    found: Counts = {FIRST + timedelta(days=n): Counter() for n in range(days)}
    with database.read() as session:
        events = session.execute(select(EVENT).order_by(EVENT.c.ticket_id, EVENT.c.seq))
        stories = groupby(events.yield_per(50_000), key=lambda event: event.ticket_id)
        for _, story in stories:
            for measure, event in recount(list(story)):
                if (day := city_day(event.at)) in found:
                    for dimension in MEASURES[measure].by:
                        found[day][measure, dimension, getattr(event, dimension)] += 1
    return found


def test_three_days_by_real_steps_are_the_first_of_ninety_poured_tally_by_tally(
    database: Database, city: City
):
    """1,800 a day. Whoever was sent back later counts on the day of dispatch: that alone grows."""
    days, per_day = (90, 1800) if SOAK else (8, 30)
    planner = simulation.planner_of(city, Plan(1, FIRST, days, per_day))
    walk(database, FirstDays(planner, 3), city)
    walked = tallied(database, days)
    assert walked == recounted(database, days)
    pour(database, planner)
    both = tallied(database, days)
    assert both == recounted(database, days)
    for day in list(walked)[:3]:
        poured = both[day] - walked[day]
        later = poured - walked[day]
        assert walked[day] - poured == Counter()
        assert {measure for measure, *_ in later} <= {"misdirected"}
        assert sum(n for (name, by, _), n in poured.items() if (name, by) == RECEIVED) == per_day


RECEIVED = ("received", "kind")


def of_every_status(city: City, plan: Plan) -> Planner:
    """Some states last for minutes only: the first seed by which all are there at the end."""
    matters = simulation.planner_of(city, plan).matters
    seeds = (replace(plan, seed=seed) for seed in range(1, 500))
    planners = (Planner(each, city.calendar, matters) for each in seeds)
    return next(planner for planner in planners if last_moves(planner) >= RESTS)


def last_moves(planner: Planner) -> set[Move]:
    lives = (life for block in planner.blocks() for life in planner.lives(*block))
    return {life.script.moves[len(life.times) - 1] for life in lives}


# After each of these a ticket rests in another status.
RESTS = {
    Move.LOG, Move.ACCEPT, Move.DISPATCH, Move.OBJECT, Move.CLAIM, Move.REPLY, Move.ANSWER,
    Move.DELIVER, Move.CLOSE, Move.REDIRECT, Move.WITHDRAW, Move.MERGE,
}  # fmt: skip

FOUND_BY = text(
    "SELECT s.pairs, t.id, t.number, t.territory || t.place, c.title, c.text "
    "FROM ticket t JOIN searchable s ON s.ticket_id = t.id JOIN content c "
    "ON c.id = (SELECT min(id) FROM content WHERE ticket_id = t.id)"
)


def test_the_same_seed_plans_the_same_city_and_another_seed_another(city: City):
    def lives(seed: int) -> list[Any]:
        planner = simulation.planner_of(city, Plan(seed, FIRST, 2, 40))
        return [life for block in planner.blocks() for life in planner.lives(*block)]

    assert lives(1) == lives(1) != lives(2)


@pytest.mark.skipif(not SOAK, reason="a second city: in make soak")
def test_two_cities_add_up(database: Database, city: City):
    for seed in (1, 2):
        planner = simulation.planner_of(city, Plan(seed, FIRST, 1, 30))
        pour(database, planner, f"city {seed}")
    with database.read() as session:
        assert session.execute(text("SELECT count(DISTINCT number) FROM ticket")).scalar() == 60


def test_what_a_bulk_run_takes_off_is_put_back(database: Database, city: City):
    before = schema_of(database)
    pour(database, simulation.planner_of(city, Plan(1, FIRST, 1, 30)))
    assert schema_of(database) == before
    with database.work() as session:
        poured = session.execute(select(func.max(TICKET.c.id))).scalar_one()
        assert Desk(session, NOON).logged().id == poured + 1


@pytest.mark.skipif(not SOAK, reason="a second city: in make soak")
def test_a_bulk_run_that_is_stopped_leaves_all_as_it_was(database: Database, city: City):
    before = schema_of(database)
    written = bulk.build(database, simulation.planner_of(city, Plan(1, FIRST, 1, 30)), "b", KEY)
    assert next(written) == 30
    written.close()
    assert schema_of(database) == before
    with database.read() as session:
        assert session.execute(select(func.count()).select_from(TICKET)).scalar() == 0


def test_on_sqlite_a_poured_city_refers_to_its_own_rows_and_every_word_is_indexed(
    sqlite: Database, tmp_path: Path
):
    pour(sqlite, simulation.planner_of(seeded(sqlite, tmp_path), Plan(1, FIRST, 2, 50)))
    with sqlite.work() as session:
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
        session.execute(text(INTEGRITY_CHECK))
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert session.execute(text("PRAGMA journal_mode")).scalar() == "wal"


INTEGRITY_CHECK = (
    "INSERT INTO searchable_pairs (searchable_pairs, rank) VALUES ('integrity-check', 1)"
)


def schema_of(database: Database) -> list[Any]:
    """All that checks rows or keeps lists of them."""
    in_sqlite = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY 1"
    in_postgresql = (
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype IN ('f', 'p', 'u') AND connamespace = 'public'::regnamespace "
        "UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' "
        "ORDER BY 1, 2"
    )
    with database.read() as session:
        return session.execute(text(in_sqlite if database.is_sqlite else in_postgresql)).all()


def test_office_hours_count_as_the_calendar_does(sqlite: Database, tmp_path: Path):
    calendar = seeded(sqlite, tmp_path).calendar
    pick, office = Random(1), OfficeHours(calendar, date(2018, 1, 1), 500)
    for _ in range(500):
        moment = datetime(2018, 1, 2, tzinfo=UTC) + timedelta(seconds=pick.randrange(300 * 86400))
        days = pick.choice([1, 3, 7, 15])
        due = office.due(int(moment.timestamp()), days)
        assert datetime.fromtimestamp(due, UTC) == calendar.add_working_days(moment, days)
        given = Span(
            moment, datetime.fromtimestamp(due, UTC), "", pressing=False, calendar=calendar
        )
        for share in (0.8, 0.6):
            after = office.given(int(moment.timestamp()), days, (share,))
            assert datetime.fromtimestamp(after, UTC) == given.after(share)


@pytest.mark.parametrize("bulk", [[], ["--bulk"]])
def test_the_command_prints_what_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bulk: list[str]
):
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    asked = ["simulate", "--days", "2", "--per-day", "5", "--seed", "1", *bulk]
    said = CliRunner().invoke(main, asked).output
    assert "tickets         10" in said
