"""Where the requests of a period stand now: tickets by status, and the list behind each count."""

from datetime import date

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from hotline.clock import city_span
from hotline.people.rights import Action, Actor
from hotline.reports.tallies import CountedEvent, check_days
from hotline.tickets.models import Ticket
from hotline.tickets.queries import visible

NAME = "standing"
WORDS = "现在的状态"
DEFINITION = "期内登记的诉求，按现在所处的状态；单位只计本单位承办的"


def standing(session: Session, first: date, last: date, *, actor: Actor) -> dict[str, int]:
    """How many of the requests logged in these days stand at each status now."""
    query = (
        select(Ticket.status, func.count())
        .where(_logged(first, last, actor))
        .group_by(col(Ticket.status))
    )
    return dict(session.exec(query).all())


def standing_list(
    session: Session,
    first: date,
    last: date,
    *,
    actor: Actor,
    status: str | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[CountedEvent]:
    """The requests behind a count (of all statuses when none is named), a page at a time."""
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.logged_at, Ticket.status, Ticket.lead_unit,
            Ticket.kind, Ticket.channel, Ticket.line, Ticket.territory,
        )
        .where(_logged(first, last, actor), col(Ticket.id) > after)
        .order_by(col(Ticket.id))
        .limit(limit)
    )  # fmt: skip
    if status is not None:
        query = query.where(Ticket.status == status)
    return [CountedEvent(*row) for row in session.execute(query)]


def _logged(first: date, last: date, actor: Actor) -> ColumnElement[bool]:
    check_days(first, last)
    begin, end = city_span(first, last)
    logged = and_(col(Ticket.logged_at) >= begin, col(Ticket.logged_at) < end)
    return and_(logged, visible(actor, Action.TALLY))
