"""Specimens: every beginning of every script, walked through the real steps to take its mould.

So no rule of the house is written twice: what a bulk city stores is what the rooms themselves
store, with other names, texts and times.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import prod
from typing import Any

from sqlalchemy import select

from hotline.cli.simulation.moulds import TABLES, Element, Field, Moment, Mould, Stored, take_mould
from hotline.cli.simulation.planning import DISPATCHED, Life
from hotline.cli.simulation.scripts import SCRIPTS, STARTS_ANOTHER, STARTS_CLOCK, Move, Script
from hotline.cli.simulation.walking import Walker, handler_of
from hotline.cli.simulation.wording import Citizen, Matter, Story
from hotline.db import Database, Session
from hotline.people.privacy import keyed_hash
from hotline.registry.calendar import WorkCalendar
from hotline.registry.columns import DAYS
from hotline.registry.limits import Limits
from hotline.routing.types import (
    Candidate,
    Decision,
    Disposition,
    Emergency,
    Guidance,
    Suggestion,
)
from hotline.tickets.models import Content, Ticket
from hotline.tickets.steps import content_hash
from hotline.tickets.words import Channel, MatterKind

# Every deadline so long after its start that it is told from any other moment.
FAR, HOUR = timedelta(days=1000), timedelta(hours=1)
BEGUN = datetime(2018, 7, 25, 4, tzinfo=UTC)
# Of a unit's time: an assistant's part of the lead's, and when either is warned.
SHARES = {"assist_share": 0.6, "remind_open": 0.8}
HELP, WARNED = SHARES.values()
# As limits.csv has it: no script is sent back so often that its unit gets an order.
REWORK_ROUNDS = 2
GIVEN = ((), (WARNED,), (HELP,), (HELP, WARNED))
KEY, BATCH = b"specimen", "某批"
CITIZEN, SERIAL, PARENT = 0, 1, 2
# Each value stands for one fact of the life, and for nothing else.
UNIT, OTHER_UNIT, PARENT_UNIT = "甲单位", "乙单位", "丙单位"
GUIDANCE = Guidance("某事由", "", (), "", "引导的话")
SUGGESTION = Suggestion(
    Disposition.TICKET, Decision.AUTO, (Candidate(UNIT, 1.0),), guidance=GUIDANCE
)
LIFE = Life(
    SERIAL, SCRIPTS["answered"], [], Matter(0, "标题", "正文", "", None, SUGGESTION),
    Story(0, ""), MatterKind.HELP, Channel.WEB, CITIZEN, True, UNIT, OTHER_UNIT, "某坐席",
    "某派单员", "答复", 4, parent=PARENT, parent_unit=PARENT_UNIT,
)  # fmt: skip

Moulds = Mapping[tuple[str, bool, int], Mould]


class FarDeadlines(WorkCalendar):
    def add_working_days(self, at: datetime, n: int, unit: str = "") -> datetime:
        return at + FAR

    def add_working_time(self, at: datetime, span: timedelta, unit: str = "") -> datetime:
        return at + span

    def working_time(self, start: datetime, end: datetime, unit: str = "") -> timedelta:
        return end - start


Beginning = tuple[list[Script], int, Stored, Callable[[datetime], Moment]]


def cast(database: Database) -> Moulds:
    """A mould by script, whether the router was sure, and number of moves; keeps nothing."""
    moulds: dict[tuple[str, bool, int], Mould] = {}
    for sure in (True, False):
        with database.work() as session, _undone(session):
            for scripts, moves, stored, moment in _walked(session, replace(LIFE, sure=sure)):
                mould = take_mould(stored, _meanings(stored), moment)
                moulds |= {(script.name, sure, moves): mould for script in scripts}
    return moulds


def _walked(session: Session, life: Life) -> Iterator[Beginning]:
    known = defaultdict(int, {name: round(share * 100) for name, share in SHARES.items()})
    known["rework_rounds"] = REWORK_ROUNDS
    walker = Walker(FarDeadlines(limits=Limits(known, defaultdict(lambda: DAYS))), KEY, BATCH)
    parent = replace(life, serial=PARENT, sure=False, unit=PARENT_UNIT)
    parent.script, parent.times = SCRIPTS["merged"], _times(SCRIPTS["merged"])
    for nth in range(DISPATCHED + 1):
        walker.take(session, parent, nth)
    for anonymous, alarmed in ((False, False), (True, False), (False, True)):
        scripts = [
            script
            for script in SCRIPTS.values()
            if (script.anonymous, Move.TAKE_ALARM in script.moves) == (anonymous, alarmed)
        ]
        given = replace(SUGGESTION, emergency=Emergency("119", ()) if alarmed else None)
        who = None if anonymous else CITIZEN
        first = replace(life, citizen=who, matter=replace(life.matter, given=given))
        yield from _ways_on(session, walker, first, scripts, 0)


def _ways_on(
    session: Session, walker: Walker, life: Life, scripts: list[Script], nth: int
) -> Iterator[Beginning]:
    """From here on: scripts that go on alike are walked together, as far as they do."""
    for move in sorted({script.moves[nth] for script in scripts}):
        alike = [script for script in scripts if script.moves[nth] is move]
        here = replace(life, script=alike[0], times=_times(alike[0]))
        with _undone(session):
            goes_on = replace(walker, ids=dict(walker.ids), owed=dict(walker.owed))
            ticket = goes_on.take(session, here, nth)
            session.flush()
            yield alike, nth + 1, _stored(session, ticket), _moments(here)
            longer = [script for script in alike if len(script.moves) > nth + 1]
            yield from _ways_on(session, goes_on, here, longer, nth + 1)


@contextmanager
def _undone(session: Session) -> Iterator[None]:
    """Keeps nothing of what is done within."""
    savepoint = session.begin_nested()
    yield
    savepoint.rollback()


def _times(script: Script) -> list[int]:
    """An hour apart; but what falls overdue does so at its deadline."""
    times, now, due = [], BEGUN, BEGUN
    for move in script.moves:
        now = due if move is Move.FALL_OVERDUE else now + HOUR
        due = now + FAR if move in STARTS_CLOCK else due
        times.append(int(now.timestamp()))
    return times


def _stored(session: Session, ticket: Ticket) -> Stored:
    found: dict[str, Any] = {}
    for table in TABLES:
        # The number of a delivery is random.
        order = table.primary_key if table.name != "delivery" else (table.c.event_id,)
        query = select(table).order_by(*order)
        if "ticket_id" in table.c:
            query = query.where(table.c.ticket_id == ticket.id)
        elif table.name == "ticket":
            query = query.where(table.c.id == ticket.id)
        else:
            ids = [row["id"] for row in found["delivery"]]
            query = query.where(table.c.delivery_id.in_(ids))
        found[table.name] = session.execute(query).mappings().all()
    return found


def _meanings(stored: Stored) -> dict[Any, Any]:
    """Which fact each value is; where one alone is too common a value, with its column."""
    (ticket,) = stored["ticket"]
    citizen = Citizen.numbered(CITIZEN)
    meanings: dict[Any, Any] = {
        ticket["number"]: Field("number"),
        ticket["query_code"]: Field("query_code"),
        ("satisfied", LIFE.satisfied): Field("satisfied"),
        citizen.name: Field("name"),
        citizen.phone: Field("phone"),
        citizen.email: Field("email"),
        keyed_hash(KEY, citizen.phone): Field("phone_hash"),
        keyed_hash(KEY, citizen.email): Field("email_hash"),
        BATCH: Field("batch"),
        LIFE.matter.title: Field("title"),
        LIFE.text: Field("text"),
        LIFE.reply: Field("reply"),
        LIFE.agent: Field("agent"),
        LIFE.dispatcher: Field("dispatcher"),
        GUIDANCE.code: Field("code"),
        GUIDANCE.sentence: Field("sentence"),
        UNIT: Field("unit"),
        OTHER_UNIT: Field("other_unit"),
        PARENT_UNIT: Field("parent_unit"),
        handler_of(UNIT).id: Field("handler"),
        handler_of(OTHER_UNIT).id: Field("other_handler"),
    }
    for found_by in stored["searchable"]:
        meanings[found_by["pairs"]] = Field("pairs")
    for n, event in enumerate(stored["ticket_event"], start=1):
        meanings[event["hash"]] = Element("hashes", n)
    for n, row in enumerate(stored["content"], start=1):
        meanings[row["salt"]] = Element("salts", n)
        meanings[content_hash(Content(**row))] = Element("content_hashes", n)
    for n, row in enumerate(stored["delivery"], start=1):
        meanings[row["id"]] = Element("deliveries", n)
    return meanings


def _moments(life: Life) -> Callable[[datetime], Moment]:
    """Tells which moment of the life it is; a deadline that has passed is still the deadline."""
    known: dict[datetime, Moment] = {}
    for nth, (move, second) in enumerate(zip(life.script.moves, life.times, strict=True)):
        at = datetime.fromtimestamp(second, UTC)
        known.setdefault(at, Moment(nth))
        if move in STARTS_CLOCK | STARTS_ANOTHER:
            known |= {at + FAR * prod(shares): Moment(nth, shares) for shares in GIVEN}

    def moment(at: datetime) -> Moment:
        before = max(each for each in known if each <= at)
        return known[before]._replace(later=int((at - before).total_seconds()))

    return moment
