"""Past tickets as labelled cases: the closed ones, from which the router learns, and others."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, Select
from sqlmodel import Session, col, func, select

from hotline.routing.circumstances import written_to
from hotline.routing.types import Case, Line
from hotline.tickets.contents import matter_of
from hotline.tickets.earlier import STANDING, Trace, Whence, recalled
from hotline.tickets.models import Assignment, Contact, Content, Ticket
from hotline.tickets.words import Part, Status

TOLD = (
    Ticket.number, Content.title, Content.text, Ticket.lead_unit, Ticket.line, Ticket.territory,
    Ticket.place, Ticket.addressee, Ticket.confidential, Ticket.logged_at, Ticket.closed_at,
    Contact.phone_hash,
)  # fmt: skip
# The newest so many; a city of a million a year has older ones in what it learned before.
LEARNED_FROM = 200_000


def closed_cases(
    session: Session, territories: frozenset[str], lines: Mapping[str, Line]
) -> list[Case]:
    """Each with the unit that settled it, oldest first.

    One that a territory settled says where it lies, of kind territory, and as a second case whose
    matter it is where departments assisted. `lines` are by key. Erased texts are left out. The
    newest know what stood before them.
    """
    newest = session.execute(_newest((Status.CLOSED,), LEARNED_FROM)).all()
    cases = recalled([_trace(row, lines, territories) for row in newest[::-1]])
    assisting = _assisting(session, territories)
    return [each for case in cases for each in _taught(case, assisting)]


def standing_cases(
    session: Session, left_out: frozenset[str], lines: Mapping[str, Line], *, limit: int
) -> list[Case]:
    """The newest tickets that stand with a unit or were settled by it, newest first."""
    query = _newest(STANDING, limit).where(col(Ticket.lead_unit).not_in(left_out))
    return [_trace(row, lines, frozenset()).case for row in session.execute(query)]


def count_closed(session: Session, *, at_most: int) -> int:
    """How many closed tickets there are, counted no further than asked."""
    closed = select(Ticket.id).where(Ticket.status == Status.CLOSED).limit(at_most).subquery()
    return session.exec(select(func.count()).select_from(closed)).one()


def _newest(statuses: Sequence[Status], limit: int) -> Select:
    return (
        select(*TOLD)
        .select_from(Ticket)
        .join(Content, col(Content.id) == matter_of(col(Ticket.id)))
        .outerjoin(Contact, col(Contact.ticket_id) == Ticket.id)
        .where(col(Ticket.status).in_(statuses), Ticket.lead_unit != "", Content.text != "")
        .order_by(col(Ticket.id).desc())
        .limit(limit)
    )


def _assisting(session: Session, territories: frozenset[str]) -> Mapping[str, tuple[str, ...]]:
    """The departments beside a territory, by the number of the closed ticket it settled."""
    query = (
        select(Ticket.number, Assignment.unit)
        .join(Assignment, col(Assignment.ticket_id) == Ticket.id)
        .where(Ticket.status == Status.CLOSED, col(Ticket.lead_unit).in_(territories))
        .where(Assignment.part == Part.ASSIST, col(Assignment.unit).not_in(territories))
        .order_by(col(Ticket.id).desc(), col(Assignment.id))
        .limit(LEARNED_FROM)
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for number, unit in session.exec(query):
        found[number][unit] = None
    return {number: tuple(units) for number, units in found.items()}


def _taught(case: Case, assisting: Mapping[str, tuple[str, ...]]) -> Iterator[Case]:
    """A territory never counts as whose matter it is: it would have every matter."""
    yield case
    if case.kind == "territory" and (departments := assisting.get(case.id)):
        yield replace(case, units=departments, kind="unit")


def _trace(row: Row[Any], lines: Mapping[str, Line], territories: frozenset[str]) -> Trace:
    kind = "territory" if row.lead_unit in territories else "unit"
    matter = (row.number, row.title, row.text, (row.lead_unit,))
    case = Case(*matter, kind, "tickets", lines.get(row.line) or written_to(row.addressee))
    # As when one asks: what is told in confidence says nothing of other tickets.
    told = not row.confidential
    whence = Whence(row.phone_hash or "", row.territory, row.place) if told else Whence()
    return Trace(case, whence, row.logged_at, row.closed_at)
