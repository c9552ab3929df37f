"""Finds tickets by number, caller, place and words, among those that the asker may see.

Three ways lead to the same tickets (docs/decisions/0008-search.md): from the index of words, from
a condition that few tickets meet, or from the newest ticket backwards. What is rarest leads.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, text
from sqlmodel import Session, col

from hotline.clock import city_day
from hotline.errors import Invalid
from hotline.people.rights import Actor
from hotline.tickets import lists
from hotline.tickets.asking import Asked
from hotline.tickets.filters import Filters, Narrowing, narrowings
from hotline.tickets.models import Ticket
from hotline.tickets.pairs import Searchable
from hotline.tickets.word_index import Words, hits, hold, on_sqlite

# Counted no further than this; beyond it is "more than 1,000".
COUNTED = 1000
# How far back words of one or two characters are looked for.
RECENT = timedelta(days=90)

# Of so many of the newest tickets it is counted how many hold the words.
SAMPLE = 2000
# Conditions are counted up to this; one that fewer than `FEW` tickets meet may lead.
CENSUS, FEW = 50_000, 10_000
# How many more hits than wanted are asked of an index at first.
SPARE = 3

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


@dataclass(frozen=True, slots=True)
class Span:
    """Where to look: ids from the lowest to the highest, both included."""

    lowest: int
    highest: int

    @property
    def size(self) -> int:
        return max(0, self.highest - self.lowest + 1)


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
    span = _span(session, filters, after)
    wanted = limit + 1 if after else max(limit, COUNTED) + 1
    ids = _ids(session, actor, asked, filters, span, now=now, wanted=wanted)
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


def _span(session: Session, filters: Filters, after: str | None) -> Span:
    if filters.first or filters.last:
        # Counted, too: else PostgreSQL would look for the lowest from the first ticket on.
        days = select(func.min(Ticket.id), func.max(Ticket.id), func.count())
        lowest, highest, _ = session.execute(
            days.where(logged(col(Ticket.logged_at), filters))
        ).one()
    else:
        lowest, highest = 1, session.execute(select(func.max(Ticket.id))).scalar_one()
    highest = highest or 0
    return Span(lowest or 1, min(highest, _place(after) - 1) if after else highest)


def _place(after: str) -> int:
    if not after.isdecimal() or int(after) > LAST:
        raise Invalid("翻页标记有误,请从第一页重新打开。", field="after")
    return int(after)
