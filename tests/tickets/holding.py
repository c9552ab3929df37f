"""What must hold of a city, whoever did what to it at the same moment, and whoever died of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from builders import SUPERVISOR
from recounting import recount
from sqlmodel import Session, col, select
from test_random_lives import check

from hotline.db import Database
from hotline.delivery.models import Delivery
from hotline.delivery.states import State
from hotline.people.rights import Action, Role
from hotline.reports import tallies
from hotline.reports.measures import MEASURES
from hotline.tickets.follow_ups import FollowUpCall
from hotline.tickets.models import Contact, Ticket, TicketEvent
from hotline.tickets.return_calls import ReturnCall
from hotline.tickets.words import Status

EVER = (date(2018, 1, 1), date(2090, 12, 31))
LET_GO = (Action.APPROVE, Action.ANSWER)
Story = list[TicketEvent]


def everything(database: Database, merged: Path, positions: Sequence[int]) -> None:
    """All of it; `merged` names the parent of each merger, `positions` is what a reader has read.

    All that is owed has been sent by now.
    """
    with database.read() as session:
        in_order = (col(TicketEvent.ticket_id), col(TicketEvent.seq))
        events = session.exec(select(TicketEvent).order_by(*in_order)).all()
        tickets = session.exec(select(Ticket).order_by(col(Ticket.id))).all()
        stories = [list(story) for _, story in groupby(events, lambda event: event.ticket_id)]
        for ticket, story in zip(tickets, stories, strict=True):
            check(database, ticket.number, sum(event.role != Role.SYSTEM for event in story))
        families(tickets)
        owed = replayed(tickets, events, _parents(merged))
        told_once(session, owed)
        calls_owed(session)
        assert list(positions) == list(range(1, len(events) + 1)), "the feed has a gap or a repeat"
        assert counted(session) == recounted(stories)


def _parents(merged: Path) -> dict[tuple[int, int], int]:
    lines = merged.read_text().splitlines() if merged.exists() else []
    rows = (map(int, line.split()) for line in lines)
    return {(id, seq): parent for id, seq, parent in rows}


def families(tickets: Sequence[Ticket]) -> None:
    """No ring, no chain, and nobody follows a ticket that has ended without a reply."""
    by_id = {ticket.id: ticket for ticket in tickets}
    for ticket in tickets:
        assert (ticket.status == Status.MERGED) == (ticket.merged_into is not None)
        if ticket.merged_into:
            parent = by_id[ticket.merged_into]
            assert parent.status not in (Status.MERGED, Status.WITHDRAWN, Status.REDIRECTED)


def replayed(
    tickets: Sequence[Ticket], events: Sequence[TicketEvent], parents: dict[tuple[int, int], int]
) -> dict[int, set[int]]:
    """Walks through all events as they came, across tickets; gives whom each owes a message."""
    status: dict[int, str] = {}
    follows: dict[int, int] = {}
    waits = set()
    unsolved: dict[int, dict[int, bool]] = defaultdict(dict)
    owed: dict[int, set[int]] = {}
    for event in sorted(events, key=lambda event: event.id):
        id, action = event.ticket_id, event.action
        family = {id} | {child for child, parent in follows.items() if parent == id}
        if status.get(id) == Status.CLOSED:
            assert action in (Action.REOPEN, Action.REVIEW_RATING), "a closed ticket moved"
        if action == Action.MERGE:
            follows[id] = parents[id, event.seq]
        elif action == Action.UNMERGE:
            del follows[id]
        elif action == Action.REOPEN:
            assert status[follows.get(id, id)] in (Status.CLOSED, Status.DELIVERED)
        elif action in LET_GO or (action, event.reason) == (Action.RULE_EXTENSION, "granted"):
            owed[event.id] = family
            waits |= {id} if action in LET_GO else set()
        elif action == Action.DELIVER:
            waits.remove(id)
            unsolved[id] = {}
        elif action == Action.FOLLOW_UP:
            whose = follows.get(id, id)
            assert status[whose] == Status.DELIVERED, "rated what is not told, or is over"
            unsolved[whose][id] = not event.solved
        elif action == Action.CLOSE:
            assert not any(unsolved[id].get(each) for each in family), "closed though unsolved"
        status[id] = event.status
    assert not waits, "a reply that may leave was never told"
    assert status == {ticket.id: ticket.status for ticket in tickets}
    return owed


def told_once(session: Session, owed: dict[int, set[int]]) -> None:
    owners = {contact.id: contact.ticket_id for contact in session.exec(select(Contact))}
    rows = session.exec(select(Delivery)).all()
    assert {row.state for row in rows} <= {State.DELIVERED}
    written = sorted((row.event_id, owners[row.contact_id]) for row in rows)
    assert written == sorted((event, id) for event, ids in owed.items() for id in ids)


def calls_owed(session: Session) -> None:
    """Who is to be asked has just been told, each once; who is to be called back can be."""
    query = select(Ticket).join(FollowUpCall, col(FollowUpCall.ticket_id) == Ticket.id)
    asked = session.exec(query.where(col(FollowUpCall.ended_at).is_(None))).all()
    assert len(asked) == len({ticket.id for ticket in asked})
    for ticket in asked:
        assert session.get_one(Ticket, ticket.merged_into or ticket.id).status == Status.DELIVERED
    lost = select(ReturnCall).where(
        col(ReturnCall.ended_at).is_(None), ReturnCall.caller_hash == ""
    )
    assert session.exec(lost).all() == []


def counted(session: Session) -> Counter:
    found = tallies.tally(session, *EVER, actor=SUPERVISOR).counts
    return Counter(
        {(*key, value): n for key, values in found.items() for value, n in values.items()}
    )


def recounted(stories: Iterable[Story]) -> Counter:
    return Counter(
        (measure, dimension, getattr(step, dimension))
        for story in stories
        for measure, step in recount(story)
        for dimension in MEASURES[measure].by
    )
