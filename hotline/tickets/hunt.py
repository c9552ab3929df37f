"""Looks for tickets from the index of words, from a few known ones, or from the newest backwards.

All ways lead to the same tickets; what promises the least to look at is chosen
(docs/decisions/0009-search.md).
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlmodel import Session, col

from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.tickets.filters import Narrowing, Span
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.pairs import Searchable
from hotline.tickets.queries import visible
from hotline.tickets.standing import standing_with
from hotline.tickets.word_index import Words, hits, hold

# Of so many tickets it is counted how many hold the words; of the older half in so many spots.
SAMPLE, SPOTS = 2000, 4
# Conditions are counted up to `CENSUS`; one that no more than `FEW` tickets meet may lead.
CENSUS, FEW = 100_000, 10_000
# For how many times the hits that are wanted we go back at first; and how much farther each time.
SPARE = 3
# A hit that the index lists takes as long as so many tickets read in their order.
DEARER = 4


@dataclass(frozen=True, slots=True)
class Lead:
    """Tickets to look through, and how many they are; `own`: those of the actor's unit."""

    size: int
    ids: Select[Any] | None = None
    own: bool = False


@dataclass(frozen=True)
class Hunt:
    """After the ids of as many as are wanted of the newest tickets in the span."""

    session: Session
    actor: Actor
    words: Words
    narrowings: list[Narrowing]
    span: Span
    wanted: int
    spare: int = SPARE

    def ids(self) -> list[int]:
        """By the way that has us look at the fewest tickets, as far as can be foreseen.

        At first only so far back as the wanted should be; if they are not, the rest is hunted
        anew: what the newest tickets are full of may be rare among the older ones.
        """
        if not self.span.size:
            return []
        if not self.words:
            return self.from_lead(self.span)
        held = self._held()
        near = self._near(held * self._lead.size / self.span.size)
        words = min(held, self.spare * self.wanted * self.span.size / max(self._lead.size, 1))
        lead = min(self._lead.size, self.wanted * self.span.size / held)
        found = self.from_words(near) if DEARER * words < lead else self.from_lead(near)
        if len(found) >= self.wanted or near == self.span:
            return found
        rest = replace(self.span, highest=near.lowest - 1)
        wanted, spare = self.wanted - len(found), self.spare * SPARE
        return found + replace(self, span=rest, wanted=wanted, spare=spare).ids()

    def from_words(self, span: Span) -> list[int]:
        """By the index of words."""
        id = hits(self.session, self.words, span.lowest, span.highest).c.id
        query = self._with_ticket(select(id), id)
        return self._run(query.where(visible(self.actor, Action.READ, id)), id)

    def from_lead(self, span: Span) -> list[int]:
        """Backwards through the smallest set of tickets that is known, or all."""
        lead = self._lead
        if lead.own:
            id = col(Assignment.ticket_id)
            # The unit may have had a ticket more than once.
            query = self._with_ticket(select(id).distinct(), id)
            query = query.where(standing_with(self.actor.unit))
        else:
            id = col(Ticket.id)
            query = select(id).where(visible(self.actor, Action.READ))
            query = query if lead.ids is None else query.where(id.in_(lead.ids))
        if self.words:
            here = col(Searchable.ticket_id)
            query = query.join(Searchable, here == id).where(
                # Said of both sides: PostgreSQL does not carry a range across.
                span.holds(here),
                hold(self.session, col(Searchable.pairs), self.words),
            )
        return self._run(query.where(span.holds(id)), id)

    def _with_ticket(self, query: Select[Any], id: ColumnElement[int]) -> Select[Any]:
        return query.join(Ticket, col(Ticket.id) == id) if self.narrowings else query

    def _run(self, query: Select[Any], id: ColumnElement[int]) -> list[int]:
        query = query.where(*(each.condition for each in self.narrowings))
        return list(self.session.execute(query.order_by(id.desc()).limit(self.wanted)).scalars())

    def _near(self, expected: float) -> Span:
        """The end of the span where the wanted should be, when so many are expected in all."""
        width = int(self.spare * self.wanted / max(expected, 1) * self.span.size)
        return replace(self.span, lowest=max(self.span.lowest, self.span.highest - width))

    def _held(self) -> float:
        """How many tickets of the span hold the words, judged by some of them.

        Half of these are the newest, for there we look first, the others from all over the span.
        """
        span, half = self.span, SAMPLE // 2
        spots = [replace(span, lowest=max(span.lowest, span.highest - half + 1))]
        for n in range(SPOTS):
            start = span.lowest + span.size * n // SPOTS
            spots.append(Span(start, min(span.highest, start + half // SPOTS - 1)))
        holding = hold(self.session, col(Searchable.pairs), self.words)
        query = select(func.count(), func.count().filter(holding)).where(
            or_(*(spot.holds(col(Searchable.ticket_id)) for spot in spots))
        )
        looked_at, found = self.session.execute(query).one()
        return max(found, 0.5) / max(looked_at, 1) * span.size

    @cached_property
    def _lead(self) -> Lead:
        sets = [Lead(0, each.ids) for each in self.narrowings if each.ids is not None]
        if scope_of(self.actor, Action.READ) is Scope.UNIT:
            id = col(Assignment.ticket_id)
            own = select(id).where(standing_with(self.actor.unit), self.span.holds(id))
            sets.append(Lead(0, own, own=True))
        leads = [Lead(self.span.size)]
        if sets:
            sizes = self.session.execute(select(*(_census(each.ids) for each in sets))).one()
            leads += [
                replace(each, size=size)
                for each, size in zip(sets, sizes, strict=True)
                if each.own or size <= FEW
            ]
        return min(leads, key=lambda lead: lead.size)


def _census(ids: Select[Any]) -> ColumnElement[int]:
    return select(func.count()).select_from(ids.limit(CENSUS).subquery()).scalar_subquery()
