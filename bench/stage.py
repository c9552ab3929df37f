"""A simulated city in a database of its own, and the processes that serve it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from random import Random

from sqlalchemy import text

from bench.measure import Aim
from bench.sentences import phrases_of, request
from hotline.app import prepare
from hotline.city import load_city
from hotline.cli import simulation
from hotline.cli.simulation import bulk
from hotline.clock import now as clock_now
from hotline.db import Database, Session
from hotline.delivery import outbox
from hotline.delivery.maildir import Maildir
from hotline.people import keys
from hotline.people.privacy import secret
from hotline.people.rights import Actor, Role
from hotline.routing.types import Suggestion, UnitKind
from hotline.settings import Settings
from hotline.tickets import dispatch, intake, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, MatterKind
from hotline.web.current import City

SEED = 12345
# A year of a city, or as many days as there are at least so many tickets on.
DAYS, LEAST_A_DAY = 365, 20
TEXT_LENGTH = 60

AGENT = Actor("坐席07", Role.AGENT)
DISPATCHER = Actor("派单员一", Role.DISPATCHER)

Case = tuple[Matter, Suggestion]


def handler_of(unit: str) -> Actor:
    return Actor(f"{unit}经办", Role.HANDLER, unit=unit)


@dataclass(frozen=True)
class Stage:
    """Everything that a benchmark may lean on; nothing happened in the city since `now`."""

    settings: Settings
    database: Database
    city: City
    now: datetime
    pick: Random = field(default_factory=lambda: Random(SEED))

    @property
    def folder(self) -> Path:
        return self.settings.data_dir

    @property
    def name(self) -> str:
        return "SQLite" if self.database.is_sqlite else "PostgreSQL"

    @cached_property
    def contact_key(self) -> bytes:
        return secret(self.folder, "contact")

    @cached_property
    def phrases(self) -> list[str]:
        return phrases_of(self.city.directory)

    @cached_property
    def units(self) -> list[str]:
        """The departments, which is where the router sends tickets."""
        units = self.city.directory.units
        return [unit.name for unit in units if unit.kind is UnitKind.DEPARTMENT]

    def aim(self, aim: Aim) -> Aim | None:
        """The aims are those of PostgreSQL; SQLite is shown beside it."""
        return None if self.database.is_sqlite else aim

    @property
    def channel(self) -> Maildir:
        return Maildir(self.folder / "maildir", "12345@hotline.invalid")

    def key_of(self, actor: Actor) -> str:
        """A new API key for somebody."""
        with self.database.work() as session:
            return keys.make(session, actor.id, actor.role, unit=actor.unit, now=self.now)

    def cases(self, n: int) -> list[Case]:
        """So many matters, each with what the router thinks of it."""
        return [self._case(request(self.pick, self.phrases, TEXT_LENGTH)) for _ in range(n)]

    def _case(self, words: str) -> Case:
        number = f"0000{self.pick.randrange(10**7):07d}"
        matter = Matter(
            text=words,
            title=words[:12],
            kind=self.pick.choice(list(MatterKind)),
            channel=self.pick.choice(list(Channel)),
            requester=Requester(phone=number, email=f"{number}@example.invalid"),
        )
        return matter, self.city.router.suggest(words)

    def take_in(self, session: Session, case: Case, now: datetime) -> Ticket:
        """登记, 受理, 派单 to the first suggestion."""
        matter, given = case
        ticket = intake.log(session, matter, given, actor=AGENT, key=self.contact_key, now=now)
        calendar = self.city.calendar
        intake.accept(session, ticket, calendar=calendar, actor=AGENT, now=now)
        unit = given.candidates[0].unit
        dispatch.dispatch(session, ticket, unit, calendar=calendar, actor=DISPATCHER, now=now)
        return ticket

    def answer(self, session: Session, ticket: Ticket, now: datetime) -> None:
        """签收, 答复, 审核: from here the channel owes the requester a message."""
        who = handler_of(ticket.lead_unit)
        dispatch.claim(
            session, ticket, calendar=self.city.calendar, handler="张三", actor=who, now=now
        )
        replies.reply(session, ticket, "您反映的事项已核实处理。", actor=who, now=now)
        outbox.approve(session, ticket, actor=DISPATCHER, now=now)


@contextmanager
def built(folder: Path, url: str, n: int) -> Iterator[Stage]:
    """A city of about `n` tickets up to last midnight, with its sums folded."""
    settings = Settings(data_dir=folder, database_url=url)
    database = prepare(settings)
    with database.read() as session:
        city = load_city(session, settings)
    now = clock_now()
    plan = simulation.plan_of(SEED, max(1, n // a_day(n)), a_day(n), now)
    simulation.simulate(settings, database, city, plan, in_bulk=True)
    bulk.fold(database)
    _rest(database)
    # What is measured begins with new connections, set up as the service sets them up.
    database.engine.dispose()
    yield Stage(settings, database, city, now)
    database.engine.dispose()


def _rest(database: Database) -> None:
    """Ends the server's own work on what was poured in: a city that lived has it long behind it."""
    if database.is_sqlite:
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("CHECKPOINT"))


def a_day(n: int) -> int:
    return max(LEAST_A_DAY, -(-n // DAYS))
