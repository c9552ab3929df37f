"""Past tickets as labelled cases: the closed ones, from which the router learns, and others."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, func, select

from hotline.routing.types import Case, Line
from hotline.tickets.contents import matter_of
from hotline.tickets.models import Content, Ticket
from hotline.tickets.words import Status

# The newest so many; a city of a million a year has older ones in what it learned before.
LEARNED_FROM = 200_000
# With their unit, and neither objected to nor taken back.
STANDING = (
    Status.DISPATCHED, Status.IN_PROGRESS, Status.REPLIED, Status.APPROVED, Status.DELIVERED,
    Status.CLOSED,
)  # fmt: skip


def closed_cases(
    session: Session, territories: frozenset[str], lines: Mapping[str, Line]
) -> list[Case]:
    """Each with the unit that settled it, oldest first; those of a territory say nothing of units.

    `lines` are by key. Erased texts are left out.
    """
    newest = _newest(session, (Status.CLOSED,), territories, lines, LEARNED_FROM)
    return newest[::-1]


def standing_cases(
    session: Session, territories: frozenset[str], lines: Mapping[str, Line], *, limit: int
) -> list[Case]:
    """The newest tickets that stand with a unit or were settled by it, newest first."""
    return _newest(session, STANDING, territories, lines, limit)


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
) -> list[Case]:
    query = (
        select(Ticket.number, Content.title, Content.text, Ticket.lead_unit, Ticket.line)
        .join(Content, col(Content.id) == matter_of(col(Ticket.id)))
        .where(col(Ticket.status).in_(statuses), Ticket.lead_unit != "", Content.text != "")
        .where(col(Ticket.lead_unit).not_in(territories))
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )
    return [
        Case(number, title, text, (unit,), "unit", "tickets", lines.get(line))
        for number, title, text, unit, line in session.execute(query)
    ]
