"""Sums kept by day, so that a count reads a few rows; whatever is not yet summed is added."""

from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    FromClause,
    Integer,
    Select,
    bindparam,
    exists,
    func,
    literal,
    or_,
    text,
    union_all,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import Field, Session, SQLModel, col, delete, select

from hotline.clock import city_span
from hotline.db import take_turn
from hotline.reports.counting import EVENT, Measure
from hotline.reports.measures import DEFINITIONS, MEASURES
from hotline.tables import UtcDateTime
from hotline.tickets.models import TicketEvent

FOLDER_LOCK = 12345_02


class TallyRow(SQLModel, table=True):
    """How often a measure was counted on a city day for one value of one dimension."""

    __tablename__ = "tally_row"
    __table_args__ = {"sqlite_with_rowid": False}
    day: date = Field(primary_key=True)
    measure: str = Field(primary_key=True, max_length=20)
    dimension: str = Field(primary_key=True, max_length=10)
    value: str = Field(primary_key=True, max_length=40)
    count: int


class TallyFold(SQLModel, table=True):
    """Up to which position of the feed the rows have been summed, and by which definitions."""

    __tablename__ = "tally_fold"
    definitions: str = Field(primary_key=True, max_length=64)
    position: int


class city_date(FunctionElement[date]):  # noqa: N801  (reads as the SQL function it becomes)
    """The city day of a stored moment, in SQL; the same as `clock.city_day`."""

    type = Date()
    inherit_cache = True


@compiles(city_date, "sqlite")
def _city_date_sqlite(element: city_date, compiler: Any, **options: Any) -> str:
    # SQLite rounds to milliseconds, which would carry the last of them into the next day; and the
    # city has had no summer time since 1991.
    moment = compiler.process(element.clauses, **options)
    return f"date(substr({moment}, 1, 19), '+8 hours')"


@compiles(city_date, "postgresql")
def _city_date_postgresql(element: city_date, compiler: Any, **options: Any) -> str:
    moment = compiler.process(element.clauses, **options)
    return f"CAST({moment} AT TIME ZONE 'Asia/Shanghai' AS DATE)"


_READ = (
    "ticket_id", "seq", "at", "action", "unit", "kind", "channel", "line", "territory", "reason",
    "solved", "satisfied",
)  # fmt: skip

_ADD = text(
    "INSERT INTO tally_row (day, measure, dimension, value, count) "
    "VALUES (:day, :measure, :dimension, :value, :count) "
    "ON CONFLICT (day, measure, dimension, value) "
    "DO UPDATE SET count = tally_row.count + excluded.count"
)


def fold(session: Session, *, limit: int = 5000) -> int:
    """Adds the next events of the feed to the rows; returns how many it took.

    One transaction moves rows and watermark together, so a reader sees an event once: either in
    the rows or behind the watermark.
    """
    take_turn(session, FOLDER_LOCK)
    state = session.get(TallyFold, DEFINITIONS) or _start_anew(session)
    newest = session.exec(select(func.max(TicketEvent.position))).one() or 0
    start, end = state.position, min(newest, state.position + limit)
    if end == start:
        return 0
    rows = session.execute(_sums(start, end)).mappings().all()
    if rows:
        session.execute(_ADD, [dict(row) for row in rows])
    state.position = end
    session.add(state)
    return end - start


def _start_anew(session: Session) -> TallyFold:
    """Forgets sums made by other definitions; readers count from the events meanwhile."""
    session.exec(delete(TallyRow))
    session.exec(delete(TallyFold))
    return TallyFold(definitions=DEFINITIONS, position=0)


def _sums(start: int, end: int) -> CompoundSelect[Any]:
    events = _events((EVENT.c.position > start) & (EVENT.c.position <= end))
    arms = [
        select(
            city_date(counted.c.at).label("day"),
            *_labels(measure, dimension, counted),
            count.label("count"),
        )
        .where(condition)
        .group_by(text("1"), counted.c[dimension])
        for measure, dimension, count, counted, condition in _arms(events)
    ]
    return union_all(*arms)


def totals(
    session: Session, first: date, last: date, *, unit: str | None = None
) -> list[tuple[str, str, str, int]]:
    """Measure, dimension, value and count over the city days, by sums and unsummed events alike.

    One statement counts both, hence exact while a fold commits beside it. With `unit`, only what
    is counted by unit, and only that unit's.
    """
    begin, end = city_span(first, last)
    facts = {
        "first": first, "last": last, "begin": begin, "end": end, "unit": unit,
        "known": _known_position(session),
    }  # fmt: skip
    rows = session.execute(_totals(of_unit=unit is not None), facts)
    return [(*names, int(count)) for *names, count in rows]


@cache
def _totals(*, of_unit: bool) -> Select[Any]:
    """Written once: to put so long a statement together takes longer than to answer it."""
    found = union_all(_summed(), *_unsummed()).subquery("found")
    count = func.sum(found.c.count)
    query = (
        select(found.c.measure, found.c.dimension, found.c.value, count)
        .group_by(found.c.measure, found.c.dimension, found.c.value)
        .having(count != 0)
    )
    if of_unit:
        query = query.where(found.c.dimension == "unit", found.c.value == bindparam("unit"))
    return query


def _known_position(session: Session) -> int:
    # Only ever a lower bound: it tells the planner how few rows to expect, never what to count.
    return session.exec(select(TallyFold.position).where(_current())).first() or 0


def _current() -> ColumnElement[bool]:
    return col(TallyFold.definitions) == DEFINITIONS


def _summed() -> Select[Any]:
    first, last = bindparam("first", type_=Date), bindparam("last", type_=Date)
    return select(
        col(TallyRow.measure), col(TallyRow.dimension), col(TallyRow.value), col(TallyRow.count)
    ).where(col(TallyRow.day).between(first, last), exists(select(TallyFold).where(_current())))


def _unsummed() -> Iterator[Select[Any]]:
    known = bindparam("known", type_=Integer)
    begin, end = bindparam("begin", type_=UtcDateTime), bindparam("end", type_=UtcDateTime)
    folded = func.coalesce(select(TallyFold.position).where(_current()).scalar_subquery(), 0)
    position = EVENT.c.position
    events = _events(or_(position.is_(None), (position > known) & (position > folded)))
    for measure, dimension, count, counted, condition in _arms(events):
        yield (
            select(*_labels(measure, dimension, counted), count.label("count"))
            .where(condition, counted.c.at >= begin, counted.c.at < end)
            .group_by(counted.c[dimension])
        )


def _events(condition: ColumnElement[bool]) -> FromClause:
    """The events that make counts, read once for all measures."""
    return select(*(EVENT.c[name] for name in _READ)).where(condition).cte("events")


def _arms(
    events: FromClause,
) -> Iterator[tuple[Measure, str, ColumnElement[int], FromClause, ColumnElement[bool]]]:
    """What these events add to each count, and what they take off again."""
    for measure in MEASURES.values():
        more, less = measure.chosen(events), measure.taken_off(events)
        for dimension in measure.by:
            yield measure, dimension, func.count(), *more
            if less:
                yield measure, dimension, -func.count(), *less


def _labels(measure: Measure, dimension: str, counted: FromClause) -> tuple[Any, ...]:
    return (
        literal(measure.name).label("measure"),
        literal(dimension).label("dimension"),
        counted.c[dimension].label("value"),
    )
