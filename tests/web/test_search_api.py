"""GET /tickets: what a program asks for, and how honest the answer is."""

from typing import Any

import pytest

from hotline.people.access_log import looks
from hotline.people.rights import Role

TICKET = {
    "text": "威远县严陵镇滨河路的路灯连续三天不亮",
    "title": "路灯不亮",
    "kind": "complaint",
    "channel": "phone",
    "requester": {"name": "王某", "phone": "0832-2261234"},
}


def logged(agent, **changed: Any) -> str:
    answer = agent.post("/tickets", TICKET | changed)
    assert answer.status_code == 201, answer.json
    return answer.json["number"]


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [entry["number"] for entry in answer.json["entries"]]


def test_a_program_finds_a_ticket_by_word_number_caller_and_place(agent, dispatcher):
    number = logged(agent, text="威远县严陵镇滨河路的窨井盖翘起来了", title="窨井盖翘起")
    for query in ("窨井盖", number, number[-6:], "2261234", "严陵镇 窨井盖"):
        assert number in numbers(dispatcher.get("/tickets", q=query)), query
    assert number not in numbers(dispatcher.get("/tickets", q="窨井盖 火灾"))


def test_filters_stand_alone_and_narrow_words(agent, dispatcher):
    praise = logged(agent, kind="praise", text="感谢环卫工人拾金不昧")
    assert praise in numbers(dispatcher.get("/tickets", kind="praise", status="accepted"))
    assert praise in numbers(dispatcher.get("/tickets", q="拾金不昧", kind="praise"))
    assert numbers(dispatcher.get("/tickets", q="拾金不昧", kind="report")) == []


def test_a_short_word_says_how_far_back_was_looked(agent, dispatcher):
    logged(agent)
    answer = dispatcher.get("/tickets", q="路灯").json
    assert answer["since"] in answer["notes"][0]
    assert dispatcher.get("/tickets", q="路灯不亮").json["notes"] == []


def test_a_unit_finds_its_own_tickets_only(agent, city_handler, other_handler):
    mine = logged(agent, text="夜市摊贩占用消防通道", unit="市城管执法局")
    assert mine in numbers(city_handler.get("/tickets", q="夜市摊贩"))
    assert numbers(other_handler.get("/tickets", q="夜市摊贩")) == []


def test_pages_follow_the_cursor(agent, dispatcher):
    made = [logged(agent, text="翻页用的同一句话") for _ in range(52)]
    first = dispatcher.get("/tickets", q="翻页用的").json
    assert first["count"] == 52
    second = dispatcher.get("/tickets", q="翻页用的", after=first["cursor"]).json
    assert second["cursor"] is None and second["count"] is None
    shown = [entry["number"] for entry in first["entries"] + second["entries"]]
    assert shown == made[::-1]


def test_tickets_shown_are_noted_as_looked_at(agent, caller, app):
    number = logged(agent, text="记一笔查看记录")
    caller(Role.SUPERVISOR).get("/tickets", q="记一笔查看")
    with app.extensions["hotline"].database.read() as session:
        (look,) = looks(session, ticket=number, limit=5)
    assert look.what == "list"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "!!!"}, "q"),
        ({"q": "一 二 三 四 五 六 七 八 九 十 百"}, "q"),
        ({"after": "x"}, "after"),
        ({"after": "99999999999999999999"}, "after"),
        ({"kind": "gossip"}, "kind"),
        ({"unit": "没有的局"}, "unit"),
        ({"first": "yesterday"}, "first"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_cannot_be_asked_is_named(dispatcher, query: dict[str, str], field: str):
    answer = dispatcher.get("/tickets", **query)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_nobody_searches_without_a_key(caller):
    assert caller().get("/tickets", q="路灯").status_code == 401
