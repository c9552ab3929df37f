"""舆情 on pages: reported from the desk, kept by the supervisor."""

import re
from datetime import timedelta
from functools import partial

import pytest
from browsing import Browser, a_look
from builders import AGENT, CALENDAR, CITY, Desk
from test_bad_input import statements
from walks import make

from hotline import clock
from hotline.db import Database
from hotline.people.rights import Role
from hotline.tickets import opinions
from hotline.tickets.words import OpinionLevel


@pytest.fixture
def base(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(base):
    return partial(make, base)


@pytest.fixture
def supervisor(signed_in) -> Browser:
    return signed_in(Role.SUPERVISOR)


SAID = {
    "title": "停水三天",
    "place": "某平台",
    "level": "ordinary",
    "words": "评论上千",
    "ticket": "",
}


def found(base: Database, level=OpinionLevel.ORDINARY, ago: float = 0) -> int:
    with base.work() as session:
        return opinions.find(
            session, title="水管爆裂", place="某平台", level=level, words="有视频",
            limits=CALENDAR.limits, actor=AGENT, now=clock.now() - timedelta(hours=ago),
        ).id  # fmt: skip


def test_an_agent_reports_one_about_a_ticket_and_the_supervisor_finds_it(
    made, signed_in, supervisor
):
    number, agent = made(Desk.dispatched), signed_in(Role.AGENT)
    assert f"/opinions/new?ticket={number}" in agent.get(f"/tickets/{number}").text
    assert f'value="{number}"' in agent.get(f"/opinions/new?ticket={number}").text
    done = agent.post("/opinions/new", SAID | {"ticket": number})
    assert done.headers["Location"] == f"/tickets/{number}"
    assert "舆情 · 已发现" in agent.get(f"/tickets/{number}").text
    assert f"/opinions/new?ticket={number}" not in agent.get(f"/tickets/{number}").text
    page = supervisor.get("/supervision/opinions").text
    assert "停水三天" in page and number in page and "回应：剩 47 小时" in page


def test_what_was_typed_is_kept_when_the_ticket_is_not_found(supervisor):
    page = supervisor.post("/opinions/new", SAID | {"ticket": "NJ1"})
    assert page.status_code == 404
    assert "没有找到工单 NJ1" in page.text and "评论上千" in page.text
    page = supervisor.post("/opinions/new", SAID | {"place": ""})
    assert page.status_code == 422 and "评论上千" in page.text


def test_a_supervisor_takes_one_to_its_end(supervisor):
    address = supervisor.post("/opinions/new", SAID).headers["Location"]
    for which, words in (
        ("judge", "定为一般"),
        ("handle", "水务局抢修"),
        ("respond", "官微回应"),
        ("assess", "平息"),
    ):
        sent = {"act": which, "level": "ordinary", "words": words}
        assert supervisor.post(address, sent).status_code == 302
    page = supervisor.get(address).text
    assert "已评估" in page and "官微回应" in page and "已按时" in page
    assert "记一步" not in page
    assert address in supervisor.get("/supervision/opinions").text.partition("已评估的")[2]


def test_a_step_out_of_turn_is_refused_and_its_words_are_kept(base, supervisor):
    page = supervisor.post(
        f"/supervision/opinions/{found(base)}", {"act": "respond", "words": "已回应网民"}
    )
    assert page.status_code == 409
    assert "现在不能办理这一步" in page.text and "已回应网民" in page.text
    page = supervisor.post(f"/supervision/opinions/{found(base)}", {"act": "judge", "words": ""})
    assert page.status_code == 422


def test_a_timer_that_ran_out_is_said_on_the_page_of_what_burns(base, supervisor):
    found(base, OpinionLevel.MAJOR, ago=6)
    page = supervisor.get("/supervision").text
    assert re.search(r"舆情在处置 \d+ 条", page) and re.search(r"其中超时 \d+ 条", page)
    assert "发布权威信息：超时 1 小时" in supervisor.get("/supervision/opinions").text


def test_sent_twice_it_is_one_step(base, supervisor):
    address = f"/supervision/opinions/{found(base)}"
    sent = {"act": "judge", "level": "ordinary", "words": "两次", "once": "same"}
    for _ in range(2):
        assert supervisor.post(address, sent).status_code == 302
    twice = [supervisor.post("/opinions/new", SAID | {"once": "report"}) for _ in range(2)]
    assert twice[0].headers["Location"] == twice[1].headers["Location"]
    assert supervisor.get(address).text.count('<p class="answer">两次</p>') == 1


@pytest.mark.parametrize(("role", "unit"), [(Role.AGENT, ""), (Role.DISPATCHER, "")])
def test_the_desk_reports_and_does_not_keep(base, signed_in, role, unit):
    browser = signed_in(role, unit)
    assert browser.get("/opinions/new").status_code == 200
    for path in ("/supervision/opinions", f"/supervision/opinions/{found(base)}"):
        assert browser.get(path).status_code == 403


def test_a_unit_does_neither(made, signed_in):
    handler = signed_in(Role.HANDLER, CITY)
    assert handler.get("/opinions/new").status_code == 403
    assert "/opinions/new" not in handler.get(f"/tickets/{made(Desk.dispatched)}").text


def test_fifty_need_no_more_statements_than_five(app, base, supervisor):
    def asked(times: int) -> int:
        for _ in range(times):
            found(base)
        with statements(app) as sent:
            assert supervisor.get("/supervision/opinions").status_code == 200
        return len([each for each in sent if not a_look(each)])

    assert asked(5) == asked(45) <= 6
