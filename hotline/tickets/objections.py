"""退单 and 裁定: a unit says that a ticket is not its own; the desk rules whose it is."""

from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from hotline.errors import Invalid, StepRefused
from hotline.people.rights import SYSTEM, Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tickets.contents import add_content
from hotline.tickets.corrections import correct
from hotline.tickets.deadlines import object_by
from hotline.tickets.dispatch import (
    assign,
    assist,
    lead_of,
    make_room,
    open_assignments,
    refuse_accused,
)
from hotline.tickets.models import Assignment, Objection, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.supervision import Reminder
from hotline.tickets.words import Ground, Part, ReminderKind, Status


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
    earlier = of(session, ticket)
    if any(objection.unit == lead.unit for objection in earlier):
        raise StepRefused("%(unit)s已退过一次单，不能再退。", field="action", unit=lead.unit)
    _refuse_late(session, ticket, lead, calendar, now)
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
    session: Session, ticket: Ticket, lead: Assignment, calendar: WorkCalendar, now: datetime
) -> None:
    if now > object_by(lead.unit, _given_at(session, ticket, lead), calendar):
        raise StepRefused(
            "退单须在派单后 %(days)d 个工作日内提出。",
            field="action",
            days=calendar.limits.number("object_within"),
        )


def _given_at(session: Session, ticket: Ticket, lead: Assignment) -> datetime:
    """When the ticket last came to the unit: rework gives it a new clock, but no new say."""
    came = or_(
        col(TicketEvent.action).in_((Action.DISPATCH, Action.TRANSFER)),
        (col(TicketEvent.action) == Action.RULE) & (col(TicketEvent.reason) == "granted"),
    )
    query = select(TicketEvent.at).where(
        TicketEvent.ticket_id == ticket.id, TicketEvent.unit == lead.unit, came
    )
    return session.exec(query.order_by(col(TicketEvent.seq).desc())).first() or lead.dispatched_at


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

    A joint ruling must say on what basis; every ruling is a precedent. One after its day is told
    apart, even where the clock has not come by.
    """
    objection = open_objection(session, ticket)
    if objection is None:
        raise StepRefused("工单 %(number)s 没有待裁的退单。", field="action", number=ticket.number)
    to = (unit or objection.right_unit) if granted else objection.unit
    _check_ruling(objection, to, granted, basis)
    refuse_accused(ticket, to)
    if objection.joint_by and now > objection.joint_by:
        fall_late(session, ticket)
    if granted:
        make_room(session, ticket, to, now)
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
        assign(session, ticket, to, Part.LEAD, calendar, now)
    return objection


def fall_late(session: Session, ticket: Ticket) -> None:
    """会商裁定超时: written once, with the time at which its day was over."""
    objection = open_objection(session, ticket)
    if objection is None or not objection.joint_by or _is_late(session, objection):
        return
    at, kind = objection.joint_by, ReminderKind.RULING_LATE
    take_step(session, ticket, Action.REMIND, actor=SYSTEM, now=at, reason=kind)
    session.add(
        Reminder(
            ticket_id=ticket.id, assignment_id=objection.assignment_id, unit="", kind=kind,
            by=SYSTEM.id, at=at, due_at=at,
        )
    )  # fmt: skip


def _is_late(session: Session, objection: Objection) -> bool:
    query = select(Reminder.id).where(
        Reminder.assignment_id == objection.assignment_id,
        Reminder.kind == ReminderKind.RULING_LATE,
    )
    return session.exec(query).first() is not None


def _check_ruling(objection: Objection, to: str, granted: bool, basis: str) -> None:
    if granted and to == objection.unit:
        raise Invalid("同意退单时，须改派给别的单位。", field="unit")
    if objection.joint_by and not basis:
        raise Invalid("再次退单须会商，请写明会商结论和依据。", field="basis")


def of(session: Session, ticket: Ticket) -> list[Objection]:
    query = select(Objection).where(Objection.ticket_id == ticket.id)
    return list(session.exec(query.order_by(col(Objection.id))))


def not_ruled_by(now: datetime) -> ColumnElement[bool]:
    """Of objections and their tickets: joint rulings whose day is over, and which still wait."""
    return and_(
        col(Objection.ruled_at).is_(None),
        col(Objection.joint_by) < now,
        # One that was withdrawn meanwhile waits for nobody.
        col(Ticket.status) == Status.OBJECTED,
    )


def open_objection(session: Session, ticket: Ticket) -> Objection | None:
    query = select(Objection).where(
        Objection.ticket_id == ticket.id, col(Objection.ruled_at).is_(None)
    )
    return session.exec(query).first()
