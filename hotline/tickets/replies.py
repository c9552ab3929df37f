"""From a unit's answer to the closed ticket."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from hotline.clock import CITY_TIME
from hotline.errors import Invalid, StepRefused
from hotline.people import users
from hotline.people.rights import SYSTEM, Action, Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import follow_ups, queries, ratings, supervision
from hotline.tickets.contents import add_content
from hotline.tickets.dispatch import (
    IN_TIME,
    LATE,
    end_assignments,
    lead_of,
    open_assignments,
    reassign,
)
from hotline.tickets.models import Assignment, FollowUp, Reply, Ticket, TicketEvent
from hotline.tickets.steps import take_step, take_steps
from hotline.tickets.words import CallOutcome, Colour, Grievance, Outcome, Part, Status


def reply(
    session: Session,
    ticket: Ticket,
    text: str,
    *,
    without: str = "",
    actor: Actor,
    now: datetime,
) -> Reply:
    """答复: the unit writes what the citizen shall read; the desk checks it before it leaves.

    It waits for its assistants' advice, or says in `without` why not.
    """
    if not text.strip():
        raise Invalid("答复内容不能为空。", field="text")
    if ticket.status == Status.REPLIED:
        raise _replied_already(session, ticket, actor)
    lead = lead_of(ticket)
    _hear_assistants(session, ticket, without, now)
    content = add_content(session, ticket, text)
    end_assignments(session, ticket, Outcome.REPLIED, now)
    take_step(session, ticket, Action.REPLY, actor=actor, now=now, unit=lead.unit, content=content)
    written = Reply(
        ticket_id=ticket.id, unit=lead.unit, content=content, written_by=actor.id,
        written_at=now,
    )  # fmt: skip
    session.add(written)
    return written


def awaited(ticket: Ticket) -> list[Assignment]:
    """Assistants that have not said their part, whichever lead they were called in for.

    A department that guides a territory (指导) comes with a dispatch; nobody waits for it.
    """
    dispatched = {each.dispatched_at for each in ticket.assignments if each.part == Part.LEAD}
    return [
        assignment
        for assignment in open_assignments(ticket)
        if assignment.part == Part.ASSIST and assignment.dispatched_at not in dispatched
    ]


def _hear_assistants(session: Session, ticket: Ticket, without: str, now: datetime) -> None:
    silent = awaited(ticket)
    if silent and not without.strip():
        raise StepRefused(
            "协办单位（%(units)s）还没有提交意见；不等的，请写明原因。",
            field="without",
            units="、".join(assignment.unit for assignment in silent),
        )
    if silent:
        reason = add_content(session, ticket, without)
        session.flush()
        for assignment in silent:
            assignment.advice_id = reason.id
            assignment.ended_at, assignment.outcome = now, Outcome.ENDED


def approve(
    session: Session,
    ticket: Ticket,
    *,
    answers_matter: bool | None = None,
    contact_proved: bool | None = None,
    actor: Actor,
    now: datetime,
) -> TicketEvent:
    """审核: the reply may leave; `delivery` puts it in the outbox in the same transaction.

    Whoever checks says whether it answers the matter and whether the requester was really
    contacted (call record, photo, visit); what does not goes to rework instead.
    """
    if answers_matter is False:
        raise Invalid("答非所问的，请退回重办。", field="answers_matter")
    if contact_proved is False and not ticket.anonymous:
        raise Invalid("没有联系过诉求人的凭证，请退回补充。", field="contact_proved")
    event = take_step(session, ticket, Action.APPROVE, actor=actor, now=now, unit=ticket.lead_unit)
    written = last_reply(session, ticket)
    written.approved_by, written.approved_at = actor.id, now
    written.answers_matter, written.contact_proved = answers_matter, contact_proved
    session.add(written)
    return event


def send_for_rework(
    session: Session,
    ticket: Ticket,
    reason: str,
    *,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> TicketEvent:
    """重办: back to the same unit with a new clock of its own; the promise does not move."""
    if not reason.strip():
        raise Invalid("重办须写明原因。", field="reason")
    content = add_content(session, ticket, reason)
    event = take_step(
        session, ticket, Action.SEND_FOR_REWORK, actor=actor, now=now, unit=ticket.lead_unit,
        content=content,
    )  # fmt: skip
    reassign(session, ticket, calendar=calendar, now=now)
    follow_ups.end_all(session, ticket, now)
    ticket.rework_count, ticket.unsolved = ticket.rework_count + 1, False
    if ticket.rework_count >= calendar.limits.number("rework_rounds"):
        # Shandong 2017: after two unsatisfied rounds it goes to supervision.
        session.flush()
        supervision.issue(session, ticket, Colour.RED, calendar=calendar, actor=SYSTEM, now=now)
    return event


def deliver(session: Session, ticket: Ticket, *, actor: Actor, now: datetime) -> TicketEvent:
    """反馈: the one channel has told every requester; the event says whether as promised."""
    event = take_step(
        session, ticket, Action.DELIVER, actor=actor, now=now, unit=ticket.lead_unit,
        reason=_kept(ticket, now),
    )  # fmt: skip
    follow_ups.owe(session, [ticket], now)
    return event


def deliver_all(
    session: Session, tickets: Sequence[Row[Any]], *, actor: Actor, now: datetime
) -> None:
    """反馈 of many at a time, with as few statements as of one; of those told late with as many."""
    for kept in (IN_TIME, LATE):
        if those := [ticket for ticket in tickets if _kept(ticket, now) == kept]:
            take_steps(session, those, Action.DELIVER, actor=actor, now=now, reason=kept)
    follow_ups.owe(session, tickets, now)


def _kept(ticket: Ticket | Row[Any], now: datetime) -> str:
    """Whether the promise is kept, as it stands now: an extension that was granted moved it.

    Said with the event, since a later extension moves it for what is told later.
    """
    return IN_TIME if ticket.promised_at and now <= ticket.promised_at else LATE


def follow_up(
    session: Session,
    ticket: Ticket,
    *,
    solved: bool,
    satisfied: int,
    grievance: Grievance | None = None,
    remark: str = "",
    actor: Actor,
    now: datetime,
) -> FollowUp:
    """回访: solved? satisfied (5 very .. 1 not at all)? Asked apart, never entered by the unit.

    Who is not satisfied says why; of who is, a reason is not kept. Of several ratings of one reply
    the last one counts. Who was merged into another ticket rates the reply of that one.
    """
    if satisfied not in range(1, 6):
        raise Invalid("满意度须为 1 至 5。", field="satisfied")
    if satisfied <= ratings.UNSATISFIED and not grievance:
        raise Invalid("不满意的，请选一个主要原因。", field="grievance")
    why = grievance if grievance and satisfied <= ratings.UNSATISFIED else ""
    told, earlier = _told(session, ticket), ratings.standing(session, ticket)
    content = add_content(session, ticket, remark) if remark.strip() else None
    take_step(
        session, ticket, Action.FOLLOW_UP, actor=actor, now=now, unit=told.lead_unit,
        solved=solved, satisfied=satisfied, reason=why, content=content,
    )  # fmt: skip
    _answered_call(session, ticket, unsatisfied=bool(why), actor=actor, now=now)
    row = FollowUp(
        ticket_id=ticket.id, solved=solved, satisfied=satisfied, asked_by=actor.id, at=now,
        unit=told.lead_unit, grievance=why, content=content,
    )  # fmt: skip
    if earlier:
        ratings.supersede(session, earlier, row)
    session.add(row)
    told.unsolved = says_unsolved(session, told)
    return row


def _told(session: Session, ticket: Ticket) -> Ticket:
    """Whose reply is rated; a merged ticket has its parent's, once that was told."""
    told = queries.answered_with(session, ticket)
    if told is not ticket and told.status != Status.DELIVERED:
        raise StepRefused(
            "工单 %(number)s 并入的工单还没有反馈，或已办结，现在不能评价。",
            field="action",
            number=ticket.number,
        )
    return told


