"""Rows are the same whether they are stored in one statement or in one each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from builders import CALENDAR, CITY, ENVIRONMENT, NOON, Desk, handler_of
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import Session, SQLModel, select

from hotline.clock import CITY_TIME
from hotline.db import Database
from hotline.people.rights import Action
from hotline.storing import insert_all
from hotline.tickets import dispatch, queries
from hotline.tickets.follow_ups import FollowUpCall
from hotline.tickets.models import Assignment, Source, Ticket, TicketEvent
from hotline.tickets.words import Channel, Part

OF_A_TICKET = [each for each in SQLModel.metadata.sorted_tables if "ticket_id" in each.c]
# What two tickets of the same words differ in.
OWN = {
    "id", "ticket_id", "number", "query_code", "salt", "pairs",
    "content_hash", "previous", "hash", "head_hash",
}  # fmt: skip


@contextmanager
def writing(database: Database) -> Iterator[list[str]]:
    said = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "INSERT" in statement or "UPDATE" in statement.partition("FOR UPDATE")[0]:
            said.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield said
    event.remove(database.engine, "before_cursor_execute", note)


def rows_of(session: Session, ticket: int) -> dict[str, list[dict[str, Any]]]:
    found = {
        each.name: session.execute(each.select().where(each.c.ticket_id == ticket)).mappings()
        for each in OF_A_TICKET
    }
    table = Ticket.__table__
    found["ticket"] = session.execute(table.select().where(table.c.id == ticket)).mappings()
    return {
        name: [{k: v for k, v in row.items() if k not in OWN} for row in rows]
        for name, rows in found.items()
    }


def test_what_is_only_added_goes_in_one_statement_and_is_what_the_orm_would_store(postgres):
    with postgres.work() as session:
        Desk(session, NOON).logged()  # the first of its day
    with writing(postgres) as said, postgres.work() as session:
        together = Desk(session, NOON).dispatched()
    assert len(said) == 1
    with writing(postgres) as said, postgres.work() as session:
        apart = Desk(session, NOON).dispatched()
        session.flush()
    assert len(said) == 6
    with postgres.read() as session:
        assert rows_of(session, together.id) == rows_of(session, apart.id)


def test_a_step_goes_in_one_statement_and_is_what_the_orm_would_store(postgres):
    def claim(session: Session, number: str) -> None:
        unit = handler_of(CITY)
        ticket = queries.ticket(session, number, actor=unit, action=Action.CLAIM)
        facts = {"calendar": CALENDAR, "actor": unit, "now": NOON}
        dispatch.claim(session, ticket, handler="张三", **facts)

    with postgres.work() as session:
        numbers = [Desk(session, NOON).dispatched().number for _ in "ab"]
    with writing(postgres) as said, postgres.work() as session:
        claim(session, numbers[0])
    assert len(said) == 1
    with writing(postgres) as said, postgres.work() as session:
        claim(session, numbers[1])
        session.flush()
    assert len(said) == 3
    with postgres.read() as session:
        together, apart = session.exec(select(Ticket.id).order_by(Ticket.id))
        assert rows_of(session, together) == rows_of(session, apart)


def test_a_row_that_ends_makes_room_for_the_one_that_takes_its_place(database):
    with database.work() as session:
        Desk(session, NOON).dispatched()
    with database.work() as session:
        old = session.exec(select(Assignment)).one()
        old.ended_at = NOON
        clock = {"dispatched_at": NOON, "due_at": NOON, "warn_at": NOON}
        session.add(Assignment(ticket_id=old.ticket_id, unit=ENVIRONMENT, part=Part.LEAD, **clock))
    with database.read() as session:
        still_open = session.exec(select(Assignment).where(Assignment.ended_at.is_(None))).one()
        assert still_open.unit == ENVIRONMENT


def test_the_events_of_one_piece_of_work_keep_their_order(database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
    with database.read() as session:
        events = session.exec(select(TicketEvent).order_by(TicketEvent.id)).all()
    assert [each.seq for each in events] == [1, 2, 3]
    assert {each.ticket_id for each in events} == {ticket.id}


def test_of_rows_that_the_database_refuses_none_is_stored(database):
    def from_110(session: Session) -> None:
        ticket = Desk(session, NOON).logged()
        session.add(Source(ticket_id=ticket.id, channel=Channel.PHONE, reference="J1"))

    with database.work() as session:
        from_110(session)
    with pytest.raises(IntegrityError), database.work() as session:
        from_110(session)
    with database.read() as session:
        assert len(session.exec(select(Ticket)).all()) == 1


def test_a_row_that_refers_to_another_without_its_number_is_stored_too(database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
        session.add(Source(ticket=ticket, channel=Channel.PHONE, reference="J1"))
    with database.read() as session:
        assert session.exec(select(Source)).one().ticket_id == ticket.id


def call_about(ticket: Ticket, lot: int, **other: Any) -> FollowUpCall:
    return FollowUpCall(ticket_id=ticket.id, lot=lot, **{"delivered_at": NOON} | other)


def test_rows_stored_all_at_once_are_what_the_orm_would_store(database):
    other = {"unsatisfied": True, "taken_by": "坐席\"7'\\", "taken_at": NOON.astimezone(CITY_TIME)}
    with database.work() as session:
        desk = Desk(session, NOON)
        together, apart = desk.logged(), desk.logged()
        insert_all(session, [call_about(together, lot, **other) for lot in (2, 1)])
        session.add_all([call_about(apart, lot, **other) for lot in (2, 1)])
    with database.read() as session:
        stored = rows_of(session, together.id)["follow_up_call"]
        assert stored == rows_of(session, apart.id)["follow_up_call"]
    assert [row["lot"] for row in stored] == [2, 1]


def test_of_rows_stored_all_at_once_none_is_stored_if_one_is_refused(database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
    for wrong in ({"lot": None}, {"ticket_id": 0}, {"delivered_at": NOON.replace(tzinfo=None)}):
        row = call_about(ticket, 1)
        row.__dict__.update(wrong)
        with pytest.raises((StatementError, ValueError)), database.work() as session:
            insert_all(session, [call_about(ticket, 2), row])
    with database.read() as session:
        assert session.exec(select(FollowUpCall)).all() == []
