"""Finds tickets by number, caller, place and words, among those that the asker may see.

The same tickets can be found from the index of words, from a condition that few meet, or from the
newest ticket backwards; what promises the least to look at leads (docs/decisions/0008-search.md).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, text
from sqlmodel import Session, col

from hotline.clock import city_day
from hotline.errors import Invalid
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.tickets import lists
from hotline.tickets.asking import Asked
from hotline.tickets.filters import Filters, Narrowing, logged, narrowings
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.pairs import Searchable
from hotline.tickets.queries import visible
from hotline.tickets.standing import standing_with
from hotline.tickets.word_index import Words, hits, hold, on_sqlite

# Counted no further than this; beyond it is "more than 1,000".
COUNTED = 1000
# How far back words of one or two characters are looked for.
RECENT = timedelta(days=90)

# Of so many of the newest tickets it is counted how many hold the words.
SAMPLE = 2000
# Conditions are counted up to `CENSUS`; one that no more than `FEW` tickets meet may lead.
CENSUS, FEW = 50_000, 10_000
# How many times the hits that are wanted an index is asked for at first.
SPARE = 3
LAST_ID = 2**31 - 1

# For one transaction of PostgreSQL: it shall neither compile what runs for milliseconds nor read
# a whole table, and have room for every hit of a common word.
_TUNING = text(
    "SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true), "
    "set_config('work_mem', '64MB', true)"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tickets, the newest first, and how far it can be trusted.

    `count`, of all pages, comes with the first and ends at 1,000; `more` says that there are more
    than that. Nothing logged before `since` was looked at. `after` asks for the next page.
    """

    rows: list[lists.Row]
    count: int | None
    more: bool
    since: date | None
    after: str | None


def search(
    session: Session,
    actor: Actor,
    asked: Asked,
    filters: Filters,
    *,
    now: datetime,
    after: str | None = None,
    limit: int = 50,
) -> Found:
    """The newest tickets that meet all that is asked, within the scope of the actor."""
    if not on_sqlite(session):
        session.execute(_TUNING)
    since = _since(asked, filters, now)
    filters = replace(filters, first=since) if since else filters
    conditions = narrowings(session, actor, asked, filters, now)
    wanted = (limit if after else max(limit, COUNTED)) + 1
    span = _span(session, filters, after)
    ids = Hunt(session, actor, asked.words, conditions, span, wanted).ids()
    page = ids[:limit]
    return Found(
        rows=lists.newest(session, page),
        count=None if after else min(len(ids), COUNTED),
        more=not after and len(ids) > COUNTED,
        since=since,
        after=str(page[-1]) if len(ids) > limit else None,
    )


def _since(asked: Asked, filters: Filters, now: datetime) -> date | None:
    recent = city_day(now - RECENT)
    return recent if asked.brief and (filters.first is None or filters.first < recent) else None


@dataclass(frozen=True, slots=True)
class Span:
    """Ids from the lowest to the highest, both included."""

    lowest: int
    highest: int

    @property
    def size(self) -> int:
        return max(0, self.highest - self.lowest + 1)

    def holds(self, id: ColumnElement[int]) -> ColumnElement[bool]:
        return id.between(self.lowest, self.highest)


def _span(session: Session, filters: Filters, after: str | None) -> Span:
    lowest, highest = 1, _place(after) - 1 if after else LAST_ID
    if filters.first or filters.last:
        # Counted, too: else PostgreSQL would look for the lowest from the first ticket on.
        query = select(func.min(Ticket.id), func.max(Ticket.id), func.count())
        within = logged(col(Ticket.logged_at), filters)
        first, last, _ = session.execute(query.where(within)).one()
    else:
        first, last = 1, session.execute(select(func.max(Ticket.id))).scalar_one()
    return Span(max(lowest, first or 1), min(highest, last or 0))


def _place(after: str) -> int:
    if not after.isdecimal() or int(after) > LAST_ID:
        raise Invalid("翻页标记有误,请从第一页重新打开。", field="after")
    return int(after)


@dataclass(frozen=True, slots=True)
class Lead:
    """From where to look through tickets, and how many that are; `own`: the actor's unit's."""

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

    def ids(self) -> list[int]:
        """By the way that has us look at the fewest tickets, as far as can be foreseen."""
        if not self.span.size:
            return []
        if self.words:
            held = self._held()
            words = min(held, SPARE * self.wanted * self.span.size / max(self._lead.size, 1))
            lead = min(self._lead.size, self.wanted * self.span.size / held)
            if words < lead:
                return self.by_words(held * self._lead.size / self.span.size)
        return self.by_lead()

    def by_words(self, expected: float) -> list[int]:
        """By the index of words; of the span only the end where the wanted should be, if it is."""
        width = int(SPARE * self.wanted / max(expected, 1) * self.span.size)
        near = replace(self.span, lowest=max(self.span.lowest, self.span.highest - width))
        found = self._from_words(near)
        enough = len(found) >= self.wanted or near == self.span
        return found if enough else self._from_words(self.span)

    def by_lead(self) -> list[int]:
        """Backwards through the smallest set of tickets that is known, or all."""
        lead = self._lead
        if lead.own:
            id = col(Assignment.ticket_id)
            query = select(id).distinct().where(standing_with(self.actor.unit))
            query = query.join(Ticket, col(Ticket.id) == id) if self.narrowings else query
        else:
            id = col(Ticket.id)
            query = select(id).where(visible(self.actor, Action.READ))
            query = query if lead.ids is None else query.where(id.in_(lead.ids))
        if self.words:
            query = query.join(Searchable, col(Searchable.ticket_id) == id)
            query = query.where(hold(self.session, col(Searchable.pairs), self.words))
        return self._run(query.where(self.span.holds(id)), id)

    def _from_words(self, span: Span) -> list[int]:
        found = hits(self.session, self.words, span.lowest, span.highest)
        query = select(found.c.id).join(Ticket, col(Ticket.id) == found.c.id)
        return self._run(query.where(visible(self.actor, Action.READ)), found.c.id)

    def _run(self, query: Select[Any], id: ColumnElement[int]) -> list[int]:
        query = query.where(*(each.condition for each in self.narrowings))
        return list(self.session.execute(query.order_by(id.desc()).limit(self.wanted)).scalars())

    def _held(self) -> float:
        """How many tickets of the span hold the words, judged by the newest of them."""
        id = col(Searchable.ticket_id)
        newest = select(Searchable.pairs).where(self.span.holds(id)).order_by(id.desc())
        sample = newest.limit(SAMPLE).subquery()
        query = select(func.count()).where(hold(self.session, sample.c.pairs, self.words))
        found = self.session.execute(query).scalar_one()
        return max(found, 0.5) * max(1, self.span.size / SAMPLE)

    @cached_property
    def _lead(self) -> Lead:
        sets = [Lead(0, each.ids) for each in self.narrowings if each.ids is not None]
        if scope_of(self.actor, Action.READ) is Scope.UNIT:
            own = select(col(Assignment.ticket_id)).where(standing_with(self.actor.unit))
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
