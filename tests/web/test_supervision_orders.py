"""Orders, extensions that wait, sanctions, precedents: who sees them and what they show."""

import re
from functools import partial
from html import unescape

import pytest
from browsing import Browser, a_look
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, SUPERVISOR, Desk, handler_of
from sqlmodel import select
from test_bad_input import statements
from walks import make, objected

from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.tickets import extensions, objections, replies, supervision
from hotline.tickets.models import Ticket
from hotline.tickets.words import Colour
from hotline.web.supervision import ordering


@pytest.fixture
def made(app):
    return partial(make, app.extensions["hotline"].database)


@pytest.fixture
def supervising(signed_in) -> Browser:
    return signed_in(Role.SUPERVISOR)


def under_order(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": desk.now}
    supervision.issue(desk.session, ticket, Colour.ORANGE, "请到场", **facts)
    return ticket


def waiting_for_time(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": desk.now}
    extensions.ask(desk.session, ticket, days=5, reason="要等鉴定", **facts)
    return ticket


def ruled(desk: Desk, basis: str = "油烟归环保，三定第三条") -> Ticket:
    ticket = objected(desk)
    facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
    objections.rule(desk.session, ticket, granted=True, basis=basis, **facts)
    return ticket


def test_orders_and_extensions_that_wait_are_listed_with_their_clocks(supervising, made):
    order, extension = made(under_order), made(waiting_for_time)
    page = supervising.get("/supervision/orders").text
    assert order in page
    assert "橙色督办单" in page
    assert f'{extension}?next=/supervision/orders#rule_extension">{extension}</a>' in page


def test_an_answered_order_is_no_longer_among_those_that_wait(supervising, signed_in, made):
    number = made(under_order)
    handling = signed_in(Role.HANDLER, CITY)
    handling.post(f"/tickets/{number}/answer_order", {"text": "今天已到场"})
    waiting, answered = supervising.get("/supervision/orders").text.split("近来回复的")
    assert number not in waiting
    assert number in answered


def test_a_sanction_is_recorded_with_unit_kind_and_reason(supervising):
    sent = supervising.post(
        "/supervision/sanctions", {"unit": "环保局", "kind": "interview", "reason": "三次超期"}
    )
    assert sent.location == "/supervision/sanctions"
    page = supervising.get("/supervision/sanctions").text
    assert all(words in page for words in (ENVIRONMENT, "约谈", "三次超期"))


def test_a_sanction_sent_twice_is_one(supervising):
    form = {"unit": CITY, "kind": "interview", "reason": "两次点了记下", "once": "sanction-1"}
    for _ in range(2):
        assert supervising.post("/supervision/sanctions", form).location
    assert supervising.get("/supervision/sanctions").text.count("两次点了记下") == 1


def test_an_extension_that_its_reply_has_overtaken_is_not_offered_for_a_decision(signed_in, made):
    def overtaken(desk: Desk) -> Ticket:
        ticket = waiting_for_time(desk)
        replies.reply(desk.session, ticket, "已办好。", actor=handler_of(CITY), now=desk.now)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
        replies.send_for_rework(desk.session, ticket, "没说结果", **facts)
        return ticket

    desk = signed_in(Role.DISPATCHER)
    assert "/rule_extension" in desk.get(f"/tickets/{made(waiting_for_time)}").text
    number = made(overtaken)
    assert "/rule_extension" not in desk.get(f"/tickets/{number}").text
    unit = signed_in(Role.HANDLER, CITY)
    assert "/ask_extension" in unit.get(f"/tickets/{number}").text
    assert "/ask_extension" not in unit.get(f"/tickets/{made(waiting_for_time)}").text


@pytest.mark.parametrize(
    ("unit", "reason", "status"), [("没有这个单位", "超期", 422), (CITY, "", 422)]
)
def test_a_bad_sanction_keeps_what_was_typed_and_names_the_field(supervising, unit, reason, status):
    page = supervising.post(
        "/supervision/sanctions", {"unit": unit, "kind": "criticism", "reason": reason}
    )
    assert page.status_code == status
    assert f'value="{unit}"' in page.text
    assert "error" in page.text


def test_precedents_are_found_by_words_and_pairs_are_counted(supervising, made):
    number = made(ruled)
    page = supervising.get("/supervision/bounces?q=三定").text
    assert number in page
    assert "油烟归环保" in page
    named = rf'{CITY} →<br>{ENVIRONMENT}</th><td class="number"><a href="([^"]+)">'
    pair = re.search(named, page)[1]
    assert number in supervising.get(f"/supervision/bounces{unescape(pair)}").text
    assert "没有含这些字词的判例" in supervising.get("/supervision/bounces?q=不存在的词").text


@pytest.fixture
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "SHOWN", 2)


def turned(browser: Browser, address: str) -> list[list[str]]:
    """The tickets of each page, turned by the key of the next one."""
    pages = []
    while address:
        page = browser.get(address).text
        pages.append(re.findall(r'class="quiet"><a href="/tickets/(\w+)', page))
        onward = re.search(r'href="([^"]+)" data-key="]"', page)
        address = unescape(onward[1]) if onward else ""
    return pages


def test_precedents_are_turned_page_by_page_each_once_and_keep_what_was_looked_for(
    supervising, made, short_pages
):
    numbers = [made(partial(ruled, basis="分页之依据")) for _ in range(4)]
    made(ruled)
    pages = turned(supervising, "/supervision/bounces?q=分页之依据")
    # All were ruled on at the same moment; a full last page leads no further.
    assert pages == [numbers[:1:-1], numbers[1::-1]]
    everything = sum(turned(supervising, "/supervision/bounces"), [])
    assert len(everything) == len(set(everything)) > 4


def test_the_first_page_is_one_key_away_and_a_mark_that_is_gone_shows_none(
    supervising, made, short_pages
):
    for _ in range(3):
        made(ruled)
    page = supervising.get("/supervision/bounces?q=三定").text
    assert 'data-key="["' not in page
    page = supervising.get("/supervision/bounces?q=三定&after=99999").text
    assert "没有了。" not in page and "没有含这些字词的判例" in page
    back = unescape(re.search(r'href="([^"]+)" data-key="\["', page)[1])
    assert "after" not in back and "三定" in supervising.get(back).text


def test_a_look_at_precedents_is_logged(app, supervising, made):
    number = made(ruled)
    supervising.get("/supervision/bounces?q=三定")
    with app.extensions["hotline"].database.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.ticket == number)).all()
    assert "precedents" in [look.what for look in looks]


@pytest.mark.parametrize(
    ("role", "address", "status"),
    [
        (Role.DISPATCHER, "/supervision/orders", 200),
        (Role.DISPATCHER, "/supervision/bounces", 200),
        (Role.DISPATCHER, "/supervision/sanctions", 403),
        (Role.AGENT, "/supervision/orders", 403),
        (Role.HANDLER, "/supervision/bounces", 403),
    ],
)
def test_each_page_is_for_whom_it_is(signed_in, role, address, status):
    unit = CITY if role is Role.HANDLER else ""
    assert signed_in(role, unit).get(address).status_code == status


@pytest.mark.parametrize("address", ["orders", "bounces", "sanctions"])
def test_more_rows_need_no_more_statements(app, supervising, made, address):
    def asked() -> int:
        with statements(app) as said:
            supervising.get(f"/supervision/{address}")
        return len([each for each in said if not a_look(each)])

    few = asked()
    for walk in (under_order, waiting_for_time, ruled) * 3:
        made(walk)
    assert asked() == few <= 9
