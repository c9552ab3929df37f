"""What a hostile or careless program sends: every answer a problem that names the field."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from browsing import a_look
from flask import Flask
from sqlalchemy import event

from hotline.people.rights import Role

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
