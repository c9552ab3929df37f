"""The day list, the month summary and the quarter bulletin say what the events say."""

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    NOON,
    SUPERVISOR,
    Desk,
    handler_of,
)
from openpyxl import load_workbook
from sqlalchemy import event as listen
from sqlmodel import Session, select
from walks import quarrelled

from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import Invalid, NotAllowed
from hotline.people import roster, shift_notes
from hotline.people.rights import CHANNEL
from hotline.reports.backlog import backlog
from hotline.reports.documents import Report, Section, Table, as_values, from_values
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.publishing import publish, published
from hotline.reports.rates import Rate
from hotline.reports.rendering import as_json, as_text, as_workbook, width
from hotline.reports.writing import write_report
from hotline.routing.types import Directory, Line, LineCategory, Unit, UnitKind
from hotline.tickets import (
    dispatch,
    merging,
    objections,
    opinions,
    ratings,
    replies,
    return_calls,
    supervision,
    topics,
)
from hotline.tickets.models import FollowUp
from hotline.tickets.return_calls import ReturnCall
from hotline.tickets.words import (
    Channel,
    Colour,
    Fault,
    Grievance,
    Ground,
    MatterKind,
    OpinionAct,
    OpinionLevel,
    SanctionKind,
    Urgency,
)

TODAY = city_day(NOON)
AUGUST = datetime(2018, 8, 3, tzinfo=UTC)
POLICE, EAST = "市公安局", "东兴区"
DIRECTORY = Directory(
    version=1,
    units=tuple(
        Unit(str(n), name, name, UnitKind.TERRITORY if name == EAST else UnitKind.DEPARTMENT)
        for n, name in enumerate((POLICE, CITY, ENVIRONMENT, EAST))
    ),
    lines=(Line("12319", "12319", "城建服务热线", CITY, LineCategory.MERGED),),
    duties=(),
    places=(),
    guidance=(),
)


def written(session: Session, kind: PeriodKind, *, day: date = TODAY, now: datetime) -> Report:
    period = Period.containing(kind, day)
    return write_report(
        session, period, directory=DIRECTORY, calendar=CALENDAR, actor=SUPERVISOR, now=now
    )


def section(report: Report, title: str) -> Section:
    return next(section for section in report.sections if section.title == title)


def table(report: Report, title: str) -> Table:
    return next(
        table for section in report.sections for table in section.tables if table.title == title
    )


def finished(session: Session, at: datetime, unit: str = CITY, grade: int = 5) -> None:
    ticket = Desk(session, at).replied(unit)
    replies.approve(session, ticket, actor=DISPATCHER, now=at)
    replies.deliver(session, ticket, actor=CHANNEL, now=at)
    replies.follow_up(
        session, ticket, solved=grade > 2, satisfied=grade, grievance=Grievance.SLOW, actor=AGENT,
        now=at,
    )  # fmt: skip
    if grade > 2:
        replies.close(session, ticket, actor=DISPATCHER, now=at + timedelta(days=2))


def test_periods_cover_the_calendar_without_gap_or_overlap():
    for kind in PeriodKind:
        period = Period.containing(kind, date(2016, 2, 29))
        while period.first.year < 2021:
            after = Period.containing(kind, period.last + timedelta(days=1))
            assert after.previous == period
            assert Period.containing(kind, period.last) == period
            if kind is not PeriodKind.DAY:
                assert after.year_before.first == after.first.replace(year=after.first.year - 1)
            period = after


def test_the_quarter_is_the_one_that_holds_the_day():
    period = Period.containing(PeriodKind.QUARTER, TODAY)
    assert (period.first, period.last) == (date(2018, 7, 1), date(2018, 9, 30))
    assert period.words == "2018年第三季度"


