"""A period's counts by one dimension as the table that is shown, exported and printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from hotline.clock import city_day
from hotline.db import Session
from hotline.errors import Invalid, NotAllowed
from hotline.people.rights import Action, Scope, scope_of
from hotline.reports import material, standing, tallies
from hotline.reports.documents import Section, Table
from hotline.reports.measures import MEASURES
from hotline.reports.periods import RECENT, Period, PeriodKind
from hotline.web.current import actor, city, now
from hotline.web.supervision.page_forms import TallyForm

DIMENSIONS = {
    "unit": _("承办单位"),
    "kind": _("诉求类别"),
    "channel": _("来源渠道"),
    "territory": _("属地"),
    "line": _("所拨号码"),
    "status": _("现在的状态"),
}
# What a unit may see apart: its own work alone.
OF_A_UNIT = ("unit", "status")
Counts = Mapping[str, Mapping[str, int]]  # measure → value → count


@dataclass(frozen=True, slots=True)
class Column:
    """A measure; `total` adds up all its values."""

    name: str
    words: str
    definition: str
    total: int


@dataclass(frozen=True, slots=True)
class Counted:
    """The table shown: a row a value, a column a measure."""

    first: date
    last: date
    by: str
    columns: list[Column]
    rows: list[tuple[str, str, list[int]]]  # value, what it is called, counts

    @property
    def title(self) -> str:
        return str(DIMENSIONS[self.by])

    @property
    def days(self) -> str:
        return f"{self.first} 至 {self.last}"

    def as_section(self) -> Section:
        """The same table for a file, with its definitions above it."""
        header = (self.title, *(column.words for column in self.columns))
        totals = ("合计", *(column.total for column in self.columns))
        rows = (*((words, *counts) for _value, words, counts in self.rows), totals)
        definitions = (f"{column.words}：{column.definition}。" for column in self.columns)
        return Section("统计", (self.days, *definitions), (Table(self.title, header, rows),))


def counted(session: Session, body: TallyForm) -> Counted:
    """What is asked for, as far as the reader may see it apart."""
    if body.by not in DIMENSIONS:
        raise Invalid("没有这种分项，请从页面上选。", field="by")
    if body.by not in dimensions():
        raise NotAllowed("单位只能看本单位的统计。")
    first, last = _days(body)
    counts = _counts(session, first, last, body.by)
    columns = [_column(name, sum(values.values())) for name, values in counts.items()]
    return Counted(first, last, body.by, columns, _rows(counts, body.by))


def dimensions() -> dict[str, Any]:
    """By what the reader may have counts apart."""
    own = scope_of(actor(), Action.TALLY) is Scope.UNIT
    return {name: words for name, words in DIMENSIONS.items() if not own or name in OF_A_UNIT}


def defined(measure: str) -> tuple[str, str]:
    """What a measure is called, and what exactly it counts."""
    if measure == standing.NAME:
        return standing.WORDS, standing.DEFINITION
    if measure not in MEASURES:
        raise Invalid(
            "没有指标「%(name)s」，请从统计表里点数字进来。", field="measure", name=measure[:30]
        )
    return MEASURES[measure].words, MEASURES[measure].definition


def words(by: str, value: str) -> str:
    """What a value is called by people."""
    return material.words(city().directory, by, value)


def two_days(first: date | None, last: date | None) -> tuple[date, date]:
    """One day alone is both; none at all is today."""
    today = city_day(now())
    return first or last or today, last or first or today


def _days(body: TallyForm) -> tuple[date, date]:
    """Days of one's own count before a month, a month before a recent span."""
    if body.first or body.last:
        return two_days(body.first, body.last)
    if body.month:
        month = Period.containing(PeriodKind.MONTH, date.fromisoformat(f"{body.month}-01"))
        return month.first, month.last
    if body.period and body.period not in RECENT:
        raise Invalid("没有这个时段，请从页面上选。", field="period")
    return RECENT[body.period or "today"](city_day(now()))


def _counts(session: Session, first: date, last: date, by: str) -> Counts:
    if by == "status":
        return {standing.NAME: standing.standing(session, first, last, actor=actor())}
    tally = tallies.tally(session, first, last, actor=actor())
    return {name: counts for (name, of), counts in tally.counts.items() if of == by}


def _column(name: str, total: int) -> Column:
    called, definition = defined(name)
    return Column(name, "件数" if name == standing.NAME else called, definition, total)


def _rows(counts: Counts, by: str) -> list[tuple[str, str, list[int]]]:
    """Units as the registry lists them, all else by how many; those that have none come last."""
    values = {value for each in counts.values() for value in each}
    registry = {unit.name: place for place, unit in enumerate(city().directory.units)}
    first = next(iter(counts.values()), {})

    def place(value: str) -> tuple[Any, ...]:
        where = registry.get(value, len(registry)) if by == "unit" else -first.get(value, 0)
        return (not value, where, value)

    return [
        (value, words(by, value), [each.get(value, 0) for each in counts.values()])
        for value in sorted(values, key=place)
    ]
