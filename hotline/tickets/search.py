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

# So few tickets are looked through one by one.
FEW = 10_000
# Words in at least `COMMON` of the newest `SAMPLE` tickets are soonest met going backwards.
SAMPLE, COMMON = 2000, 60

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
    query = _query(session, asked.words, narrowings(session, actor, asked, filters, now))
    if after is None:
        ids = _ids(session, query, max(COUNTED, limit) + 1)
    else:
        ids = _ids(session, query.where(col(Ticket.id) < _place(after)), limit + 1)
    page = ids[:limit]
    return Found(
        rows=lists.newest(session, page),
        count=min(len(ids), COUNTED) if after is None else None,
        more=after is None and len(ids) > COUNTED,
        since=since,
        after=str(page[-1]) if len(ids) > limit else None,
    )


def _since(asked: Asked, filters: Filters, now: datetime) -> date | None:
    recent = city_day(now - RECENT)
    return recent if asked.brief and (filters.first is None or filters.first < recent) else None


def _ids(session: Session, query: Select[Any], limit: int) -> list[int]:
    return list(session.execute(query.order_by(col(Ticket.id).desc()).limit(limit)).scalars())


def _query(session: Session, words: Words, narrowings: Sequence[Narrowing]) -> Select[Any]:
    query = select(col(Ticket.id)).where(*(each.condition for each in narrowings))
    few = _fewest(session, [each.ids for each in narrowings if each.ids is not None])
    if words and few is None and not _common(session, words):
        found = hits(session, words)
        return query.join(found, found.c.id == Ticket.id)
    # A unit that has many tickets has far from all: going backwards, its own are enough.
    lead = few if few is not None else narrowings[0].ids
    query = query if lead is None else query.where(col(Ticket.id).in_(lead))
    if not words:
        return query
    held = hold(session, col(Searchable.pairs), words)
    return query.join(Searchable, col(Searchable.ticket_id) == Ticket.id).where(held)


def _fewest(session: Session, sets: list[Select[Any]]) -> Select[Any] | None:
    """The set with the fewest ids, if they are few enough to look at each."""
    if not sets:
        return None
    sizes = [
        select(func.count()).select_from(ids.limit(FEW + 1).subquery()).scalar_subquery()
        for ids in sets
    ]
    counted = session.execute(select(*sizes)).one()
    size, ids = min(zip(counted, sets, strict=True), key=lambda pair: pair[0])
    return ids if size <= FEW else None


def _common(session: Session, words: Words) -> bool:
    newest = select(Searchable.pairs).order_by(col(Searchable.ticket_id).desc()).limit(SAMPLE)
    sample = newest.subquery()
    query = select(func.count()).where(hold(session, sample.c.pairs, words))
    return session.execute(query).scalar_one() >= COMMON


def _place(after: str) -> int:
    if not after.isdecimal():
        raise Invalid("翻页标记有误,请从第一页重新打开。", field="after")
    return int(after)