def test_the_day_list_gives_the_day_and_no_other(database: Database):
    with database.work() as session:
        for at in (NOON - timedelta(days=1), NOON + timedelta(days=1)):
            Desk(session, at).dispatched(ENVIRONMENT, channel=Channel.APP)
        Desk(session, NOON).dispatched()
        Desk(session, NOON).logged(channel=Channel.WEB, kind=MatterKind.HELP, line="")
        report = written(session, PeriodKind.DAY, now=AUGUST)
    assert "收到 2 件，受理 1 件" in section(report, "受理情况").paragraphs[0]
    assert table(report, "来源渠道").rows == (
        ("电话", 1, Rate(1, 2)), ("网站", 1, Rate(1, 2)), ("合计", 2, Rate(2, 2)),
    )  # fmt: skip
    assert {row[0] for row in table(report, "所拨号码").rows} == {
        "城建服务热线", "直拨 12345 或网络", "合计",
    }  # fmt: skip
    assert [row[:2] for row in table(report, "各单位").rows] == [(CITY, 1)]


def test_the_day_list_names_urgent_tickets_returns_and_groups(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        urgent = desk.logged(urgency=Urgency.URGENT)
        returned = desk.dispatched()
        objections.object_to(
            session, returned, calendar=CALENDAR,
            ground=Ground.OTHER_TERRITORY, right_unit=EAST, note="不在市区",
            actor=handler_of(CITY), now=NOON,
        )  # fmt: skip
        objections.rule(
            session, returned, granted=True, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
        for _ in range(2):
            merging.merge(session, desk.logged(), returned, actor=DISPATCHER, now=NOON)
        session.flush()
        report = written(session, PeriodKind.DAY, now=AUGUST)
        empty = written(session, PeriodKind.DAY, day=TODAY + timedelta(days=1), now=AUGUST)
    assert table(report, "特急和紧急").rows == (
        (urgent.number, "紧急", "投诉", EAST, "", "已登记"),
    )
    assert table(report, "退单").rows == (
        (returned.number, CITY, EAST, "属地不符", f"同意，改派{EAST}"),
    )
    assert table(report, "重复和群体诉求").rows == ((returned.number, "投诉", EAST, "西林街道", 3),)
    for title in ("特急和紧急", "退单", "重复和群体诉求", "群众反馈"):
        assert section(empty, title) == Section(title, ("无。",))


def test_the_stock_is_that_of_the_close_of_the_period_whatever_happened_since(database: Database):
    """Consultations have three working days: one of Wednesday falls due on Monday the 30th."""
    with database.work() as session:
        desk = Desk(session, NOON)
        waiting = desk.dispatched(kind=MatterKind.CONSULTATION)
        answered = desk.in_progress(ENVIRONMENT, kind=MatterKind.CONSULTATION)
        monday = NOON + timedelta(days=5)
        replies.reply(session, answered, "可以", actor=handler_of(ENVIRONMENT), now=monday)
        friday = NOON + timedelta(days=9)
        dispatch.claim(
            session, waiting, calendar=CALENDAR, handler="张", actor=handler_of(CITY), now=friday
        )
        replies.reply(session, waiting, "迟复", actor=handler_of(CITY), now=friday)
        now = friday + timedelta(days=1)
        first = written(session, PeriodKind.DAY, now=now).figures["backlog"]
        due = written(session, PeriodKind.DAY, day=city_day(monday), now=now)
        later = written(session, PeriodKind.DAY, day=date(2018, 8, 1), now=now)
        after = written(session, PeriodKind.DAY, day=city_day(friday), now=now).figures["backlog"]
    assert first == {"open": 2, "waiting": 1, "overdue": 0, "due_today": 0, "answered": 0}
    assert due.figures["backlog"] == {
        "open": 1, "waiting": 1, "overdue": 1, "due_today": 2, "answered": 1,
    }  # fmt: skip
    assert table(due, "超期工单").rows == ((waiting.number, CITY, "2018-07-30", 0),)
    assert table(later, "超期工单").rows == ((waiting.number, CITY, "2018-07-30", 2),)
    assert after["open"] == after["overdue"] == 0


def test_the_stock_now_counts_what_is_open_now(database: Database):
    with database.work() as session:
        Desk(session, NOON - timedelta(days=40)).dispatched()
        Desk(session, NOON - timedelta(days=1)).in_progress(ENVIRONMENT)
        report = written(session, PeriodKind.DAY, now=NOON)
    assert report.figures["backlog"] == {
        "open": 2, "waiting": 1, "overdue": 1, "due_today": 0, "answered": 0,
    }  # fmt: skip
    assert "目前单位在办 2 件" in as_text(report)


def test_a_unit_sees_its_own_stock_only(database: Database):
    with database.work() as session:
        Desk(session, NOON - timedelta(days=40)).dispatched(CITY)
        Desk(session, NOON - timedelta(days=40)).dispatched(ENVIRONMENT)
        found = backlog(session, NOON, calendar=CALENDAR, actor=handler_of(CITY), now=NOON)
        with pytest.raises(NotAllowed):
            backlog(session, NOON, calendar=CALENDAR, actor=AGENT, now=NOON)
    assert [pile.unit for pile in found.piles] == [CITY]
    assert [late.unit for late in found.overdue] == [CITY]
    assert found.total("overdue") == 1


def test_the_month_is_compared_with_the_month_before_and_the_same_month_a_year_ago(
    database: Database,
):
    with database.work() as session:
        Desk(session, NOON - timedelta(days=365)).logged()
        for _ in range(2):
            Desk(session, NOON - timedelta(days=30)).logged()
        for _ in range(3):
            Desk(session, NOON).logged()
        report = written(session, PeriodKind.MONTH, now=AUGUST)
    assert section(report, "受理情况").paragraphs == (
        "收到诉求 3 件，环比 +50.00%（当时 2 件），同比 +200.00%（当时 1 件）。",
    )


def test_where_nothing_was_recorded_there_is_nothing_to_compare(database: Database):
    with database.work() as session:
        finished(session, NOON)
        report = written(session, PeriodKind.MONTH, now=AUGUST)
    assert "环比无可比数据，同比无可比数据" in section(report, "受理情况").paragraphs[0]
    assert all(row[4:] == ("无可比数据",) * 2 for row in table(report, "主要指标").rows)
    assert "数据自 2018-07-25 起，此前无可比数据或不完整" in report.head


def test_a_month_not_over_is_compared_with_as_many_days(database: Database):
    with database.work() as session:
        Desk(session, NOON - timedelta(days=30)).logged()
        Desk(session, NOON - timedelta(days=26)).logged()
        Desk(session, NOON).logged()
        report = written(session, PeriodKind.MONTH, now=NOON)
    assert "环比 +0.00%（当时 1 件）" in section(report, "受理情况").paragraphs[0]
    assert report.head[1:3] == (
        "本期尚未结束，数据截至 2018-07-25 12:00",
        "上期和去年同期取同样天数",
    )


def test_rates_stand_with_what_they_are_made_of(database: Database):
    with database.work() as session:
        for grade in (5, 3, 2):
            finished(session, NOON, grade=grade)
        report = written(session, PeriodKind.MONTH, now=AUGUST)
    rows = {row[0]: row[1:4] for row in table(report, "主要指标").rows}
    assert rows["满意率"] == (Rate(2, 3), 2, 3)
    assert rows["按时办结率"] == (Rate(3, 3), 3, 3)
    assert rows["直接答复率"] == (Rate(0, 3), 0, 3)
    assert report.figures["rates"]["satisfied_rate"]["share"] == 2 / 3
    assert section(report, "主要指标").paragraphs == (
        "平均办结用时 2.00 个工作日（自受理至办结）。",
    )


@pytest.mark.parametrize("kind", list(PeriodKind))
def test_each_report_says_how_the_desk_kept_to_its_own_clock(database: Database, kind: PeriodKind):
    with database.work() as session:
        desk = Desk(session, NOON)
        desk.dispatched()
        late = desk.accepted()
        dispatch.dispatch(
            session, late, CITY, calendar=CALENDAR, actor=DISPATCHER,
            now=NOON + timedelta(minutes=16),
        )  # fmt: skip
        ticket = quarrelled(Desk(session, NOON - timedelta(days=1)))
        objections.rule(
            session, ticket, granted=False, basis="会商", calendar=CALENDAR, actor=DISPATCHER,
            now=NOON + timedelta(days=1),
        )  # fmt: skip
        report = written(session, kind, now=AUGUST)
    said = [words for each in report.sections for words in each.paragraphs if "及时派单率" in words]
    of_yesterday = kind is not PeriodKind.DAY
    rate = "66.67%（2/3）" if of_yesterday else "50.00%（1/2）"
    assert said == [f"话务台迟派单 1 件，及时派单率 {rate}；会商裁定超时 1 件。"]
    if of_yesterday:
        rates = {row[0]: row[1:4] for row in table(report, "主要指标").rows}
        assert rates["及时派单率"] == (Rate(2, 3), 2, 3)


def test_no_unit_stands_worse_for_a_ticket_that_the_desk_kept_too_long(database: Database):
    with database.work() as session:
        Desk(session, NOON).dispatched(ENVIRONMENT)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(minutes=16)}
        dispatch.dispatch(session, Desk(session, NOON).accepted(), CITY, **facts)
        report = written(session, PeriodKind.MONTH, now=AUGUST)
    punctual, late = (row[2:] for row in table(report, "市级部门").rows)
    assert punctual == late


def test_a_rate_with_nothing_below_the_line_is_shown_as_a_dash(database: Database):
    with database.work() as session:
        Desk(session, NOON).logged()
        report = written(session, PeriodKind.MONTH, now=AUGUST)
    assert {str(row[1]) for row in table(report, "主要指标").rows} == {"—"}
    assert report.figures["rates"]["on_time_rate"]["share"] is None


def test_a_unit_with_too_few_tickets_has_no_rank(database: Database):
    with database.work() as session:
        for _ in range(10):
            finished(session, NOON, CITY)
        for _ in range(9):
            finished(session, NOON, ENVIRONMENT)
        for _ in range(9):
            finished(session, NOON, POLICE)
        late = Desk(session, NOON).in_progress(POLICE, kind=MatterKind.PRAISE)
        replies.reply(session, late, "迟复", actor=handler_of(POLICE), now=AUGUST)
        finished(session, NOON, EAST)
        month = written(session, PeriodKind.MONTH, now=AUGUST)
        quarter = written(session, PeriodKind.QUARTER, now=AUGUST)
    ranks = [(row[0], row[1]) for row in table(month, "市级部门").rows]
    assert ranks == [(1, CITY), (2, POLICE), ("—", ENVIRONMENT)]
    assert [row[:2] for row in table(month, "县（市、区）和园区").rows] == [("—", EAST)]
    assert {row[0] for row in table(quarter, "市级部门").rows} == {"—"}


def test_the_quarter_says_whom_the_city_pressed_and_no_word_of_why(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        supervision.remind(session, ticket, calendar=CALENDAR, actor=AGENT, now=NOON)
        facts = {"actor": SUPERVISOR, "now": NOON}
        supervision.issue(session, ticket, Colour.RED, calendar=CALENDAR, **facts)
        for at in (NOON, NOON - timedelta(days=100)):
            facts = {"actor": SUPERVISOR, "now": at}
            supervision.sanction(session, CITY, SanctionKind.INTERVIEW, "屡次超期", **facts)
        report = written(session, PeriodKind.QUARTER, now=AUGUST)
    said = section(report, "督办和问责")
    assert said.paragraphs == ("催办 1 次，下督办单 1 次，约谈和通报批评 1 次。",)
    assert table(report, "约谈和通报批评").rows == ((CITY, "约谈", "2018-07-25"),)
    assert "屡次" not in as_text(report)


def test_the_day_has_the_timers_of_public_opinion_and_none_of_its_words(database: Database):
    with database.work() as session:
        facts = {"limits": CALENDAR.limits, "actor": SUPERVISOR}
        found = opinions.find(
            session, title="视频", place="短视频平台", level=OpinionLevel.MAJOR, words="堵路",
            now=NOON, **facts,
        )  # fmt: skip
        judged = {"level": OpinionLevel.MAJOR, "now": NOON + timedelta(hours=1)}
        opinions.act(session, found, OpinionAct.JUDGE, "属实", **judged, **facts)
        opinions.act(
            session, found, OpinionAct.INFORM, "已发布", now=NOON + timedelta(hours=6), **facts
        )
        report = written(session, PeriodKind.DAY, now=NOON + timedelta(hours=7))
    assert table(report, "舆情").rows == (
        ("重大", "已研判", "07-25 12:00", "发布权威信息", "07-25 17:00", "否"),
        ("重大", "已研判", "07-25 12:00", "举行新闻发布会", "07-26 12:00", "未到期"),
    )
    assert not any(word in as_text(report) for word in ("视频", "堵路"))


def test_the_quarter_names_the_units_that_fell_overdue(database: Database):
    with database.work() as session:
        for unit in (CITY, CITY, EAST):
            ticket = Desk(session, NOON).in_progress(unit)
            late = NOON + timedelta(days=40)
            replies.reply(session, ticket, "迟复", actor=handler_of(unit), now=late)
        finished(session, NOON, ENVIRONMENT)
        after = datetime(2018, 10, 5, tzinfo=UTC)
        report = written(session, PeriodKind.QUARTER, now=after)
    assert section(report, "超期单位").paragraphs == (
        f"本季度办理超期的单位 2 个：{CITY} 2 件、{EAST} 1 件。",
    )
    assert f"派单最多的县（市、区）和园区：{EAST} 1 件。" in section(report, "部门办理").paragraphs


@pytest.mark.parametrize("kind", PeriodKind)
def test_an_empty_city_has_reports_too(database: Database, kind: PeriodKind):
    with database.read() as session:
        report = written(session, kind, now=NOON)
    assert report.figures["totals"]["received"] == 0
    assert "无" in as_text(report)


def statements(database: Database, kind: PeriodKind) -> int:
    """How many statements one report takes."""
    said = []
    with database.read() as session:
        listen.listen(session.connection(), "before_cursor_execute", lambda *_: said.append(1))
        written(session, kind, now=AUGUST)
    return len(said)


@pytest.mark.parametrize("kind", PeriodKind)
def test_a_report_takes_as_many_statements_for_many_tickets_as_for_few(
    database: Database, kind: PeriodKind
):
    taken = []
    for tickets in (3, 20):
        with database.work() as session:
            for n in range(tickets):
                finished(session, NOON, (CITY, EAST, POLICE)[n % 3])
        taken.append(statements(database, kind))
    assert taken[0] == taken[1] < 15


def test_a_period_that_has_not_begun_is_refused(database: Database):
    with database.read() as session, pytest.raises(Invalid, match="尚未开始"):
        written(session, PeriodKind.MONTH, day=date(2018, 8, 1), now=NOON)
    with database.read() as session, pytest.raises(Invalid):
        written(session, PeriodKind.QUARTER, day=date(1, 1, 1), now=NOON)


@pytest.mark.parametrize("actor", [AGENT, handler_of(CITY)])
def test_the_reports_are_for_those_who_see_the_whole_city(database: Database, actor):
    period = Period.containing(PeriodKind.DAY, TODAY)
    with database.read() as session, pytest.raises(NotAllowed):
        write_report(session, period, directory=DIRECTORY, calendar=CALENDAR, actor=actor, now=NOON)


def test_text_columns_stand_under_each_other_whatever_the_script():
    rows = (("市公安局", 7, Rate(1, 3)), ("Neijiang", 1234, Rate(0, 0)))
    text = as_text(
        Report(
            kind=PeriodKind.DAY, title="表", first=TODAY, last=TODAY, head=(),
            sections=(Section("节", (), (Table("单位", ("单位", "件数", "率"), rows),)),),
            notes=(), definitions="", figures={},
        )
    )  # fmt: skip
    lines = text.split("【单位】\n")[1].split("\n")[:3]
    assert lines == [
        "单位      件数      率",
        "市公安局     7  33.33%",
        "Neijiang  1234       —",
    ]
    assert {width(line) for line in lines} == {22}


@pytest.mark.parametrize("kind", PeriodKind)
def test_json_says_all_and_can_be_read_back(database: Database, kind: PeriodKind):
    with database.work() as session:
        finished(session, NOON)
        report = written(session, kind, now=AUGUST)
    values = json.loads(as_json(report))
    assert values["figures"]["counts"]["received"]["channel"] == {"phone": 1}
    assert from_values(values) == report


def test_the_workbook_holds_numbers_as_numbers_and_runs_no_formula(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        objections.object_to(
            session, ticket, calendar=CALENDAR,
            ground=Ground.NOT_OUR_DUTY, right_unit="=1+1", note="不是",
            actor=handler_of(CITY), now=NOON,
        )  # fmt: skip
        report = written(session, PeriodKind.DAY, now=AUGUST)
    book = load_workbook(io.BytesIO(as_workbook(report)))
    assert book["封面"]["A1"].value == report.title
    received = {row[0].value: row for row in book["一、受理情况"].iter_rows()}
    assert received["电话"][1].value == 1
    assert (received["电话"][2].value, received["电话"][2].number_format) == (1, "0.00%")
    cells = [cell for row in book["六、退单"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
    assert len(book.sheetnames) == len(report.sections) + 2


def test_the_same_numbers_are_published_once(database: Database):
    with database.work() as session:
        finished(session, NOON)
        report = written(session, PeriodKind.DAY, now=AUGUST)
        first = publish(session, report, by="wang", now=AUGUST)
        again = publish(session, report, by="li", now=AUGUST + timedelta(hours=1))
        assert again.id == first.id
        assert (first.version, first.published_at, first.published_by) == (1, AUGUST, "wang")


def test_other_numbers_need_a_reason_and_make_a_new_version(database: Database):
    with database.work() as session:
        finished(session, NOON)
        before = written(session, PeriodKind.DAY, now=AUGUST)
        publish(session, before, by="wang", now=AUGUST)
        finished(session, NOON)
        after = written(session, PeriodKind.DAY, now=AUGUST)
        with pytest.raises(Invalid, match="更正须写明原因"):
            publish(session, after, by="li", now=AUGUST, reason=" ")
        row = publish(session, after, by="li", now=AUGUST, reason="补录一件")
        assert (row.version, row.reason, row.published_by) == (2, "补录一件", "li")


def test_a_published_report_stays_as_it_was(database: Database):
    with database.work() as session:
        finished(session, NOON)
        report = written(session, PeriodKind.MONTH, now=AUGUST)
        publish(session, report, by="wang", now=AUGUST)
    with database.work() as session:
        finished(session, NOON)
    with database.read() as session:
        row = published(session, Period.containing(PeriodKind.MONTH, TODAY))
        assert row.report == report
        assert as_text(row.report) == as_text(report)
        assert row.numbers["totals"]["received"] == 1
        assert as_values(row.report) == row.document


def test_a_period_that_is_not_over_cannot_be_published(database: Database):
    with database.work() as session:
        report = written(session, PeriodKind.MONTH, now=NOON)
        with pytest.raises(Invalid, match="尚未结束"):
            publish(session, report, by="wang", now=NOON)


def test_the_day_list_names_who_was_on_duty_and_the_headlines_of_the_notes(database: Database):
    turns = [
        roster.Turn(TODAY, roster.Shift.DAY, "张三", "801"),
        roster.Turn(TODAY, roster.Shift.DAY, "李四"),
        roster.Turn(TODAY + timedelta(days=1), roster.Shift.NIGHT, "王五"),
    ]
    with database.work() as session:
        roster.enter(session, turns, actor=SUPERVISOR, now=NOON)
        note = shift_notes.write(session, "锅炉停气", "住户电话见工单", actor=AGENT, now=NOON)
        shift_notes.mark_read(session, note.id, actor=DISPATCHER, now=NOON)
        report = written(session, PeriodKind.DAY, now=AUGUST)
    duty = section(report, "值守和交接")
    assert duty.paragraphs == (
        "夜班：未排。", "白班：张三（分机 801）、李四。", "晚班：未排。", "交接记录 1 条。",
    )  # fmt: skip
    assert table(report, "交接记录").rows == (("白班", "12:00", "锅炉停气", DISPATCHER.id),)
    assert "住户电话" not in as_text(report)


def test_the_day_list_tells_of_missed_calls_and_of_those_returned(database: Database):
    def missed(session: Session, call_id: str, caller: str | None, at=NOON) -> None:
        return_calls.missed(session, call_id, caller, at, limits=CALENDAR.limits)

    with database.work() as session:
        for n, caller in enumerate(("a", "a", "b", "c", "d", "")):
            missed(session, str(n), caller)
        missed(session, "yesterday", "e", NOON - timedelta(days=1))
        session.flush()
        rows = {row.caller_hash: row for row in session.exec(select(ReturnCall))}
        for caller, minutes in (("a", 20), ("b", 40)):
            return_calls.take(
                session, rows[caller].id, limits=CALENDAR.limits, actor=AGENT, now=NOON
            )
            at = NOON + timedelta(minutes=minutes)
            return_calls.reached(session, rows[caller].id, actor=AGENT, now=at)
        return_calls.answered(session, "x", "c", NOON + timedelta(minutes=5))
        report = written(session, PeriodKind.DAY, now=AUGUST)
    assert section(report, "漏接和回拨").paragraphs == (
        "漏接 6 通，来电人 5 位（号码未显示 1 位）；已回拨打通 2 位，其中按时 1 位，"
        "自行再打接通 1 位，未打通 0 位，待回拨 1 位。",
    )


def test_the_reports_tell_whose_it_was_that_requesters_were_not_satisfied(database: Database):
    with database.work() as session:
        for grade in (5, 1, 2):
            finished(session, NOON, grade=grade)
        for ticket, fault in zip(
            [row.ticket for row in session.exec(select(FollowUp).where(FollowUp.satisfied < 3))],
            (Fault.UNIT, Fault.POLICY), strict=True,
        ):  # fmt: skip
            ratings.review(session, ticket, fault, actor=SUPERVISOR, now=NOON)
        report = written(session, PeriodKind.DAY, now=AUGUST)
    told = section(report, "群众反馈").paragraphs
    assert "不满意 2 次；期内核定原因 2 次，其中单位原因 1 次。" in told
    rate = report.figures["rates"]["unit_at_fault_rate"]
    assert (rate["numerator"], rate["denominator"]) == (1, 3)


def test_the_day_list_names_hot_topics_at_their_height(database: Database):
    with database.work() as session:
        ids = [Desk(session, NOON).logged().id for _ in range(7)]
        said = tuple(topics.Said(id, CITY, EAST, "西林街道", "", NOON) for id in ids)
        for many in (said, said[:3]):
            surge = topics.Surge((CITY, "夜间摊点", EAST), many, ("烧烤摊",), 0.4)
            topics.keep(session, [surge], CALENDAR.limits, NOON)
            session.flush()
        report = written(session, PeriodKind.DAY, now=AUGUST)
    assert table(report, "热点").rows == (
        ("东兴区：烧烤摊", CITY, "西林街道", 7, "0.4", "07-25 12:00", "未平息"),
    )
