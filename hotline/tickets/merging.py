"""并单: several requests of one matter become one, reversibly; each requester gets the reply."""

from datetime import datetime

from sqlmodel import Session, col, or_, select

from hotline.errors import Invalid
from hotline.people.rights import Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import follow_ups, queries
from hotline.tickets.dispatch import end_assignments, open_assignments, refuse_accused
from hotline.tickets.intake import promise
from hotline.tickets.models import BLANK, Contact, Ticket, TicketEvent
from hotline.tickets.replies import says_unsolved
from hotline.tickets.steps import take_step
from hotline.tickets.words import CallOutcome, Outcome, Status

PARENTS_SHOWN = 3
# A reply that may leave already is owed to those who were there; a newcomer would never be told.
TOO_LATE = (
    Status.APPROVED,
    Status.DELIVERED,
    Status.CLOSED,
    Status.REDIRECTED,
    Status.WITHDRAWN,
    Status.MERGED,
)


def merge(
    session: Session, ticket: Ticket, parent: Ticket, *, actor: Actor, now: datetime
) -> TicketEvent:
    """The ticket follows the parent from now on; its requester gets the parent's reply."""
    if parent.id == ticket.id:
        raise Invalid("不能并入工单自身。", field="parent")
    if parent.status in TOO_LATE:
        raise Invalid(
            "工单 %(number)s 已有答复、已结束或已并单，不能再并入。",
            field="parent",
            number=parent.number,
        )
    _refuse_parent(session, ticket)
    _refuse_accused(ticket, parent)
    end_assignments(session, ticket, Outcome.ENDED, now)
    event = take_step(session, ticket, Action.MERGE, actor=actor, now=now, unit=parent.lead_unit)
    ticket.merged_into = parent.id
    # Whom one of those who now wait for its reply accuses, must not get it later either.
    parent.excluded = list(dict.fromkeys((*parent.excluded, *ticket.excluded)))
    return event


def unmerge(
    session: Session, ticket: Ticket, *, calendar: WorkCalendar, actor: Actor, now: datetime
) -> TicketEvent:
    """A matter of its own again, back at the desk; an earlier promise still holds."""
    event = take_step(session, ticket, Action.UNMERGE, actor=actor, now=now)
    parent = session.get_one(Ticket, ticket.merged_into)
    ticket.merged_into = None
    parent.unsolved = parent.unsolved and says_unsolved(session, parent)
    follow_ups.end(session, ticket, CallOutcome.MOOT, now)
    promise(ticket, calendar=calendar, now=now)
    return event


def requesters(session: Session, ticket: Ticket) -> list[Contact]:
    """Everyone who is owed this ticket's reply: its own requester and those merged into it."""
    query = (
        select(Contact)
        .join(Ticket, col(Ticket.id) == Contact.ticket_id)
        .where(or_(Ticket.id == ticket.id, Ticket.merged_into == ticket.id))
    )
    return list(session.exec(query.order_by(col(Contact.id))))


def likely_parents(session: Session, ticket: Ticket, requester: Contact) -> list[Ticket]:
    """Other tickets of this requester that it may be merged into, the newest first."""
    same = [
        (column == said) & (column != BLANK)
        for column, said in (
            (col(Contact.phone_hash), requester.phone_hash),
            (col(Contact.email_hash), requester.email_hash),
        )
        if said
    ]
    if not same:
        return []
    query = (
        select(Ticket)
        .join(Contact, col(Contact.ticket_id) == Ticket.id)
        .where(or_(*same), Ticket.id != ticket.id, col(Ticket.status).not_in(TOO_LATE))
        .order_by(col(Ticket.id).desc())
    )
    return list(session.exec(query.limit(PARENTS_SHOWN)))


def _refuse_accused(ticket: Ticket, parent: Ticket) -> None:
    """Else the accused would answer the tip-off, and see that there is one."""
    for assignment in open_assignments(parent):
        refuse_accused(ticket, assignment.unit)


def _refuse_parent(session: Session, ticket: Ticket) -> None:
    if queries.is_followed(session, ticket):
        raise Invalid(
            "已有工单并入 %(number)s，请先撤销并单。", field="parent", number=ticket.number
        )
