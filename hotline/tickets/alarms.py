"""Emergency words in a written message: an alarm at the desk until someone takes it."""

from datetime import datetime

from sqlmodel import Session, col, select

from hotline.errors import NotFound
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets.models import Alarm, Ticket


def open_alarms(session: Session) -> list[tuple[Alarm, Ticket]]:
    """Alarms that nobody has taken, oldest first."""
    query = (
        select(Alarm, Ticket)
        .join(Ticket, col(Ticket.id) == Alarm.ticket_id)
        .where(col(Alarm.taken_at).is_(None))
        .order_by(col(Alarm.raised_at))
    )
    return list(session.exec(query))


def alarm_of(session: Session, ticket: Ticket) -> Alarm | None:
    """The alarm that this ticket's words raised, taken or not."""
    return session.exec(select(Alarm).where(Alarm.ticket_id == ticket.id)).first()


def take(session: Session, number: str, *, actor: Actor, now: datetime) -> tuple[Alarm, Ticket]:
    """接警: the first to take it keeps it; taking it again changes nothing."""
    scope_of(actor, Action.TAKE_ALARM)
    query = (
        select(Alarm, Ticket)
        .join(Ticket, col(Ticket.id) == Alarm.ticket_id)
        .where(Ticket.number == number)
        .with_for_update(of=Alarm)
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound("工单 %(number)s 没有警示。", field="number", number=number[:30])
    alarm = found[0]
    if alarm.taken_at is None:
        alarm.taken_by, alarm.taken_at = actor.id, now
        session.add(alarm)
    return found
