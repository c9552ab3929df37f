"""From the outbox to the citizen: once, in order, and without a person."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from builders import CITY, DISPATCHER, NOON, Desk
from letterbox import (
    approve,
    approve_again,
    approve_many,
    attempts,
    body,
    letters,
    maildir,
    row,
    rows,
    statuses,
)
from sqlalchemy import event
from sqlmodel import select

from hotline.db import Database
from hotline.delivery import outbox, settling, worker
from hotline.delivery.channels import Result
from hotline.delivery.letters import Notice
from hotline.delivery.maildir import Maildir
from hotline.delivery.states import BACK_OFF, Outcome
from hotline.people.rights import CHANNEL
from hotline.tickets import merging, queries
from hotline.tickets.intake import Requester
from hotline.tickets.models import Ticket
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Status

MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """Ends a drain where a kill -9 would."""


@dataclass
class Wire:
    """A channel at the edge of the world: answers as it is told and remembers what it saw."""

    answers: Sequence[Outcome] = ()
    repeatable: bool = False
    name: str = "wire"
    batch: int = 100
    lease: timedelta = MINUTE

    def __post_init__(self) -> None:
        self.seen: list[Notice] = []

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        self.seen += notices
        return [Result(self.answers[0] if self.answers else Outcome.SENT) for _ in notices]


class KilledAfterSending(Maildir):
    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        super().send(notices, at)
        raise Killed


class KilledBeforeSending(Maildir):
    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        raise Killed


def drain(database: Database, channel: object, at: datetime = NOON) -> int:
    return worker.drain(database, channel, lambda: at)


def test_an_approved_reply_reaches_the_requester_and_the_ticket_says_so(
    database: Database, tmp_path: Path
):
    (number,) = approve_many(database, NOON, 1)
    assert drain(database, maildir(tmp_path)) == 1
    assert number in body(letters(tmp_path)[0])
    assert (row(database).state, row(database).done_at) == ("delivered", NOON)
    with database.read() as session:
        story = queries.events(session, session.exec(select(Ticket)).one())
    assert (story[-1].action, story[-1].actor) == ("deliver", CHANNEL.id)


def test_a_reply_not_yet_approved_stays_inside(database: Database, tmp_path: Path):
    with database.work() as session:
        Desk(session, NOON).replied()
    assert drain(database, maildir(tmp_path)) == 0


def test_a_second_drain_finds_nothing_to_do(database: Database, tmp_path: Path):
    approve_many(database, NOON, 3)
    assert [drain(database, maildir(tmp_path)) for _ in range(2)] == [3, 0]
    assert len(letters(tmp_path)) == 3


def test_more_than_a_batch_is_sent_in_batches(database: Database, tmp_path: Path):
    approve_many(database, NOON, 7)
    channel = replace(maildir(tmp_path), batch=3)
    assert worker.drain(database, channel, lambda: NOON, until=NOON) == 3
    assert drain(database, channel) == 4


def test_who_left_no_address_is_told_through_the_portal(database: Database, tmp_path: Path):
    approve_many(database, NOON, 1, requester=Requester())
    drain(database, maildir(tmp_path))
    assert (row(database).channel, row(database).state) == ("portal", "delivered")
    assert statuses(database) == [Status.DELIVERED]
    assert not (tmp_path / "maildir").exists()


def test_a_merged_requester_reads_the_reply_under_their_own_number(
    database: Database, tmp_path: Path
):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.replied(), desk.accepted(requester=Requester(email="w@a.invalid"))
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        outbox.approve(session, parent, actor=DISPATCHER, now=NOON)
    drain(database, maildir(tmp_path))
    text = {message["To"]: body(message) for message in letters(tmp_path)}["w@a.invalid"]
    assert child.number in text
    assert child.query_code in text
    assert parent.number not in text
    assert parent.query_code not in text


def test_a_ticket_is_delivered_only_when_all_its_requesters_were_told(
    database: Database, tmp_path: Path
):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.replied(), desk.accepted(requester=Requester(email="wrong"))
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        outbox.approve(session, parent, actor=DISPATCHER, now=NOON)
    drain(database, maildir(tmp_path))
    assert [each.state for each in rows(database)] == ["delivered", "failed"]
    assert statuses(database) == [Status.APPROVED, Status.MERGED]


def test_a_try_that_fails_is_made_again_later_and_at_last_listed(database: Database):
    approve_many(database, NOON, 1)
    wire, at = Wire([Outcome.RETRY]), NOON
    for wait in (*BACK_OFF[1:], None):
        assert drain(database, wire, at) == 1
        if wait:
            assert row(database).state == "queued"
            assert drain(database, wire, at + wait - MINUTE / 2) == 0
            at += wait
    assert (row(database).state, row(database).attempts) == ("failed", len(BACK_OFF))
    assert attempts(database) == ["retry"] * len(BACK_OFF)
    with database.read() as session:
        (trouble,) = settling.needing_person(session)
    assert trouble.delivery.id == row(database).id


@pytest.mark.parametrize("channel", [KilledBeforeSending, KilledAfterSending])
def test_a_worker_killed_around_sending_neither_loses_nor_doubles(
    database: Database, tmp_path: Path, channel: type[Maildir]
):
    approve_many(database, NOON, 3)
    good = maildir(tmp_path)
    with pytest.raises(Killed):
        drain(database, channel(good.root, good.sender))
    assert drain(database, good) == 0
    assert settling.sweep(database, good, NOON) == []
    later = NOON + good.lease + MINUTE
    assert len(settling.sweep(database, good, later)) == 3
    assert drain(database, good, later) == 3
    assert len(letters(tmp_path)) == 3
    assert statuses(database) == [Status.DELIVERED] * 3


def test_what_cannot_be_repeated_becomes_unknown_and_is_not_resent(database: Database):
    approve_many(database, NOON, 1)
    wire = Wire()
    wire.send = lambda *_: (_ for _ in ()).throw(Killed)
    with pytest.raises(Killed):
        drain(database, wire)
    later = NOON + 2 * MINUTE
    settling.sweep(database, Wire(), later)
    assert row(database).state == "unknown"
    assert drain(database, Wire(), later) == 0
    assert statuses(database) == [Status.APPROVED]


def test_a_late_word_of_a_slow_worker_is_better_than_unknown(database: Database):
    approve_many(database, NOON, 1)
    wire = Wire()

    def slow(notices: Sequence[Notice], at: datetime) -> list[Result]:
        settling.sweep(database, wire, NOON + 2 * MINUTE)
        assert row(database).state == "unknown"
        return [Result(Outcome.SENT)]

    wire.send = slow
    drain(database, wire)
    assert row(database).state == "sent"
    assert statuses(database) == [Status.DELIVERED]


def test_a_try_taken_back_by_the_sweeper_no_longer_speaks_for_the_delivery(
    database: Database, tmp_path: Path
):
    approve_many(database, NOON, 1)
    good = maildir(tmp_path)
    slow = Wire([Outcome.FAILED], name="maildir", repeatable=True)
    send = slow.send

    def overtaken(notices: Sequence[Notice], at: datetime) -> list[Result]:
        settling.sweep(database, good, NOON + 2 * MINUTE)
        drain(database, good, NOON + 2 * MINUTE)
        return send(notices, at)

    slow.send = overtaken
    drain(database, slow)
    assert row(database).state == "delivered"
    assert attempts(database) == ["queued", "delivered", "failed"]


def test_a_ticket_s_replies_arrive_in_the_order_of_their_approval(database: Database):
    with database.work() as session:
        approve_again(session, approve(session, NOON), NOON)
    wire = Wire([Outcome.RETRY])
    assert drain(database, wire) == 1
    # The first waits for its next try, and the second waits for the first.
    assert [notice.text for notice in wire.seen] == ["已责令整改。"]
    wire.answers = ()
    drain(database, wire, NOON + 2 * MINUTE)
    assert [notice.text for notice in wire.seen][1:] == ["已责令整改。", "已拆除。"]


def test_an_older_reply_told_late_does_not_count_for_the_newer_one(database: Database):
    with database.work() as session:
        approve_again(session, approve(session, NOON), NOON)
    worker.drain(database, Wire(), lambda: NOON, until=NOON)
    assert [each.state for each in rows(database)] == ["sent", "queued"]
    assert statuses(database) == [Status.APPROVED]


def test_workers_side_by_side_send_each_message_once(database: Database, tmp_path: Path):
    approve_many(database, NOON, 60)
    channel = replace(maildir(tmp_path), batch=7)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: drain(database, channel), range(4)))
    assert done == 60
    assert attempts(database) == ["delivered"] * 60
    assert len(letters(tmp_path)) == 60
    assert statuses(database) == [Status.DELIVERED] * 60


def test_two_workers_that_tell_the_last_two_requesters_finish_the_ticket(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        for _ in range(8):
            parent, child = desk.replied(), desk.accepted()
            merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
            outbox.approve(session, parent, actor=DISPATCHER, now=NOON)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: drain(database, Wire(batch=1)), range(4)))
    assert statuses(database) == [Status.DELIVERED, Status.MERGED] * 8


def test_a_batch_of_50_asks_the_database_no_more_often_than_one_of_5(
    database: Database, tmp_path: Path
):
    def questions(n: int) -> int:
        approve_many(database, NOON, n)
        seen: list[str] = []
        listen = (database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
        event.listen(*listen)
        drain(database, maildir(tmp_path))
        event.remove(*listen)
        return len(seen)

    assert questions(5) == questions(50)


def test_each_of_many_told_at_once_has_an_event_of_its_own_in_an_unbroken_story(
    database: Database, tmp_path: Path
):
    approve_many(database, NOON, 3)
    drain(database, maildir(tmp_path), NOON + MINUTE)
    with database.read() as session:
        for ticket in session.exec(select(Ticket)):
            story = queries.events(session, ticket)
            assert broken_link(story) is None
            last = story[-1]
            assert (ticket.last_seq, ticket.head_hash) == (last.seq, last.hash)
            assert (last.action, last.unit, last.at) == ("deliver", CITY, NOON + MINUTE)


def test_due_says_whether_anything_waits(database: Database):
    def due(at: datetime) -> bool:
        with database.read() as session:
            return worker.due(session, at)

    assert not due(NOON)
    approve_many(database, NOON, 1)
    assert due(NOON)
    drain(database, Wire([Outcome.RETRY]))
    assert not due(NOON)
    assert due(NOON + MINUTE)
