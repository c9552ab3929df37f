"""The search for tickets: by number, caller, words and filters, honestly told, and logged."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from browsing import Browser
from builders import CITY, SUGGESTION, Desk
from sqlmodel import func, select
from test_ticket_page import questions
from walks import make

from hotline import clock
from hotline.db import Database
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.routing.types import Suggestion
from hotline.tickets.words import Channel, MatterKind, Urgency

LONG_AGO = timedelta(days=120)


@pytest.fixture
def stored(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(stored) -> Callable[..., str]:
    return partial(make, stored)


@pytest.fixture
def dispatching(signed_in) -> Browser:
    return signed_in(Role.DISPATCHER)


def found(page) -> list[str]:
    return re.findall(r'<a href="/tickets/(NJ\d+)\?next=', page.text)


def ask(browser: Browser, **asked: str):
    return browser.get("/tickets", query_string=asked)


def test_before_anything_is_asked_nothing_is_shown_but_how_to_ask(dispatching, made):
    made(Desk.logged)
    page = dispatching.get("/tickets?q=")
    assert page.status_code == 200
    assert found(page) == []
    assert "写编号直接打开工单" in page.text


@pytest.mark.parametrize("spelling", ["{}", " {} ", "nj{}"])
def test_a_number_goes_straight_to_its_ticket(dispatching, made, spelling):
    number = made(Desk.logged)
    typed = spelling.format(number if "nj" not in spelling else number.removeprefix("NJ"))
    assert ask(dispatching, q=typed).location == f"/tickets/{number}"


def test_a_number_of_another_unit_is_not_found(signed_in, made):
    number = made(Desk.dispatched)
    page = ask(signed_in(Role.HANDLER, "市环保局"), q=number)
    assert page.status_code == 200
    assert found(page) == []
    assert "没有找到。" in page.text
    assert "这里只查得到交给本单位的工单。" in page.text


def test_a_slip_in_a_number_is_told_from_a_number_that_is_not_there(dispatching, made):
    number = made(Desk.logged)
    slipped = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "工单编号有错字" in ask(dispatching, q=slipped).text
    assert "工单编号有错字" not in ask(dispatching, q="查无此事之事").text


def test_a_caller_is_found_by_the_whole_number(signed_in, agent):
    body = {"text": "停水了", "kind": "help", "channel": "phone"}
    body["requester"] = {"phone": "13811110001"}
    number = agent.post("/tickets", body).json["number"]
    browser = signed_in(Role.AGENT)
    assert found(ask(browser, q="138 1111 0001")) == [number]
    assert found(ask(browser, q="13811110002")) == []


def test_words_find_what_was_said_the_newest_first(dispatching, made):
    older, newer = (made(Desk.logged, text=f"文英街的梧桐树枝断了{n}", title="") for n in (1, 2))
    made(Desk.logged, text="文英街路灯不亮", title="")
    page = ask(dispatching, q="梧桐树枝 文英街")
    assert found(page) == [newer, older]
    assert "共 2 件，最新的在前" in page.text
    assert "文英街的梧桐树枝断了2" in page.text


def test_a_unit_finds_only_what_stands_with_it(signed_in, made):
    mine = made(Desk.dispatched, text="玉带桥栏杆松动", unit=CITY)
    made(Desk.dispatched, text="玉带桥栏杆松动", unit="市环保局")
    assert found(ask(signed_in(Role.HANDLER, CITY), q="玉带桥栏杆")) == [mine]


@pytest.mark.parametrize(
    ("filters", "how"),
    [
        ({"status": "dispatched"}, {}),
        ({"unit": "环保局"}, {"unit": "市环保局"}),  # by any name it goes by
        ({"kind": "praise"}, {"kind": MatterKind.PRAISE}),
        ({"channel": "web"}, {"channel": Channel.WEB}),
        ({"urgency": "urgent"}, {"urgency": Urgency.URGENT}),
        ({"due": "overdue"}, {"now": clock.now() - LONG_AGO}),
        ({"territory": "东兴区"}, {}),
        ({"first": "2010-01-01", "last": "2010-01-02"}, {"now": clock.city_moment(
            clock.city_day(clock.now()).replace(year=2010, month=1, day=2)
        )}),
    ],
    ids=lambda value: "-".join(value) if value else "plain",
)  # fmt: skip
def test_each_filter_is_a_door_to_exactly_that(dispatching, made, filters, how):
    marker = "".join(filters) + "验证"
    number = made(Desk.dispatched, text=f"塔山公园{marker}", **how)
    made(Desk.logged, text=f"塔山公园{marker}", suggestion=_nowhere())
    if "kind" in filters or "channel" in filters or "urgency" in filters:
        made(Desk.dispatched, text=f"塔山公园{marker}")
    assert number in found(ask(dispatching, **filters))
    assert found(ask(dispatching, q=f"塔山公园{marker}", **filters)) == [number]


def test_what_the_list_is_narrowed_to_is_told_in_words(dispatching):
    asked = {"status": "dispatched", "unit": CITY, "due": "overdue", "first": "2018-07-01"}
    page = ask(dispatching, **asked)
    assert f"条件：已派单（待签收） · {CITY} · 已超期 · 2018-07-01 起" in page.text


def _nowhere() -> Suggestion:
    return replace(SUGGESTION, territory=None, place=None)


def test_a_unit_nobody_knows_is_refused_at_its_field_and_the_rest_kept(dispatching):
    page = ask(dispatching, q="烧烤", unit="幸福局", kind="help")
    assert page.status_code == 422
    assert "没有名为「幸福局」的单位" in page.text
    assert 'value="烧烤"' in page.text
    assert '<option value="help" selected>' in page.text


def test_a_wrong_day_is_named_at_its_field(dispatching):
    page = ask(dispatching, q="烧烤", first="明天")
    assert page.status_code == 422
    assert "须为日期" in page.text
    assert 'value="烧烤"' in page.text


def test_signs_alone_are_nothing_to_look_for(dispatching):
    page = ask(dispatching, q="!?。")
    assert page.status_code == 422
    assert "请输入文字、工单编号或电话号码。" in page.text


def test_short_words_are_looked_for_in_ninety_days_and_the_page_says_so(dispatching, made):
    made(Desk.logged, text="凉亭坏了", title="", now=clock.now() - LONG_AGO)
    recent = made(Desk.logged, text="凉亭坏了", title="")
    page = ask(dispatching, q="凉亭")
    assert found(page) == [recent]
    assert "少于三个字的词只查近 90 天" in page.text
    longer = ask(dispatching, q="凉亭坏了")
    assert len(found(longer)) == 2
    assert "只查近 90 天" not in longer.text


def test_more_than_fifty_come_page_by_page(dispatching, made):
    numbers = [made(Desk.logged, text="沱江边的长椅", title="") for _ in range(53)]
    first = ask(dispatching, q="沱江边的长椅")
    more = re.search(r'href="([^"]+)">更早的 50 件', first.text)[1].replace("&amp;", "&")
    second = dispatching.get(more)
    assert found(first) + found(second) == numbers[::-1]
    assert "共 53 件" in first.text
    assert "回到最新" in second.text


def test_a_ticket_found_leads_back_to_what_was_asked(dispatching, made):
    made(Desk.logged, text="甜城湖的灯", title="")
    page = ask(dispatching, q="甜城湖的灯", kind="complaint")
    link = re.search(r'href="(/tickets/NJ\d+\?next=[^"]+)"', page.text)[1]
    back = re.search(r'<a href="([^"]+)" data-key="b">‹', dispatching.get(link).text)[1]
    assert found(dispatching.get(back.replace("&amp;", "&"))) == found(page)


def test_seeing_tickets_listed_is_a_look_at_each(stored, dispatching, made):
    number = made(Desk.logged, text="桐梓坝的井盖", title="")
    ask(dispatching, q="桐梓坝的井盖")
    with stored.read() as session:
        looks = select(AccessLog.what).where(AccessLog.ticket == number)
        assert session.exec(looks).all() == ["list"]


def test_asking_nothing_is_no_look(stored, dispatching):
    with stored.read() as session:
        before = session.exec(select(func.count()).select_from(AccessLog)).one()
    dispatching.get("/tickets")
    with stored.read() as session:
        assert session.exec(select(func.count()).select_from(AccessLog)).one() == before


def test_however_many_are_found_ten_statements_find_them(app, dispatching, made):
    for _ in range(5):
        made(Desk.logged, text="椑木镇的渡口", title="")
    for _ in range(50):
        made(Desk.logged, text="椑南乡的渡船", title="")
    few = questions(app, dispatching, "/tickets?q=椑木镇的渡口")
    many = questions(app, dispatching, "/tickets?q=椑南乡的渡船")
    assert max(few, many) <= 10


def test_an_administrator_has_no_business_with_tickets(signed_in):
    assert signed_in(Role.ADMINISTRATOR).get("/tickets").status_code == 403


def test_the_search_is_there_in_english(dispatching, made):
    made(Desk.logged, text="黄荆坝的路灯", title="")
    dispatching.client.set_cookie("language", "en")
    page = ask(dispatching, q="黄荆坝的路灯")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "<h1>Tickets</h1>" in page.text
