"""A reply may leave only together with what it owes to whom."""

import pytest
from builders import AGENT, DISPATCHER, NOON, Desk
from letterbox import approve, approve_again, rows, statuses
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.models import Delivery
from hotline.errors import StepRefused
from hotline.tickets import merging
from hotline.tickets.models import Contact


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
