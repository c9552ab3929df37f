"""重启: what was told and does not hold goes back to the desk, whoever of its requesters asks."""

from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from hotline.errors import StepRefused
from hotline.people.rights import Action, Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.registry.limits import Limits
from hotline.tickets import follow_ups, queries
from hotline.tickets.contents import add_content
from hotline.tickets.models import Content, Ticket, TicketEvent
from hotline.tickets.steps import STEPS, take_step
from hotline.tickets.words import Status

# Two events tell of one reopening that somebody asks for who was merged: on that one's own ticket,
# and on the ticket that it follows.
AS_MERGED, BY_MERGED = "as_merged", "by_merged"


def reopen(
    session: Session,
    ticket: Ticket,
    reason: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> TicketEvent:
    """重启: back to the desk for a new dispatch; a citizen may ask within 15 days.

    Before it is closed only what the desk answered itself: nobody else could put that right. Who
    was merged into another ticket reopens that one, for it is the same matter: the words stay with
    who said them, and the other's event tells no more than that somebody merged into it asked.
    """
    answered = queries.answered_with(session, ticket)
    _refuse_untold(ticket, answered)
    _refuse_late(answered, calendar.limits, actor, now)
    content = add_content(session, ticket, reason)
    merged = answered is not ticket
    event = take_step(
        session, ticket, Action.REOPEN, actor=actor, now=now, content=content,
        reason=AS_MERGED if merged else "",
    )  # fmt: skip
    if merged:
        _reopen_for_merged(session, answered, content, actor, now)
    follow_ups.end_all(session, answered, now)
    answered.closed_at, answered.unsolved = None, False
    return event


def may_reopen(answered: Ticket) -> bool:
    """Of a reply that was told and is still asked about: whether the desk gave it, not a unit."""
    told = (Status(answered.status), Action.REOPEN) in STEPS
    return told and (answered.status != Status.DELIVERED or not answered.lead_unit)


def reopen_until(answered: Ticket, limits: Limits) -> datetime | None:
    """Until when a citizen may ask; None while it is not closed."""
    return answered.closed_at and answered.closed_at + limits.span("reopen_within")


def _refuse_untold(ticket: Ticket, answered: Ticket) -> None:
    if answered is not ticket and (Status(answered.status), Action.REOPEN) not in STEPS:
        raise StepRefused(
            "工单 %(number)s 反映的事项正在一并办理，还没有答复，不用重启。",
            field="action",
            number=ticket.number,
        )
    if answered.status == Status.DELIVERED and not may_reopen(answered):
        raise StepRefused(
            "工单 %(number)s 由%(unit)s答复，问题未解决的，请退回重办。",
            field="action",
            number=ticket.number,
            unit=answered.lead_unit,
        )


def _refuse_late(answered: Ticket, limits: Limits, actor: Actor, now: datetime) -> None:
    until = reopen_until(answered, limits)
    if until and now > until and actor.role is Role.CITIZEN:
        days = limits.number("reopen_within")
        raise StepRefused(
            "办结已超过 %(days)d 天，不能重启，请重新反映。", field="action", days=days
        )


def _reopen_for_merged(
    session: Session, answered: Ticket, content: Content, actor: Actor, now: datetime
) -> None:
    """In the name of whoever asked: who may do so to the one may do so to what it follows."""
    by = replace(actor, ticket=answered.number)
    take_step(
        session, answered, Action.REOPEN, actor=by, now=now, content=content, reason=BY_MERGED
    )
