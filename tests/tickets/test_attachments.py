"""Which files a ticket may have, whose they are, and who sees them by what name."""

from dataclasses import replace

import pytest
from builders import AGENT, CITY, DISPATCHER, ENVIRONMENT, NOON, SUPERVISOR, Desk, handler_of
from sqlmodel import Session
from walks import closed

from hotline.db import Database
from hotline.delivery import outbox
from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people.rights import Actor, Role
from hotline.tickets import attachments, replies
from hotline.tickets.attachments import Attachment, Place
from hotline.tickets.file_kinds import OF_A_TICKET
from hotline.tickets.file_store import Kept
from hotline.tickets.models import Ticket

PHOTO = Kept("李某家门口.jpg", "jpg", 1234, "a" * 64, "b" * 64)
PAPER = Kept("通知.pdf", "pdf", 99, "c" * 64, "c" * 64)
HANDLER = handler_of(CITY)


def citizen(ticket: Ticket) -> Actor:
    return Actor("citizen", Role.CITIZEN, ticket=ticket.number)


def add(
    session: Session, ticket: Ticket, *files: Kept, place: Place, actor: Actor, proof: bool = False
) -> list[Attachment]:
    return attachments.add(session, ticket, files, place=place, proof=proof, actor=actor, now=NOON)


def test_a_ticket_keeps_who_sent_which_file_when(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
        add(session, ticket, PHOTO, PAPER, place=Place.MATTER, actor=AGENT)
        noise = Desk(session, NOON).logged()
        add(session, noise, PAPER, place=Place.MATTER, actor=AGENT)
    with database.read() as session:
        photo, paper = attachments.of_ticket(session, ticket)
        assert (photo.name, photo.size, photo.at) == ("李某家门口.jpg", 1234, NOON)
        assert (paper.sent_by, paper.role) == (AGENT.id, Role.AGENT)


def test_the_requester_sees_what_was_sent_and_what_came_with_the_answer_once_it_left(
    database: Database,
):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        add(session, ticket, PHOTO, place=Place.MATTER, actor=AGENT)
        add(session, ticket, PAPER, place=Place.WORK, actor=HANDLER)
        replies.reply(session, ticket, "已整改。", actor=HANDLER, now=NOON)
        (answer,) = add(session, ticket, PAPER, place=Place.REPLY, actor=HANDLER)
        add(session, ticket, PHOTO, place=Place.REPLY, proof=True, actor=HANDLER)
        before = attachments.of_requester(session, ticket)
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
        after = attachments.of_requester(session, ticket)
        assert [row.place for row in before] == [Place.MATTER]
        assert [row.id for row in after] == [before[0].id, answer.id]
        assert len(attachments.of_ticket(session, ticket)) == 4


def test_a_file_that_is_not_the_requesters_is_not_found(database: Database):
    with database.work() as session:
        ticket, other = Desk(session, NOON).in_progress(), Desk(session, NOON).logged()
        (work,) = add(session, ticket, PAPER, place=Place.WORK, actor=HANDLER)
        (strange,) = add(session, other, PAPER, place=Place.MATTER, actor=AGENT)
        for id in (work.id, strange.id):
            with pytest.raises(NotFound):
                attachments.one_of_requester(session, ticket, id)
        with pytest.raises(NotFound):
            attachments.one(session, ticket, strange.id)


@pytest.mark.parametrize(
    ("actor", "place"), [(HANDLER, Place.MATTER), (AGENT, Place.REPLY), (DISPATCHER, Place.REPLY)]
)
def test_nobody_puts_a_file_where_another_speaks(sqlite: Database, actor: Actor, place: Place):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).replied()
        with pytest.raises(NotAllowed):
            add(session, ticket, PAPER, place=place, actor=actor)


def test_an_assistant_puts_no_file_into_the_leads_answer(sqlite: Database):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).replied()
        with pytest.raises(NotAllowed, match=CITY):
            add(session, ticket, PAPER, place=Place.REPLY, actor=handler_of(ENVIRONMENT))


def test_a_reply_that_has_left_takes_no_more_files(sqlite: Database):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).replied()
        outbox.approve(session, ticket, actor=DISPATCHER, now=NOON)
        with pytest.raises(StepRefused, match="只有待审核的答复"):
            add(session, ticket, PAPER, place=Place.REPLY, actor=HANDLER)


def test_a_requester_adds_nothing_to_what_is_over_but_the_desk_may(sqlite: Database):
    with sqlite.work() as session:
        ticket = closed(Desk(session, NOON))
        with pytest.raises(StepRefused, match="重启"):
            add(session, ticket, PAPER, place=Place.MATTER, actor=citizen(ticket))
        assert add(session, ticket, PAPER, place=Place.MATTER, actor=DISPATCHER)


def test_a_ticket_has_so_many_files_and_no_more(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
        add(session, ticket, *[PAPER] * OF_A_TICKET, place=Place.MATTER, actor=AGENT)
        with pytest.raises(Invalid, match=f"最多 {OF_A_TICKET} 个"):
            add(session, ticket, PAPER, place=Place.MATTER, actor=AGENT)


def test_the_desk_gets_the_original_and_everybody_else_the_bare_copy(sqlite: Database):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).dispatched()
        (photo,) = add(session, ticket, PHOTO, place=Place.MATTER, actor=AGENT)
    for reader in (AGENT, DISPATCHER):
        assert attachments.file_for(photo, reader) == PHOTO.sha256
    for reader in (HANDLER, SUPERVISOR, citizen(ticket)):
        assert attachments.file_for(photo, reader) == PHOTO.shown


def test_of_a_confidential_ticket_a_unit_does_not_read_what_the_requester_called_a_file(
    sqlite: Database,
):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).in_progress(confidential=True)
        (photo,) = add(session, ticket, PHOTO, place=Place.MATTER, actor=AGENT)
        (own,) = add(session, ticket, PAPER, place=Place.WORK, actor=HANDLER)
    assert attachments.name_for(photo, ticket, HANDLER) == f"附件{photo.id}.jpg"
    assert attachments.name_for(photo, ticket, SUPERVISOR) == f"附件{photo.id}.jpg"
    assert attachments.name_for(own, ticket, HANDLER) == "通知.pdf"
    for reader in (AGENT, DISPATCHER, citizen(ticket)):
        assert attachments.name_for(photo, ticket, reader) == "李某家门口.jpg"


def test_an_open_ticket_shows_the_unit_what_the_requester_called_a_file(sqlite: Database):
    with sqlite.work() as session:
        ticket = Desk(session, NOON).in_progress()
        (photo,) = add(session, ticket, PHOTO, place=Place.MATTER, actor=AGENT)
    assert attachments.name_for(photo, ticket, HANDLER) == "李某家门口.jpg"


def test_an_erased_file_is_spoken_of_no_more_and_a_shared_one_still_is(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
        first, second = add(session, ticket, PHOTO, PAPER, place=Place.MATTER, actor=AGENT)
        again = replace(PAPER, name="又一份.pdf")
        add(session, Desk(session, NOON).logged(), again, place=Place.MATTER, actor=AGENT)
        hashes = [PHOTO.sha256, PHOTO.shown, PAPER.sha256, "f" * 64]
        assert attachments.unreferenced(session, hashes) == ["f" * 64]
        attachments.erase(session, first)
        attachments.erase(session, second)
        session.flush()
        assert attachments.of_ticket(session, ticket) == []
        assert attachments.unreferenced(session, hashes) == [PHOTO.sha256, PHOTO.shown, "f" * 64]
