"""A report as a value: sections of sentences and tables, the figures behind them, footnotes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from hotline.reports.periods import Period, PeriodKind
from hotline.reports.rates import Rate

Cell = int | Rate | str


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One of the three reports; equal reports say the same to the last figure."""

    kind: PeriodKind
    title: str
    first: date
    last: date
    head: tuple[str, ...]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    definitions: str  # which version of the definitions counted
    figures: Mapping[str, Any]  # for programs: totals, counts, rates, backlog

    @property
    def period(self) -> Period:
        return Period(self.kind, self.first, self.last)


_REPORT = TypeAdapter(Report)


def as_values(report: Report) -> dict[str, Any]:
    """Plain values, ready for JSON."""
    return _REPORT.dump_python(report, mode="json")


def from_values(values: Any) -> Report:
    """The report that `as_values` took apart."""
    return _REPORT.validate_python(values)
