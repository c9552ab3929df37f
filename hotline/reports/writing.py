"""Writes any of the three reports from the events of its period."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from hotline.clock import CITY_TIME
from hotline.people.rights import Actor
from hotline.registry.calendar import WorkCalendar
from hotline.reports import day, month, quarter
from hotline.reports.documents import Report
from hotline.reports.material import Material, gather
from hotline.reports.measures import DEFINITIONS, MEASURES
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.ranking import FEWEST_A_MONTH
from hotline.reports.rates import FORMULAS, Rate, rates
from hotline.routing.types import Directory

WRITERS = {PeriodKind.DAY: day, PeriodKind.MONTH: month, PeriodKind.QUARTER: quarter}

_CONVENTIONS = (
    "日期以北京时间零点为界；以上各项计数都是期内事件之和，可逐件列出。",
    "在办、待签收、到期和超期未办按主办单位计，以期末（未结束的以出表时）为准。",
    "“—”表示分母为零，无从计算。",
    f"排名的最低件数为每月派单 {FEWEST_A_MONTH} 件；未见成文出处，为本系统建议值。",
)


def write_report(
    session: Session,
    period: Period,
    *,
    directory: Directory,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Report:
    """The report as the events stand now; its head says so when the period is not over."""
    material = gather(session, period, directory=directory, calendar=calendar, actor=actor, now=now)
    writer = WRITERS[period.kind]
    return Report(
        kind=period.kind,
        title=f"{writer.TITLE} {period.words}",
        first=period.first,
        last=period.last,
        head=_head(material),
        sections=writer.write(session, material),
        notes=_notes(material),
        definitions=DEFINITIONS,
        figures=_figures(material),
    )


def _head(material: Material) -> tuple[str, ...]:
    period, since = material.period, material.since
    lines = [f"统计期：{period.first} 至 {period.last}"]
    if period.is_running(material.now):
        lines.append(f"本期尚未结束，数据截至 {material.now.astimezone(CITY_TIME):%Y-%m-%d %H:%M}")
    if period.kind is PeriodKind.DAY:
        return tuple(lines)
    if period.is_running(material.now):
        lines.append("上期和去年同期取同样天数")
    if since and period.year_before.first < since <= period.last:
        lines.append(f"数据自 {since} 起，此前无可比数据或不完整")
    return tuple(lines)


def _notes(material: Material) -> tuple[str, ...]:
    measures = (f"{measure.words}：{measure.definition}。" for measure in MEASURES.values())
    formulas = (
        f"{formula.words}：{formula.definition}。来源：{formula.source}。"
        for formula in FORMULAS.values()
    )
    year = material.period.last.year
    unconfirmed = f"{year} 年节假日安排未录入，工作日按周一至周五计。"
    calendar = () if material.calendar.confirmed(year) else (unconfirmed,)
    return (*measures, *formulas, *_CONVENTIONS, *calendar)


def _figures(material: Material) -> dict[str, Any]:
    """The numbers alone, for programs."""
    tally, backlog = material.tally, material.backlog
    counts: dict[str, dict[str, Any]] = {name: {} for name in MEASURES}
    for (name, dimension), values in tally.counts.items():
        counts[name][dimension] = dict(values)
    return {
        "totals": {name: tally.total(name) for name in MEASURES},
        "counts": counts,
        "rates": {name: _rate(rate) for name, rate in rates(tally).items()},
        "backlog": {
            name: backlog.total(name)
            for name in ("open", "waiting", "overdue", "due_today", "answered")
        },
    }


def _rate(rate: Rate) -> dict[str, float | None]:
    return {"numerator": rate.numerator, "denominator": rate.denominator, "share": rate.share}
