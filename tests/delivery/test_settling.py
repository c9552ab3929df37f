"""Receipts, and what a person decides where no machine may."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from builders import AGENT, DISPATCHER, NOON, SUPERVISOR
from letterbox import approve_many, attempts, row, rows, statuses
from sqlmodel import delete, update
from test_drain import Wire

from hotline.db import Database
from hotline.delivery import settling, worker
from hotline.delivery.models import Delivery
from hotline.delivery.states import CHINESE, SETTLED, Outcome, Settlement, State
from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people.rights import Actor
from hotline.tickets.words import Status

LATER = NOON + timedelta(hours=1)
ENDS = {State.SENT: Outcome.SENT, State.FAILED: Outcome.FAILED, State.UNKNOWN: Outcome.UNKNOWN}


def tried(database: Database, answers: Sequence[Outcome]) -> str:
    approve_many(database, NOON, 1)
    worker.drain(database, Wire(answers), lambda: NOON)
    return row(database).id


def settle(
    database: Database, id: str, outcome: str, *, actor: Actor = DISPATCHER, at: datetime = LATER
) -> str:
    with database.work() as session:
        return settling.settle(session, id, outcome, actor=actor, now=at).state


@pytest.mark.parametrize("before", ENDS)
@pytest.mark.parametrize("said", Settlement)
def test_a_receipt_moves_a_delivery_as_the_table_says(
    database: Database, before: State, said: Settlement
):
    id = tried(database, [ENDS[before]])
    assert settle(database, id, said) == SETTLED[before, said] == row(database).state


@pytest.mark.parametrize("before", [State.UNKNOWN, State.FAILED])
def test_a_person_who_has_told_the_citizen_completes_the_ticket(database: Database, before: State):
    id = tried(database, [ENDS[before]])
    assert statuses(database) == [Status.APPROVED]
    settle(database, id, "delivered")
    assert statuses(database) == [Status.DELIVERED]


def test_the_same_receipt_twice_changes_nothing(database: Database):
    id = tried(database, [Outcome.UNKNOWN])
    settle(database, id, "delivered")
    once = (row(database).model_dump(), attempts(database))
    settle(database, id, "delivered", at=LATER + timedelta(hours=1))
    assert (row(database).model_dump(), attempts(database)) == once
    assert attempts(database) == ["unknown", "delivered"]


def test_resending_gives_a_delivery_all_its_tries_again(database: Database):
    id = tried(database, [Outcome.FAILED])
    settle(database, id, "resend")
    wire = Wire()
    assert worker.drain(database, wire, lambda: LATER) == 1
    assert (row(database).state, row(database).attempts) == ("sent", 1)
    assert statuses(database) == [Status.DELIVERED]


def test_a_bounced_message_is_listed_though_the_ticket_went_on(database: Database):
    id = tried(database, [Outcome.SENT])
    settle(database, id, "failed")
    with database.read() as session:
        (trouble,) = settling.needing_person(session)
    assert (trouble.delivery.id, trouble.detail) == (id, DISPATCHER.id)
    assert statuses(database) == [Status.DELIVERED]


def test_what_is_not_finished_cannot_be_settled(database: Database):
    approve_many(database, NOON, 1)
    with pytest.raises(StepRefused) as refusal:
        settle(database, row(database).id, "delivered")
    assert CHINESE[State.QUEUED] in refusal.value.sentence


def test_an_unknown_word_is_refused_with_those_that_are_known(database: Database):
    id = tried(database, [Outcome.UNKNOWN])
    with pytest.raises(Invalid) as refusal:
        settle(database, id, "lost")
    assert refusal.value.field == "outcome"
    assert all(word in refusal.value.sentence for word in Settlement)


def test_an_unknown_delivery_is_not_found(database: Database):
    tried(database, [Outcome.UNKNOWN])
    with pytest.raises(NotFound):
        settle(database, "0" * 24, "delivered")


@pytest.mark.parametrize("actor", [AGENT, SUPERVISOR])
def test_only_a_dispatcher_settles(database: Database, actor: Actor):
    id = tried(database, [Outcome.UNKNOWN])
    with pytest.raises(NotAllowed):
        settle(database, id, "delivered", actor=actor)
    assert row(database).state == "unknown"


def test_the_list_for_a_person_holds_the_reason_and_nothing_else(database: Database):
    tried(database, [Outcome.SENT])
    (number,) = approve_many(database, NOON, 1)
    worker.drain(database, Wire([Outcome.RETRY]), lambda: NOON)
    with database.work() as session:
        session.exec(update(Delivery).where(Delivery.state == "queued").values(state="failed"))
    with database.read() as session:
        assert [trouble.number for trouble in settling.needing_person(session)] == [number]


def test_an_approved_ticket_that_owes_nobody_is_reported(database: Database):
    numbers = approve_many(database, NOON, 2)
    with database.read() as session:
        assert settling.unowed(session) == []
    first, _ = rows(database)
    with database.work() as session:
        session.exec(delete(Delivery).where(Delivery.id == first.id))
    with database.read() as session:
        assert settling.unowed(session) == numbers[:1]
