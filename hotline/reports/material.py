"""All that one report is written from, gathered in a constant number of statements."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, func, select

from hotline.clock import city_day
from hotline.errors import Invalid, NotAllowed
from hotline.people.rights import Action, Actor, Scope, scope_of
from hotline.registry.calendar import WorkCalendar
from hotline.reports.backlog import Backlog, backlog
from hotline.reports.counting import EVENT
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.tallies import YEARS, Tally, tally
from hotline.routing.types import Directory, UnitKind
from hotline.tickets.words import CHINESE, Channel, MatterKind, Status

NO_UNIT = "话务台"
NO_LINE = "直拨 12345 或网络"
NO_TERRITORY = "未识别"


@dataclass(frozen=True, slots=True)
class Material:
    """The period's counts, those it is compared with where there are any, and the stock."""

    period: Period
    now: datetime
    directory: Directory
    calendar: WorkCalendar
    tally: Tally
    previous: Tally | None
    year_before: Tally | None
    since: date | None  # the first day with data
    backlog: Backlog

    @property
    def territories(self) -> frozenset[str]:
        units = self.directory.units
        return frozenset(unit.name for unit in units if unit.kind is UnitKind.TERRITORY)

    def words(self, dimension: str, value: str) -> str:
        """What a value of a dimension is called in print."""
        return words(self.directory, dimension, value)


def words(directory: Directory, dimension: str, value: str) -> str:
    """What a value of a dimension is called by people; those that have none share a name."""
    if dimension == "kind":
        return CHINESE[MatterKind(value)]
    if dimension == "channel":
        return CHINESE[Channel(value)]
    if dimension == "status":
        return CHINESE[Status(value)]
    if dimension == "line":
        names = {line.key: line.name for line in directory.lines}
        return names.get(value, value) or NO_LINE
    return value or {"unit": NO_UNIT, "territory": NO_TERRITORY}[dimension]


def gather(
    session: Session,
    period: Period,
    *,
    directory: Directory,
    calendar: WorkCalendar,
    actor: Actor,
    now: datetime,
) -> Material:
    """For a reader of the whole city; refuses a period that has not begun."""
    _check(period, actor, now)
    since = _first_day(session)
    return Material(
        period=period,
        now=now,
        directory=directory,
        calendar=calendar,
        tally=tally(session, period.first, period.last, actor=actor),
        previous=_compared(session, period, period.previous, since, actor=actor, now=now),
        year_before=_compared(session, period, period.year_before, since, actor=actor, now=now),
        since=since,
        backlog=backlog(session, period.close_of(now), calendar=calendar, actor=actor, now=now),
    )


def check_reader(actor: Actor) -> None:
    """Reports are about the whole city; a unit has its own tallies."""
    if scope_of(actor, Action.TALLY) is not Scope.ALL:
        raise NotAllowed("日清单、月汇总、季通报供全市统计使用，单位请查看本单位统计。")


def _check(period: Period, actor: Actor, now: datetime) -> None:
    check_reader(actor)
    if period.first.year not in YEARS or period.first > city_day(now):
        raise Invalid(
            "%(period)s尚未开始或不在统计范围，请换一个日期。", field="date", period=period.words
        )


def _first_day(session: Session) -> date | None:
    first = session.exec(select(func.min(EVENT.c.at)).where(EVENT.c.action == Action.LOG)).one()
    return first and city_day(first)


def _compared(
    session: Session,
    period: Period,
    then: Period,
    since: date | None,
    *,
    actor: Actor,
    now: datetime,
) -> Tally | None:
    """The counts of an earlier period, over as many days as this one has lasted."""
    if period.kind is PeriodKind.DAY or since is None or since > then.last:
        return None
    lasted = city_day(now) - period.first if period.is_running(now) else then.last - then.first
    return tally(session, then.first, min(then.last, then.first + lasted), actor=actor)
