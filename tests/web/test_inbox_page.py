"""A unit's inbox: its piles, claiming one or several, and what it is told of new tickets."""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from urllib.parse import quote

import pytest
from browsing import Browser
from builders import CALENDAR, DISPATCHER, Desk
from sqlmodel import col, select
from test_ticket_page import questions
from walks import make, row

from hotline import clock
from hotline.db import Database
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.people.sign_ins import SignIn
from hotline.tickets import dispatch, ladder
from hotline.tickets.models import Ticket
from hotline.tickets.words import MatterKind

LONG_AGO = timedelta(days=60)


@pytest.fixture
def stored(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(stored) -> Callable[..., str]:
    return partial(make, stored)


@pytest.fixture
def of(signed_in) -> Callable[[str], Browser]:
    """A handler of the unit; each test has a unit of its own, so that its piles hold no others."""
    return partial(signed_in, Role.HANDLER)


def listed(page) -> list[str]:
    return re.findall(r'class="row-link" href="[^"]*ticket=(NJ\d+)"', page.text)


def counts(page) -> list[int]:
    return [
        int(count) for count in re.findall(r'<strong class="[^"]*">(\d+)</strong></a>', page.text)
    ]


def message(page) -> str:
    return page.text.partition('id="messages"')[2].partition("</div>")[0]


def test_the_four_piles_show_how_much_lies_in_each(of, made):
    unit, now = "市环保局", clock.now()
    made(Desk.dispatched, unit=unit)
    made(Desk.dispatched, unit=unit)
    made(Desk.in_progress, unit=unit)
    made(Desk.in_progress, unit=unit, now=now - LONG_AGO)
    page = of(unit).get("/inbox")
    assert re.findall(r"(待签收|办理中|将到期|已超期)\n", page.text)[:4] == [
        "待签收", "办理中", "将到期", "已超期",
    ]  # fmt: skip
    assert counts(page) == [2, 2, 0, 1]


def test_a_pile_is_sorted_by_when_it_is_due_and_says_so_in_words(of, made):
    unit, now = "市公安局", clock.now()
    later = made(Desk.dispatched, unit=unit)
    sooner = made(Desk.dispatched, unit=unit, kind=MatterKind.CONSULTATION)
    over = made(Desk.dispatched, unit=unit, now=now - LONG_AGO)
    page = of(unit).get("/inbox?pile=to_claim")
    assert listed(page) == [over, sooner, later]
    assert re.search(r'class="nowrap signed bad"[^>]*>超期 \d+ 个工作日<', page.text)


def test_a_unit_sees_only_its_own(of, made):
    number = made(Desk.dispatched, unit="市教育局")
    assert listed(of("市教育局").get("/inbox")) == [number]
    assert listed(of("市体育局").get("/inbox")) == []


def test_what_a_unit_assists_in_lies_among_its_work(of, made):
    def assisted(desk: Desk) -> Ticket:
        ticket = desk.dispatched()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
        dispatch.assist(desk.session, ticket, "市民政局", **facts)
        return ticket

    number = made(assisted)
    page = of("市民政局").get("/inbox?pile=in_progress")
    assert listed(page) == [number]
    assert "· 协办" in page.text


def test_a_silent_assistant_is_named_to_the_lead_and_told_itself_once_it_was_reminded(
    stored, of, made
):
    lead, helper = "市司法局", "市审计局"

    def assisted(desk: Desk) -> Ticket:
        ticket = desk.in_progress(lead)
        dispatch.assist(
            desk.session, ticket, helper, calendar=CALENDAR, actor=DISPATCHER,
            now=desk.later().now,
        )  # fmt: skip
        return ticket

    made(assisted, now=clock.now() - timedelta(days=90))
    told = {lead: f"等{helper}协办意见（已催）", helper: "已催，请提交协办意见"}
    for unit, words in told.items():
        assert words not in of(unit).get("/inbox?pile=in_progress").text
    with stored.work() as session:
        for step in ladder.due(session, CALENDAR, clock.now()):
            ladder.climb(session, step, CALENDAR, clock.now())
    for unit, words in told.items():
        page = of(unit).get("/inbox?pile=in_progress").text
        assert page.count(words) == 1
        assert not any(other in page for other in told.values() if other != words)


def test_an_empty_pile_says_so_kindly(of):
    assert "都签收了" in of("市气象局").get("/inbox").text
    assert "没有超期的工单" in of("市气象局").get("/inbox?pile=overdue").text


def test_an_inbox_opens_where_there_is_something_to_do(of, made):
    number = made(Desk.in_progress, unit="市水务局")
    assert listed(of("市水务局").get("/inbox")) == [number]


def test_more_than_fifty_come_page_by_page(of, made):
    numbers = {made(Desk.dispatched, unit="市审计局") for _ in range(53)}
    first = of("市审计局").get("/inbox?pile=to_claim")
    more = re.search(r'href="([^"]+)">后面 50 件', first.text)[1].replace("&amp;", "&")
    second = of("市审计局").get(more)
    assert (len(listed(first)), len(listed(second))) == (50, 3)
    assert set(listed(first) + listed(second)) == numbers
    assert "后面 50 件" not in second.text
    # What is opened there stands beside the same page of the list, and is decided from there.
    row = unescape(re.search(r'class="row-link" href="([^"]+)"', second.text)[1])
    opened = of("市审计局").get(row)
    assert listed(opened) == listed(second)
    back = re.search(r'class="step".*?name="next" value="([^"]+)"', opened.text, re.S)[1]
    assert unescape(back) == row


def test_a_page_of_fifty_needs_no_more_statements_than_one_of_five(app, of, made):
    for _ in range(5):
        made(Desk.dispatched, unit="市统计局")
    for _ in range(50):
        made(Desk.dispatched, unit="市商务局")
    few = questions(app, of("市统计局"), "/inbox?pile=to_claim")
    many = questions(app, of("市商务局"), "/inbox?pile=to_claim")
    assert few == many <= 6


def test_several_are_claimed_at_once_by_a_named_handler(stored, of, made):
    numbers = [made(Desk.dispatched, unit="市财政局") for _ in range(3)]
    fields = {"handler": "王五", "numbers": numbers[:2]}
    page = of("市财政局").post("/inbox/claim", fields, follow_redirects=True)
    assert "已签收 2 件，经办人 王五。" in message(page)
    assert [row(stored, number).status for number in numbers] == [
        "in_progress", "in_progress", "dispatched",
    ]  # fmt: skip
    assert listed(page) == numbers[2:]


def test_nothing_ticked_is_refused_in_words_and_the_name_kept(of, made):
    made(Desk.dispatched, unit="市林业局")
    page = of("市林业局").post("/inbox/claim", {"handler": "临时经办"})
    assert page.status_code == 422
    assert "请先勾选要签收的工单。" in page.text
    assert 'value="临时经办"' in page.text


def test_a_claim_without_a_handler_keeps_what_was_ticked(of, made):
    number = made(Desk.dispatched, unit="市旅游局")
    page = of("市旅游局").post("/inbox/claim", {"handler": " ", "numbers": [number]})
    assert page.status_code == 422
    assert re.search(rf'value="{number}"[^>]* checked', page.text)


def test_one_ticket_claimed_is_opened_by_the_next_key(of, made):
    number = made(Desk.dispatched, unit="市体育局")
    fields = {"handler": "<b>王五", "numbers": [number]}
    page = of("市体育局").post("/inbox/claim", fields, follow_redirects=True)
    door = re.search(r'&lt;b&gt;王五。 <a href="([^"]+)" data-key="z">现在就办', page.text)[1]
    assert f'action="/tickets/{number}/reply"' in of("市体育局").get(unescape(door)).text


def test_what_a_colleague_has_claimed_is_told_and_the_rest_is_claimed(stored, of, made):
    free, taken = (made(walk, unit="市司法局") for walk in (Desk.dispatched, Desk.in_progress))
    fields = {"handler": "王五", "numbers": [free, taken]}
    page = of("市司法局").post("/inbox/claim", fields, follow_redirects=True)
    assert "已签收 1 件" in message(page)
    assert f"工单 {taken} 现为「办理中」，不能签收。" in message(page)
    assert row(stored, free).status == "in_progress"


def test_nobody_claims_for_another_unit(stored, of, made):
    number = made(Desk.dispatched, unit="市农业局")
    fields = {"handler": "王五", "numbers": [number]}
    page = of("市文广新局").post("/inbox/claim", fields, follow_redirects=True)
    assert f"没有找到工单 {number}" in message(page)
    assert row(stored, number).status == "dispatched"


def test_a_claim_sent_twice_says_the_same_twice(of, made):
    number = made(Desk.dispatched, unit="市国土资源局")
    fields = {"handler": "王五", "numbers": [number], "once": f"once-{number}"}
    browser = of("市国土资源局")
    pages = [browser.post("/inbox/claim", fields, follow_redirects=True) for _ in range(2)]
    assert all("已签收 1 件" in message(page) for page in pages)
    assert not any("不能签收" in message(page) for page in pages)


def test_a_ticket_opens_beside_the_list_and_is_a_look(stored, of, made):
    number = made(Desk.in_progress, unit="市科技局")
    page = of("市科技局").get(f"/inbox?pile=in_progress&ticket={number}")
    assert f'action="/tickets/{number}/reply"' in page.text
    assert page.text.count("<h1") == 1
    with stored.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.ticket == number)).all()
    assert [look.what for look in looks] == ["list", "view"]


