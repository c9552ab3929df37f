"""What a hostile or careless program sends: every answer a problem that names the field."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import a_look
from flask import Flask
from pydantic import ValidationError
from sqlalchemy import event

from hotline.people.rights import Role
from hotline.web.bodies import TicketBody

CITY = "市城管执法局"
ASKED = {"text": "小区楼下烧烤摊半夜还在吵，油烟也大", "kind": "complaint", "channel": "phone"}


def logged(agent, **more) -> str:
    response = agent.post("/tickets", ASKED | more)
    assert response.status_code == 201, response.json
    return response.json["number"]


def sent(caller, data: bytes, **how):
    return caller.client.post(
        "/api/v1/tickets", content_type="application/json",
        headers={"Authorization": f"Bearer {caller.key}"}, **(how or {"data": data}),
    )  # fmt: skip


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """The questions put to the database while the block runs; each event written is one more."""
    sent: list[str] = []
    engine = app.extensions["hotline"].database.engine

    def note(*about) -> None:
        sent.extend([about[2]] if about[2].startswith("SELECT") else [])

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("data", [b"[" * 100_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000])
def test_brackets_nested_too_deep_are_a_body_that_cannot_be_read(agent, data: bytes):
    response = sent(agent, data)
    assert (response.status_code, response.json["code"]) == (400, "http-400")
    assert response.content_type == "application/problem+json"


def test_a_long_body_in_chunks_is_too_large_even_if_its_beginning_can_be_read(agent):
    body = b'{"text": "x", "kind": "help", "channel": "web"}'.ljust(300_000)
    response = sent(
        agent, b"", input_stream=io.BytesIO(body), environ_overrides={"wsgi.input_terminated": True}
    )
    assert (response.status_code, response.json["code"]) == (413, "http-413")


@pytest.mark.parametrize("email", ["a@b\x00", "a\x07@b", "a@b\x7f"])
def test_an_address_with_a_control_character_is_refused(agent, email: str):
    response = agent.post("/tickets", ASKED | {"requester": {"email": email}})
    (error,) = response.json["errors"]
    assert (response.status_code, error["field"]) == (422, "requester.email")


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"requester": {"email": "li"}}, "须为电子邮箱地址"),
        ({"requester": {"phone": "一三八"}}, "须为电话号码"),
    ],
)
def test_the_remedy_says_how_a_number_or_address_is_written(agent, change: dict, remedy: str):
    (error,) = agent.post("/tickets", ASKED | change).json["errors"]
    assert error["remedy"].startswith(remedy)


@pytest.mark.parametrize("limit", [1.5, float("nan"), "1e9", "9" * 5000, 10**30])
def test_a_number_that_is_no_small_integer_gets_a_remedy_of_its_own(caller, limit: object):
    handler = caller(Role.HANDLER, CITY)
    (error,) = handler.post("/inbox/claim", {"handler": "张三", "limit": limit}).json["errors"]
    assert error["field"] == "limit"
    assert error["remedy"] != "格式不对。"


def test_a_cursor_wider_than_the_database_counts_is_refused(dispatcher):
    assert dispatcher.get("/inbox", after=2**31 - 1).status_code == 200
    for path, query in (("/inbox", {}), ("/tallies/list", {"measure": "received"})):
        response = dispatcher.get(path, after=2**31, **query)
        assert (response.status_code, response.json["errors"][0]["field"]) == (422, "after")


@pytest.mark.parametrize(
    "page", ["/supervision/topics/{}", "/supervision/opinions/{}", "/knowledge/{}"]
)
@pytest.mark.parametrize("id", [2**31, 10**20])
def test_an_id_wider_than_the_database_counts_leads_nowhere(signed_in, page: str, id: int):
    assert signed_in(Role.SUPERVISOR).get(page.format(id)).status_code == 404


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        (Role.AGENT, "/tickets?first=0001-01-01", 422),
        (Role.AGENT, "/tickets?last=9999-12-31", 422),
        (Role.HANDLER, "/inbox/news?since=9999-12-31T23:59:59-12:00", 200),
        (Role.ADMINISTRATOR, f"/administration/looks?before={10**20}", 200),
    ],
)
def test_a_page_asked_for_out_of_all_reason_is_no_failure(signed_in, role, page, status):
    assert signed_in(role, CITY if role is Role.HANDLER else "").get(page).status_code == status


@pytest.mark.parametrize("page", ["/desk?draft=%00", "/desk/calls/%00", "/desk/follow-ups/%00"])
def test_an_address_with_a_nul_is_refused_before_a_database_chokes_on_it(signed_in, page):
    assert signed_in(Role.AGENT).get(page).status_code == 400


def test_a_draft_with_a_nul_is_kept_without_it(signed_in):
    agent = signed_in(Role.AGENT)
    assert agent.post("/desk/draft", {"text": "路灯\x00不亮", "once": "nul"}).status_code == 200
    assert "路灯不亮" in agent.get("/desk?draft=nul").text


def test_who_is_not_signed_in_is_told_how_to(caller):
    response = caller().get("/inbox")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_merging_into_an_unknown_ticket_names_the_parent(agent, dispatcher):
    response = dispatcher.post(f"/tickets/{logged(agent)}/merge", {"parent": "NJ1"})
    assert (response.status_code, response.json["errors"][0]["field"]) == (404, "parent")


def test_an_agent_who_picks_another_unit_than_suggested_is_told_whom_to_ask(agent):
    response = agent.post("/tickets", ASKED | {"unit": "市统计局"})
    assert (response.status_code, response.json["errors"][0]["field"]) == (403, "unit")
    assert "派单员" in response.json["title"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"first": "0001-01-01", "last": "2018-07-20"}, "first"),
        ({"first": "2018-07-20", "last": "9999-12-31"}, "last"),
    ],
)
def test_a_day_out_of_all_reason_is_named(dispatcher, query: dict, field: str):
    response = dispatcher.get("/tallies", **query)
    assert (response.status_code, response.json["errors"][0]["field"]) == (422, field)


def test_fifty_tickets_are_read_and_claimed_with_as_many_questions_as_five(
    app: Flask, agent, dispatcher, caller
):
    handler = caller(Role.HANDLER, "市水务局")
    for _ in range(55):
        dispatcher.post(f"/tickets/{logged(agent)}/dispatch", {"unit": "市水务局"})
    handler.get("/inbox")  # places the events, which is another matter
    counts = []
    for size in (5, 50):
        with statements(app) as read:
            assert len(handler.get("/inbox", limit=size).json["entries"]) == size
        with statements(app) as claimed:
            body = {"handler": "张三", "limit": size}
            assert len(handler.post("/inbox/claim", body).json["claimed"]) == size
        handler.get("/inbox")
        counts.append(
            [len([each for each in sent if not a_look(each)]) for sent in (read, claimed)]
        )
    assert counts[0] == counts[1]


def test_a_field_sent_as_a_part_as_well_is_refused_by_its_name(stranger):
    typed = {"requester": "李某", "requester.name": "李某", "text": "路灯不亮", "kind": "help"}
    page = stranger.post("/ask", typed)
    assert page.status_code == 422
    assert "路灯不亮" in page.text
    page = stranger.post("/ask", dict(reversed(typed.items())))
    assert page.status_code == 422


@pytest.mark.parametrize("data", [b"[" * 60_000, b'{"extension":' * 3000, b"{", b"null"])
def test_a_seat_is_not_taken_with_what_cannot_be_read(agent, data: bytes):
    headers = {"Authorization": f"Bearer {agent.key}"}
    answer = agent.client.post(
        "/live/seat", data=data, content_type="application/json", headers=headers
    )
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "body")


def test_a_text_that_grows_too_long_with_its_place_is_refused_by_name(stranger, caller):
    long = "路" * 20_000
    mistake = {"channel": "portal_mistake", "text": long, "kind": "suggestion", "page": "a.gov.cn"}
    page = stranger.post("/ask", mistake)
    assert (page.status_code, re.findall(r"最多 \d+ 字", page.text)) == (422, ["最多 19400 字"])
    gateway = caller(Role.GATEWAY, channel="wechat")
    body = {"reference": "r", "text": long, "place": "太白路"}
    (error,) = gateway.post("/intake", body).json["errors"]
    assert (error["field"], error["remedy"]) == ("text", "内容过长，最多 19700 字。")


def test_signs_that_print_nothing_are_left_out_and_those_between_emoji_stay(agent, dispatcher):
    body = ASKED | {
        "text": "贪\u200b污\u202e腐败 👨\u200d👩\u200d👧",
        "requester": {"name": "张\u2066三", "phone": "\u202d13800000832\u202c"},
    }
    number = agent.post("/tickets", body).json["number"]
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert ticket["text"] == "贪污腐败 👨\u200d👩\u200d👧"
    assert ticket["requester"] | {"email": "", "address": ""} == {
        "name": "张三", "phone": "13800000832", "email": "", "address": "",
    }  # fmt: skip


@pytest.mark.parametrize("act", ["", "/withdraw", "/remind", "/attachments", "/attachments/1"])
@pytest.mark.parametrize("field", ["number", "query_code"])
def test_a_nul_in_number_or_code_is_no_failure(stranger, act: str, field: str):
    typed = {"number": "NJ1", "query_code": "ABCDEF", "reason": "x"} | {field: "NJ1\x00"}
    assert stranger.post(f"/progress{act}", typed).status_code in (404, 422)


def test_what_a_citizen_wrote_is_in_no_error_of_ours():
    with pytest.raises(ValidationError) as refused:
        TicketBody(text="李某的" * 9000, kind="help", channel="web")
    assert "李某" not in str(refused.value)


def test_a_form_of_hundreds_of_files_is_refused_before_it_fills_the_memory(stranger):
    files = [(io.BytesIO(b"x"), f"{n}.txt") for n in range(100)]
    page = stranger.post("/ask", {"text": "路灯不亮", "kind": "help", "attachments": files})
    assert (page.status_code, "内容过大" in page.text) == (413, True)
