"""Many hands on the same tickets at the same moment: no word is lost and no rule is bent."""

import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import holding
import pytest
from builders import AGENT, CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, Desk, handler_of
from postgres import url_of
from racing import City, Post, Reader
from sqlmodel import Session, select
from test_concurrency import at_once

from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.maildir import Maildir
from hotline.delivery.models import Delivery
from hotline.errors import HotlineError, StepRefused, Unavailable
from hotline.people.rights import CHANNEL, Action, Actor
from hotline.tickets import dispatch, intake, merging, queries, reopening, replies, topics
from hotline.tickets.follow_ups import FollowUpCall
from hotline.tickets.models import Ticket
from hotline.tickets.topics import HotTopic, Said, Surge
from hotline.tickets.words import Grievance, Status

SOAK = bool(os.environ.get("HOTLINE_SOAK"))
HANDS, MOVES = 6, 500 if SOAK else 45
# Long enough for the other to come to where it has to wait, whatever else the machine does.
A_WHILE = 0.5


def some_tickets(database: Database, n: int = 4) -> list[str]:
    with database.work() as session:
        return [Desk(session, NOON).accepted().number for _ in range(n)]


@pytest.mark.parametrize("seed", range(10 if SOAK else 1))
def test_whatever_many_do_to_a_few_tickets_at_once_no_word_is_lost(
    database: Database, tmp_path: Path, seed: int
):
    post = Post(repeatable=seed % 2 == 1, random=Random(seed))
    city = City(database, some_tickets(database), post, tmp_path / "merged")
    reader, over = Reader(database), threading.Event()

    def pull() -> None:
        while not over.wait(0.01):
            reader.pull()

    with ThreadPoolExecutor(HANDS + 1) as pool:
        pulling = pool.submit(pull)
        hands = [pool.submit(city.live, Random(f"{seed} {n}"), MOVES) for n in range(HANDS)]
        try:
            for hand in hands:
                hand.result()
        finally:
            over.set()
        pulling.result()
    post.calm = True
    city.settle_down()
    while reader.pull():
        pass
    holding.everything(database, city.merged, reader.positions)
    with database.read() as session:
        sent = dict.fromkeys(session.exec(select(Delivery.id)), 1)
        for ticket in session.exec(select(Ticket)):
            story = queries.events(session, ticket)
            people = [e for e in story if e.role not in ("system", "channel")]
            assert len(people) == 2 + city.taken.count(ticket.number), "a step lost or doubled"
    assert post.sent.keys() == sent.keys()
    assert post.repeatable or post.sent == sent


def live_on(url: str, numbers: list[str], folder: Path, seed: int) -> None:
    """A process that works until it is killed."""
    city = City(
        Database(url), numbers, Maildir(folder / "maildir", "a@b.invalid"), folder / "merged"
    )
    city.live(Random(seed), 10**6)


@pytest.mark.parametrize("seed", range(5 if SOAK else 1))
def test_processes_killed_among_each_other_leave_nothing_half_done(
    database: Database, tmp_path: Path, seed: int
):
    numbers, pick, url = some_tickets(database), Random(seed), url_of(database)
    database.engine.dispose()
    fork, killed = multiprocessing.get_context("fork"), []
    for n in range(20 if SOAK else 4):
        hands = [
            fork.Process(target=live_on, args=(url, numbers, tmp_path, 1000 * seed + 2 * n + each))
            for each in range(2)
        ]
        for hand in hands:
            hand.start()
        time.sleep(pick.uniform(0.2, 0.8))
        for hand in hands:
            hand.kill()
            hand.join()
        killed += [hand.exitcode for hand in hands]
    assert set(killed) == {-9}, "none ended by itself"
    maildir, reader = Maildir(tmp_path / "maildir", "a@b.invalid"), Reader(database)
    city = City(database, numbers, maildir, tmp_path / "merged", now=NOON.replace(year=2030))
    city.settle_down()
    while reader.pull():
        pass
    holding.everything(database, city.merged, reader.positions)
    with database.read() as session:
        ids = sorted(session.exec(select(Delivery.id)))
    assert sorted(path.name for path in (tmp_path / "maildir").glob("new/*")) == ids


