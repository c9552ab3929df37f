"""办结 by itself, and what lies with the desk until somebody has acted on it."""

from datetime import timedelta

from builders import AGENT, CALENDAR, DISPATCHER, NOON, Desk
from sqlmodel import Session
from walks import answered, delivered, unsolved

from hotline.db import Database
from hotline.people.rights import CHANNEL, SYSTEM, Actor, Role
from hotline.tickets import closing, follow_ups, lists, merging, reopening, replies
from hotline.tickets.intake import Requester
from hotline.tickets.lists import DeskPile
from hotline.tickets.models import Ticket
from hotline.tickets.words import Grievance, Status

LIMITS = CALENDAR.limits
LONG = NOON + LIMITS.span("close_after")


def ended(session: Session, now=NOON) -> list[str]:
    """What the clock closes at this moment."""
    rows = closing.settled(session, now, limits=LIMITS, limit=100)
    for ticket in rows:
        replies.close(session, ticket, actor=SYSTEM, now=now)
    assert {ticket.status for ticket in rows} <= {Status.CLOSED}
    return [ticket.number for ticket in rows]


def says(session: Session, ticket: Ticket, *, solved: bool) -> None:
    who = Actor("citizen", Role.CITIZEN, ticket=ticket.number)
    why = None if solved else Grievance.NOT_SOLVED
    replies.follow_up(
        session, ticket, solved=solved, satisfied=5 if solved else 1, grievance=why, actor=who,
        now=NOON,
    )  # fmt: skip


def in_the_pile(session: Session) -> list[str]:
    return [row.number for row in lists.desk_pile(session, DISPATCHER, DeskPile.UNSOLVED)]


def unasked(session: Session) -> Ticket:
    """A delivered ticket about which nobody is to be called."""
    while True:
        ticket = delivered(Desk(session, NOON), requester=Requester(email="a@example.invalid"))
        if follow_ups.count(session, limits=LIMITS) == 0:
            return ticket
        ended(session, LONG)


def test_what_is_said_to_be_solved_is_closed_at_once(database: Database):
    with database.work() as session:
        ticket = unasked(session)
        assert ended(session) == []
        says(session, ticket, solved=True)
        assert ended(session) == [ticket.number]
        assert ticket.closed_at == NOON


def test_whoever_is_still_to_be_called_keeps_it_open_until_it_has_been_silent_long(
    database: Database,
):
    with database.work() as session:
        ticket = delivered(Desk(session, NOON), requester=Requester(phone="13800000832"))
        says(session, ticket, solved=True)
        assert ended(session, LONG - timedelta(seconds=1)) == []
        assert ended(session, LONG) == [ticket.number]


def test_silence_closes_what_was_told_and_nothing_else(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        told, others = delivered(desk), [desk.replied(), desk.in_progress(), unsolved(desk)]
        assert ended(session, LONG) == [told.number]
        assert Status.CLOSED not in {other.status for other in others}


def test_one_who_is_content_does_not_close_it_for_those_merged_into_it(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = with_follower(desk)
        says(session, parent, solved=True)
        assert ended(session) == []
        says(session, child, solved=False)
        assert ended(session, LONG) == []
        assert in_the_pile(session) == [parent.number]
        says(session, child, solved=True)
        assert in_the_pile(session) == []
        assert ended(session, LONG) == [parent.number]


def with_follower(desk: Desk) -> tuple[Ticket, Ticket]:
    reached = Requester(email="a@example.invalid")
    parent, child = desk.replied(requester=reached), desk.dispatched(requester=reached)
    facts = {"actor": DISPATCHER, "now": NOON}
    # Merged before it was told: nobody is merged into what has been answered.
    parent.status = Status.IN_PROGRESS
    merging.merge(desk.session, child, parent, **facts)
    parent.status = Status.REPLIED
    replies.approve(desk.session, parent, **facts)
    replies.deliver(desk.session, parent, actor=CHANNEL, now=NOON)
    return parent, child


def test_unsolved_for_one_who_is_merged_no_more_is_unsolved_no_more(database: Database):
    with database.work() as session:
        parent, child = with_follower(Desk(session, NOON))
        says(session, child, solved=False)
        assert in_the_pile(session) == [parent.number]
        merging.unmerge(session, child, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        assert in_the_pile(session) == []


def test_the_unsolved_lies_with_the_desk_until_it_is_sent_back_or_reopened(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        of_a_unit, of_the_desk = unsolved(desk), unsolved(desk, answered)
        assert in_the_pile(session) == [of_a_unit.number, of_the_desk.number]
        assert lists.desk_counts(session, DISPATCHER)[DeskPile.UNSOLVED] == 2
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        replies.send_for_rework(session, of_a_unit, "没办好", **facts)
        reopening.reopen(session, of_the_desk, "没答对", **facts)
        assert in_the_pile(session) == []
        assert not of_a_unit.unsolved
        assert not of_the_desk.unsolved


def test_the_last_word_counts(database: Database):
    with database.work() as session:
        ticket = unsolved(Desk(session, NOON))
        replies.follow_up(session, ticket, solved=True, satisfied=4, actor=AGENT, now=NOON)
        assert in_the_pile(session) == []
        assert ended(session, LONG) == [ticket.number]
