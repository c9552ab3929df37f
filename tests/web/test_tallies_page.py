"""Tallies: every number shown leads to the very rows it counts, on the page and in its files."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import product
from urllib.parse import parse_qs, urlsplit

import pytest
from browsing import Browser, a_look
from builders import AGENT, CITY, DISPATCHER, ENVIRONMENT, SUGGESTION, SUPERVISOR, Desk
from flask import Flask
from openpyxl import load_workbook
from sqlmodel import select
from test_bad_input import statements
from walks import closed, delivered, make, merged, objected

from hotline import clock
from hotline.db import Database
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.reports.documents import Section, Table
from hotline.reports.measures import MEASURES
from hotline.reports.rendering import section_csv
from hotline.tickets import intake, ratings, replies
from hotline.tickets.words import Channel, Fault, Grievance, MatterKind
from hotline.web.supervision.counting import DIMENSIONS

DAY = timedelta(days=1)
PAGES = ("/tallies?by=unit", "/tallies?by=status", "/tallies/list?measure=received")


@pytest.fixture(scope="module")
def database(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture(scope="module")
def made(database) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""
    return partial(make, database)


@pytest.fixture(scope="module", autouse=True)
def _lived(made) -> None:
    """Something for every measure and every dimension, today and on the days before."""
    now = clock.now()
    for unit, days in product((CITY, ENVIRONMENT), (0, 1)):
        for walk in (Desk.replied, Desk.in_progress, Desk.dispatched):
            made(walk, now=now - days * DAY, unit=unit)
    for walk in (objected, closed, merged, delivered, _rated, _redirected, _withdrawn):
        made(walk)
    for kind, channel in ((MatterKind.HELP, Channel.WEB), (MatterKind.REPORT, Channel.APP)):
        made(Desk.logged, kind=kind, channel=channel, line="")
    made(Desk.logged, suggestion=replace(SUGGESTION, territory=None))


def _rated(desk: Desk):
    ticket = delivered(desk)
    replies.follow_up(
        desk.session, ticket, solved=True, satisfied=2, grievance=Grievance.SLOW, actor=AGENT,
        now=desk.now,
    )  # fmt: skip
    ratings.review(desk.session, ticket, Fault.UNIT, actor=SUPERVISOR, now=desk.now)
    return ticket


def _redirected(desk: Desk):
    ticket = desk.logged()
    intake.redirect(desk.session, ticket, "请拨", code="x", actor=DISPATCHER, now=desk.now)
    return ticket


def _withdrawn(desk: Desk):
    ticket = desk.dispatched()
    intake.withdraw(desk.session, ticket, "不用了", actor=DISPATCHER, now=desk.now)
    return ticket


@pytest.fixture
def supervisor(signed_in) -> Browser:
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def handler(signed_in) -> Browser:
    return signed_in(Role.HANDLER, CITY)


def days(first: date, last: date) -> str:
    return f"first={first}&last={last}"


def this_week() -> str:
    today = clock.city_day(clock.now())
    return days(today - 7 * DAY, today)


def questions(app: Flask, browser: Browser, path: str) -> int:
    """How many statements the page needs; the look for a newer registry comes once a second."""
    with statements(app) as sent:
        assert browser.get(path).status_code == 200
    return len([each for each in sent if not a_look(each)])


def table(page: str) -> list[list[str]]:
    """The figures as words, row by row, the heading and the totals among them."""
    shown = re.search(r'<table class="rows figures">.*?</table>', page, re.S)[0]
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.S)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def doors(page: str) -> dict[str, int]:
    """Each number on the page, by the address that it opens."""
    found = re.findall(r'href="(/tallies/list[^"]+)">(\d+)<', page)
    return {address.replace("&amp;", "&"): int(count) for address, count in found}


def listed(browser: Browser, address: str) -> Iterator[tuple[str, str]]:
    """Number and row of everything behind a count, page after page."""
    while address:
        page = browser.get(address).text
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
            yield re.search(r"NJ\d+", row)[0], row
        more = re.search(r'href="([^"]+)">下一页', page)
        address = more and more[1].replace("&amp;", "&")


# Every number is a door


@pytest.mark.parametrize("by", DIMENSIONS)
def test_every_number_opens_a_list_of_that_length(supervisor, by):
    counts = doors(supervisor.get(f"/tallies?{this_week()}&by={by}").text)
    assert counts
    for address, count in counts.items():
        assert f"共 {count} 条" in supervisor.get(address).text
        assert len(list(listed(supervisor, address))) == count, address


@pytest.mark.parametrize("by", DIMENSIONS)
def test_the_rows_of_a_table_add_up_to_its_totals(supervisor, by):
    heading, *rows, totals = table(supervisor.get(f"/tallies?{this_week()}&by={by}").text)
    width = len([words for words in heading if words != "占比"])
    assert len(rows) > 1
    for column in range(1, width):
        assert sum(int(row[column]) for row in rows) == int(totals[column])


def test_a_list_longer_than_a_page_is_listed_to_its_end(made, supervisor):
    for _ in range(55):
        made(Desk.logged, channel=Channel.MESSAGE_BOARD)
    counts = doors(supervisor.get("/tallies?by=channel").text)
    (address,) = (each for each in counts if "message_board" in each)
    rows = [number for number, _ in listed(supervisor, address)]
    assert len(rows) == len(set(rows)) == counts[address] > 50


def test_a_list_says_exactly_what_it_lists(supervisor):
    today = clock.city_day(clock.now())
    page = supervisor.get(
        f"/tallies/list?measure=dispatched&{days(today, today)}&dimension=unit&value={CITY}"
    ).text
    assert f"<h1>派单 · 承办单位：{CITY}</h1>" in page
    assert f"{today}，共" in page
    assert MEASURES["dispatched"].definition in page


def test_rows_without_a_value_have_a_list_of_their_own(supervisor):
    counts = doors(supervisor.get(f"/tallies?{this_week()}&by=line").text)
    (address,) = (each for each in counts if each.endswith("&value="))
    rows = [row for _, row in listed(supervisor, address)]
    assert len(rows) == counts[address] > 0
    assert all("直拨 12345 或网络" in row for row in rows)


def test_the_status_table_says_where_the_requests_stand_now(made, supervisor):
    number = made(Desk.replied)
    counts = doors(supervisor.get("/tallies?by=status").text)
    (address,) = (each for each in counts if "value=replied" in each)
    assert number in [number for number, _ in listed(supervisor, address)]
    assert sum(n for each, n in counts.items() if "value=" in each) == next(
        n for each, n in counts.items() if "value=" not in each
    )


def test_each_measure_shown_is_defined(supervisor):
    shown = set()
    for by in ("unit", "kind"):
        page = supervisor.get(f"/tallies?by={by}&period=month").text
        for measure in MEASURES.values():
            if by in measure.by:
                assert f"<dt>{measure.words}</dt><dd>{measure.definition}</dd>" in page
                shown.add(measure.name)
    assert shown == set(MEASURES)


def test_a_list_is_noted_as_a_look_at_its_tickets(database, made, supervisor):
    number = made(Desk.logged, channel=Channel.POLICE_HANDOVER)
    today = clock.city_day(clock.now())
    where = f"{days(today, today)}&dimension=channel&value=police_handover"
    supervisor.get(f"/tallies/list?measure=received&{where}")
    with database.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.ticket == number)).all()
    assert [(look.role, look.what) for look in looks] == [("supervisor", "list")]


# Periods


def test_each_period_counts_its_own_days(supervisor):
    today = clock.city_day(clock.now())
    monday = today - today.weekday() * DAY
    expected = {
        "today": (today, today),
        "yesterday": (today - DAY, today - DAY),
        "week": (monday, today),
        "month": (today.replace(day=1), today),
    }
    for name, (first, last) in expected.items():
        page = supervisor.get(f"/tallies?period={name}").text
        same = supervisor.get(f"/tallies?{days(first, last)}").text
        assert doors(page) == doors(same)
        assert set(doors(page)) <= {each for each in doors(page) if str(last) in each}


def test_yesterday_is_not_today(supervisor):
    counts = [
        sum(doors(supervisor.get(f"/tallies?period={name}").text).values())
        for name in ("today", "yesterday")
    ]
    assert 0 < counts[1] < counts[0]


def test_a_month_is_counted_from_its_first_day_to_its_last(supervisor):
    today = clock.city_day(clock.now())
    page = supervisor.get(f"/tallies?month={today:%Y-%m}").text
    for address in doors(page):
        asked = parse_qs(urlsplit(address).query)
        assert asked["first"] == [str(today.replace(day=1))]
        assert (date.fromisoformat(asked["last"][0]) + DAY).day == 1


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2026-02-30", "须为日期"),
        ("month=2026-13", "须为年月"),
        ("first=2026-02-02&last=2026-02-01", "起始日期不能晚于截止日期"),
        ("first=1026-02-02&last=2026-02-01", "日期须在 2000 至 2100 年之间"),
        ("period=decade", "没有这个时段"),
        ("by=weather", "没有这种分项"),
    ],
)
def test_what_cannot_be_counted_is_refused_in_words_and_kept(supervisor, query, words):
    page = supervisor.get(f"/tallies?{query}")
    assert page.status_code == 422
    assert words in page.text
    assert "<h1>统计</h1>" in page.text
    for value in re.findall(r"(?:first|last)=([\d-]+)", query):
        assert f'value="{value}"' in page.text


@pytest.mark.parametrize(
    "query", ["", "measure=weather", "measure=received&dimension=unit", "measure=replied&first=x"]
)
def test_a_broken_link_to_a_list_is_refused_in_words(supervisor, query):
    page = supervisor.get(f"/tallies/list?{query}")
    assert page.status_code == 422
    assert "没有办成" in page.text


# Who sees what


def test_a_unit_sees_its_own_numbers_alone(handler):
    heading, *rows, totals = table(handler.get(f"/tallies?{this_week()}").text)
    assert [row[0] for row in rows] == [CITY]
    assert rows[0][1:] == totals[1:]
    for address, count in doors(handler.get(f"/tallies?{this_week()}").text).items():
        rows = list(listed(handler, address))
        assert len(rows) == count
        assert all(CITY in row for _, row in rows)


def test_a_unit_sees_where_its_own_tickets_stand(handler, supervisor):
    page = handler.get(f"/tallies?{this_week()}&by=status").text
    assert (
        0
        < sum(doors(page).values())
        < sum(doors(supervisor.get(f"/tallies?{this_week()}&by=status").text).values())
    )
    for address, count in doors(page).items():
        assert len(list(listed(handler, address))) == count


def test_a_unit_is_neither_shown_nor_given_what_is_not_its_own(handler):
    page = handler.get("/tallies").text
    assert "诉求类别" not in page
    assert "季通报" not in page
    for by in ("kind", "channel", "line", "territory"):
        assert handler.get(f"/tallies?by={by}").status_code == 403
        assert handler.get(f"/tallies/table.csv?by={by}").status_code == 403
    assert handler.get("/tallies/list?measure=received").status_code == 403
    of_others = f"measure=replied&{this_week()}&dimension=unit&value={ENVIRONMENT}"
    assert not list(listed(handler, f"/tallies/list?{of_others}"))


def test_an_agent_has_no_tallies(signed_in):
    for path in ("/tallies", "/tallies/list?measure=received", "/tallies/table.csv"):
        assert signed_in(Role.AGENT).get(path).status_code == 403


def test_an_administrator_sees_numbers_but_no_way_into_a_ticket(signed_in):
    browser = signed_in(Role.ADMINISTRATOR)
    (address, *_) = doors(browser.get(f"/tallies?{this_week()}").text)
    page = browser.get(address).text
    assert "NJ" in page
    assert 'href="/tickets/' not in page


# Files


@pytest.mark.parametrize("by", DIMENSIONS)
def test_the_files_hold_the_table_shown(supervisor, by):
    query = f"{this_week()}&by={by}"
    shown = [[cell for cell in row if cell != "占比"] for row in table(
        supervisor.get(f"/tallies?{query}").text
    )]  # fmt: skip
    width = len(shown[0])
    as_csv = supervisor.get(f"/tallies/table.csv?{query}")
    rows = list(csv.reader(io.StringIO(as_csv.data.decode("utf-8-sig"))))
    assert rows == [row[:width] for row in shown]
    book = load_workbook(io.BytesIO(supervisor.get(f"/tallies/table.xlsx?{query}").data))
    cells = [[str(cell) for cell in row if cell is not None] for row in book.active.values]
    assert cells[-len(rows) :] == rows


def test_a_file_says_what_it_is_by_its_name(supervisor):
    today = clock.city_day(clock.now())
    response = supervisor.get("/tallies/table.csv?by=kind")
    assert f"{today}.csv" in response.headers["Content-Disposition"]
    assert response.content_type.startswith("text/csv")


def test_nothing_in_a_file_runs_as_a_formula():
    made_up = Table("表", ("单位", "件数"), (("=1+1", 3), ("@SUM(A1)", -2)))
    text = section_csv(Section("统计", (), (made_up,))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [["'=1+1", "3"], ["'@SUM(A1)", "-2"]]


# Every page


@pytest.mark.parametrize("path", PAGES)
def test_fifty_tickets_need_no_more_statements_than_five(app, made, supervisor, path):
    few = questions(app, supervisor, path)
    for _ in range(50):
        made(Desk.replied)
    assert questions(app, supervisor, path) == few <= 8


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_render_in_english(signed_in, path):
    browser = signed_in(Role.SUPERVISOR)
    browser.post("/language", {"language": "en"})
    page = browser.get(path)
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert page.text.count("<h1") == 1
