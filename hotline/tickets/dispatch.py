"""Giving a ticket to a unit: dispatch, transfer, assist, advise, claim, overdue."""

from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, func
from sqlmodel import Session, col, select

from hotline.errors import Invalid, NotAllowed, StepRefused
from hotline.people.rights import SYSTEM, Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.contents import add_content
from hotline.tickets.corrections import correct
from hotline.tickets.deadlines import claim_by, dispatch_by, span
from hotline.tickets.models import Assignment, Objection, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.words import CHINESE, Outcome, Part, Status

# Why the event of a claim, and that of a dispatch, is counted apart.
LATE, IN_TIME = "late", "in_time"
# Each of these puts a ticket before the desk, to be dispatched.
TO_THE_DESK = (Action.ACCEPT, Action.REOPEN, Action.UNMERGE)
_REFUSED = select(Objection.raised_at, col(Objection.ruled_at)).where(
    Objection.assignment_id == bindparam("assignment"), col(Objection.granted).is_(False)
)


def dispatch(
    session: Session,
    ticket: Ticket,
    unit: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """派单: the unit becomes accountable and its clock runs, signed for or not.

    The event says whether the desk kept to its own clock.
    """
    refuse_accused(ticket, unit)
    kept = IN_TIME if _dispatches_in_time(session, ticket, calendar, now) else LATE
    take_step(session, ticket, Action.DISPATCH, actor=actor, now=now, unit=unit, reason=kept)
    suggested = next(iter(ticket.candidates), "")
    correct(session, ticket, unit, instead_of=suggested, actor=actor, now=now)
    return assign(session, ticket, unit, Part.LEAD, calendar, now)


def _dispatches_in_time(
    session: Session, ticket: Ticket, calendar: WorkCalendar, now: datetime
) -> bool:
    """The desk's time runs from acceptance, as Huangzhou and Guangzhou count it.

    A reopening, or the undoing of a merger, brings the desk work that it had not: it starts anew.
    A granted objection does not: the ruling itself hands the ticket on, and has its own limit.
    """

    def in_time(since: datetime | None) -> bool:
        return since is not None and now <= dispatch_by(ticket.urgency, since, calendar)

    # Nothing came to the desk before it was accepted, so mostly nobody need look further.
    if in_time(ticket.accepted_at):
        return True
    return in_time(session.exec(select(came_to_the_desk(ticket.id))).one())


def came_to_the_desk(ticket_id: ColumnElement[int] | int | None) -> ColumnElement[datetime]:
    """Since when a ticket that waits for its dispatch has waited."""
    return (
        select(func.max(TicketEvent.at))
        .where(TicketEvent.ticket_id == ticket_id, col(TicketEvent.action).in_(TO_THE_DESK))
        .correlate(Ticket)
        .scalar_subquery()
    )


def transfer(
    session: Session,
    ticket: Ticket,
    unit: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """转办: the dispatcher hands the ticket to another unit, which gets a clock of its own."""
    refuse_accused(ticket, unit)
    if unit == ticket.lead_unit:
        raise Invalid("工单已在%(unit)s，无需转办。", field="unit", unit=unit)
    correct(session, ticket, unit, instead_of=ticket.lead_unit, actor=actor, now=now)
    make_room(session, ticket, unit, now)
    take_step(session, ticket, Action.TRANSFER, actor=actor, now=now, unit=unit)
    return assign(session, ticket, unit, Part.LEAD, calendar, now)


def assist(
    session: Session,
    ticket: Ticket,
    unit: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """协办: a further unit helps; the lead stays accountable."""
    refuse_accused(ticket, unit)
    if any(a.unit == unit for a in open_assignments(ticket)):
        raise Invalid("%(unit)s已在办理此工单。", field="unit", unit=unit)
    take_step(session, ticket, Action.ASSIST, actor=actor, now=now, unit=unit)
    return assign(session, ticket, unit, Part.ASSIST, calendar, now)


def advise(
    session: Session, ticket: Ticket, text: str, *, actor: Actor, now: datetime
) -> TicketEvent:
    """协办意见: an assistant says its part to the lead, which answers for all; its part ends."""
    own = next((a for a in open_assignments(ticket) if a.unit == actor.unit), None)
    if own is None or own.part != Part.ASSIST:
        raise StepRefused("本单位现在不是协办单位。", field="action")
    content = add_content(session, ticket, text)
    event = take_step(
        session, ticket, Action.ADVISE, actor=actor, now=now, unit=own.unit, content=content
    )
    session.flush()
    own.advice_id = content.id
    _end(session, ticket, own, Outcome.REPLIED, now)
    return event


def claim(
    session: Session,
    ticket: Ticket,
    *,
    handler: str,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> TicketEvent:
    """签收, by a named handler of the lead unit; the event says when it came late."""
    if not handler.strip():
        raise Invalid("签收须写明经办人。", field="handler")
    lead = lead_of(ticket)
    late = _claims_late(session, ticket, lead, calendar, now)
    event = take_step(
        session, ticket, Action.CLAIM, actor=actor, now=now, unit=lead.unit,
        reason=LATE if late else "",
    )  # fmt: skip
    lead.handler, lead.claimed_at = handler.strip(), now
    session.add(lead)
    return event


def _claims_late(
    session: Session, ticket: Ticket, lead: Assignment, calendar: WorkCalendar, now: datetime
) -> bool:
    """Whoever objected in time, and was refused, has the time to claim again from the ruling on.

    How long the desk took to rule is no fault of the unit's (proposal).
    """

    def late(at: datetime, since: datetime) -> bool:
        return at > claim_by(ticket.urgency, lead.unit, since, calendar)

    if not late(now, lead.dispatched_at):
        return False
    refused = session.exec(_REFUSED, params={"assignment": lead.id}).first()
    if refused is None:
        return True
    raised_at, ruled_at = refused
    silent = lead.claimed_at is None and late(raised_at, lead.dispatched_at)
    return silent or late(now, max(ruled_at, lead.dispatched_at))


def make_room(session: Session, ticket: Ticket, unit: str, now: datetime) -> None:
    """The lead that was gives way to this unit, which as the next lead helps no longer."""
    _end(session, ticket, lead_of(ticket), Outcome.MOVED, now)
    for assignment in open_assignments(ticket):
        if assignment.part == Part.ASSIST and assignment.unit == unit:
            _end(session, ticket, assignment, Outcome.ENDED, now)


def fall_overdue(session: Session, ticket: Ticket, assignment: Assignment) -> None:
    """超期: written once for an assignment, with the time at which it fell due."""
    at, unit = assignment.due_at, assignment.unit
    take_step(session, ticket, Action.FALL_OVERDUE, actor=SYSTEM, now=at, unit=unit)
    assignment.overdue = True
    session.add(assignment)


def lead_of(ticket: Ticket) -> Assignment:
    """The open assignment of the accountable unit."""
    for assignment in open_assignments(ticket):
        if assignment.part == Part.LEAD:
            return assignment
    status = CHINESE[Status(ticket.status)]
    raise StepRefused(
        "工单 %(number)s 现为「%(status)s」，没有单位在办理。",
        field="action",
        number=ticket.number,
        status=status,
    )


def last_lead(ticket: Ticket) -> Assignment | None:
    """The accountable unit's assignment, the ended one where none is open."""
    return next((a for a in reversed(ticket.assignments) if a.part == Part.LEAD), None)


def open_assignments(ticket: Ticket) -> list[Assignment]:
    return [assignment for assignment in ticket.assignments if assignment.ended_at is None]


def end_assignments(session: Session, ticket: Ticket, outcome: Outcome, now: datetime) -> None:
    for assignment in open_assignments(ticket):
        _end(session, ticket, assignment, outcome, now)


def reassign(
    session: Session, ticket: Ticket, *, calendar: WorkCalendar, now: datetime
) -> Assignment:
    """The same unit again, with a new clock, for rework; it need not claim twice."""
    last = last_lead(ticket)
    if last is None:
        raise StepRefused(
            "工单 %(number)s 由话务台直接答复，没有承办单位可重办，请重启后派单。",
            field="action",
            number=ticket.number,
        )
    again = assign(session, ticket, last.unit, Part.LEAD, calendar, now)
    again.handler, again.claimed_at = last.handler, now
    return again


def refuse_accused(ticket: Ticket, unit: str) -> None:
    if unit in ticket.excluded:
        raise NotAllowed("%(unit)s是被反映对象，不能承办或协办此工单。", field="unit", unit=unit)


def assign(
    session: Session, ticket: Ticket, unit: str, part: Part, calendar: WorkCalendar, now: datetime
) -> Assignment:
    given = span(ticket.kind, ticket.urgency, part, unit, now, calendar, ticket.path)
    assignment = Assignment(
        ticket_id=ticket.id, unit=unit, part=part, dispatched_at=now, due_at=given.due,
        warn_at=given.warn_at,
    )  # fmt: skip
    if part is Part.LEAD:
        ticket.lead_unit = unit
    if ticket.assignments:
        # A lead that has ended must be stored as such before the next one is.
        session.flush()
    ticket.assignments.append(assignment)
    session.add(ticket)
    return assignment


def _end(
    session: Session, ticket: Ticket, assignment: Assignment, outcome: Outcome, now: datetime
) -> None:
    # Whoever ends it late was late, even when the sweeper has not yet come by; an extension that
    # nobody has decided on excuses nobody.
    if assignment.part == Part.LEAD and not assignment.overdue and now > assignment.due_at:
        fall_overdue(session, ticket, assignment)
    assignment.ended_at, assignment.outcome = now, outcome
    session.add(assignment)
