"""Past tickets as labelled cases: the closed ones, from which the router learns, and others."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row
from sqlmodel import Session, col, func, select

from hotline.routing.types import Case, Line
from hotline.tickets.contents import matter_of
from hotline.tickets.earlier import STANDING, Trace, Whence, recalled
from hotline.tickets.models import Contact, Content, Ticket
from hotline.tickets.words import Status

TOLD = (
    Ticket.number, Content.title, Content.text, Ticket.lead_unit, Ticket.line, Ticket.territory,
    Ticket.place, Ticket.confidential, Ticket.logged_at, Ticket.closed_at, Contact.phone_hash,
)  # fmt: skip
# The newest so many; a city of a million a year has older ones in what it learned before.
LEARNED_FROM = 200_000


def closed_cases(
    session: Session, territories: frozenset[str], lines: Mapping[str, Line]
) -> list[Case]:
    """Each with the unit that settled it, oldest first; those of a territory say nothing of units.

    `lines` are by key. Erased texts are left out. The newest know what stood before them.
    """
    newest = _newest(session, (Status.CLOSED,), territories, lines, LEARNED_FROM)
    return recalled(newest[::-1])


def standing_cases(
    session: Session, territories: frozenset[str], lines: Mapping[str, Line], *, limit: int
) -> list[Case]:
    """The newest tickets that stand with a unit or were settled by it, newest first."""
    newest = _newest(session, STANDING, territories, lines, limit)
    return [trace.case for trace in newest]


def count_closed(session: Session, *, at_most: int) -> int:
    """How many closed tickets there are, counted no further than asked."""
    closed = select(Ticket.id).where(Ticket.status == Status.CLOSED).limit(at_most).subquery()
    return session.exec(select(func.count()).select_from(closed)).one()


def _newest(
    session: Session,
    statuses: Sequence[Status],
    territories: frozenset[str],
    lines: Mapping[str, Line],
    limit: int,
) -> list[Trace]:
    query = (
        select(*TOLD)
        .select_from(Ticket)
        .join(Content, col(Content.id) == matter_of(col(Ticket.id)))
        .outerjoin(Contact, col(Contact.ticket_id) == Ticket.id)
        .where(col(Ticket.status).in_(statuses), Ticket.lead_unit != "", Content.text != "")
        .where(col(Ticket.lead_unit).not_in(territories))
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )
    return [_trace(row, lines) for row in session.execute(query)]


def _trace(row: Row[Any], lines: Mapping[str, Line]) -> Trace:
    matter = (row.number, row.title, row.text, (row.lead_unit,))
    case = Case(*matter, "unit", "tickets", lines.get(row.line))
    # As when one asks: what is told in confidence says nothing of other tickets.
    told = not row.confidential
    whence = Whence(row.phone_hash or "", row.territory, row.place) if told else Whence()
    return Trace(case, whence, row.logged_at, row.closed_at)
