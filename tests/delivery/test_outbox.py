"""A reply may leave only together with what it owes to whom."""

from pathlib import Path

import pytest
from builders import AGENT, CALENDAR, CITY, DISPATCHER, NOON, Desk, handler_of
from letterbox import approve, approve_again, letters, maildir, rows, statuses
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from hotline.clock import CITY_TIME
from hotline.db import Database
from hotline.delivery import outbox, worker
from hotline.delivery.models import Delivery
from hotline.errors import StepRefused
from hotline.tickets import extensions, merging, replies
from hotline.tickets.models import Contact, Ticket


def test_approving_a_reply_owes_one_message_to_each_requester(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        desk.replied()  # noise: not approved
        parent, child = desk.replied(), desk.accepted()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        outbox.approve(session, parent, actor=DISPATCHER, now=NOON)
        owed = session.exec(select(Contact.ticket_id).join(Delivery)).all()
    assert sorted(owed) == [parent.id, child.id]


def test_an_answer_of_the_desk_leaves_by_the_outbox_too(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted()
        outbox.answer(session, ticket, "每周二下午可办理。", actor=AGENT, now=NOON)
    assert [(row.ticket_id, row.state) for row in rows(database)] == [(ticket.id, "queued")]


def waiting_for_time(session) -> Ticket:
    ticket = Desk(session, NOON).in_progress()
    facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": NOON}
    extensions.ask(session, ticket, days=5, reason="要等鉴定", **facts)
    return ticket


def test_each_requester_is_told_of_an_extension_once_and_the_reply_comes_later(
    database: Database, tmp_path: Path
):
    facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
    with database.work() as session:
        ticket = waiting_for_time(session)
        outbox.rule_extension(session, ticket, granted=True, **facts)
        until = ticket.promised_at.astimezone(CITY_TIME)
    worker.drain(database, maildir(tmp_path), lambda: NOON)
    (letter,) = letters(tmp_path)
    text = letter.get_payload(decode=True).decode()
    assert f"将于{until.month}月{until.day}日前答复您" in text
    assert "回访评价" not in text
    assert statuses(database) == ["in_progress"]
    with database.work() as session:
        session.add(ticket)
        replies.reply(session, ticket, "已修好。", actor=handler_of(CITY), now=NOON)
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
    worker.drain(database, maildir(tmp_path), lambda: NOON)
    assert (len(letters(tmp_path)), statuses(database)) == (2, ["delivered"])


def test_a_refused_extension_is_told_to_no_requester(database: Database):
    with database.work() as session:
        ticket = waiting_for_time(session)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        assert outbox.rule_extension(session, ticket, granted=False, **facts) == []
    assert rows(database) == []


def test_a_step_that_fails_owes_nothing(database: Database):
    with pytest.raises(StepRefused), database.work() as session:
        ticket = Desk(session, NOON).replied()
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
    assert (rows(database), statuses(database)) == ([], [])


def test_the_database_refuses_to_owe_the_same_reply_twice(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        (row,) = outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
    twin = row.model_dump(exclude={"id"})
    with pytest.raises(IntegrityError), database.work() as session:
        session.add(Delivery(**twin))


def test_a_reply_after_rework_is_owed_anew(database: Database):
    with database.work() as session:
        approve_again(session, approve(session, NOON), NOON)
    first, second = rows(database)
    assert first.contact_id == second.contact_id
    assert first.reply_id < second.reply_id