# One by one


def overlapping(
    database: Database, first: Callable[[Session], object], second: Callable[[Session], object]
) -> HotlineError | None:
    """The second begins when the first has done its work and not yet committed; its refusal."""
    done, over = threading.Event(), threading.Event()

    def slowly() -> None:
        with database.work() as session:
            first(session)
            session.flush()
            done.set()
            over.wait(A_WHILE)

    def quickly() -> HotlineError | None:
        assert done.wait(60)
        try:
            with database.work() as session:
                second(session)
        except HotlineError as refused:
            return refused
        finally:
            over.set()
        return None

    with ThreadPoolExecutor(2) as pool:
        slow, quick = pool.submit(slowly), pool.submit(quickly)
        slow.result()
        return quick.result()


def found(
    session: Session, number: str, action: Action, actor: Actor = DISPATCHER, **more: object
) -> Ticket:
    return queries.ticket(session, number, actor=actor, action=action, lock=True, **more)


def family(database: Database, *, delivered: bool = False) -> tuple[str, str]:
    """A ticket with another merged into it: replied, or told already."""
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.in_progress(), desk.accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        replies.reply(session, parent, "已办", actor=handler_of(CITY), now=NOON)
        if delivered:
            replies.approve(session, parent, actor=DISPATCHER, now=NOON)
            session.flush()
            replies.deliver(session, parent, actor=CHANNEL, now=NOON)
        return parent.number, child.number


def test_a_ticket_is_not_closed_over_one_who_says_at_that_moment_that_nothing_is_solved(
    postgres: Database,
):
    parent, child = family(postgres, delivered=True)

    def rate(session: Session) -> None:
        ticket = found(session, child, Action.FOLLOW_UP, AGENT)
        said = {"solved": False, "satisfied": 1, "grievance": Grievance.SLOW}
        replies.follow_up(session, ticket, **said, actor=AGENT, now=NOON)

    def close(session: Session) -> None:
        replies.close(session, found(session, parent, Action.CLOSE), actor=DISPATCHER, now=NOON)

    assert isinstance(overlapping(postgres, rate, close), StepRefused)


def test_of_two_who_ask_for_one_matter_again_at_that_moment_the_second_hears_that_it_is_at_work(
    postgres: Database,
):
    parent, child = family(postgres, delivered=True)
    with postgres.work() as session:
        replies.close(session, found(session, parent, Action.CLOSE), actor=DISPATCHER, now=NOON)

    def again(number: str) -> Callable[[Session], object]:
        return lambda session: reopening.reopen(
            session, found(session, number, Action.REOPEN), "又来了", calendar=CALENDAR,
            actor=DISPATCHER, now=NOON,
        )  # fmt: skip

    refused = overlapping(postgres, again(parent), again(child))
    assert isinstance(refused, StepRefused) and "正在一并办理" in refused.sentence


def test_who_is_taken_out_of_a_merger_gets_no_reply_that_is_let_go_at_that_moment(
    postgres: Database,
):
    parent, child = family(postgres)

    def unmerge(session: Session) -> None:
        ticket = found(session, child, Action.UNMERGE)
        merging.unmerge(session, ticket, calendar=CALENDAR, actor=DISPATCHER, now=NOON)

    def approve(session: Session) -> None:
        ticket = found(session, parent, Action.APPROVE)
        assert len(outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)) == 1

    assert overlapping(postgres, unmerge, approve) is None


