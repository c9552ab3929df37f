"""一日一清单: what came in, what went out, and what needs a person tomorrow morning."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from hotline.clock import CITY_TIME, city_span
from hotline.people import roster, shift_notes, users
from hotline.people.roster import Shift
from hotline.reports import cases, sections
from hotline.reports.documents import Cell, Section, Table
from hotline.reports.material import Material
from hotline.reports.owed_calls import owed_calls
from hotline.reports.periods import Period
from hotline.reports.rates import FORMULAS
from hotline.tickets import opinions, topics
from hotline.tickets.opinions import Timer
from hotline.tickets.topics import HotTopic
from hotline.tickets.words import (
    CHINESE,
    Ground,
    MatterKind,
    OpinionLevel,
    OpinionState,
    Status,
    Urgency,
)

TITLE = "12345 一日一清单"

_UNIT_COLUMNS = {
    "dispatched": "派单",
    "claimed": "签收",
    "objected": "退单",
    "replied": "答复",
    "overdue": "超期",
    "reworked": "重办",
    "closed": "办结",
}


def write(session: Session, material: Material) -> tuple[Section, ...]:
    period = material.period
    return (
        _received(material),
        _handled(material),
        _due(material),
        sections.overdue(material),
        _urgent(cases.urgent(session, period)),
        _returns(cases.returns(session, period)),
        _groups(cases.groups(session, period)),
        _topics(topics.of_days(session, period.first, period.last)),
        _opinions(session, material),
        sections.follow_ups(material),
        Section("漏接和回拨", (owed_calls(session, period).sentence,)),
        _on_duty(session, period),
    )


def _on_duty(session: Session, period: Period) -> Section:
    """值守: who was on duty on which shift, and what one shift told the next, by headline."""
    people = roster.on_duty(session, period.first, period.last)
    told = shift_notes.of_day(session, period.first)
    lines = tuple(
        f"{words}：{_named(row for row in people if row.shift == shift)}。"
        for shift, words in roster.WORDS.items()
    )
    notes = f"交接记录 {len(told)} 条。"
    if not told:
        return Section("值守和交接", (*lines, notes))
    titles = users.titles(session, {row.reader for each in told for row in each.readers})
    rows = tuple(
        (
            roster.WORDS[Shift(each.note.shift)],
            f"{each.note.at.astimezone(CITY_TIME):%H:%M}",
            each.note.headline,
            "、".join(titles.get(row.reader, row.reader) for row in each.readers) or "未阅",
        )
        for each in told
    )
    table = Table("交接记录", ("班次", "时间", "标题", "已阅"), rows)
    return Section("值守和交接", (*lines, notes), (table,))


def _named(people: Iterable[roster.OnDuty]) -> str:
    names = (f"{row.name}（分机 {row.extension}）" if row.extension else row.name for row in people)
    return "、".join(names) or "未排"


def _received(material: Material) -> Section:
    total = material.tally.total
    rate = FORMULAS["answered_at_once_rate"].of(material.tally)
    line = (
        f"收到 {total('received')} 件，受理 {total('accepted')} 件，引导 {total('redirected')} 件，"
        f"直接答复 {total('answered_at_once')} 件，直接答复率 {rate}"
        f"（{rate.numerator}/{rate.denominator}）。"
    )
    return Section("受理情况", (line,), sections.received(material))


def _handled(material: Material) -> Section:
    total = material.tally.total
    line = (
        f"首次派单 {total('first_dispatched')} 件，派到单位 {total('dispatched')} 次，"
        f"签收 {total('claimed')} 次，答复 {total('replied')} 次，反馈 {total('delivered')} 次，"
        f"办结 {total('closed')} 次。"
    )
    table = sections.unit_counts(material, "各单位", _UNIT_COLUMNS)
    lines = (line, sections.desk_clock(material), sections.promise(material))
    return Section("派办情况", lines, (table,) if table.rows else ())


def _due(material: Material) -> Section:
    piles = material.backlog.piles
    total = material.backlog.total
    due = f"当日到期 {total('due_today')} 件，其中已答复 {total('answered')} 件。"
    rows = tuple(
        (pile.unit, pile.open, pile.waiting, pile.due_today, pile.answered, pile.overdue)
        for pile in piles
    )
    header = ("单位", "在办", "待签收", "当日到期", "其中已答复", "超期")
    tables = (Table("单位在办", header, rows),) if rows else ()
    return Section("到期和在办", (sections.stock(material), due), tables)


def _listed(
    title: str, header: tuple[str, ...], rows: Iterable[tuple[Cell, ...]], of: str = "件"
) -> Section:
    rows = tuple(rows)
    if not rows:
        return Section(title, sections.NONE)
    return Section(title, (f"共 {len(rows)} {of}。",), (Table(title, header, rows),))


def _urgent(tickets: list[cases.UrgentTicket]) -> Section:
    return _listed(
        "特急和紧急",
        ("工单编号", "紧急程度", "类别", "属地", "承办单位", "现状"),
        (
            (
                ticket.number,
                CHINESE[Urgency(ticket.urgency)],
                CHINESE[MatterKind(ticket.kind)],
                ticket.territory,
                ticket.unit,
                CHINESE[Status(ticket.status)],
            )
            for ticket in tickets
        ),
    )


def _returns(returns: list[cases.Return]) -> Section:
    return _listed(
        "退单",
        ("工单编号", "退单单位", "所称应办单位", "理由", "裁定"),
        (
            (one.number, one.unit, one.right_unit, CHINESE[Ground(one.ground)], _ruling(one))
            for one in returns
        ),
    )


def _ruling(one: cases.Return) -> str:
    if one.granted is None:
        return "待裁" if one.status == Status.OBJECTED else "已撤单，不裁"
    return f"同意，改派{one.ruled_unit}" if one.granted else "不同意"


def _groups(groups: list[cases.Group]) -> Section:
    return _listed(
        "重复和群体诉求",
        ("主件编号", "类别", "属地", "地点", "诉求人数"),
        (
            (
                group.number,
                CHINESE[MatterKind(group.kind)],
                group.territory,
                group.place,
                group.requesters,
            )
            for group in groups
        ),
    )


def _topics(rows: list[HotTopic]) -> Section:
    """热点: 件数 at the height of each, beside what those hours usually bring."""
    return _listed(
        "热点",
        ("热点", "单位", "地点", "最多时件数", "平时件数", "起", "止"),
        (
            (
                row.title,
                row.unit,
                "、".join(row.places),
                row.peak,
                f"{row.usual:.1f}",
                _clock(row.first_at),
                _clock(row.closed_at) if row.closed_at else "未平息",
            )
            for row in rows
        ),
    )


def _opinions(session: Session, material: Material) -> Section:
    """舆情 found on the day, with the timers of plan 2018, item 28; never their words."""
    period, limits = material.period, material.calendar.limits
    rows = tuple(
        (
            CHINESE[OpinionLevel(row.level)],
            CHINESE[OpinionState(row.state)],
            _clock(row.found_at),
            CHINESE[timer.act],
            _clock(timer.due_at),
            _kept(timer, material.now),
        )
        for row in opinions.found_in(session, *city_span(period.first, period.last))
        for timer in opinions.timers(row, limits)
    )
    header = ("等级", "现状", "发现", "须做", "时限", "按时")
    return _listed("舆情", header, rows, "项时限")


def _kept(timer: Timer, now: datetime) -> str:
    if timer.done_at is None and now <= timer.due_at:
        return "未到期"
    return "是" if timer.kept else "否"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(CITY_TIME):%m-%d %H:%M}"
