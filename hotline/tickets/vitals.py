"""What whoever runs the system watches of tickets; each figure costs the same at any size."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select

from hotline.tickets.models import Alarm, Ticket, TicketEvent
from hotline.tickets.words import Status

# Those that end are counted by tallies: only they grow without end.
OPEN = (
    Status.LOGGED, Status.ACCEPTED, Status.DISPATCHED, Status.OBJECTED, Status.IN_PROGRESS,
    Status.REPLIED, Status.APPROVED, Status.DELIVERED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the first of them has; None when there is none."""

    count: int
    since: datetime | None

    def age(self, now: datetime) -> timedelta:
        """How long the first has waited."""
        return max(now - self.since, timedelta(0)) if self.since else timedelta(0)


def open_tickets(session: Session) -> dict[str, int]:
    """How many stand in each status that is not an end."""
    counted = session.exec(
        select(Ticket.status, func.count())
        .where(col(Ticket.status).in_(OPEN))
        .group_by(Ticket.status)
    )
    return dict.fromkeys(OPEN, 0) | dict(counted.all())


def open_alarms(session: Session) -> Waiting:
    """Alarms that nobody has taken."""
    return waiting(session, col(Alarm.raised_at), col(Alarm.taken_at).is_(None))


def unplaced_events(session: Session) -> Waiting:
    """Events that no reader of the feed can see yet."""
    return waiting(session, col(TicketEvent.at), col(TicketEvent.position).is_(None))


def waiting(
    session: Session, since: ColumnElement[datetime], *which: ColumnElement[bool]
) -> Waiting:
    return Waiting(*session.exec(select(func.count(), func.min(since)).where(*which)).one())
