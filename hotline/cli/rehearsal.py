"""Replay: labelled requests walk the whole life, by the same rooms that serve the city."""

import random
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from redis import Redis
from tqdm import tqdm

from hotline import clock
from hotline.cli import agreement
from hotline.db import Database, Session
from hotline.delivery import outbox
from hotline.errors import Invalid
from hotline.jobs import queues
from hotline.jobs.keeper import background
from hotline.people.privacy import secret
from hotline.people.rights import Actor, Role
from hotline.routing.types import Decision, Suggestion, UnitKind
from hotline.settings import Settings
from hotline.tickets import alarms, dispatch, intake, objections, queries, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, Ground, MatterKind, Urgency
from hotline.web.current import City

AGENT = Actor("演练坐席", Role.AGENT)
DISPATCHER = Actor("演练派单员", Role.DISPATCHER)
TERRITORIAL = "属地政府"
CHANNELS = (Channel.PHONE, Channel.WEB, Channel.MAYORS_MAILBOX, Channel.MESSAGE_BOARD)
KINDS = (MatterKind.CONSULTATION, MatterKind.HELP, MatterKind.COMPLAINT, MatterKind.SUGGESTION)
# How often an unsure agent takes the first, second and third suggestion; a habit, not a finding.
HABIT = (6, 3, 1)
CHUNK = 25
# Seconds without a single delivery after which what is left counts as lost.
PATIENCE = 90.0

Case = dict[str, str]


@dataclass
class Totals:
    """What was done, counted as it was done; compared afterwards with what is stored."""

    received: int = 0
    routed_right: int = 0
    dispatched: int = 0
    returned: int = 0
    replied: int = 0
    delivered: int = 0
    closed: int = 0
    lost: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    disagreements: list[str] = field(default_factory=list)


class Replay:
    """One run: intake to approval here, delivery by the worker, then follow-up and closing."""

    def __init__(self, settings: Settings, database: Database, city: City, batch: str) -> None:
        self.settings, self.database, self.city, self.batch = settings, database, city, batch
        self.key = secret(settings.data_dir, "contact")
        self.totals = Totals()
        self.territories = [
            unit.name for unit in city.directory.units if unit.kind is UnitKind.TERRITORY
        ]

    def run(self, cases: Sequence[Case], redis: Redis) -> None:
        with tqdm(total=len(cases), desc="办结", unit="件", mininterval=0.5) as bar:
            for chunk in _chunks(cases, CHUNK):
                self.serve(chunk)
                queues.wake(redis)
                bar.update(self.close_delivered())
            heard = time.monotonic()
            while self.totals.closed < len(cases) and time.monotonic() - heard < PATIENCE:
                if done := self.close_delivered():
                    bar.update(done)
                    heard = time.monotonic()
                else:
                    # A killed queue forgets its wake-ups, and a replay runs no clock.
                    queues.wake(redis)
                    time.sleep(0.2)

    def serve(self, cases: Sequence[Case]) -> None:
        """From the first word to the approved reply; thinking is done before anything is locked."""
        thought = [
            (case, self.city.router.suggest(case["body"], title=case["title"])) for case in cases
        ]
        now = clock.now()
        with self.database.work() as session:
            ids = [self.take(session, case, given, now).id for case, given in thought]
        with self.database.work() as session:
            for id, (case, given) in zip(ids, thought, strict=True):
                ticket = session.get_one(Ticket, id)
                self.pull(session, ticket, self.right_units(case, given), now)
        with self.database.work() as session:
            for ticket in (session.get_one(Ticket, id) for id in ids):
                outbox.approve(session, ticket, actor=DISPATCHER, now=now)

    def take(self, session: Session, case: Case, given: Suggestion, now: datetime) -> Ticket:
        """登记, 受理, 派单: the agent does not see the label."""
        matter = _matter(case, self.batch)
        ticket = intake.log(session, matter, given, actor=AGENT, key=self.key, now=now)
        intake.accept(session, ticket, calendar=self.city.calendar, actor=AGENT, now=now)
        who = DISPATCHER if given.decision is Decision.ASK else AGENT
        unit = _chosen(case, given)
        dispatch.dispatch(session, ticket, unit, calendar=self.city.calendar, actor=who, now=now)
        if given.emergency and matter.channel is not Channel.PHONE:
            alarms.take(session, ticket.number, actor=AGENT, now=now)
        self.totals.received += 1
        self.totals.dispatched += 1
        counted = self.totals.dispositions
        counted[str(given.disposition)] = counted.get(str(given.disposition), 0) + 1
        return ticket

    def pull(self, session: Session, ticket: Ticket, right: Sequence[str], now: datetime) -> None:
        """签收 and 答复 by the right unit; a wrong one objects and names the right one."""
        allowed = [unit for unit in right if unit not in ticket.excluded]
        if ticket.lead_unit in right:
            self.totals.routed_right += 1
        elif allowed:
            self.return_to(session, ticket, allowed[0], now)
        handler = Actor(f"演练经办 {ticket.lead_unit}", Role.HANDLER, unit=ticket.lead_unit)
        dispatch.claim(
            session,
            ticket,
            calendar=self.city.calendar,
            handler="演练经办人",
            actor=handler,
            now=now,
        )
        replies.reply(session, ticket, "您反映的事项已核实处理。", actor=handler, now=now)
        self.totals.replied += 1

    def return_to(self, session: Session, ticket: Ticket, right: str, now: datetime) -> None:
        """退单 and 裁定: granted, since the label is the ruling of those who really handled it."""
        wrong = Actor(f"演练经办 {ticket.lead_unit}", Role.HANDLER, unit=ticket.lead_unit)
        objections.object_to(
            session, ticket, calendar=self.city.calendar,
            ground=Ground.NOT_OUR_DUTY, right_unit=right,
            note=f"属{right}职责。", actor=wrong, now=now,
        )  # fmt: skip
        objections.rule(
            session, ticket, granted=True, calendar=self.city.calendar, actor=DISPATCHER, now=now
        )
        self.totals.returned += 1

    def right_units(self, case: Case, given: Suggestion) -> list[str]:
        """The units that the label allows; a town's matter goes to the territory it lies in."""
        if case["unit"] != TERRITORIAL:
            return [self.city.unit(name) for name in case["unit"].split("|")]
        by_hash = self.territories[_number(case, "territory") % len(self.territories)]
        return [given.territory or by_hash]

    def close_delivered(self) -> int:
        """回访 and 办结 of whatever the channel has told by now; returns how many."""
        now = clock.now()
        with self.database.work() as session:
            told = queries.delivered_of(session, self.batch, limit=200)
            for ticket in told:
                satisfied = 3 + _number({"id": ticket.number}, "grade") % 3
                replies.follow_up(
                    session, ticket, solved=True, satisfied=satisfied, actor=AGENT, now=now
                )
                replies.close(session, ticket, actor=DISPATCHER, now=now)
        self.totals.delivered += len(told)
        self.totals.closed += len(told)
        return len(told)