def test_a_pile_that_was_shown_is_a_look_at_each_of_its_tickets(stored, of, made):
    numbers = [made(Desk.dispatched, unit="市民政局") for _ in range(2)]
    of("市民政局").get("/inbox?pile=to_claim")
    with stored.read() as session:
        looks = session.exec(select(AccessLog).where(col(AccessLog.ticket).in_(numbers))).all()
    assert sorted((look.ticket, look.what) for look in looks) == [(n, "list") for n in numbers]


def test_a_ticket_that_is_no_longer_the_units_is_not_shown_beside_the_list(of, made):
    number = made(Desk.dispatched, unit="市教育局")
    page = of("市体育局").get(f"/inbox?ticket={number}")
    assert page.status_code == 200
    assert f"没有找到工单 {number}" in message(page)
    assert "半夜还在吵" not in page.text


def news(browser: Browser, since) -> str:
    return browser.get(f"/inbox/news?since={quote(since.isoformat())}").text.strip()


def test_tickets_that_came_meanwhile_announce_themselves_in_one_line(of, made):
    browser, since = of("市安监局"), clock.now()
    made(Desk.dispatched, unit="市安监局", now=since - timedelta(minutes=1))
    assert news(browser, since) == ""
    made(Desk.dispatched, unit="市安监局", now=since + timedelta(seconds=1))
    made(Desk.dispatched, unit="市安监局", now=since + timedelta(seconds=1))
    made(Desk.dispatched, unit="市外侨办", now=since + timedelta(seconds=1))
    assert "有 2 件新工单，点此刷新" in news(browser, since)


