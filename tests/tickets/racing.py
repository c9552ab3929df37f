"""Hands that work on the same few tickets at the same moment, each with a database work of its own.

A step that comes too late is refused in plain words; nothing else may come of it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

from builders import AGENT, CALENDAR, CITY, DISPATCHER, NOON, SUPERVISOR
from rings import KEY, ring, tell, told
from sqlmodel import Session, select
from test_random_lives import BESIDE, ONWARD, STEPS, UNITS, moved_by

from hotline.db import Database
from hotline.delivery import outbox, settling, worker
from hotline.delivery.channels import Channel, Result
from hotline.delivery.letters import Notice
from hotline.delivery.states import Outcome, Settlement
from hotline.errors import HotlineError, Unavailable
from hotline.people.rights import Action, Actor, Role
from hotline.reports import rollup
from hotline.routing.types import Duty
from hotline.telephony import calls, missed
from hotline.tickets import feed, merging, opinions, queries, return_calls, topics
from hotline.tickets.models import Ticket
from hotline.tickets.topics import Duties
from hotline.tickets.words import OpinionAct, OpinionLevel

Do = Callable[[Session, Ticket, str, datetime], object]
d, c = DISPATCHER, CALENDAR
CALLING_BACK = (missed.take, return_calls.not_reached)
# As the pages take them: what lets a reply leave owes its messages in the same transaction.
OUTWARD: dict[str, Do] = {
    "approve": lambda s, t, u, n: outbox.approve(s, t, actor=d, now=n),
    "answer": lambda s, t, u, n: outbox.answer(s, t, "答", actor=AGENT, now=n),
    "rule_extension": lambda s, t, u, n: outbox.rule_extension(
        s, t, granted=u == CITY, calendar=c, actor=d, now=n
    ),
}  # fmt: skip
# The channel alone says that a reply was told; the other two look for their rows before.
APART = ("deliver", "merge", "act_on_opinion")
MOVES = {name: do for name, do in (STEPS | BESIDE | OUTWARD).items() if name not in APART}
# By which right a ticket is locked; for the others any will do.
LOCKED_FOR = {
    "rate": (AGENT, Action.FOLLOW_UP),
    "unmerge": (d, Action.UNMERGE),
    "reopen": (d, Action.REOPEN),
    "rule_extension": (d, Action.RULE_EXTENSION),
}
CALLS, CALLERS = 60, 3
DUTIES = Duties([Duty(CITY, "烧烤油烟", 1.0, ("烧烤", "油烟"), ())])


class Died(Exception):
    """The end of a hand in the middle of its work."""


@dataclass
class Post:
    """The world outside: how often each message was sent. Its worker dies now and then."""

    repeatable: bool
    random: Random
    sent: Counter[str] = field(default_factory=Counter)
    calm: bool = False
    name: str = "maildir"
    batch: int = 3
    lease: timedelta = timedelta(minutes=10)

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        lot = 1.0 if self.calm else self.random.random()
        if lot < 0.1:
            raise Died
        self.sent.update(notice.id for notice in notices)
        if lot < 0.2:
            raise Died
        return [Result(Outcome.DELIVERED)] * len(notices)


@dataclass
class City:
    """The tickets that everybody works on, and what was done to them."""

    database: Database
    numbers: list[str]
    channel: Channel
    merged: Path  # a line a merger: ticket, seq of its event, parent
    now: datetime = NOON
    taken: list[str] = field(default_factory=list)

    def live(self, random: Random, moves: int) -> None:
        """What one hand does."""
        for _ in range(moves):
            self.now += timedelta(minutes=random.choice([0, 0, 1, 30, 60 * 9]))
            (act,) = random.choices(tuple(ACTS), tuple(ACTS.values()))
            try:
                act(self, random, self.now)
            except Died:
                continue
            except Unavailable as error:
                # Nobody may wait in a ring, and here nobody holds a lock for long.
                raise AssertionError(f"gave up waiting: {error.__cause__}") from error
            except HotlineError as refused:
                assert refused.status in (403, 404, 409, 422), refused

    def step(self, random: Random, now: datetime) -> None:
        number = random.choice(self.numbers)
        with self.database.read() as session:
            seen = session.exec(select(Ticket).where(Ticket.number == number)).one()
        usual = ONWARD.get(seen.status, "unmerge")
        name = random.choice([usual if usual in MOVES else "remind", random.choice(sorted(MOVES))])
        with self.database.work() as session:
            ticket = self._found(session, seen, name)
            moved = moved_by(session, name, ticket)
            MOVES[name](session, ticket, random.choice(UNITS), now)
            if random.random() < 0.03:
                session.flush()
                raise Died
        self.taken += moved

    def _found(self, session: Session, seen: Ticket, name: str) -> Ticket:
        if name in BESIDE:
            return session.exec(select(Ticket).where(Ticket.number == seen.number)).one()
        if name.endswith("_by_link"):
            return queries.citizens_ticket(session, seen.number, seen.query_code, lock=True)
        actor, action = LOCKED_FOR.get(name, (d, Action.READ))
        return queries.ticket(session, seen.number, actor=actor, action=action, lock=True)

    def merge(self, random: Random, now: datetime) -> None:
        number, parent = random.choice(self.numbers), random.choice(self.numbers)
        lock = {"actor": d, "action": Action.MERGE, "lock": True}
        with self.database.work() as session:
            ticket = queries.ticket(session, number, beside=[parent], **lock)
            other = queries.ticket(session, parent, **lock)
            event = merging.merge(session, ticket, other, actor=d, now=now)
            # Before it is stored: of two lines for one event the later one holds.
            with self.merged.open("a") as lines:
                lines.write(f"{ticket.id} {event.seq} {other.id}\n")
        self.taken.append(number)

    def send(self, random: Random, now: datetime) -> None:
        settling.sweep(self.database, self.channel, now)
        worker.drain(self.database, self.channel, lambda: now)

    def settle(self, random: Random, now: datetime) -> None:
        """A person looks into one of the messages of which nobody knows what became."""
        with self.database.read() as session:
            rows = settling.needing_person(session)
        if rows:
            id = random.choice(rows).delivery.id
            known = Settlement.DELIVERED if self.channel.sent[id] else Settlement.RESEND
            with self.database.work() as session:
                settling.settle(session, id, known, actor=d, now=now)

    def act_on_opinion(self, random: Random, now: datetime) -> None:
        with self.database.read() as session:
            rows = opinions.open_opinions(session, actor=SUPERVISOR)
        if rows:
            id, which = random.choice(rows)[0].id, random.choice(list(OpinionAct))
            with self.database.work() as session:
                row = opinions.opinion(session, id, actor=SUPERVISOR, lock=True)
                opinions.act(
                    session, row, which, "记", level=OpinionLevel.ORDINARY, limits=c.limits,
                    actor=SUPERVISOR, now=now,
                )  # fmt: skip

    def watch_topics(self, random: Random, now: datetime) -> None:
        """Half of the clocks have heard of what the others do not know yet."""
        with self.database.read() as session:
            said = topics.recent(session, NOON, c.limits) * random.choice([0, 5])
        with self.database.work() as session:
            topics.keep(session, topics.counted(said, [], DUTIES, c.limits), c.limits, now)

    def ring(self, random: Random, now: datetime) -> None:
        """What line and switch tell of a call, in whatever order."""
        id, second = random.randrange(CALLS), random.randrange(10_000)
        given_up = (told("queued", second, call_id=str(id)),
                    told("abandoned", second + 40, call_id=str(id)))  # fmt: skip
        with self.database.work() as session:
            if random.random() < 0.5:
                calls.add_calls(session, [rung(id)], key=KEY)
            else:
                tell(session, *given_up)

    def call_back(self, random: Random, now: datetime) -> None:
        who = Actor(random.choice(["坐席07", "坐席08"]), Role.AGENT)
        with self.database.read() as session:
            rows = missed.waiting(session, limits=c.limits, actor=who, now=now)
        if rows:
            limited = (
                partial(act, limits=c.limits) for act in (missed.take, return_calls.not_reached)
            )
            act = random.choice([*limited, return_calls.reached])
            with self.database.work() as session:
                act(session, random.choice(rows).id, actor=who, now=now)

    def settle_down(self) -> None:
        """Whoever died is found out, what is owed is sent, and all calls have become known."""
        for _ in range(3):
            self.now += timedelta(days=1)
            self.send(Random(0), self.now)
            while self._troubled():
                self.settle(Random(0), self.now)
        with self.database.work() as session:
            calls.add_calls(session, [rung(id) for id in range(CALLS)], key=KEY)

    def _troubled(self) -> bool:
        with self.database.read() as session:
            return settling.count_needing_person(session) > 0


# How often each is done.
ACTS = {
    City.step: 14, City.merge: 3, City.send: 3, City.settle: 1, City.act_on_opinion: 1,
    City.watch_topics: 1, City.ring: 2, City.call_back: 1,
}  # fmt: skip


def rung(id: int) -> calls.CallRecord:
    return ring(str(id), caller=f"1380000000{id % CALLERS}")


class Reader:
    """Pulls the feed while it grows, and folds what it brings into tallies."""

    def __init__(self, database: Database) -> None:
        self.database, self.positions = database, []

    def pull(self) -> bool:
        with self.database.work() as session:
            feed.place(session)
        last = self.positions[-1] if self.positions else 0
        with self.database.read() as session:
            page = feed.after(session, last, actor=d, limit=50)
        with self.database.work() as session:
            rollup.fold(session, limit=20)
        self.positions += [event.position for event, _ in page]
        return bool(page)
