"""Giving a ticket to a unit: dispatch, transfer, assist, advise, claim, object, rule, overdue."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from hotline.errors import Invalid, NotAllowed, StepRefused
from hotline.people.rights import SYSTEM, Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.contents import add_content
from hotline.tickets.corrections import correct
from hotline.tickets.deadlines import claim_by, object_by, span
from hotline.tickets.models import Assignment, Objection, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.words import CHINESE, Ground, Outcome, Part, Status

# Why the event of a claim is counted apart.
LATE = "late"


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
        raise Invalid("工单已在%(unit)s,无需转办。", field="unit", unit=unit)
    correct(session, ticket, unit, instead_of=ticket.lead_unit, actor=actor, now=now)
    _end(session, ticket, lead_of(ticket), Outcome.MOVED, now)
    _end_own_assist(session, ticket, unit, now)
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
        raise Invalid("%(unit)s已在办理此工单。", field="unit", unit=unit)
    take_step(session, ticket, Action.ASSIST, actor=actor, now=now, unit=unit)
    return _assign(session, ticket, unit, Part.ASSIST, calendar, now)


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
    late = now > claim_by(ticket.urgency, lead.unit, lead.dispatched_at, calendar)
    event = take_step(
        session, ticket, Action.CLAIM, actor=actor, now=now, unit=lead.unit,
        reason=LATE if late else "",
    )  # fmt: skip
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
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Objection:
    """退单: names the ground and whose it is; the clock keeps running until the ruling.

    Within one working day of dispatch (Hengyang), once a unit (proposal). A second one on the
    ticket is ruled on jointly; the district acts meanwhile (兜底, Beijing draft standard).
    """
    lead = lead_of(ticket)
    if right_unit == lead.unit:
        raise Invalid("应办单位不能是本单位。", field="right_unit")
    earlier = objections_to(session, ticket)
    _refuse_late(lead, earlier, calendar, now)
    content = add_content(session, ticket, note)
    take_step(
        session, ticket, Action.OBJECT, actor=actor, now=now, unit=lead.unit, content=content,
        reason=ground,
    )  # fmt: skip
    objection = Objection(
        ticket_id=ticket.id, assignment=lead, unit=lead.unit, right_unit=right_unit,
        ground=ground, content=content, raised_at=now,
    )  # fmt: skip
    if earlier:
        days = calendar.limits.number("joint_ruling")
        objection.joint_by = calendar.add_working_days(now, days)
        _act_meanwhile(session, ticket, calendar, now)
    session.add(objection)
    session.flush()
    return objection


def _refuse_late(
    lead: Assignment, earlier: Sequence[Objection], calendar: WorkCalendar, now: datetime
) -> None:
    if any(objection.unit == lead.unit for objection in earlier):
        raise StepRefused("%(unit)s已退过一次单,不能再退。", field="action", unit=lead.unit)
    if now > object_by(lead.unit, lead.dispatched_at, calendar):
        raise StepRefused(
            "退单须在派单后 %(days)d 个工作日内提出。",
            field="action",
            days=calendar.limits.number("object_within"),
        )


def _act_meanwhile(session: Session, ticket: Ticket, calendar: WorkCalendar, now: datetime) -> None:
    district = ticket.territory
    standing = {assignment.unit for assignment in open_assignments(ticket)}
    if district and district not in standing and district not in ticket.excluded:
        assist(session, ticket, district, calendar=calendar, actor=SYSTEM, now=now)


def rule(
    session: Session,
    ticket: Ticket,
    *,
    granted: bool,
    unit: str = "",
    basis: str = "",
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Objection:
    """裁定: granted, it goes to `unit` (else to the unit named); refused, back with its clock.

    A joint ruling must say on what basis; every ruling is a precedent.
    """
    objection = open_objection(session, ticket)
    if objection is None:
        raise StepRefused("工单 %(number)s 没有待裁的退单。", field="action", number=ticket.number)
    to = (unit or objection.right_unit) if granted else objection.unit
    _check_ruling(objection, to, granted, basis)
    _refuse_accused(ticket, to)
    if granted:
        _end(session, ticket, lead_of(ticket), Outcome.MOVED, now)
        _end_own_assist(session, ticket, to, now)
    other = objection.unit if granted else objection.right_unit
    correct(session, ticket, to, instead_of=other, actor=actor, now=now, ruled=True)
    content = add_content(session, ticket, basis) if basis else None
    session.flush()
    take_step(
        session, ticket, Action.RULE, actor=actor, now=now, unit=to, content=content,
        reason="granted" if granted else "refused",
    )  # fmt: skip
    objection.granted, objection.ruled_unit = granted, to
    objection.basis_id = content.id if content else None
    objection.ruled_by, objection.ruled_at = actor.id, now
    session.add(objection)
    if granted:
        _assign(session, ticket, to, Part.LEAD, calendar, now)
    return objection


def _check_ruling(objection: Objection, to: str, granted: bool, basis: str) -> None:
    if granted and to == objection.unit:
        raise Invalid("同意退单时,须改派给别的单位。", field="unit")
    if objection.joint_by and not basis:
        raise Invalid("再次退单须会商,请写明会商结论和依据。", field="basis")


def _end_own_assist(session: Session, ticket: Ticket, unit: str, now: datetime) -> None:
    """Who becomes the lead helps no longer: the district that acted meanwhile, mostly."""
    for assignment in open_assignments(ticket):
        if assignment.part == Part.ASSIST and assignment.unit == unit:
            _end(session, ticket, assignment, Outcome.ENDED, now)


def objections_to(session: Session, ticket: Ticket) -> list[Objection]:
    query = select(Objection).where(Objection.ticket_id == ticket.id)
    return list(session.exec(query.order_by(col(Objection.id))))


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
        "工单 %(number)s 现为「%(status)s」,没有单位在办理。",
        field="action",
        number=ticket.number,
        status=status,
    )


def last_lead(ticket: Ticket) -> Assignment | None:
    """The accountable unit's assignment, the ended one where none is open."""
    return next((a for a in reversed(ticket.assignments) if a.part == Part.LEAD), None)


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
    last = last_lead(ticket)
    if last is None:
        raise StepRefused(
            "工单 %(number)s 由话务台直接答复,没有承办单位可重办。",
            field="action",
            number=ticket.number,
        )
    again = _assign(session, ticket, last.unit, Part.LEAD, calendar, now)
    again.handler, again.claimed_at = last.handler, now
    return again


def _refuse_accused(ticket: Ticket, unit: str) -> None:
    if unit in ticket.excluded:
        raise NotAllowed("%(unit)s是被反映对象,不能承办或协办此工单。", field="unit", unit=unit)


def _assign(
    session: Session, ticket: Ticket, unit: str, part: Part, calendar: WorkCalendar, now: datetime
) -> Assignment:
    given = span(ticket.kind, ticket.urgency, part, unit, now, calendar)
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
    # Whoever ends it late was late, even when the sweeper has not yet come by.
    if assignment.part == Part.LEAD and not assignment.overdue and now > assignment.due_at:
        fall_overdue(session, ticket, assignment)
    assignment.ended_at, assignment.outcome = now, outcome
    session.add(assignment)
