"""Other systems hand in, each by a key of its own: 110, WeChat, an app."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from flask import Flask
from sqlmodel import func, select

from hotline import clock
from hotline.db import Database
from hotline.errors import Invalid
from hotline.people import keys
from hotline.people.rights import RIGHTS, Action, Role
from hotline.tickets.models import Alarm, Ticket

_serial = count(1)
CITY = "市城管执法局"
CASE = {
    "text": "楼下烧烤摊占道经营，油烟扰民",
    "place": "东兴区西林街道太白路68号",
    "told": True,
    "requester": {"phone": "13800000832"},
}


@pytest.fixture
def stored(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def gateway(caller):
    """A program with a key of that channel."""

    return lambda channel: caller(Role.GATEWAY, channel=channel)


@pytest.fixture
def police(gateway):
    return gateway("police_handover")


def case() -> dict:
    return CASE | {"reference": f"J5110002018{next(_serial):06}"}


def tickets(stored: Database) -> int:
    with stored.read() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def test_the_police_hand_over_and_the_desk_has_it_as_any_letter(police, dispatcher):
    given = case()
    answer = police.post("/intake", given)
    assert answer.status_code == 201
    ticket = dispatcher.get(f"/tickets/{answer.json['number']}").json
    assert (ticket["channel"], ticket["status"], ticket["kind"]) == (
        "police_handover", "logged", "help",
    )  # fmt: skip
    assert ticket["text"] == f"{CASE['text']}\n地点：{CASE['place']}"
    assert ticket["territory"] == "东兴区"
    assert ticket["candidates"][0] == CITY
    assert ticket["requester"]["phone"] == "13800000832"
    assert ticket["source"] == {"reference": given["reference"], "told": True}


def test_the_same_case_again_gets_the_same_answer_and_no_second_ticket(police, stored):
    given = case()
    first = police.post("/intake", given)
    before = tickets(stored)
    again = police.post("/intake", given | {"text": "补充：还有两个摊子"})
    assert again.status_code == 200
    assert again.json == first.json | {"repeated": True}
    assert tickets(stored) == before


def test_a_case_sent_four_times_at_once_is_one_ticket(police):
    given = case()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: police.post("/intake", given), range(4)))
    assert sorted(each.status_code for each in answers) == [200, 200, 200, 201]
    assert len({each.json["number"] for each in answers}) == 1


def test_a_number_of_another_channel_is_another_matter(police, gateway):
    given = case()
    one = police.post("/intake", given).json["number"]
    assert gateway("wechat").post("/intake", given).json["number"] != one


def test_a_key_hands_in_by_its_own_channel_and_can_do_nothing_else(gateway, agent, dispatcher):
    wechat = gateway("wechat")
    number = wechat.post("/intake", case()).json["number"]
    assert dispatcher.get(f"/tickets/{number}").json["channel"] == "wechat"
    assert wechat.post("/intake", case() | {"channel": "phone"}).status_code == 422
    phone = {"text": CASE["text"], "kind": "help", "channel": "phone"}
    for answer in (
        wechat.post("/tickets", phone),
        wechat.get(f"/tickets/{number}"),
        wechat.get("/tickets"),
        wechat.post("/route", {"text": CASE["text"]}),
        wechat.get("/tallies"),
    ):
        assert answer.status_code == 403, answer.json
    assert {action for (role, action) in RIGHTS if role is Role.GATEWAY} == {Action.LOG}
    assert agent.post("/intake", case()).status_code == 403


def test_the_answer_says_nothing_of_whose_it_may_be(police):
    answer = police.post("/intake", case()).json
    assert answer.keys() == {"number", "query_code", "status", "repeated", "emergency"}
    assert answer["emergency"] is None


def test_an_emergency_rings_at_the_desk_and_tells_the_number_each_time(police, stored):
    given = case() | {"text": "楼下着火了，浓烟很大，有人被困"}
    for _ in range(2):
        answer = police.post("/intake", given).json
        assert answer["emergency"]["service"] == "119"
    with stored.read() as session:
        rung = select(Alarm).join(Ticket).where(Ticket.number == answer["number"])
        assert session.exec(rung).one().service == "119"


def test_the_requester_asks_with_number_and_code_as_anybody_does(gateway, stranger):
    answer = gateway("app").post("/intake", case()).json
    found = {name: answer[name] for name in ("number", "query_code")}
    assert answer["number"] in stranger.post("/progress", found).text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"reference": ""}, "reference"),
        ({"text": ""}, "text"),
        ({"kind": "gossip"}, "kind"),
        ({"plate": "一辆白车"}, "plate"),
        ({"told": "maybe"}, "told"),
        ({"addressee": "市魔法局"}, "addressee"),
    ],
)
def test_what_is_wrong_is_named(police, wrong, field):
    answer = police.post("/intake", case() | wrong)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field


def test_a_car_handed_in_takes_the_short_path(gateway, dispatcher):
    number = gateway("wechat").post("/intake", case() | {"plate": "川KD12345"}).json["number"]
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert (ticket["path"], ticket["candidates"][0]) == ("move_car", "市公安局")


def test_the_desk_reads_the_case_and_whether_the_caller_knows(police, signed_in):
    desk = signed_in(Role.DISPATCHER)
    given = case() | {"told": False}
    number = police.post("/intake", given).json["number"]
    page = desk.get(f"/tickets/{number}").text
    assert given["reference"] in page
    assert "对方还不知道已转 12345" in page
    assert given["reference"] in desk.get(f"/dispatching/to_accept?at={number}").text


def test_the_desk_cannot_log_a_case_again_that_was_handed_in(police, agent):
    given = case()
    number = police.post("/intake", given).json["number"]
    by_phone = {"text": "烧烤摊", "kind": "help", "channel": "police_handover"}
    answer = agent.post("/tickets", by_phone | {"reference": given["reference"]})
    assert answer.status_code == 409
    assert number in answer.json["errors"][0]["remedy"]


def test_what_comes_to_the_desk_itself_has_no_number_elsewhere(agent):
    body = {"text": "烧烤摊", "kind": "help", "channel": "phone", "reference": "J1"}
    answer = agent.post("/tickets", body)
    assert answer.status_code == 422
    assert "「电话」没有来源编号" in answer.json["errors"][0]["remedy"]


def test_a_gateway_has_a_channel_and_nobody_else_has_one(stored):
    with stored.work() as session:
        with pytest.raises(Invalid, match="接入平台密钥须指明渠道"):
            keys.make(session, "无渠道", Role.GATEWAY, now=clock.now())
        with pytest.raises(Invalid, match="接入平台密钥须指明渠道"):
            keys.make(session, "坐席", Role.AGENT, channel="wechat", now=clock.now())


def test_an_administrator_hands_out_a_key_of_a_channel(signed_in, app):
    browser = signed_in(Role.ADMINISTRATOR)
    facts = {"holder": "市公安局 110", "role": "gateway", "channel": "police_handover"}
    page = browser.post("/administration/keys", facts)
    assert page.status_code == 200
    assert "hk_" in page.text
    assert "<td>110 转入</td>" in page.text
    refused = browser.post("/administration/keys", facts | {"holder": "别的", "channel": ""})
    assert refused.status_code == 422
    assert "须指明渠道" in refused.text


def test_the_door_is_in_the_document_of_the_api(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    body = document["components"]["schemas"]["HandInBody"]
    assert {"reference", "text", "told", "plate"} <= body["properties"].keys()
    assert "/api/v1/intake" in document["paths"]
