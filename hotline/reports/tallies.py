"""Tallies: sums of events over city days, and the list behind each count."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, FromClause, true
from sqlmodel import Session, col, select

from hotline.clock import city_span
from hotline.errors import Invalid, NotAllowed
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.reports import rollup
from hotline.reports.counting import Measure
from hotline.reports.measures import MEASURES
from hotline.tickets.models import Ticket

# Outside these years a day is a slip of the pen.
YEARS = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class Tally:
    """Every measure the reader may see, over the days from `first` to `last`."""

    first: date
    last: date
    counts: Mapping[tuple[str, str], Mapping[str, int]]  # (measure, dimension) → value → count

    def by(self, measure: str, dimension: str) -> Mapping[str, int]:
        """The counts of a measure by the values of one dimension; a blank value is none."""
        return self.counts[measure, dimension]

    def total(self, measure: str, unit: str | None = None) -> int:
        """The measure's whole count, or one unit's part of it."""
        if unit is not None:
            return self.by(measure, "unit").get(unit, 0)
        # Each event has one value in every dimension, so any of them adds up to the whole.
        return sum(self.by(measure, MEASURES[measure].by[0]).values())


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """A row behind a count; `id` is the cursor for the next page."""

    id: int
    number: str
    at: datetime
    action: str
    unit: str
    kind: str
    channel: str
    line: str
    territory: str


def tally(session: Session, first: date, last: date, *, actor: Actor) -> Tally:
    """All counts of the period in two statements, however many tickets; a unit sees its own."""
    check_days(first, last)
    unit = _own_unit(actor)
    counts: dict[tuple[str, str], dict[str, int]] = {
        (measure.name, dimension): {}
        for measure in MEASURES.values()
        for dimension in measure.by
        if unit is None or dimension == "unit"
    }
    for measure, dimension, value, count in sorted(rollup.totals(session, first, last, unit=unit)):
        counts[measure, dimension][value] = count
    return Tally(first, last, counts)


def listing(
    session: Session,
    measure: str,
    first: date,
    last: date,
    *,
    actor: Actor,
    dimension: str = "",
    value: str = "",
    after: int = 0,
    limit: int = 50,
) -> list[CountedEvent]:
    """The events behind a count, by the same rule that counted them, a page at a time.

    With `dimension`, only those of that value (blank: those that have none).
    """
    check_days(first, last)
    known = _measure(measure, dimension)
    counted, condition = known.listed()
    begin, end = city_span(first, last)
    query = (
        select(*_columns(counted))
        .join(Ticket, col(Ticket.id) == counted.c.ticket_id)
        .where(condition, counted.c.at >= begin, counted.c.at < end, counted.c.id > after)
        .where(_own(known, counted, actor))
        .order_by(counted.c.id)
        .limit(limit)
    )
    if dimension:
        query = query.where(counted.c[dimension] == value)
    return [CountedEvent(*row) for row in session.execute(query)]


def _columns(counted: FromClause) -> tuple[ColumnElement, ...]:
    c = counted.c
    return (
        c.id, col(Ticket.number), c.at, c.action, c.unit, c.kind, c.channel, c.line, c.territory,
    )  # fmt: skip


def _measure(name: str, dimension: str) -> Measure:
    if name not in MEASURES:
        known = "、".join(MEASURES)
        raise Invalid(
            "没有指标「%(name)s」，可选：%(known)s。", field="measure", name=name[:30], known=known
        )
    by = MEASURES[name].by
    if dimension and dimension not in by:
        raise Invalid(
            "「%(measure)s」可分项：%(known)s。",
            field="dimension",
            measure=MEASURES[name].words,
            known="、".join(by),
        )
    return MEASURES[name]


def _own_unit(actor: Actor) -> str | None:
    return actor.unit if scope_of(actor, Action.TALLY) is Scope.UNIT else None


def _own(measure: Measure, counted: FromClause, actor: Actor) -> ColumnElement[bool]:
    unit = _own_unit(actor)
    if unit is None:
        return true()
    if "unit" not in measure.by:
        raise NotAllowed(
            "「%(measure)s」不分单位统计，单位不能查看。", field="measure", measure=measure.words
        )
    return counted.c.unit == unit


def check_days(first: date, last: date) -> None:
    """Refuses what cannot be meant: a year far off, a beginning after its end."""
    for field, day in (("first", first), ("last", last)):
        if day.year not in YEARS:
            raise Invalid(
                "日期须在 %(first)d 至 %(last)d 年之间。",
                field=field,
                first=YEARS[0],
                last=YEARS[-1],
            )
    if first > last:
        raise Invalid("起始日期不能晚于截止日期。", field="first")
