"""Rows into JSON; what a reader may not see never gets into the dictionary."""

from datetime import datetime
from typing import Any

from hotline.delivery.models import Delivery
from hotline.delivery.settling import Trouble
from hotline.people.privacy import mask
from hotline.people.rights import Action, Actor, Role
from hotline.reports.measures import MEASURES
from hotline.reports.tallies import CountedEvent, Tally
from hotline.routing.types import Disposition, Suggestion
from hotline.tickets.models import (
    Alarm,
    Assignment,
    Contact,
    Content,
    Reply,
    Source,
    Ticket,
    TicketEvent,
)
from hotline.tickets.words import CHINESE, ReminderKind, Status
from hotline.web.api.suggestions import dial, emergency, suggested

# Who needs the requester's number and name to do the job; for others they are masked.
SEES_CONTACT = (Role.AGENT, Role.DISPATCHER, Role.HANDLER)
# In place of what a unit must not know: the ends of a number are enough to know a neighbour by.
HIDDEN = "****"


# What the desk and the units do among themselves is not the requester's to read; nor are an
# extension that was refused and reminders that the requester did not send.
AMONG_US = (
    Action.OBJECT, Action.ASSIST, Action.ADVISE, Action.FALL_OVERDUE, Action.ASK_EXTENSION,
    Action.SUPERVISE, Action.ANSWER_ORDER, Action.REVIEW_RATING,
)  # fmt: skip
NOT_TOLD = {
    (Action.RULE_EXTENSION, "refused"),
    *((Action.REMIND, kind) for kind in ReminderKind if kind is not ReminderKind.CITIZEN),
}


def moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def ticket(row: Ticket) -> dict[str, Any]:
    """What every reader in whose scope the ticket lies may see."""
    return {
        "number": row.number,
        "status": row.status,
        "status_name": CHINESE[Status(row.status)],
        "channel": row.channel,
        "kind": row.kind,
        "urgency": row.urgency,
        "line": row.line or None,
        "addressee": row.addressee or None,
        "path": row.path or None,
        "territory": row.territory or None,
        "place": row.place or None,
        "lead_unit": row.lead_unit or None,
        "confidential": row.confidential,
        "disposition": row.disposition,
        "service": row.service or None,
        "rework_count": row.rework_count,
        "logged_at": moment(row.logged_at),
        "accepted_at": moment(row.accepted_at),
        "promised_at": moment(row.promised_at),
        "closed_at": moment(row.closed_at),
    }


def logged_ticket(row: Ticket, suggestion: Suggestion) -> dict[str, Any]:
    """The answer to a new request, with the query code, and the number to dial if urgent."""
    return ticket(row) | {
        "query_code": row.query_code,
        "emergency": emergency(suggestion.emergency),
        "suggestion": suggested(suggestion),
    }


def handed_in(row: Ticket, *, repeated: bool = False) -> dict[str, Any]:
    """The answer to another system; it is the same however often it asks."""
    urgent = row.disposition == Disposition.EMERGENCY
    return {
        "number": row.number,
        "query_code": row.query_code,
        "status": row.status,
        "repeated": repeated,
        "emergency": dial(row.service) if urgent else None,
    }


def whole_ticket(
    row: Ticket,
    matter: Content,
    requester: Contact,
    assignments: list[Assignment],
    events: list[TicketEvent],
    reply: tuple[Reply, Content] | None,
    source: Source | None,
    *,
    reader: Actor,
) -> dict[str, Any]:
    """The ticket with its matter, its requester as far as the reader may know, and its story."""
    return ticket(row) | {
        "title": matter.title,
        "text": matter.text,
        "requester": contact(requester, row, reader),
        "decision": row.decision,
        "candidates": row.candidates,
        "excluded": row.excluded,
        "assignments": [assignment(each) for each in assignments],
        "reply": reply[1].text if reply else None,
        "source": origin(source, row, reader),
        "events": [event(each) for each in events],
    }


def hides_requester(of: Ticket, reader: Actor) -> bool:
    """Whether the reader works on a matter whose requester asked not to be known."""
    return of.confidential and reader.role is Role.HANDLER


