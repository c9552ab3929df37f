"""Giving a ticket to a unit: dispatch, transfer, assist, claim, object, rule, overdue."""

from datetime import datetime

from sqlmodel import Session, col, select

from hotline.errors import Invalid, NotAllowed, StepRefused
from hotline.people.rights import SYSTEM, Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.contents import add_content
from hotline.tickets.corrections import correct
from hotline.tickets.deadlines import due_at, warn_at
from hotline.tickets.models import Assignment, Objection, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.words import Ground, Outcome, Part


def dispatch(
    session: Session,
    ticket: Ticket,
    unit: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Assignment:
    """派单: the unit becomes accountable and its clock runs, signed for or not."""
    _refuse_accused(ticket, unit)
    take_step(session, ticket, Action.DISPATCH, actor=actor, now=now, unit=unit)
    suggested = next(iter(ticket.candidates), "")
    correct(session, ticket, unit, instead_of=suggested, actor=actor, now=now)
    return _assign(session, ticket, unit, Part.LEAD, calendar, now)


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
    _refuse_accused(ticket, unit)
    if unit == ticket.lead_unit:
        raise Invalid(f"工单已在{unit},无需转办。", field="unit")
    correct(session, ticket, unit, instead_of=ticket.lead_unit, actor=actor, now=now)
    _end(session, ticket, lead_of(ticket), Outcome.MOVED, now)
    take_step(session, ticket, Action.TRANSFER, actor=actor, now=now, unit=unit)
    return _assign(session, ticket, unit, Part.LEAD, calendar, now)


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
    _refuse_accused(ticket, unit)
    if any(a.unit == unit for a in open_assignments(ticket)):
        raise Invalid(f"{unit}已在办理此工单。", field="unit")
    take_step(session, ticket, Action.ASSIST, actor=actor, now=now, unit=unit)
    return _assign(session, ticket, unit, Part.ASSIST, calendar, now)


def claim(
    session: Session, ticket: Ticket, *, handler: str, actor: Actor, now: datetime
) -> TicketEvent:
    """签收, by a named handler of the lead unit."""
    if not handler.strip():
        raise Invalid("签收须写明经办人。", field="handler")
    lead = lead_of(ticket)
    event = take_step(session, ticket, Action.CLAIM, actor=actor, now=now, unit=lead.unit)
    lead.handler, lead.claimed_at = handler.strip(), now
    session.add(lead)
    return event


def object_to(
    session: Session,
    ticket: Ticket,
    *,
    ground: Ground,
    right_unit: str,
    note: str,
    actor: Actor,
    now: datetime,
) -> Objection:
    """退单: names the ground and whose it is; the clock keeps running until the ruling."""
    lead = lead_of(ticket)
    if right_unit == lead.unit:
        raise Invalid("应办单位不能是本单位。", field="right_unit")
    content = add_content(session, ticket, note)
    take_step(
        session,
        ticket,
        Action.OBJECT,
        actor=actor,
        now=now,
        unit=lead.unit,
        content=content,
        reason=ground,
    )
    objection = Objection(
        ticket_id=ticket.id, assignment=lead, unit=lead.unit, right_unit=right_unit,
        ground=ground, content=content, raised_at=now,
    )  # fmt: skip
    session.add(objection)
    session.flush()
    return objection


def rule(
    session: Session,
    ticket: Ticket,
    *,
    granted: bool,
    unit: str = "",
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Objection:
    """裁定: granted, it goes to `unit` (else to the unit named); refused, back with its clock."""
    objection = open_objection(session, ticket)
    if objection is None:
        raise StepRefused(f"工单 {ticket.number} 没有待裁的退单。", field="action")
    to = (unit or objection.right_unit) if granted else objection.unit
    if granted and to == objection.unit:
        raise Invalid("同意退单时,须改派给别的单位。", field="unit")
    _refuse_accused(ticket, to)
    if granted:
        _end(session, ticket, lead_of(ticket), Outcome.MOVED, now)
    other = objection.unit if granted else objection.right_unit
    correct(session, ticket, to, instead_of=other, actor=actor, now=now, ruled=True)
    reason = "granted" if granted else "refused"
    take_step(session, ticket, Action.RULE, actor=actor, now=now, unit=to, reason=reason)
    objection.granted, objection.ruled_unit = granted, to
    objection.ruled_by, objection.ruled_at = actor.id, now
    session.add(objection)
    if granted:
        _assign(session, ticket, to, Part.LEAD, calendar, now)
    return objection


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
    raise StepRefused(f"工单 {ticket.number} 现在没有主办单位。", field="action")


def open_assignments(ticket: Ticket) -> list[Assignment]:
    return [assignment for assignment in ticket.assignments if assignment.ended_at is None]


def open_objection(session: Session, ticket: Ticket) -> Objection | None:
    query = select(Objection).where(
        Objection.ticket_id == ticket.id, col(Objection.ruled_at).is_(None)
    )
    return session.exec(query).first()


def end_assignments(session: Session, ticket: Ticket, outcome: Outcome, now: datetime) -> None:
    for assignment in open_assignments(ticket):
        _end(session, ticket, assignment, outcome, now)


def reassign(
    session: Session, ticket: Ticket, *, calendar: WorkCalendar, now: datetime
) -> Assignment:
    """The same unit again, with a new clock, for rework; it need not claim twice."""
    last = next((a for a in reversed(ticket.assignments) if a.part == Part.LEAD), None)
    if last is None:
        raise StepRefused(
            f"工单 {ticket.number} 由话务台直接答复,没有承办单位可重办。", field="action"
        )
    again = _assign(session, ticket, last.unit, Part.LEAD, calendar, now)
    again.handler, again.claimed_at = last.handler, now
    return again


def _refuse_accused(ticket: Ticket, unit: str) -> None:
    if unit in ticket.excluded:
        raise NotAllowed(f"{unit}是被反映对象,不能承办或协办此工单。", field="unit")


def _assign(
    session: Session, ticket: Ticket, unit: str, part: Part, calendar: WorkCalendar, now: datetime
) -> Assignment:
    due = due_at(ticket.kind, now, calendar)
    assignment = Assignment(
        ticket_id=ticket.id, unit=unit, part=part, dispatched_at=now, due_at=due,
        warn_at=warn_at(now, due),
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
    # Whoever ends it late was late, even when the sweeper has not yet come by.
    if assignment.part == Part.LEAD and not assignment.overdue and now > assignment.due_at:
        fall_overdue(session, ticket, assignment)
    assignment.ended_at, assignment.outcome = now, outcome
    session.add(assignment)
