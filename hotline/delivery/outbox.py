"""Letting a reply leave: the step and the messages it owes, in one transaction."""

from datetime import datetime

from sqlmodel import Session

from hotline.delivery.models import INTERIM, REPLY, Delivery
from hotline.people.rights import Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import extensions, intake, replies
from hotline.tickets.merging import requesters
from hotline.tickets.models import Reply, Ticket, TicketEvent


def approve(
    session: Session, ticket: Ticket, *, actor: Actor, now: datetime, **checked: bool | None
) -> list[Delivery]:
    """审核, with what was `checked`, and one message owed to each requester."""
    event = replies.approve(session, ticket, actor=actor, now=now, **checked)
    return _owe(session, ticket, event)


def answer(
    session: Session, ticket: Ticket, text: str, *, actor: Actor, now: datetime
) -> list[Delivery]:
    """直接答复, and one message owed to each requester."""
    return _owe(session, ticket, intake.answer(session, ticket, text, actor=actor, now=now))


def rule_extension(
    session: Session,
    ticket: Ticket,
    *,
    granted: bool,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> list[Delivery]:
    """延期审批; each requester is told of an extension that was granted."""
    facts = {"calendar": calendar, "actor": actor, "now": now}
    event, told = extensions.rule(session, ticket, granted=granted, **facts)
    return _owe_this(session, ticket, event, told, INTERIM) if told else []


def _owe(session: Session, ticket: Ticket, event: TicketEvent) -> list[Delivery]:
    session.flush()
    return _owe_this(session, ticket, event, replies.last_reply(session, ticket), REPLY)


def _owe_this(
    session: Session, ticket: Ticket, event: TicketEvent, reply: Reply, kind: str
) -> list[Delivery]:
    session.flush()
    owed = [
        Delivery(
            event_id=event.id, contact_id=contact.id, kind=kind, ticket_id=ticket.id,
            reply_id=reply.id, next_attempt_at=event.at,
        )
        for contact in requesters(session, ticket)
    ]  # fmt: skip
    session.add_all(owed)
    return owed