def test_a_mistaken_moment_is_no_news(of):
    assert of("市安监局").get("/inbox/news?since=yesterday").text.strip() == ""


def test_the_page_asks_for_news_since_it_was_made(of):
    page = of("市安监局").get("/inbox")
    assert re.search(
        r'hx-get="/inbox/news\?since=\d{4}-\d\d-\d\dT[^"]+" hx-trigger="every', page.text
    )


def test_asking_for_news_keeps_nobody_signed_in(stored, of):
    def seen() -> list:
        with stored.read() as session:
            return list(session.exec(select(SignIn.seen_at).order_by(SignIn.id.desc()).limit(1)))

    browser = of("市地震局")
    with stored.work() as session:
        (row,) = session.exec(select(SignIn).order_by(SignIn.id.desc()).limit(1))
        row.seen_at = clock.now() - timedelta(minutes=10)
        session.add(row)
    before = seen()
    news(browser, clock.now())
    assert seen() == before
    browser.get("/inbox")
    assert seen() > before


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.SUPERVISOR])
def test_an_inbox_is_for_handlers(signed_in, role):
    assert signed_in(role).get("/inbox").status_code == 403


def test_an_address_with_a_pile_nobody_knows_opens_the_inbox(of):
    assert of("市气象局").get("/inbox?pile=nonsense&x=1").status_code == 200


def test_the_inbox_is_there_in_english(of, made):
    made(Desk.dispatched, unit="市档案局")
    browser = of("市档案局")
    browser.client.set_cookie("language", "en")
    page = browser.get("/inbox")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert ">Inbox</h1>" in page.text