def _answered_call(
    session: Session, ticket: Ticket, *, unsatisfied: bool, actor: Actor, now: datetime
) -> None:
    """A rating in writing saves no call, or a unit that knows the query code could rate itself."""
    if actor.role != Role.CITIZEN:
        follow_ups.end(session, ticket, CallOutcome.REACHED, now)
    elif unsatisfied:
        follow_ups.note_unsatisfied(session, ticket)


def close(session: Session, ticket: Ticket, *, actor: Actor, now: datetime) -> TicketEvent:
    """办结. A ticket whose requester says it is not solved goes to rework instead."""
    if ticket.unsolved:
        raise StepRefused("诉求人表示问题未解决，请重办或重启后再办结。", field="action")
    event = take_step(session, ticket, Action.CLOSE, actor=actor, now=now, unit=ticket.lead_unit)
    follow_ups.end_all(session, ticket, now)
    ticket.closed_at = now
    return event


def says_unsolved(session: Session, ticket: Ticket) -> bool:
    """Whether anyone who was told the reply says that nothing is solved, and has not said else."""
    session.flush()
    own = ratings.standing(session, ticket)
    return bool(own and not own.solved) or _merged_say_unsolved(session, ticket)


def _merged_say_unsolved(session: Session, ticket: Ticket) -> bool:
    """By the last rating of each requester merged into it, since its reply was told.

    In the order in which the steps were taken, all under the lock of the ticket: clocks differ.
    """
    told = aliased(TicketEvent)
    told_last = select(func.max(told.id)).where(
        told.ticket_id == ticket.id, told.action == Action.DELIVER
    )
    rated = (
        select(TicketEvent.ticket_id, TicketEvent.solved)
        .join(Ticket, col(Ticket.id) == TicketEvent.ticket_id)
        .where(Ticket.merged_into == ticket.id, TicketEvent.action == Action.FOLLOW_UP)
        .where(col(TicketEvent.id) > told_last.scalar_subquery())
        .order_by(col(TicketEvent.id))
    )
    return not all(dict(session.exec(rated).all()).values())


def last_reply(session: Session, ticket: Ticket) -> Reply:
    query = (
        select(Reply)
        .where(Reply.ticket_id == ticket.id, col(Reply.interim).is_(False))
        .order_by(col(Reply.id).desc())
    )
    written = session.exec(query).first()
    if written is None:
        raise StepRefused("工单 %(number)s 还没有答复。", field="action", number=ticket.number)
    return written


def _replied_already(session: Session, ticket: Ticket, actor: Actor) -> StepRefused:
    """Two of a unit may write at once: the second learns whose words are being looked at."""
    written = last_reply(session, ticket)
    local, who = written.written_at.astimezone(CITY_TIME), written.written_by
    at = {"m": local.month, "d": local.day, "clock": f"{local:%H:%M}"}
    if who == actor.id:
        return StepRefused(
            "您已于 %(m)d月%(d)d日 %(clock)s 答复，正在审核；要补充，请告诉派单员。",
            field="action", **at,
        )  # fmt: skip
    return StepRefused(
        "同事%(who)s已于 %(m)d月%(d)d日 %(clock)s 答复，正在审核；要补充，请告诉派单员。",
        field="action", who=users.titles(session, {who}).get(who, who), **at,
    )  # fmt: skip