def replay(settings: Settings, database: Database, city: City, cases: Sequence[Case]) -> Totals:
    """Runs all cases and compares the totals with events, tallies and the Maildir."""
    if not cases:
        raise Invalid("文件中没有可演练的诉求。", field="cases")
    for case in cases:
        _check_label(city, case)
    begun, started = clock.now(), time.monotonic()
    run = Replay(settings, database, city, batch=f"replay-{begun:%Y%m%dT%H%M%S%f}")
    before = agreement.tally_now(database, begun)
    with background(settings):
        run.run(cases, queues.connect(settings))
        run.totals.seconds = round(time.monotonic() - started, 1)
    run.totals.lost = run.totals.received - run.totals.closed
    run.totals.disagreements = agreement.disagreements(
        settings, database, run.batch, run.totals, begun=begun, before=before
    )
    return run.totals


def _check_label(city: City, case: Case) -> None:
    # Before anything is stored: a replay that stops half-way leaves tickets nobody works on.
    if case["unit"] == TERRITORIAL:
        return
    for name in case["unit"].split("|"):
        if city.find_unit(name) is None:
            raise Invalid(
                f"id 为「{case['id'][:20]}」的一行：没有名为「{name[:40]}」的单位。", field="unit"
            )


def _chunks(cases: Iterable[Case], size: int) -> Iterator[list[Case]]:
    iterator = iter(cases)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _matter(case: Case, batch: str) -> Matter:
    pick = random.Random(f"matter {case['id']}")
    return Matter(
        text=case["body"] or case["title"],
        title=case["title"][:200],
        kind=pick.choice(KINDS),
        channel=pick.choice(CHANNELS),
        urgency=Urgency.NORMAL,
        requester=Requester(email=f"{_number(case, 'address')}@example.invalid"),
        batch=batch,
    )


def _chosen(case: Case, given: Suggestion) -> str:
    units = [candidate.unit for candidate in given.candidates]
    if given.decision is Decision.AUTO:
        return units[0]
    habit = random.Random(f"habit {case['id']}")
    return habit.choices(units, weights=HABIT[: len(units)])[0]


def _number(case: Case, purpose: str) -> int:
    return zlib.crc32(f"{purpose} {case['id']}".encode())
