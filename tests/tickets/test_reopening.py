"""重启: of one's own ticket or of what it goes along with, in time, telling nobody's secret."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import AGENT, CALENDAR, CITY, DISPATCHER, NOON, Desk, handler_of
from sqlmodel import Session, col, select

from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.models import Delivery
from hotline.errors import NotAllowed, StepRefused
from hotline.people.rights import CHANNEL, Action, Actor, Role
from hotline.tickets import dispatch, merging, queries, replies, stories
from hotline.tickets.models import Contact, Ticket
from hotline.tickets.reopening import reopen
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Status

LATE = NOON + timedelta(days=15, seconds=1)
WORDS = "我家三单元楼下还在吵"


def citizen(ticket: Ticket) -> Actor:
    return Actor("citizen", Role.CITIZEN, ticket=ticket.number)


def pair(session: Session, **child: object) -> tuple[Ticket, Ticket]:
    """A ticket with a unit, and one merged into it."""
    desk = Desk(session, NOON)
    parent, merged = desk.in_progress(), desk.accepted(**child)
    merging.merge(session, merged, parent, actor=DISPATCHER, now=NOON)
    return parent, merged


def told(session: Session, ticket: Ticket, now: datetime = NOON) -> None:
    replies.reply(session, ticket, "已责令整改。", actor=handler_of(CITY), now=now)
    outbox.approve(session, ticket, actor=DISPATCHER, now=now)
    replies.deliver(session, ticket, actor=CHANNEL, now=now)


def closed(session: Session, **child: object) -> tuple[Ticket, Ticket]:
    parent, merged = pair(session, **child)
    told(session, parent)
    replies.close(session, parent, actor=DISPATCHER, now=NOON)
    return parent, merged


def asks(session: Session, ticket: Ticket, now: datetime = NOON, actor: Actor | None = None):
    return reopen(
        session, ticket, WORDS, calendar=CALENDAR, actor=actor or citizen(ticket), now=now
    )


@pytest.mark.parametrize("who", [citizen, lambda ticket: DISPATCHER])
def test_who_was_merged_reopens_the_matter_as_a_whole(
    database: Database, who: Callable[[Ticket], Actor]
):
    with database.work() as session:
        parent, merged = closed(session)
        asks(session, merged, actor=who(merged))
        assert (parent.status, parent.closed_at) == (Status.ACCEPTED, None)
        assert (merged.status, merged.merged_into) == (Status.MERGED, parent.id)


def test_the_new_reply_goes_to_all_of_them(database: Database):
    with database.work() as session:
        parent, merged = closed(session)
        asks(session, merged)
        facts = {"calendar": CALENDAR, "now": NOON}
        dispatch.dispatch(session, parent, CITY, actor=DISPATCHER, **facts)
        dispatch.claim(session, parent, handler="张三", actor=handler_of(CITY), **facts)
        told(session, parent)
        newest = session.exec(select(Delivery.event_id).order_by(col(Delivery.id).desc())).first()
        owed = session.exec(
            select(Contact.ticket_id)
            .join(Delivery, col(Delivery.contact_id) == Contact.id)
            .where(Delivery.event_id == newest)
        )
        assert set(owed) == {parent.id, merged.id}


def test_both_stories_tell_of_it_and_only_the_one_who_asked_has_the_words(database: Database):
    with database.work() as session:
        parent, merged = closed(session, confidential=True)
        asks(session, merged)
        session.flush()
        own, followed = (stories.story(session, each) for each in (merged, parent))
        for story, reason in ((own, "as_merged"), (followed, "by_merged")):
            last = story.events[-1]
            assert (last.action, last.reason, last.role) == (Action.REOPEN, reason, Role.CITIZEN)
            assert broken_link(story.events) is None
        assert WORDS in own.texts.values()
        assert WORDS not in followed.texts.values()
        assert merged.number not in repr(followed.events[-1])


def test_the_unit_reads_the_words_of_who_did_not_ask_for_secrecy(database: Database):
    with database.work() as session:
        parent, merged = closed(session)
        asks(session, merged)
        session.flush()
        assert stories.story(session, parent).texts[parent.last_seq] == WORDS


def test_a_citizen_asks_within_fifteen_days_of_the_closing_and_the_desk_later_too(
    database: Database,
):
    with database.work() as session:
        _, merged = closed(session)
        with pytest.raises(StepRefused, match="15 天"):
            asks(session, merged, LATE)
        asks(session, merged, LATE, DISPATCHER)


def test_nobody_reopens_by_a_query_code_that_is_not_theirs(database: Database):
    with database.work() as session:
        parent, merged = closed(session)
        for theirs, other in ((merged, parent), (parent, merged)):
            with pytest.raises(NotAllowed):
                asks(session, theirs, actor=citizen(other))
            session.expire_all()


def test_what_is_being_worked_on_need_not_be_reopened_nor_is_its_number_told(database: Database):
    with database.work() as session:
        parent, merged = pair(session)
        with pytest.raises(StepRefused, match="正在一并办理") as refusal:
            asks(session, merged)
        told(session, parent)
        replies.close(session, parent, actor=DISPATCHER, now=NOON)
        asks(session, merged)
        with pytest.raises(StepRefused, match="正在一并办理"):
            asks(session, merged)
    assert parent.number not in refusal.value.sentence


def test_what_a_unit_has_answered_and_is_still_asked_about_is_rated_and_not_reopened(
    database: Database,
):
    with database.work() as session:
        parent, merged = pair(session)
        told(session, parent)
        with pytest.raises(StepRefused, match="请退回重办"):
            asks(session, merged)


def test_what_the_desk_answered_itself_is_reopened_at_once(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, merged = desk.accepted(), desk.accepted()
        merging.merge(session, merged, parent, actor=DISPATCHER, now=NOON)
        outbox.answer(session, parent, "请到窗口办理。", actor=AGENT, now=NOON)
        replies.deliver(session, parent, actor=CHANNEL, now=NOON)
        asks(session, merged)
        assert parent.status == Status.ACCEPTED


def test_a_rating_of_the_reply_before_counts_apart_from_that_of_the_next(database: Database):
    with database.work() as session:
        parent, merged = pair(session)
        told(session, parent)
        first = rate(session, merged)
        replies.close(session, parent, actor=DISPATCHER, now=NOON)
        asks(session, merged)
        facts = {"calendar": CALENDAR, "now": NOON}
        dispatch.dispatch(session, parent, CITY, actor=DISPATCHER, **facts)
        dispatch.claim(session, parent, handler="张三", actor=handler_of(CITY), **facts)
        told(session, parent)
        second = rate(session, merged)
        assert (first.superseded, second.superseded) == (False, False)


def rate(session: Session, ticket: Ticket):
    return replies.follow_up(
        session, ticket, solved=True, satisfied=4, actor=citizen(ticket), now=NOON
    )


def test_the_lock_of_who_was_merged_holds_what_it_follows(database: Database):
    with database.work() as session:
        parent, merged = closed(session)
        number, code, of_parent = merged.number, merged.query_code, parent.number
    with database.work() as session:
        mine = queries.citizens_ticket(session, number, code, lock=True)
        asks(session, mine)
    with database.read() as session:
        query = select(Ticket.status).where(Ticket.number == of_parent)
        assert session.exec(query).one() == Status.ACCEPTED


def test_the_own_ticket_is_reopened_as_ever(database: Database):
    with database.work() as session:
        parent, _ = closed(session)
        with pytest.raises(NotAllowed):
            asks(session, parent, actor=replace(citizen(parent), ticket="NJ0"))
        event = asks(session, parent, NOON + timedelta(days=15))
        assert (event.status, event.reason) == (Status.ACCEPTED, "")