def test_who_is_taken_out_of_a_merger_is_not_called_about_a_reply_told_at_that_moment(
    postgres: Database,
):
    parent, child = family(postgres)
    with postgres.work() as session:
        outbox.approve(session, found(session, parent, Action.APPROVE), actor=DISPATCHER, now=NOON)

    def unmerge(session: Session) -> None:
        ticket = found(session, child, Action.UNMERGE)
        merging.unmerge(session, ticket, calendar=CALENDAR, actor=DISPATCHER, now=NOON)

    def deliver(session: Session) -> None:
        replies.deliver(session, found(session, parent, Action.READ), actor=CHANNEL, now=NOON)

    assert overlapping(postgres, unmerge, deliver) is None
    with postgres.read() as session:
        owed = select(Ticket.number).join(FollowUpCall, FollowUpCall.ticket_id == Ticket.id)
        assert session.exec(owed).all() == [parent]


def test_mergers_in_a_ring_wait_for_each_other_in_one_order(postgres: Database):
    rounds = [some_tickets(postgres, 3) for _ in range(5)]
    refused: list[HotlineError] = []

    def merge(n: int) -> None:
        for numbers in rounds:
            number, parent = numbers[n], numbers[n - 1]
            try:
                with postgres.work() as session:
                    ticket = found(session, number, Action.MERGE, beside=[parent])
                    into = found(session, parent, Action.MERGE)
                    merging.merge(session, ticket, into, actor=DISPATCHER, now=NOON)
            except HotlineError as error:
                refused.append(error)

    at_once(merge, threads=3)
    assert len(refused) == 2 * len(rounds)
    assert not [error for error in refused if isinstance(error, Unavailable)]


@pytest.mark.parametrize("round", range(20 if SOAK else 4))
def test_a_unit_pulls_its_tickets_while_others_are_moved_away_from_it(
    postgres: Database, round: int
):
    with postgres.work() as session:
        numbers = [Desk(session, NOON).dispatched().number for _ in range(45)]
    pulled: list[str] = []

    def pull() -> None:
        for _ in range(6):
            with postgres.work() as session:
                rows = queries.claimable(session, CITY, limit=10)
                facts = {"handler": "张三", "actor": handler_of(CITY), "now": NOON}
                for row in rows:
                    dispatch.claim(session, row, calendar=CALENDAR, **facts)
                pulled.extend(row.number for row in rows)

    def move(numbers: list[str]) -> None:
        for number in numbers:
            with postgres.work() as session:
                ticket = found(session, number, Action.TRANSFER)
                facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
                dispatch.transfer(session, ticket, ENVIRONMENT, **facts)

    at_once(lambda n: pull() if n == 0 else move(numbers[n - 1 :: 3]), threads=4)
    assert len(pulled) == len(set(pulled))
    with postgres.read() as session:
        stand = session.exec(select(Ticket.lead_unit, Ticket.status)).all()
    assert set(stand) == {(ENVIRONMENT, Status.DISPATCHED)}


def test_two_clocks_that_see_the_same_surge_open_one_topic(database: Database):
    said = tuple(Said(n, CITY, "东兴区", "", "烧烤", NOON) for n in range(50))
    surge = Surge((CITY, "烧烤油烟", "东兴区"), said, ("烧烤",), 0.0)

    def keep(_: int) -> None:
        with database.work() as session:
            topics.keep(session, [surge], CALENDAR.limits, NOON)

    at_once(keep)
    with database.read() as session:
        assert len(session.exec(select(HotTopic)).all()) == 1


@pytest.mark.parametrize("over", [intake.withdraw, intake.redirect])
def test_a_ticket_that_others_follow_does_not_end_without_a_reply(database: Database, over):
    with database.work() as session:
        parent, child = Desk(session, NOON).accepted(), Desk(session, NOON).accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        numbers = (parent.number, child.number)
    code = {"code": "x"} if over is intake.redirect else {}
    with pytest.raises(StepRefused, match="并入"), database.work() as session:
        over(session, found(session, numbers[0], Action.WITHDRAW), "不办了", **code,
             actor=DISPATCHER, now=NOON)  # fmt: skip
    with database.work() as session:
        ticket = found(session, numbers[1], Action.UNMERGE)
        merging.unmerge(session, ticket, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
    with database.work() as session:
        over(session, found(session, numbers[0], Action.WITHDRAW), "不办了", **code,
             actor=DISPATCHER, now=NOON)  # fmt: skip
