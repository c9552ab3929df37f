"""延期: asked once and before expiry, granted or refused; the requester is told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Field, Relationship, Session, col, select, update

from hotline.clock import CITY_TIME
from hotline.errors import Invalid, StepRefused
from hotline.people.rights import Action, Actor
from hotline.registry.calendar import WorkCalendar
from hotline.tables import Stored, moment
from hotline.tickets.contents import add_content
from hotline.tickets.deadlines import Span, by_the_clock, days_for, extended
from hotline.tickets.dispatch import lead_of
from hotline.tickets.models import Assignment, Content, Reply, Ticket, TicketEvent
from hotline.tickets.steps import take_step


class Extension(Stored, table=True):
    """More time for the lead unit, and who decided on it; a ticket is granted or refused one."""

    __tablename__ = "extension"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    assignment_id: int = Field(foreign_key="assignment.id", unique=True)
    unit: str = Field(max_length=40)
    days: int  # working days more
    content_id: int = Field(foreign_key="content.id")
    asked_by: str = Field(max_length=60)
    asked_at: datetime = moment()
    granted: bool | None = None
    decided_by: str = Field(default="", max_length=60)
    decided_at: datetime | None = moment(nullable=True, index=True)
    ticket: Ticket = Relationship()
    assignment: Assignment = Relationship()
    content: Content = Relationship()


A_DAY = timedelta(days=1)
TOLD = "您反映的事项情况复杂，经批准延长办理时限，将于{month}月{day}日前答复您。"


@dataclass(frozen=True, slots=True)
class ExtensionRow:
    """An extension that waits for a decision."""

    number: str
    unit: str
    days: int
    asked_at: datetime
    due_at: datetime


def most_days(ticket: Ticket, calendar: WorkCalendar) -> int:
    """How many working days more its unit may ask for; 0 where its limit is shorter than a day.

    No more than it had at first (proposal): what presses has hours, of which 24 count as a day.
    And never more than 10 (Shandong 2020).
    """
    had = [days_for(ticket.kind, calendar)]
    had += [limit // A_DAY for limit in by_the_clock(ticket.urgency, ticket.path, calendar)]
    return min(*had, calendar.limits.number("extend_at_most"))


def ask(
    session: Session,
    ticket: Ticket,
    *,
    days: int,
    reason: str,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Extension:
    """Asks for so many more working days, as far as `most_days` goes."""
    lead, most = lead_of(ticket), most_days(ticket, calendar)
    if not most:
        raise StepRefused(
            "工单 %(number)s 的时限不足一天，不能按工作日延期；办不完的，请马上打电话告诉派单员，"
            "并向诉求人说明进展。",
            field="action",
            number=ticket.number,
        )
    if not 1 <= days <= most:
        raise Invalid("延期最多 %(most)d 个工作日，至少 1 个。", field="days", most=most)
    if now > lead.due_at:
        raise StepRefused("已过办理时限，不能再申请延期。", field="action")
    earlier = of(session, ticket)
    # One that nobody decided on before its unit was done counts for nothing.
    if earlier and (earlier.decided_at or earlier.assignment_id == lead.id):
        raise StepRefused(
            "工单 %(number)s 已申请过一次延期。", field="action", number=ticket.number
        )
    content = add_content(session, ticket, reason)
    take_step(
        session, ticket, Action.ASK_EXTENSION, actor=actor, now=now, unit=lead.unit, content=content
    )
    asked = Extension(
        ticket_id=ticket.id, assignment=lead, unit=lead.unit, days=days, content=content,
        asked_by=actor.id, asked_at=now,
    )  # fmt: skip
    session.add(asked)
    return asked


def rule(
    session: Session,
    ticket: Ticket,
    *,
    granted: bool,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> tuple[TicketEvent, Reply | None]:
    """Grants it, and both the unit's clock and the promise move on; or refuses it.

    Gives what the requester is to be told, where it was granted.
    """
    asked = of(session, ticket)
    if asked is None or asked.decided_at or asked.assignment.ended_at:
        raise StepRefused(
            "工单 %(number)s 没有待批的延期申请。", field="action", number=ticket.number
        )
    reason = "granted" if granted else "refused"
    event = take_step(
        session, ticket, Action.RULE_EXTENSION, actor=actor, now=now, unit=asked.unit, reason=reason
    )
    told = None
    asked.granted, asked.decided_by, asked.decided_at = granted, actor.id, now
    if granted:
        lead = asked.assignment
        given = Span(lead.dispatched_at, lead.due_at, lead.unit, pressing=False, calendar=calendar)
        longer = extended(given, asked.days)
        lead.due_at, lead.warn_at = longer.due, longer.warn_at
        ticket.promised_at = max(ticket.promised_at, lead.due_at)
        told = _told(session, ticket, lead, actor, now)
        session.add_all((lead, ticket, told))
        # Who was merged into it is told the same day, and promised it.
        followers = update(Ticket).where(col(Ticket.merged_into) == ticket.id)
        session.execute(followers.values(promised_at=ticket.promised_at))
    session.add(asked)
    return event, told


def _told(session: Session, ticket: Ticket, lead: Assignment, actor: Actor, now: datetime) -> Reply:
    """The interim reply that tells the requester until when it is put off."""
    until = ticket.promised_at.astimezone(CITY_TIME)
    text = TOLD.format(month=until.month, day=until.day)
    return Reply(
        ticket_id=ticket.id, unit=lead.unit, content=add_content(session, ticket, text),
        written_by=actor.id, written_at=now, approved_by=actor.id, approved_at=now, interim=True,
    )  # fmt: skip


def of(session: Session, ticket: Ticket) -> Extension | None:
    """The ticket's extension, asked for or decided; the newest where there are several."""
    query = select(Extension).where(Extension.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Extension.id).desc())).first()


def undecided(session: Session) -> list[ExtensionRow]:
    """Those that wait for a decision, the first to run out first."""
    query = (
        select(Ticket.number, Extension.unit, Extension.days, Extension.asked_at, Assignment.due_at)
        .join(Ticket, col(Ticket.id) == Extension.ticket_id)
        .join(Assignment, col(Assignment.id) == Extension.assignment_id)
        .where(col(Extension.decided_at).is_(None), col(Assignment.ended_at).is_(None))
        .order_by(col(Assignment.due_at))
    )
    return [ExtensionRow(*row) for row in session.execute(query)]