def contact(row: Contact, of: Ticket, reader: Actor) -> dict[str, str]:
    """Whose it is and how to reach them, as far as the reader's work needs it."""
    fields = {name: getattr(row, name) for name in ("name", "phone", "email", "address")}
    if hides_requester(of, reader):
        return {name: value and HIDDEN for name, value in fields.items()}
    if reader.role in SEES_CONTACT:
        return fields
    return {name: mask(value) for name, value in fields.items()}


def origin(source: Source | None, of: Ticket, reader: Actor) -> dict[str, Any] | None:
    """What it is called where it came from; by that number the requester is found there."""
    if source is None or hides_requester(of, reader):
        return None
    return {"reference": source.reference, "told": source.told}


def assignment(row: Assignment) -> dict[str, Any]:
    return {
        "unit": row.unit,
        "part": row.part,
        "handler": row.handler or None,
        "dispatched_at": moment(row.dispatched_at),
        "warn_at": moment(row.warn_at),
        "due_at": moment(row.due_at),
        "claimed_at": moment(row.claimed_at),
        "ended_at": moment(row.ended_at),
        "overdue": row.overdue,
    }


def event(row: TicketEvent) -> dict[str, Any]:
    return {
        "seq": row.seq,
        "at": moment(row.at),
        "action": row.action,
        "status": row.status,
        "unit": row.unit or None,
        "actor": row.actor,
        "reason": row.reason or None,
    }


def feed(rows: list[tuple[TicketEvent, Ticket]], after: int) -> dict[str, Any]:
    """A page of the feed; `cursor` is what to ask `after` next."""
    entries = [
        {"position": happened.position, "number": row.number} | event(happened)
        for happened, row in rows
    ]
    return {"cursor": entries[-1]["position"] if entries else after, "entries": entries}


def progress(
    row: Ticket, events: list[TicketEvent], reply: tuple[Reply, Content] | None
) -> dict[str, Any]:
    """What the citizen sees: who has it, by when, what was answered; no staff names."""
    return {
        "number": row.number,
        "status": row.status,
        "status_name": CHINESE[Status(row.status)],
        "unit": row.lead_unit or None,
        "promised_at": moment(row.promised_at),
        "reply": reply[1].text if reply else None,
        "steps": [
            {"at": moment(each.at), "action": each.action, "unit": each.unit or None}
            for each in events
            if each.action not in AMONG_US and (each.action, each.reason) not in NOT_TOLD
        ],
    }


def alarm(row: Alarm, of: Ticket) -> dict[str, Any]:
    return {
        "number": of.number,
        "service": row.service,
        "raised_at": moment(row.raised_at),
        "taken_by": row.taken_by or None,
        "taken_at": moment(row.taken_at),
    }


def trouble(row: Trouble) -> dict[str, Any]:
    return delivery(row.delivery) | {"number": row.number, "detail": row.detail}


def delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "channel": row.channel or None,
        "attempts": row.attempts,
        "done_at": moment(row.done_at),
    }


def tally(counted: Tally) -> dict[str, Any]:
    """Each measure with its definition, its total and its parts."""
    measures: dict[str, Any] = {}
    for (name, dimension), values in counted.counts.items():
        measure = MEASURES[name]
        shown = measures.setdefault(
            name,
            {
                "name": measure.words,
                "definition": measure.definition,
                "total": sum(values.values()),
                "by": {},
            },
        )
        shown["by"][dimension] = dict(values)
    return {"first": str(counted.first), "last": str(counted.last), "measures": measures}


def listing(rows: list[CountedEvent], after: int) -> dict[str, Any]:
    """The rows behind a count; `cursor` is what to ask `after` next."""
    entries = [
        {
            "number": row.number, "at": moment(row.at), "action": row.action,
            "unit": row.unit or None, "kind": row.kind, "channel": row.channel,
            "line": row.line or None, "territory": row.territory or None,
        }
        for row in rows
    ]  # fmt: skip
    return {"cursor": rows[-1].id if rows else after, "entries": entries}
