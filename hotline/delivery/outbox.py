"""Letting a reply leave: the step and the messages it owes, in one transaction."""

from datetime import datetime

from sqlmodel import Session

from hotline.delivery.models import INTERIM, REPLY, Delivery, DeliveryAttempt
from hotline.delivery.states import State
from hotline.people.rights import Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import extensions, intake, replies, sources
from hotline.tickets.merging import requesters
from hotline.tickets.models import Contact, Reply, Ticket, TicketEvent

TO_BE_POSTED = "请在领导留言板回复留言 {reference}，再登记已告知"


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
    contacts = requesters(session, ticket)
    owed = [
        Delivery(
            event_id=event.id, contact_id=contact.id, kind=kind, ticket_id=ticket.id,
            reply_id=reply.id, next_attempt_at=event.at,
        )
        for contact in contacts
    ]  # fmt: skip
    session.add_all(owed)
    _leave_to_a_person(session, contacts, owed, event.at)
    return owed


def _leave_to_a_person(
    session: Session, contacts: list[Contact], owed: list[Delivery], now: datetime
) -> None:
    """Whoever wrote on the board, and nothing else of themselves, is answered there."""
    unreachable = [each.ticket_id for each in contacts if not (each.phone or each.email)]
    posted = sources.on_the_board(session, unreachable) if unreachable else {}
    for contact, delivery in zip(contacts, owed, strict=True):
        if reference := posted.get(contact.ticket_id):
            detail = TO_BE_POSTED.format(reference=reference)
            delivery.state, delivery.done_at = State.BY_HAND, now
            session.add(
                DeliveryAttempt(
                    delivery_id=delivery.id, at=now, result=delivery.state, detail=detail
                )
            )
