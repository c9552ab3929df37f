"""Rulings as precedents (判例), and which units quarrel about what."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Integer, Select, bindparam, func, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from hotline.routing.fold import fold_phrase
from hotline.routing.wording import pairs
from hotline.tickets.contents import matter_of
from hotline.tickets.models import Content, Objection, Ticket
from hotline.tickets.words import Status

SHOWN = 50
# Pairs of units that are shown: those that quarrel once are no pattern.
PAIRS = 20
# Of rulings between the units in question so many of the newest are compared, as far as so many
# characters: bounds one look.
COMPARED, READ = 10, 200


@dataclass(frozen=True, slots=True)
class Precedent:
    """One ruling: what it was about, who argued what, and whose it became."""

    id: int  # of the objection that was ruled on
    number: str
    title: str
    matter: str
    unit: str  # that objected
    right_unit: str  # that it named
    ground: str
    note: str
    granted: bool
    ruled_unit: str
    basis: str
    ruled_at: datetime


@dataclass(frozen=True, slots=True)
class Bounce:
    """How often one unit said that another's tickets had come to it, and was right."""

    unit: str
    right_unit: str
    raised: int
    granted: int
    open: int


def precedents(
    session: Session, words: Sequence[str] = (), *, after: int = 0, limit: int = SHOWN
) -> list[Precedent]:
    """Rulings whose matter, note, basis or units hold all these words, newest first.

    `after` is the id of the last one of the page before.
    """
    matter, note, basis = aliased(Content), aliased(Content), aliased(Content)
    query = (
        select(
            Objection.id, Ticket.number, matter.title, matter.text, Objection.unit,
            Objection.right_unit, Objection.ground, note.text, Objection.granted,
            Objection.ruled_unit, func.coalesce(basis.text, ""), Objection.ruled_at,
        )
        .join(Ticket, col(Ticket.id) == Objection.ticket_id)
        .join(matter, col(matter.id) == matter_of(col(Objection.ticket_id)))
        .join(note, col(note.id) == Objection.content_id)
        .outerjoin(basis, col(basis.id) == Objection.basis_id)
        .where(col(Objection.ruled_at).is_not(None))
    )  # fmt: skip
    places = (
        matter.title,
        matter.text,
        note.text,
        basis.text,
        Objection.unit,
        Objection.right_unit,
        Objection.ruled_unit,
    )
    for word in words:
        query = query.where(or_(*(col(place).contains(word, autoescape=True) for place in places)))
    if after:
        ruled_at, id = col(Objection.ruled_at), col(Objection.id)
        mark = select(ruled_at).where(id == after).scalar_subquery()
        query = query.where(tuple_(ruled_at, id) < tuple_(mark, after))
    query = query.order_by(*_NEWEST_FIRST).limit(limit)
    return [Precedent(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Cited:
    """The ruling that comes nearest to a request: which ticket it was, and whose it became."""

    number: str
    unit: str
    likeness: float  # 0..1; with 0 it only is of the same units


def nearest(session: Session, units: Sequence[str], text: str) -> Cited | None:
    """Among rulings between these units the most alike, else the newest; in one statement.

    Of confidential tickets nothing is told.
    """
    rows = session.connection().execute(_between(), {"units": list(units)})
    asked = _pairs(text)
    cited = [Cited(number, unit, _likeness(asked, _pairs(said))) for number, unit, said in rows]
    return max(cited, key=lambda each: each.likeness, default=None)


# To build it takes longer than to ask it.
@cache
def _between() -> Select:
    units = bindparam("units", expanding=True)
    newest = (
        select(Objection.id)
        .where(*(col(unit).in_(units) for unit in _PARTIES), col(Objection.ruled_at).is_not(None))
        .order_by(*_NEWEST_FIRST)
        .limit(COMPARED)
        .subquery()
    )
    said = func.substr(col(Content.title) + "。" + col(Content.text), 1, READ)
    return (
        select(Ticket.number, Objection.ruled_unit, said)
        .join(newest, newest.c.id == Objection.id)
        .join(Ticket, col(Ticket.id) == Objection.ticket_id)
        .join(Content, col(Content.id) == matter_of(col(Objection.ticket_id)))
        .where(col(Ticket.confidential).is_(False))
        .order_by(*_NEWEST_FIRST)
    )


_PARTIES = (Objection.unit, Objection.right_unit, Objection.ruled_unit)
_NEWEST_FIRST = (col(Objection.ruled_at).desc(), col(Objection.id).desc())


def _pairs(text: str) -> frozenset[str]:
    return frozenset(pair for pair in pairs(fold_phrase(text[:READ])) if pair.isalnum())


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Cosine of pairs of characters."""
    return len(one & other) / math.sqrt(len(one) * len(other) or 1)


def bounces(session: Session, begin: datetime, end: datetime) -> list[Bounce]:
    """The pairs of units with the most objections raised from `begin` to `end` (exclusive).

    One whose ticket was withdrawn before the ruling is nobody's quarrel any more.
    """
    stands = col(Objection.ruled_at).is_not(None) | (col(Ticket.status) == Status.OBJECTED)
    granted = func.sum(func.coalesce(col(Objection.granted).cast(Integer), 0))
    still = func.count() - func.count(col(Objection.ruled_at))
    query = (
        select(Objection.unit, Objection.right_unit, func.count(), granted, still)
        .join(Ticket, col(Ticket.id) == Objection.ticket_id)
        .where(col(Objection.raised_at) >= begin, col(Objection.raised_at) < end, stands)
        .group_by(Objection.unit, Objection.right_unit)
        .order_by(func.count().desc(), Objection.unit, Objection.right_unit)
        .limit(PAIRS)
    )
    return [Bounce(*row) for row in session.execute(query)]
