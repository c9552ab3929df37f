"""A ticket as a list shows it, read a page at a time in a fixed number of statements."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, tuple_
from sqlmodel import Session, col

from hotline.errors import Invalid
from hotline.people.rights import Action
from hotline.routing.types import Decision
from hotline.tables import UtcDateTime
from hotline.tickets.models import Assignment, Content, Ticket, TicketEvent
from hotline.tickets.standing import OPEN_LEAD
from hotline.tickets.steps import BESIDE
from hotline.tickets.words import Urgency

HEADING_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Row:
    """A ticket as a list shows it; the clocks are those of `unit`, None where it has none now.

    `cursor` is what a list is asked `after` to go on behind this row.
    """

    id: int
    number: str
    status: str
    kind: str
    channel: str
    urgency: str
    territory: str
    place: str
    unit: str  # the last accountable one; in an inbox the reader's own
    part: str  # lead | assist, blank while no unit has it
    handler: str
    logged_at: datetime
    promised_at: datetime | None
    warn_at: datetime | None
    due_at: datetime | None
    decision: str  # how sure the router was
    since: datetime  # of its last step; falling overdue is none, nor is what stands beside it
    cursor: str
    heading: str = ""  # title, else the beginning of the matter


_RANK = case(
    {Urgency.CRITICAL: 0, Urgency.URGENT: 1}, value=col(Ticket.urgency), else_=2
)  # fmt: skip
BY_DUE = (col(Assignment.due_at), col(Assignment.id))
BY_URGENCY = (_RANK, col(Ticket.id))
# What the router could not decide waits for nobody else, so it comes first of equal urgency.
_ASKED = case((col(Ticket.decision) == Decision.ASK, 0), else_=1)
BY_DECISION = (_RANK * 2 + _ASKED, col(Ticket.id))
Order = tuple[ColumnElement[Any], ColumnElement[Any]]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# No cursor of ours holds a larger number, and not every database could compare with one.
FARTHEST = 2**53


def of_assignments(*conditions: ColumnElement[bool]) -> Select[Any]:
    # Outer, though each has a ticket: PostgreSQL does not look for it where it only counts.
    return _columns().select_from(Assignment).outerjoin(Ticket, _same_ticket()).where(*conditions)


def of_tickets(*conditions: ColumnElement[bool]) -> Select[Any]:
    lead = _same_ticket() & OPEN_LEAD
    return _columns().select_from(Ticket).outerjoin(Assignment, lead).where(*conditions)


def _same_ticket() -> ColumnElement[bool]:
    return col(Assignment.ticket_id) == col(Ticket.id)


def _columns() -> Select[Any]:
    return select(
        Ticket.id, Ticket.number, Ticket.status, Ticket.kind, Ticket.channel, Ticket.urgency,
        Ticket.territory, Ticket.place, func.coalesce(Assignment.unit, Ticket.lead_unit),
        func.coalesce(Assignment.part, ""), func.coalesce(Assignment.handler, ""),
        Ticket.logged_at, Ticket.promised_at, Assignment.warn_at, Assignment.due_at,
        Ticket.decision, _since(),
    )  # fmt: skip


def _since() -> ColumnElement[datetime]:
    return (
        select(func.max(TicketEvent.at))
        .where(col(TicketEvent.ticket_id) == col(Ticket.id))
        .where(col(TicketEvent.action).not_in((Action.FALL_OVERDUE, *BESIDE)))
        .correlate(Ticket)
        .scalar_subquery()
    )


def how_many(query: Select[Any]) -> ColumnElement[int]:
    return query.with_only_columns(func.count(), maintain_column_froms=True).scalar_subquery()


def page(
    session: Session, query: Select[Any], order: Order, after: str | None, limit: int
) -> list[Row]:
    return headed(session, loaded(session, query, order, after, limit))


def headed(session: Session, rows: Sequence[Row]) -> list[Row]:
    """The rows with what each ticket is about."""
    headings = _headings(session, (row.id for row in rows))
    return [replace(row, heading=headings.get(row.id, "")) for row in rows]


def loaded(
    session: Session, query: Select[Any], order: Order, after: str | None, limit: int
) -> list[Row]:
    if after is not None:
        query = query.where(tuple_(*order) > _place(after, order))
    found = session.execute(query.add_columns(*order).order_by(*order).limit(limit))
    return [Row(*values, cursor=_cursor(first, id)) for *values, first, id in found]


def _headings(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """What each ticket is about, by its id; the matter is a ticket's first content."""
    first = (
        select(func.min(Content.id))
        .where(col(Content.ticket_id).in_(list(ids)))
        .group_by(col(Content.ticket_id))
    )
    begun = func.substr(Content.text, 1, HEADING_LENGTH)
    heading = case((col(Content.title) != "", col(Content.title)), else_=begun)
    query = select(col(Content.ticket_id), heading).where(col(Content.id).in_(first))
    return dict(session.execute(query).all())


def _cursor(first: datetime | int, id: int) -> str:
    number = (first - _EPOCH) // _MICROSECOND if isinstance(first, datetime) else first
    return f"{number}.{id}"


def _place(cursor: str, order: Order) -> ColumnElement[Any]:
    """Where the page before ended, as the values of `order`."""
    try:
        first, id = (int(number) for number in cursor.split("."))
        if max(abs(first), abs(id)) > FARTHEST:
            raise ValueError
        if order is BY_DUE:
            return tuple_(literal(_EPOCH + first * _MICROSECOND, UtcDateTime()), id)
        return tuple_(first, id)
    except (ValueError, OverflowError) as error:
        raise Invalid("翻页标记有误，请从第一页重新打开。", field="after") from error


def newest(session: Session, ids: Sequence[int]) -> list[Row]:
    """These tickets, the newest first; the caller knows that its reader may see them."""
    query = of_tickets(col(Ticket.id).in_(ids)).order_by(col(Ticket.id).desc())
    return headed(session, [Row(*row, cursor=str(row[0])) for row in session.execute(query)])
