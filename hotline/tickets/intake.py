"""The desk's steps: log, accept, redirect, answer at once, withdraw."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from hotline.errors import StepRefused
from hotline.people.privacy import keyed_hash
from hotline.people.rights import Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.registry.numbers import canonical
from hotline.routing.types import Suggestion
from hotline.tickets import queries
from hotline.tickets.contents import add_content
from hotline.tickets.deadlines import promised_at
from hotline.tickets.dispatch import end_assignments
from hotline.tickets.models import Alarm, Contact, Reply, Ticket, TicketEvent
from hotline.tickets.numbers import new_query_code, next_ticket
from hotline.tickets.pairs import searchable
from hotline.tickets.steps import take_step
from hotline.tickets.words import Channel, MatterKind, Outcome, Urgency


@dataclass(frozen=True, slots=True)
class Requester:
    """Who asks, as far as they said; any part may be blank."""

    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is asked, before it has a number."""

    text: str
    kind: MatterKind
    channel: Channel
    title: str = ""
    line: str = ""
    addressee: str = ""
    call_id: str = ""
    path: str = ""
    urgency: Urgency = Urgency.NORMAL
    confidential: bool = False
    requester: Requester = field(default_factory=Requester)
    batch: str = ""
    written_at: datetime | None = None  # when it was written elsewhere, before it came to us


def log(
    session: Session,
    matter: Matter,
    suggestion: Suggestion,
    *,
    actor: Actor,
    key: bytes,
    now: datetime,
) -> Ticket:
    """Stores the matter with what the router thinks of it; emergency words raise an alarm.

    `key` is the secret under which phone numbers and addresses can be found again. What was
    written elsewhere is lodged when it was written; the desk is alarmed `now`.
    """
    at = matter.written_at or now
    ticket = _new_ticket(matter, suggestion, at)
    ticket.id, ticket.number = next_ticket(session, at)
    session.add(ticket)
    content = add_content(session, ticket, matter.text, title=matter.title)
    session.add_all((searchable(ticket, content), _contact(ticket, matter.requester, key)))
    # Tallies count a letter for whom it is written to, but never let the accused count it.
    to = "" if matter.addressee in suggestion.excluded else matter.addressee
    take_step(
        session, ticket, Action.LOG, actor=actor, now=at, unit=to, content=content,
        reason=matter.path,
    )  # fmt: skip
    if suggestion.emergency and matter.channel is not Channel.PHONE:
        session.add(Alarm(ticket_id=ticket.id, service=suggestion.emergency.service, raised_at=now))
    return ticket


def _new_ticket(matter: Matter, suggestion: Suggestion, now: datetime) -> Ticket:
    who = matter.requester
    return Ticket(
        query_code=new_query_code(),
        channel=matter.channel,
        kind=matter.kind,
        urgency=Urgency.CRITICAL if suggestion.emergency else matter.urgency,
        line=matter.line,
        addressee=matter.addressee,
        path=matter.path,
        call_id=matter.call_id,
        territory=suggestion.territory or "",
        place=suggestion.place or "",
        # GB/T 33358 grants secrecy on request; a report of a breach has it by default (proposal).
        confidential=matter.confidential or matter.kind is MatterKind.REPORT,
        anonymous=not (who.name or who.phone or who.email),
        disposition=suggestion.disposition,
        service=suggestion.service or "",
        decision=suggestion.decision,
        candidates=[candidate.unit for candidate in suggestion.candidates],
        excluded=list(suggestion.excluded),
        batch=matter.batch,
        logged_at=now,
        assignments=[],
    )


def _contact(ticket: Ticket, who: Requester, key: bytes) -> Contact:
    return Contact(
        ticket_id=ticket.id,
        name=who.name,
        phone=who.phone,
        email=who.email,
        address=who.address,
        phone_hash=keyed_hash(key, canonical(who.phone) or who.phone) if who.phone else "",
        email_hash=keyed_hash(key, who.email) if who.email else "",
    )


def accept(
    session: Session, ticket: Ticket, *, calendar: WorkCalendar, actor: Actor, now: datetime
) -> TicketEvent:
    """受理: from here the promise to the citizen runs, and it never restarts."""
    event = take_step(session, ticket, Action.ACCEPT, actor=actor, now=now)
    promise(ticket, calendar=calendar, now=now)
    return event


def promise(ticket: Ticket, *, calendar: WorkCalendar, now: datetime) -> None:
    if ticket.accepted_at is None:
        ticket.accepted_at = now
        ticket.promised_at = promised_at(ticket.kind, now, calendar, ticket.path)


def redirect(
    session: Session, ticket: Ticket, sentence: str, *, code: str, actor: Actor, now: datetime
) -> TicketEvent:
    """引导: not refused, but told where the matter goes, in the sentence given."""
    _refuse_followed(session, ticket)
    content = add_content(session, ticket, sentence)
    return take_step(
        session, ticket, Action.REDIRECT, actor=actor, now=now, content=content, reason=code
    )


def answer(
    session: Session, ticket: Ticket, text: str, *, actor: Actor, now: datetime
) -> TicketEvent:
    """直接答复: the desk answers at once; like any reply it leaves by the one channel."""
    content = add_content(session, ticket, text)
    # A unit that had it before it was reopened has no part in this answer, nor in its rating.
    ticket.lead_unit = ""
    session.add(
        Reply(
            ticket_id=ticket.id,
            unit="",
            content=content,
            written_by=actor.id,
            written_at=now,
            approved_by=actor.id,
            approved_at=now,
        )
    )
    return take_step(session, ticket, Action.ANSWER, actor=actor, now=now, content=content)


def withdraw(
    session: Session, ticket: Ticket, reason: str, *, actor: Actor, now: datetime
) -> TicketEvent:
    """撤单, by the requester or the dispatcher."""
    _refuse_followed(session, ticket)
    content = add_content(session, ticket, reason)
    end_assignments(session, ticket, Outcome.ENDED, now)
    return take_step(
        session,
        ticket,
        Action.WITHDRAW,
        actor=actor,
        now=now,
        unit=ticket.lead_unit,
        content=content,
    )


def _refuse_followed(session: Session, ticket: Ticket) -> None:
    """Nobody would ever answer those whose tickets were merged into one that ends without reply."""
    # One that is only just taken down has nobody yet, and is stored together with its redirection.
    if ticket not in session.new and queries.is_followed(session, ticket):
        raise StepRefused(
            "别人反映的同一事项已并入 %(number)s，要等它答复；须由派单员先撤销并单。",
            field="action",
            number=ticket.number,
        )
