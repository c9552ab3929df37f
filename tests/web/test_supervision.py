"""The supervisor's page: what burns now, by name, every count with its list."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from html import unescape
from urllib.parse import quote

import pytest
from browsing import PASSWORD, Browser, a_look
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, Desk
from flask import Flask
from sqlmodel import select, update
from test_bad_input import statements
from walks import closed, make, objected, quarrelled, row

from hotline import clock
from hotline.app import create_app
from hotline.db import Database
from hotline.people import users
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.settings import Settings
from hotline.tickets import reopening, topics
from hotline.tickets.held_up import Behind
from hotline.tickets.lists import Burn
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.words import Urgency

LONG_AGO = timedelta(days=90)


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


@pytest.fixture
def burning(database, made) -> None:
    """Something in every heap, and noise that burns nowhere."""
    for unit in (CITY, CITY, ENVIRONMENT):
        made(Desk.dispatched, now=clock.now() - LONG_AGO, unit=unit)
    falls_due(database, made(Desk.in_progress), end_of_today())
    made(Desk.dispatched, urgency=Urgency.CRITICAL)
    made(Desk.logged, urgency=Urgency.CRITICAL)
    made(objected)
    made(closed, now=clock.now() - LONG_AGO)
    made(Desk.dispatched)


def falls_due(database: Database, number: str, at: datetime) -> None:
    with database.work() as session:
        ticket = row(database, number)
        session.execute(
            update(Assignment).where(Assignment.ticket_id == ticket.id).values(due_at=at)
        )


def questions(app: Flask, browser: Browser, path: str) -> int:
    """How many statements the page needs; the look for a newer registry comes once a second."""
    with statements(app) as sent:
        assert browser.get(path).status_code == 200
    return len([each for each in sent if not a_look(each)])


def doors(page: str) -> dict[str, int]:
    """Each count of a heap on the page, by the address that it opens."""
    found = re.findall(r'href="(/supervision/[^"]+)"[^>]*>(?:\s*<b>)?(\d+)<', page)
    return {address.replace("&amp;", "&"): int(count) for address, count in found}


def listed(browser: Browser, address: str) -> list[str]:
    """The numbers of all tickets behind a count, page after page."""
    numbers = []
    while address:
        page = browser.get(address).text
        table = page.partition("<tbody>")[2].partition("</tbody>")[0]
        numbers += re.findall(r'href="/tickets/(\w+)\?', table)
        more = re.search(r'href="([^"]+)">下一页', page)
        address = more and more[1].replace("&amp;", "&")
    return numbers


def section(page: str, words: str) -> str:
    return re.search(rf"<h2>{words}.*?</section>", page, re.S)[0]


@pytest.mark.usefixtures("burning")
def test_a_ticket_leads_back_to_the_very_list_from_which_it_was_opened(supervisor):
    wanted = f"/supervision/overdue?unit={quote(CITY)}"
    link = re.search(r'<tbody>.*?href="(/tickets/[^"]+)"', supervisor.get(wanted).text, re.S)[1]
    page = supervisor.get(link).text
    back = unescape(re.search(r'<a href="([^"]+)" data-key="b">‹', page)[1])
    assert supervisor.get(back).text.count("<h1>超期 · " + CITY) == 1
    # Whatever is done there leads back as well.
    assert unescape(re.search(r'class="step".*?name="next" value="([^"]+)"', page, re.S)[1]) == back


@pytest.mark.usefixtures("burning")
def test_every_count_opens_the_list_that_it_counts(supervisor):
    counts = doors(supervisor.get("/supervision").text)
    assert {f"/supervision/{burn}" for burn in Burn} < counts.keys()
    for address, count in counts.items():
        numbers = listed(supervisor, address)
        assert len(numbers) == len(set(numbers)) == count > 0, address
        assert f"共 {count} 件" in supervisor.get(address).text


@pytest.mark.usefixtures("burning")
def test_the_counts_of_the_units_add_up_to_the_whole(supervisor):
    counts = doors(supervisor.get("/supervision").text)
    for burn in (Burn.OVERDUE, Burn.DUE_TODAY):
        parts = [
            count for address, count in counts.items()
            if address.startswith(f"/supervision/{burn}?unit=")
        ]  # fmt: skip
        assert sum(parts) == counts[f"/supervision/{burn}"]


def test_each_heap_holds_what_it_says(database, made, supervisor):
    late = made(Desk.dispatched, now=clock.now() - LONG_AGO)
    today, critical = made(Desk.in_progress), made(Desk.logged, urgency=Urgency.CRITICAL)
    ruled, calm = made(objected), made(Desk.dispatched)
    falls_due(database, today, end_of_today())
    where = {burn: listed(supervisor, f"/supervision/{burn}") for burn in Burn}
    for number, burn in (
        (late, Burn.OVERDUE), (today, Burn.DUE_TODAY), (critical, Burn.CRITICAL),
        (ruled, Burn.TO_RULE), (calm, None),
    ):  # fmt: skip
        assert [each for each in Burn if number in where[each]] == ([burn] if burn else [])


def test_the_longest_overdue_comes_first_with_unit_handler_and_how_late(made, supervisor):
    worst = made(Desk.in_progress, now=clock.now() - 3 * LONG_AGO)
    made(Desk.in_progress, now=clock.now() - LONG_AGO)
    first = section(supervisor.get("/supervision").text, "超期").partition("<tbody>")[2]
    row_of_worst = first.partition("</tr>")[0]
    for words in (worst, CITY, "张三", "烧烤摊扰民", "超期 "):
        assert words in row_of_worst
    assert re.search(r"超期 \d{2,} 个工作日", row_of_worst)


@pytest.mark.usefixtures("burning")
def test_the_unit_with_most_overdue_comes_first(made, supervisor):
    # By name this unit would stand first.
    made(Desk.dispatched, now=clock.now() - LONG_AGO, unit="市公安局")
    counts = doors(supervisor.get("/supervision").text)
    late = [n for address, n in counts.items() if address.startswith("/supervision/overdue?unit")]
    assert len(late) > 1
    assert late == sorted(late, reverse=True)
    assert late[0] > late[-1]


def test_a_ticket_that_nobody_has_signed_for_says_so(made, supervisor):
    made(Desk.dispatched, now=clock.now() - 4 * LONG_AGO)
    assert "未签收" in section(supervisor.get("/supervision").text, "超期")


def test_a_heap_longer_than_a_page_is_listed_to_its_end(made, supervisor):
    for _ in range(55):
        made(Desk.dispatched, now=clock.now() - LONG_AGO)
    count = doors(supervisor.get("/supervision").text)["/supervision/overdue"]
    assert len(listed(supervisor, "/supervision/overdue")) == count > 50


def test_the_page_says_calmly_that_nothing_burns(tmp_path, password_hash):
    app = create_app(Settings(data_dir=tmp_path, database_url="", redis_url=""))
    make(app.extensions["hotline"].database, Desk.dispatched)
    with app.extensions["hotline"].database.work() as session:
        users.add(
            session, "du", "督办员", Role.SUPERVISOR, password_hash=password_hash,
            must_change=False, now=clock.now(),
        )  # fmt: skip
    browser = Browser(app.test_client())
    browser.sign_in("du", PASSWORD)
    page = browser.get("/supervision").text
    assert "此刻没有超期、今日到期、特急和待裁定的工单，话务台也没有压件。" in page
    assert set(doors(page).values()) == {0}
    assert "没有了" in browser.get("/supervision/overdue").text


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.AGENT, ""), (Role.HANDLER, CITY), (Role.DISPATCHER, ""), (Role.ADMINISTRATOR, "")],
)
def test_the_page_is_the_supervisors_alone(signed_in, role, unit):
    browser = signed_in(role, unit)
    for path in ("/supervision", "/supervision/overdue"):
        assert browser.get(path).status_code == 403


@pytest.mark.parametrize(
    "path", ["/supervision", *(f"/supervision/{each}" for each in ("overdue", "critical", *Behind))]
)
def test_fifty_burning_tickets_need_no_more_statements_than_five(app, made, supervisor, path):
    def burn(times: int) -> int:
        for _ in range(times):
            made(Desk.in_progress, now=clock.now() - LONG_AGO, urgency=Urgency.CRITICAL)
            made(objected)
            made(Desk.accepted, now=clock.now() - LONG_AGO)
            made(quarrelled, now=clock.now() - LONG_AGO)
        return questions(app, supervisor, path)

    assert burn(5) == burn(45) <= 18


def test_a_joint_ruling_past_its_day_is_named_with_its_units_and_since_when(made, supervisor):
    before = set(listed(supervisor, "/supervision/ruling_late"))
    for now in (clock.now(), clock.now() - LONG_AGO):
        made(objected, now=now)
    made(quarrelled)
    late = made(quarrelled, now=clock.now() - LONG_AGO)
    assert set(listed(supervisor, "/supervision/ruling_late")) - before == {late}
    assert f"话务台会商超时 {len(before) + 1} 件" in supervisor.get("/supervision").text
    row = line(supervisor, "/supervision/ruling_late", late)
    assert f"{CITY}、{ENVIRONMENT}" in row
    assert "再次退单" in row
    assert re.search(r'class="bad"[^>]*>超期 \d+ 个工作日', row)


def line(browser: Browser, address: str, number: str) -> str:
    """The row of one ticket, on whatever page of the list."""
    while True:
        page = browser.get(address).text
        if found := re.search(rf"<tr>\s*<td[^>]*><a[^>]*>{number}.*?</tr>", page, re.S):
            return found[0]
        address = re.search(r'href="([^"]+)">下一页', page)[1].replace("&amp;", "&")


def test_a_desk_that_is_behind_is_told_of_with_the_very_tickets(made, supervisor):
    before = set(listed(supervisor, "/supervision/dispatch_late"))
    made(Desk.accepted, now=clock.now() - timedelta(minutes=14))
    made(Desk.accepted, now=clock.now() - timedelta(minutes=4), urgency=Urgency.URGENT)
    made(Desk.dispatched, now=clock.now() - LONG_AGO)
    assert set(listed(supervisor, "/supervision/dispatch_late")) == before
    late = [
        made(Desk.accepted, now=clock.now() - timedelta(minutes=6), urgency=Urgency.URGENT),
        made(Desk.accepted, now=clock.now() - timedelta(minutes=16)),
    ]
    assert set(listed(supervisor, "/supervision/dispatch_late")) - before == set(late)
    assert f"话务台派单超时 {len(before) + 2} 件" in supervisor.get("/supervision").text
    for number in late:
        row = line(supervisor, "/supervision/dispatch_late", number)
        assert re.search(r'class="bad"[^>]*>超期 1 分', row)


def test_what_was_reopened_does_not_put_the_desk_behind_at_once(made, supervisor):
    def reopened(desk: Desk) -> Ticket:
        ticket = closed(desk)
        reopening.reopen(
            desk.session, ticket, "又来了", calendar=CALENDAR, actor=DISPATCHER, now=clock.now()
        )
        return ticket

    number = made(reopened, now=clock.now() - timedelta(days=10))
    assert number not in listed(supervisor, "/supervision/dispatch_late")


@pytest.mark.usefixtures("burning")
def test_the_pages_render_in_english(signed_in):
    browser = signed_in(Role.SUPERVISOR)
    browser.post("/language", {"language": "en"})
    for path in ("/supervision", "/supervision/overdue"):
        page = browser.get(path)
        assert page.status_code == 200
        assert '<html lang="en">' in page.text
        assert page.text.count("<h1") == 1


def end_of_today() -> datetime:
    today = clock.city_day(clock.now())
    return clock.city_span(today, today)[1] - timedelta(seconds=1)


def looks(database: Database, number: str) -> int:
    with database.read() as session:
        return len(session.exec(select(AccessLog).where(AccessLog.ticket == number)).all())


def test_a_ticket_shown_in_two_heaps_or_behind_a_count_is_one_look_a_page_view(
    database, made, supervisor
):
    # Overdue for longest of all, and critical besides.
    long_ago = clock.now() - 10 * LONG_AGO
    number = made(Desk.dispatched, now=long_ago, urgency=Urgency.CRITICAL, unit="市信访局")
    supervisor.get("/supervision")
    assert looks(database, number) == 1
    supervisor.get("/supervision/overdue")
    assert looks(database, number) == 2
    supervisor.get("/supervision/to_rule")
    assert looks(database, number) == 2


@pytest.fixture
def hot(database) -> topics.HotTopic:
    """Six tickets of a moment ago that are one topic."""
    at = clock.now()
    with database.work() as session:
        ids = [Desk(session, at).logged().id for _ in range(6)]
        said = tuple(topics.Said(id, CITY, "东兴区", "西林街道", "", at) for id in ids)
        surge = topics.Surge((CITY, "夜间摊点", "东兴区"), said, ("烧烤摊", "油烟"), 0.5)
        topics.keep(session, [surge], CALENDAR.limits, at)
        return topics.open_topics(session)[0]


def test_a_hot_topic_stands_on_the_page_and_opens_its_tickets(database, supervisor, hot):
    page = supervisor.get("/supervision").text
    assert "东兴区：烧烤摊、油烟" in page and f'href="/supervision/topics/{hot.id}">6<' in page
    page = supervisor.get(f"/supervision/topics/{hot.id}").text
    listed_there = set(re.findall(r"/tickets/(\w+)", page))
    with database.read() as session:
        wanted = session.exec(select(Ticket.number).where(Ticket.id.in_(hot.tickets))).all()
    assert listed_there == set(wanted)
    assert looks(database, wanted[0]) == 1
    assert supervisor.get("/supervision/topics/99999").status_code == 404


def test_the_agent_hears_of_a_hot_topic_while_writing(signed_in, hot):
    agent = signed_in(Role.AGENT)
    said = {"text": "东兴区西林街道楼下烧烤摊半夜油烟大"}
    assert "6 件反映「东兴区：烧烤摊、油烟」" in agent.post("/desk/nearby", said).text
    assert "件反映" not in agent.post("/desk/nearby", {"text": "公积金怎么提取"}).text
