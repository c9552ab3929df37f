"""What the same person has asked before."""

import pytest
from builders import AGENT, KEY, NOON, Desk, handler_of
from sqlalchemy import event

from hotline.db import Database
from hotline.desk.callers import SHOWN, history, phone_hash
from hotline.errors import NotAllowed
from hotline.people.rights import Actor, Role
from hotline.tickets import intake
from hotline.tickets.intake import Requester

PHONE = "13800000832"


def of(session, phone: str = PHONE, actor: Actor = AGENT):
    return history(session, phone_hash(KEY, phone), actor=actor)


def test_open_tickets_stand_before_done_ones_and_then_the_newest_first(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        done = desk.logged(title="路灯")
        intake.withdraw(session, done, "算了", actor=Actor("d", Role.DISPATCHER), now=NOON)
        old = desk.dispatched(title="烧烤摊")
        new = desk.later().accepted(title="噪音")
        desk.logged(requester=Requester(phone="13900000000"))
        found = of(session)
    assert [past.number for past in found.tickets] == [new.number, old.number, done.number]
    assert [past.heading for past in found.tickets] == ["噪音", "烧烤摊", "路灯"]
    assert [past.open for past in found.tickets] == [True, True, False]
    assert found.tickets[1].unit and found.tickets[1].promised_at
    assert found.count == 3


@pytest.mark.parametrize("spelling", ["138 0000 0832", "+86 13800000832", "１３８０００００８３２"])
def test_a_person_is_found_in_whatever_spelling_the_number_is_typed(
    database: Database, spelling: str
):
    with database.work() as session:
        Desk(session, NOON).logged()
        assert of(session, spelling).count == 1


@pytest.mark.parametrize("phone", ["", "  ", "13700000000"])
def test_who_withheld_the_number_or_never_called_has_no_history(database: Database, phone: str):
    with database.work() as session:
        Desk(session, NOON).logged(requester=Requester(name="李某"))
        Desk(session, NOON).logged()
        assert of(session, phone).tickets == ()


def test_without_a_title_the_heading_is_the_beginning_of_the_matter(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted(title="", text="很长的诉求" * 50)
        intake.answer(session, ticket, "后来的答复", actor=AGENT, now=NOON)
        assert of(session).tickets[0].heading == ("很长的诉求" * 50)[:40]


def test_of_a_person_with_many_tickets_all_are_counted_and_the_first_shown(database: Database):
    with database.work() as session:
        for _ in range(SHOWN + 3):
            Desk(session, NOON).logged()
        found = of(session)
    assert (found.count, len(found.tickets)) == (SHOWN + 3, SHOWN)


def test_history_takes_one_statement_whatever_it_finds(database: Database):
    sent: list[str] = []
    with database.work() as session:
        for _ in range(5):
            Desk(session, NOON).logged()
        session.flush()
        event.listen(session.connection(), "before_cursor_execute", lambda *a: sent.append(a[2]))
        of(session)
    assert len(sent) == 1


def test_a_handler_sees_of_a_person_what_lies_with_the_own_unit(database: Database):
    with database.work() as session:
        Desk(session, NOON).dispatched("市城管执法局")
        Desk(session, NOON).dispatched("市环保局")
        assert of(session, actor=handler_of("市环保局")).count == 1
        with pytest.raises(NotAllowed):
            of(session, actor=Actor("a", Role.ADMINISTRATOR))
