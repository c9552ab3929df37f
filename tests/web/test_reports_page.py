"""The three reports on pages: read, taken away, published, corrected."""

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from browsing import Browser
from builders import CITY, Desk
from openpyxl import load_workbook
from walks import make

from hotline import clock
from hotline.db import Database
from hotline.people.rights import Role
from hotline.reports.periods import Period, PeriodKind

DAY = timedelta(days=1)
TITLES = {"day": "一日一清单", "month": "一月一汇总", "quarter": "一季一通报"}


@pytest.fixture
def database(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(database) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""
    return partial(make, database)


@pytest.fixture
def supervisor(signed_in) -> Browser:
    return signed_in(Role.SUPERVISOR)


def today():
    return clock.city_day(clock.now())


def day_of(made, days_ago: int, tickets: int = 2) -> str:
    """The address of the day list of a day in which so many requests came."""
    for _ in range(tickets):
        made(Desk.logged, now=clock.now() - days_ago * DAY)
    return f"/reports/day/{today() - days_ago * DAY}"


def publish(browser: Browser, address: str, reason: str = ""):
    return browser.post(f"{address}/publish", {"reason": reason})


def said(browser: Browser, response) -> str:
    assert response.status_code == 302, response.text
    page = browser.get(response.location).text
    return re.search(r'<div id="messages".*?</div>', page, re.S)[0]


# Reading


@pytest.mark.parametrize("kind", PeriodKind)
def test_each_report_reads_like_a_document(supervisor, made, kind):
    made(Desk.replied)
    page = supervisor.get(f"/reports/{kind}/{today()}").text
    period = Period.containing(kind, today())
    assert f"<h1>12345 {TITLES[kind]} {period.words}</h1>" in page
    assert f"统计期：{period.first} 至 {period.last}" in page
    assert "本期尚未结束" in page
    assert re.search(r"<h2>一、", page)
    assert re.search(r"<h2>注</h2>\s*<ol><li>收到：登记的诉求", page)


def test_the_front_page_has_the_reports_near_at_hand(supervisor):
    page = supervisor.get("/reports").text
    for kind in PeriodKind:
        period = Period.containing(kind, today())
        for each in (period, period.previous):
            assert f'href="/reports/{kind}/{each.first}">{each.words}</a>' in page


def test_any_other_report_is_found_by_a_day_in_it(supervisor):
    found = supervisor.get("/reports?kind=quarter&day=2018-07-25")
    assert found.location == "/reports/quarter/2018-07-25"
    assert "2018年第三季度" in supervisor.get(found.location).text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/reports/day/yesterday", "日期「yesterday」有误"),
        ("/reports/day/2099-01-01", "尚未开始"),
        ("/reports/day/0026-01-01", "不在统计范围"),
    ],
)
def test_a_report_of_no_period_is_refused_in_words(supervisor, address, words):
    page = supervisor.get(address)
    assert page.status_code == 422
    assert words in page.text


@pytest.mark.parametrize("path", ["/reports/week/2018-07-25", "/reports/day/2018-07-25/pdf"])
def test_an_address_of_no_such_report_leads_nowhere(supervisor, path):
    assert supervisor.get(path).status_code == 404


def test_a_ticket_named_in_a_report_is_a_link_for_those_who_may_read_it(signed_in, made):
    number = made(Desk.dispatched, now=clock.now() - 90 * DAY)
    link = f'href="/tickets/{number}?next=/reports/day/{today()}"'
    pages = {
        role: signed_in(role).get(f"/reports/day/{today()}").text
        for role in (Role.SUPERVISOR, Role.ADMINISTRATOR)
    }
    assert link in pages[Role.SUPERVISOR]
    assert number in pages[Role.ADMINISTRATOR]
    assert link not in pages[Role.ADMINISTRATOR]


@pytest.mark.parametrize("kind", PeriodKind)
def test_a_report_can_be_taken_away_in_every_form(supervisor, made, kind):
    made(Desk.logged)
    address = f"/reports/{kind}/{today()}"
    text, values, book = (supervisor.get(f"{address}/{form}") for form in ("text", "json", "xlsx"))
    title = f"12345 {TITLES[kind]} {Period.containing(kind, today()).words}"
    assert text.data.decode().startswith(title)
    assert json.loads(values.data)["title"] == title
    assert load_workbook(io.BytesIO(book.data)).active["A1"].value == title
    for response, ending in ((text, "txt"), (values, "json"), (book, "xlsx")):
        assert response.headers["Content-Disposition"].endswith(f".{ending}")


