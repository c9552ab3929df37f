"""今日受理: what one agent has taken down in a period."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlmodel import Session, col

from hotline.people.rights import Action, Actor
from hotline.tickets.models import BLANK, Ticket, TicketEvent

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A ticket as the agent who logged it finds it again."""

    number: str
    kind: str
    channel: str
    status: str
    unit: str
    logged_at: datetime
    promised_at: datetime | None


def count(session: Session, actor: Actor, begin: datetime, end: datetime) -> int:
    """`end` does not belong to the period."""
    query = select(func.count()).select_from(TicketEvent)
    return session.execute(query.where(_logged(actor, begin, end))).scalar_one()


def taken(session: Session, actor: Actor, begin: datetime, end: datetime) -> list[Taken]:
    """The newest first, at most so many as anybody takes in a shift."""
    columns = (
        Ticket.number, Ticket.kind, Ticket.channel, Ticket.status, Ticket.lead_unit,
        Ticket.logged_at, Ticket.promised_at,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(TicketEvent, col(TicketEvent.ticket_id) == col(Ticket.id))
        .where(_logged(actor, begin, end))
        .order_by(col(TicketEvent.at).desc(), col(Ticket.id).desc())
        .limit(SHOWN)
    )
    return [Taken(*row) for row in session.execute(query)]


def _logged(actor: Actor, begin: datetime, end: datetime) -> ColumnElement[bool]:
    at = col(TicketEvent.at)
    return and_(
        col(TicketEvent.action) == Action.LOG,
        col(TicketEvent.actor) == actor.id,
        at >= begin,
        at < end,
    )


def of_call(session: Session, call_id: str) -> list[str]:
    """The numbers of the tickets that came of this call; one call may end in several."""
    query = select(col(Ticket.number)).where(Ticket.call_id == call_id, Ticket.call_id != BLANK)
    return list(session.execute(query.order_by(col(Ticket.id))).scalars())
