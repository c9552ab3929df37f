"""Many at once on the same tickets: each step counts once, and the rules of the house hold."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, Desk, handler_of
from sqlmodel import Session, select
from test_random_lives import STEPS, UNITS, check

from hotline.db import Database
from hotline.errors import HotlineError
from hotline.people.rights import Action
from hotline.tickets import merging, objections, opinions, queries
from hotline.tickets.models import Objection, Ticket
from hotline.tickets.opinions import Opinion
from hotline.tickets.words import Ground, OpinionLevel, Status

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
THREADS, MOVES = 8, 400 if SOAK else 25


def at_once(do: Callable[[int], None], threads: int = THREADS) -> None:
    """Runs `do` with the numbers of the threads, all released at one moment."""
    barrier = threading.Barrier(threads)

    def run(number: int) -> None:
        barrier.wait()
        do(number)

    with ThreadPoolExecutor(threads) as pool:
        # Raises what a thread raised.
        list(pool.map(run, range(threads)))


@pytest.mark.parametrize("seed", range(10 if SOAK else 1))
def test_whatever_many_try_at_once_the_rules_of_the_house_hold(database: Database, seed: int):
    with database.work() as session:
        numbers = [Desk(session, NOON).dispatched().number for _ in range(3)]
    taken: list[str] = []

    def live(thread: int) -> None:
        random = Random(f"{seed} {thread}")
        for _ in range(MOVES):
            number, name = random.choice(numbers), random.choice(sorted(STEPS))
            try:
                with database.work() as session:
                    ticket = locked(session, number)
                    STEPS[name](session, ticket, random.choice(UNITS), NOON)
            except HotlineError:
                continue
            taken.append(number)

    at_once(live)
    assert taken
    for number in numbers:
        # Dispatched by hand above: logged, accepted, dispatched.
        check(database, number, 3 + taken.count(number))


def locked(session: Session, number: str) -> Ticket:
    return queries.ticket(session, number, actor=DISPATCHER, action=Action.READ, lock=True)


def test_of_many_who_rule_on_one_objection_one_is_heard(database: Database):
    with database.work() as session:
        numbers = [objected(Desk(session, NOON)).number for _ in range(5)]
    heard: list[str] = []

    def rule(thread: int) -> None:
        for number in numbers:
            try:
                with database.work() as session:
                    objections.rule(
                        session, locked(session, number), granted=thread % 2 == 0,
                        unit=ENVIRONMENT if thread % 2 == 0 else "", calendar=CALENDAR,
                        actor=DISPATCHER, now=NOON,
                    )  # fmt: skip
            except HotlineError:
                continue
            heard.append(number)

    at_once(rule)
    assert sorted(heard) == sorted(numbers)
    with database.read() as session:
        for objection in session.exec(select(Objection)):
            ticket = session.get(Ticket, objection.ticket_id)
            assert ticket.lead_unit == (ENVIRONMENT if objection.granted else CITY)
            assert ticket.status == Status.DISPATCHED


def objected(desk: Desk) -> Ticket:
    ticket = desk.dispatched(CITY)
    objections.object_to(
        desk.session, ticket, calendar=CALENDAR,
        ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT, note="不属我单位",
        actor=handler_of(CITY), now=desk.now,
    )  # fmt: skip
    return ticket


def test_of_two_reports_of_one_public_opinion_at_once_one_is_opened(database: Database):
    with database.work() as session:
        numbers = [Desk(session, NOON).dispatched().number for _ in range(5)]
    refused: list[str] = []

    def report(_: int) -> None:
        for number in numbers:
            try:
                with database.work() as session:
                    row = session.exec(select(Ticket).where(Ticket.number == number)).one()
                    opinions.find(
                        session, title="视频", place="短视频平台", level=OpinionLevel.MAJOR,
                        words="已有人转发", ticket=row,
                        limits=CALENDAR.limits, actor=DISPATCHER, now=NOON,
                    )  # fmt: skip
            except HotlineError:
                refused.append(number)

    at_once(report, threads=3)
    assert sorted(refused) == sorted([*numbers, *numbers])
    with database.read() as session:
        assert len(session.exec(select(Opinion)).all()) == len(numbers)


def test_two_tickets_merged_into_each_other_at_once_become_one(database: Database):
    with database.work() as session:
        pair = [Desk(session, NOON).accepted().number for _ in range(2)]
    refused: list[str] = []

    def merge(thread: int) -> None:
        number, parent = pair[thread], pair[1 - thread]
        try:
            with database.work() as session:
                lock = {"actor": DISPATCHER, "action": Action.MERGE, "lock": True}
                ticket = queries.ticket(session, number, beside=[parent], **lock)
                into = queries.ticket(session, parent, **lock)
                merging.merge(session, ticket, into, actor=DISPATCHER, now=NOON)
        except HotlineError:
            refused.append(number)

    at_once(merge, threads=2)
    assert len(refused) == 1
    with database.read() as session:
        states = session.exec(select(Ticket.status)).all()
    assert sorted(states) == [Status.ACCEPTED, Status.MERGED]
