"""A city on disk with N tickets: some walked through the real steps, the rest copies of those."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, log2
from pathlib import Path
from random import Random

from sqlalchemy import text

from bench.copies import double
from bench.sentences import phrases_of, request
from hotline.app import load_city, prepare
from hotline.clock import city_moment
from hotline.db import Database, Session
from hotline.delivery import outbox, worker
from hotline.delivery.maildir import Maildir
from hotline.people.privacy import secret
from hotline.people.rights import Actor, Role
from hotline.reports import rollup
from hotline.routing.types import Suggestion
from hotline.settings import Settings
from hotline.tickets import dispatch, feed, intake, queries, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, Ground, MatterKind
from hotline.web.current import City

SEED = 12345
# At most so many tickets are walked; beyond, sets of rows are copied.
WALKED = 500
DAYS = tuple(city_moment(datetime(2018, 7, day).date()) for day in range(2, 22))
# What is measured happens after all that.
NOW = city_moment(datetime(2018, 7, 25).date()) + timedelta(hours=12)
HOUR = timedelta(hours=1)
# Shares of walked tickets that still wait to be claimed, and that are objected to. Custom.
WAITING, OBJECTED = 0.1, 0.1
TEXT_LENGTH = 60
# KiB; with the usual 2,000 SQLite writes each page of an index many times while rows are copied.
BUILDING_CACHE = 500_000

AGENT = Actor("坐席07", Role.AGENT)
DISPATCHER = Actor("派单员一", Role.DISPATCHER)

Case = tuple[Matter, Suggestion]


def handler_of(unit: str) -> Actor:
    return Actor(f"{unit}经办", Role.HANDLER, unit=unit)


@dataclass(frozen=True)
class Stage:
    """Everything that a benchmark may lean on."""

    folder: Path
    database: Database
    city: City
    contact_key: bytes
    pick: Random = field(default_factory=lambda: Random(SEED))

    @property
    def phrases(self) -> list[str]:
        return phrases_of(self.city.directory)

    @property
    def channel(self) -> Maildir:
        return Maildir(self.folder / "maildir", "12345@hotline.invalid")

    def cases(self, n: int) -> list[Case]:
        """So many matters, each with what the router thinks of it."""
        phrases = self.phrases
        return [self._case(request(self.pick, phrases, TEXT_LENGTH)) for _ in range(n)]

    def _case(self, words: str) -> Case:
        phone = f"138{self.pick.randrange(10**8):08d}"
        matter = Matter(
            text=words,
            title=words[:12],
            kind=self.pick.choice(list(MatterKind)),
            channel=self.pick.choice(list(Channel)),
            requester=Requester(phone=phone, email=f"{phone}@example.invalid"),
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
        dispatch.claim(session, ticket, handler="张三", actor=who, now=now)
        replies.reply(session, ticket, "您反映的事项已核实处理。", actor=who, now=now)
        outbox.approve(session, ticket, actor=DISPATCHER, now=now)


def build(folder: Path, n: int) -> tuple[Stage, int]:
    """The stage and how many tickets it holds: `n` or, after whole copies, a few more."""
    settings = Settings(data_dir=folder, database_url="")
    database = prepare(settings)
    with database.read() as session:
        city = load_city(session, settings)
    stage = Stage(folder, database, city, secret(folder, "contact"))
    doublings = max(0, ceil(log2(n / WALKED)))
    walked = ceil(n / 2**doublings)
    _walk(stage, stage.cases(walked))
    for turn in range(doublings):
        with database.work() as session:
            session.execute(text(f"PRAGMA cache_size = -{BUILDING_CACHE}"))
            double(session, turn)
    fold(stage)
    # What is measured begins with new connections, set up as the service sets them up.
    database.engine.dispose()
    return stage, walked * 2**doublings


def fold(stage: Stage) -> None:
    """Every event placed in the feed and added to the sums, as the clock process does it."""
    for step in (feed.place, rollup.fold):
        done = 1
        while done:
            with stage.database.work() as session:
                done = step(session)


def _walk(stage: Stage, cases: Sequence[Case]) -> None:
    for number, day in enumerate(DAYS):
        with stage.database.work() as session:
            for case in cases[number :: len(DAYS)]:
                _live(stage, session, case, day)
        worker.drain(stage.database, stage.channel, lambda at=day + 4 * HOUR: at)
        with stage.database.work() as session:
            for ticket in queries.delivered_of(session, "", limit=WALKED):
                _finish(stage, session, ticket, day + 5 * HOUR)
    with stage.database.work() as session:
        feed.place(session, limit=WALKED * 20)


def _live(stage: Stage, session: Session, case: Case, day: datetime) -> None:
    ticket = stage.take_in(session, case, day)
    chance = stage.pick.random()
    if chance < WAITING:
        return
    if chance < WAITING + OBJECTED and len(ticket.candidates) > 1:
        _return(stage, session, ticket, day + 2 * HOUR)
    stage.answer(session, ticket, day + 3 * HOUR)


def _return(stage: Stage, session: Session, ticket: Ticket, now: datetime) -> None:
    dispatch.object_to(
        session, ticket, ground=Ground.NOT_OUR_DUTY, right_unit=ticket.candidates[1],
        note="非我单位职责。", actor=handler_of(ticket.lead_unit), now=now,
    )  # fmt: skip
    dispatch.rule(
        session, ticket, granted=True, calendar=stage.city.calendar, actor=DISPATCHER, now=now
    )


def _finish(stage: Stage, session: Session, ticket: Ticket, now: datetime) -> None:
    satisfied = stage.pick.randint(1, 5)
    replies.follow_up(session, ticket, solved=True, satisfied=satisfied, actor=AGENT, now=now)
    replies.close(session, ticket, actor=DISPATCHER, now=now)