# Publishing


def test_a_published_report_stays_as_it_was(supervisor, made):
    address = day_of(made, 1)
    assert "第 1 版已发布" in said(supervisor, publish(supervisor, address))
    before = supervisor.get(f"{address}/json").data
    day_of(made, 1)
    assert supervisor.get(f"{address}/json").data == before
    assert supervisor.get(f"{address}/json?version=draft").data != before


def test_the_same_numbers_are_not_published_twice(supervisor, made):
    address = day_of(made, 2)
    publish(supervisor, address)
    assert "数字与第 1 版相同，没有另发新版" in said(supervisor, publish(supervisor, address))


def test_a_correction_needs_a_reason_and_is_a_version_of_its_own(supervisor, made):
    address = day_of(made, 3)
    publish(supervisor, address)
    day_of(made, 3)
    refused = publish(supervisor, address)
    assert refused.status_code == 422
    assert "更正须写明原因" in refused.text
    reason = "补录昨晚断网时的来电"
    assert "第 2 版已发布" in said(supervisor, publish(supervisor, address, reason))
    newest, first = (supervisor.get(f"{address}?version={n}").text for n in (2, 1))
    assert "收到 4 件" in newest
    assert "收到 2 件" in first
    assert f"更正原因：{reason}" in newest
    assert supervisor.get(address).text.count(f"更正原因：{reason}") == 1
    index = supervisor.get("/reports").text
    for words in ("第 1 版", "第 2 版", reason):
        assert words in index


def test_a_reason_too_long_is_kept_and_named(supervisor, made):
    address = day_of(made, 4)
    publish(supervisor, address)
    reason = "更" * 201
    page = publish(supervisor, address, reason)
    assert page.status_code == 422
    assert "最多 200 字" in page.text
    assert f'value="{reason}"' in page.text


def test_a_version_that_was_never_published_is_not_found(supervisor, made):
    address = day_of(made, 5)
    publish(supervisor, address)
    page = supervisor.get(f"{address}?version=7")
    assert page.status_code == 404
    assert "没有第 7 版" in page.text


def test_what_is_not_over_cannot_be_published(supervisor):
    address = f"/reports/month/{today()}"
    assert f'action="{address}' not in supervisor.get(address).text
    page = publish(supervisor, address)
    assert page.status_code == 422
    assert "尚未结束，结束后才能发布" in page.text


# Who may


def test_a_dispatcher_reads_reports_and_publishes_none(signed_in, made):
    browser, address = signed_in(Role.DISPATCHER), day_of(made, 6)
    page = browser.get(address)
    assert page.status_code == 200
    assert "/publish" not in page.text
    assert publish(browser, address).status_code == 403


def test_who_published_a_report_is_shown_with_it_and_in_the_list(supervisor, made):
    address = day_of(made, 9)
    publish(supervisor, address)
    page = supervisor.get(address).text
    assert re.search(r"第 1 版，[^<]+ 由测试supervisor\d+发布", page)
    assert re.search(r'"quiet">[^<]+ · 测试supervisor\d+', page)
    assert re.search(r"<td>测试supervisor\d+</td>", supervisor.get("/reports").text)


def test_an_administrator_may_publish(signed_in, made):
    browser = signed_in(Role.ADMINISTRATOR)
    assert "已发布" in said(browser, publish(browser, day_of(made, 7)))


def test_a_unit_is_told_where_its_own_numbers_are(signed_in, supervisor, made):
    browser, published = signed_in(Role.HANDLER, CITY), day_of(made, 8)
    publish(supervisor, published)
    for path in ("/reports", f"/reports/day/{today()}", published, f"{published}/text"):
        page = browser.get(path)
        assert page.status_code == 403
        assert "单位请查看本单位统计" in page.text


def test_an_agent_has_no_reports(signed_in):
    for path in ("/reports", f"/reports/day/{today()}"):
        assert signed_in(Role.AGENT).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/reports", "/reports/month/2018-07-01"])
def test_the_pages_render_in_english(signed_in, path):
    browser = signed_in(Role.SUPERVISOR)
    browser.post("/language", {"language": "en"})
    page = browser.get(path)
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert page.text.count("<h1") == 1
