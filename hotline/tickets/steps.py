"""The table that is the workflow, and the one function that takes a step."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, update

from hotline.db import among
from hotline.errors import NotAllowed, StepRefused
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.storing import insert_all
from hotline.tickets.models import Content, Ticket, TicketEvent
from hotline.tickets.words import CHINESE, Status

A, S = Action, Status
STEPS: dict[tuple[Status | None, Action], Status] = {
    (None, A.LOG): S.LOGGED,
    (S.LOGGED, A.ACCEPT): S.ACCEPTED,
    (S.LOGGED, A.REDIRECT): S.REDIRECTED,
    (S.LOGGED, A.WITHDRAW): S.WITHDRAWN,
    (S.LOGGED, A.MERGE): S.MERGED,
    (S.ACCEPTED, A.ANSWER): S.APPROVED,
    (S.ACCEPTED, A.DISPATCH): S.DISPATCHED,
    (S.ACCEPTED, A.REDIRECT): S.REDIRECTED,
    (S.ACCEPTED, A.WITHDRAW): S.WITHDRAWN,
    (S.ACCEPTED, A.MERGE): S.MERGED,
    (S.DISPATCHED, A.CLAIM): S.IN_PROGRESS,
    (S.DISPATCHED, A.OBJECT): S.OBJECTED,
    (S.DISPATCHED, A.TRANSFER): S.DISPATCHED,
    (S.DISPATCHED, A.ASSIST): S.DISPATCHED,
    (S.DISPATCHED, A.WITHDRAW): S.WITHDRAWN,
    (S.DISPATCHED, A.MERGE): S.MERGED,
    (S.DISPATCHED, A.FALL_OVERDUE): S.DISPATCHED,
    (S.OBJECTED, A.RULE): S.DISPATCHED,
    (S.OBJECTED, A.ASSIST): S.OBJECTED,
    (S.OBJECTED, A.WITHDRAW): S.WITHDRAWN,
    (S.OBJECTED, A.FALL_OVERDUE): S.OBJECTED,
    (S.IN_PROGRESS, A.OBJECT): S.OBJECTED,
    (S.IN_PROGRESS, A.REPLY): S.REPLIED,
    (S.IN_PROGRESS, A.TRANSFER): S.DISPATCHED,
    (S.IN_PROGRESS, A.ASSIST): S.IN_PROGRESS,
    (S.IN_PROGRESS, A.WITHDRAW): S.WITHDRAWN,
    (S.IN_PROGRESS, A.MERGE): S.MERGED,
    (S.IN_PROGRESS, A.FALL_OVERDUE): S.IN_PROGRESS,
    (S.REPLIED, A.APPROVE): S.APPROVED,
    (S.REPLIED, A.SEND_FOR_REWORK): S.IN_PROGRESS,
    (S.REPLIED, A.WITHDRAW): S.WITHDRAWN,
    (S.APPROVED, A.DELIVER): S.DELIVERED,
    (S.DELIVERED, A.FOLLOW_UP): S.DELIVERED,
    (S.DELIVERED, A.SEND_FOR_REWORK): S.IN_PROGRESS,
    (S.DELIVERED, A.CLOSE): S.CLOSED,
    (S.DELIVERED, A.REOPEN): S.ACCEPTED,
    (S.CLOSED, A.REOPEN): S.ACCEPTED,
    (S.MERGED, A.UNMERGE): S.ACCEPTED,
    (S.MERGED, A.FOLLOW_UP): S.MERGED,
    # What goes back to the desk is the ticket that it follows.
    (S.MERGED, A.REOPEN): S.MERGED,
}
# Rows beside the ticket: they leave an event and move no status. None while a reply is on its way:
# its approval must be the last event when the channel has told everybody.
WITH_UNIT = (S.DISPATCHED, S.OBJECTED, S.IN_PROGRESS)
UNTOLD = (S.LOGGED, S.ACCEPTED, *WITH_UNIT, S.REPLIED)
BESIDE: dict[Action, tuple[Status, ...]] = {
    A.ASK_EXTENSION: (S.DISPATCHED, S.IN_PROGRESS),
    A.RULE_EXTENSION: WITH_UNIT,
    A.REMIND: UNTOLD,
    A.SUPERVISE: (S.ACCEPTED, *WITH_UNIT, S.REPLIED, S.DELIVERED),
    A.ANSWER_ORDER: (*WITH_UNIT, S.REPLIED, S.DELIVERED),
    A.ADVISE: WITH_UNIT,
    A.REVIEW_RATING: (
        S.ACCEPTED, *WITH_UNIT, S.REPLIED, S.DELIVERED, S.CLOSED, S.REDIRECTED, S.WITHDRAWN,
        S.MERGED,
    ),
}  # fmt: skip
STEPS |= {(status, action): status for action, places in BESIDE.items() for status in places}

CHAINED = (
    "ticket_id", "seq", "actor", "role", "action", "status", "unit", "channel", "kind", "line",
    "territory", "reason", "solved", "satisfied", "content_hash", "previous",
)  # fmt: skip


def take_step(
    session: Session,
    ticket: Ticket,
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    unit: str = "",
    content: Content | None = None,
    **facts: Any,
) -> TicketEvent:
    """Moves the ticket by one action and leaves its event; refuses what either table forbids.

    `facts` are further columns of the event: reason, solved, satisfied.
    """
    event = _event(ticket, action, actor=actor, now=now, unit=unit, content=content, **facts)
    ticket.status, ticket.last_seq, ticket.head_hash = event.status, event.seq, event.hash
    session.add_all((ticket, event))
    return event


def take_steps(
    session: Session,
    tickets: Sequence[Row[Any]],
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> None:
    """The same step of each of these rows of tickets, by its lead unit, in two statements."""
    facts = {"actor": actor, "now": now, "reason": reason}
    insert_all(session, [_event(each, action, unit=each.lead_unit, **facts) for each in tickets])
    session.execute(
        update(Ticket)
        .where(among(session, col(Ticket.id), [each.id for each in tickets]))
        .where(TicketEvent.ticket_id == Ticket.id, TicketEvent.seq == Ticket.last_seq + 1)
        .values(status=TicketEvent.status, last_seq=TicketEvent.seq, head_hash=TicketEvent.hash)
    )


def _event(
    ticket: Ticket | Row[Any],
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    unit: str,
    content: Content | None = None,
    **facts: Any,
) -> TicketEvent:
    status = next_status(ticket, action)
    _check_scope(ticket, actor, action, unit)
    event = TicketEvent(
        ticket_id=ticket.id, seq=ticket.last_seq + 1, at=now, actor=actor.id, role=actor.role,
        action=action, status=status, unit=unit, channel=ticket.channel, kind=ticket.kind,
        line=ticket.line, territory=ticket.territory, previous=ticket.head_hash,
        content_hash=content_hash(content) if content else "", **facts,
    )  # fmt: skip
    event.hash = link_hash(event)
    return event


def next_status(ticket: Ticket | Row[Any], action: Action) -> Status:
    """Where the action leads from here; a ticket without events is yet to be logged."""
    here = Status(ticket.status) if ticket.last_seq else None
    if (here, action) not in STEPS:
        status = CHINESE[here] if here else "未登记"
        raise StepRefused(
            "工单 %(number)s 现为「%(status)s」，不能%(step)s。",
            field="action",
            number=ticket.number,
            status=status,
            step=CHINESE[action],
        )
    return STEPS[here, action]


def _check_scope(ticket: Ticket | Row[Any], actor: Actor, action: Action, unit: str) -> None:
    scope = scope_of(actor, action)
    allowed = {
        Scope.ALL: True,
        Scope.UNIT: bool(actor.unit) and actor.unit == unit,
        Scope.OWN: actor.ticket == ticket.number or action is Action.LOG,
        Scope.SUGGESTED: ticket.decision != "ask" and unit in ticket.candidates,
    }
    if not allowed[scope] and scope is Scope.SUGGESTED:
        raise NotAllowed("坐席只能派给系统有把握推荐的单位，请改派或交派单员派单。", field="unit")
    if not allowed[scope]:
        raise NotAllowed(
            "您不能对工单 %(number)s %(step)s。",
            field="action",
            number=ticket.number,
            step=CHINESE[action],
        )


def link_hash(event: TicketEvent) -> str:
    """The event's own hash over its facts, its time and the hash of the one before."""
    facts = [getattr(event, name) for name in CHAINED] + [event.at.isoformat()]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def content_hash(content: Content) -> str:
    """Salted, so that an erased text cannot be guessed back from the event that remains."""
    return hashlib.sha256(f"{content.salt}{content.title}\n{content.text}".encode()).hexdigest()


def broken_link(events: list[TicketEvent]) -> int | None:
    """The `seq` of the first event of a ticket whose chain does not hold; None when it does."""
    previous = ""
    for expected, event in enumerate(events, start=1):
        if (event.seq, event.previous, event.hash) != (expected, previous, link_hash(event)):
            return event.seq
        previous = event.hash
    return None
