"""What every page is made of."""

import re
from datetime import date, datetime, time
from html import unescape

import pytest
from flask import g

from hotline.clock import city_moment
from hotline.people.rights import Role
from hotline.tickets.rows import HEADING_LENGTH
from hotline.web import saying


@pytest.mark.parametrize("kind", ["href", "src"])
def test_every_file_that_a_page_names_is_there(stranger, kind):
    page = stranger.get("/sign-in").text
    named = [each for each in re.findall(rf'{kind}="(/[^"]+)"', page) if "." in each]
    assert named
    for address in named:
        assert stranger.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("role", "page", "door"),
    [
        (Role.DISPATCHER, "/supervision/bounces", "/supervision/orders"),
        (Role.SUPERVISOR, "/supervision/bounces", "/supervision"),
        (Role.SUPERVISOR, "/supervision/roster", "/supervision/roster"),
        (Role.SUPERVISOR, "/account", ""),
    ],
)
def test_the_one_door_is_marked_behind_which_a_page_lies(signed_in, role, page, door):
    page = signed_in(role).get(page).text
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', page.split("</nav>")[0]) == (
        [door] if door else []
    )


@pytest.mark.parametrize(
    ("due_at", "said"),
    [
        ((25, 0, 20), "剩 10 分"),
        ((25, 4, 0), "今天 04:00 到期"),
        ((24, 23, 50), "超期 20 分"),
        ((24, 17, 30), "超期 1 个工作日"),
    ],
)
def test_minutes_past_a_deadline_are_minutes_though_midnight_lies_between(app, due_at, said):
    def at(day: int, hour: int, minute: int) -> datetime:
        return city_moment(date(2018, 7, day), time(hour, minute))

    with app.test_request_context():
        g.now = at(25, 0, 10)
        assert saying.due(at(*due_at)) == said


def test_a_heading_tells_where_the_matter_goes_on():
    assert saying.begun("路灯坏了") == "路灯坏了"
    assert saying.begun("灯" * HEADING_LENGTH) == "灯" * HEADING_LENGTH + "…"


def test_another_language_shows_the_same_list(signed_in):
    supervisor = signed_in(Role.SUPERVISOR)
    page = supervisor.get("/tickets?kind=help&urgency=urgent").text
    back = unescape(re.search(r'action="/language".*?name="next" value="([^"]+)"', page, re.S)[1])
    shown = supervisor.post("/language", {"language": "en", "next": back})
    assert shown.location == "/tickets?kind=help&urgency=urgent"


def test_a_short_number_in_a_sentence_is_dialled_by_one_press():
    assert saying.dialled("请拨打119、12345<b>") == (
        '请拨打<a href="tel:119">119</a>、<a href="tel:12345">12345</a>&lt;b&gt;'
    )
    assert saying.dialled("编号 NJ20261190000110，电话 13811900120") == (
        "编号 NJ20261190000110，电话 13811900120"
    )


def test_an_address_of_bytes_that_are_no_text_is_refused_in_words(stranger):
    page = stranger.get("/", environ_overrides={"QUERY_STRING": "q=\xff"})
    assert page.status_code == 400
    assert "没有办成" in page.text
