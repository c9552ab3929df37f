"""Finds tickets by number, caller, place and words, among those that the asker may see."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from hotline.clock import city_day
from hotline.errors import Invalid
from hotline.people.rights import Actor
from hotline.tickets.asking import Asked
from hotline.tickets.filters import Filters, narrowings, span_of
from hotline.tickets.hunt import Hunt
from hotline.tickets.rows import Row, newest
from hotline.tickets.word_index import on_sqlite

# Counted no further than this; beyond it is "more than 1,000".
COUNTED = 1000
# How far back words of one or two characters are looked for.
RECENT = timedelta(days=90)
LAST_ID = 2**31 - 1

# For one transaction of PostgreSQL. A hunt looks up one ticket after the other until it has enough,
# which takes no whole table, no compiler and no helpers; the hits of a common word need room.
_TUNING = text(
    "SELECT "
    + ", ".join(
        f"set_config('{name}', '{value}', true)"
        for name, value in {
            "enable_seqscan": "off",
            "enable_hashjoin": "off",
            "enable_mergejoin": "off",
            "max_parallel_workers_per_gather": "0",
            "jit": "off",
            "work_mem": "64MB",
        }.items()
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of tickets, the newest first, and how far it can be trusted.

    `count`, of all pages, comes with the first and ends at 1,000; `more` says that there are more
    than that. Nothing logged before `since` was looked at. `after` asks for the next page.
    """

    rows: list[Row]
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
    span, days = span_of(session, filters)
    span = replace(span, highest=min(span.highest, _place(after) - 1)) if after else span
    conditions = narrowings(session, actor, asked, filters, now) + days
    wanted = (limit if after else max(limit, COUNTED)) + 1
    ids = Hunt(session, actor, asked.words, conditions, span, wanted).ids()
    page = ids[:limit]
    return Found(
        rows=newest(session, page),
        count=None if after else min(len(ids), COUNTED),
        more=not after and len(ids) > COUNTED,
        since=since,
        after=str(page[-1]) if len(ids) > limit else None,
    )


def _since(asked: Asked, filters: Filters, now: datetime) -> date | None:
    recent = city_day(now - RECENT)
    return recent if asked.brief and (filters.first is None or filters.first < recent) else None


def _place(after: str) -> int:
    if not after.isdecimal() or int(after) > LAST_ID:
        raise Invalid("翻页标记有误，请从第一页重新打开。", field="after")
    return int(after)
