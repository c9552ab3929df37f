"""The desk and the units, over HTTP."""

from pathlib import Path

import pytest
from flask import Flask

from hotline.people.rights import Role
from hotline.web.guards import guard_of

CITY = "市城管执法局"
ASKED = {
    "text": "小区楼下烧烤摊半夜还在吵，油烟也大",
    "title": "烧烤摊扰民",
    "kind": "complaint",
    "channel": "phone",
    "dialled": "12319",
    "requester": {"name": "李某", "phone": "13800000832", "email": "li@example.invalid"},
}


def logged(agent, **more) -> dict:
    response = agent.post("/tickets", ASKED | more)
    assert response.status_code == 201, response.json
    return response.json


def test_a_request_is_logged_accepted_and_dispatched_in_one_call(agent):
    ticket = logged(agent, unit=CITY)
    assert ticket["status"] == "dispatched"
    assert ticket["lead_unit"] == CITY
    assert ticket["line"] == "12319"
    assert len(ticket["query_code"]) == 6
    assert ticket["suggestion"]["candidates"][0]["unit"] == CITY


def test_the_whole_loop_runs_over_http(agent, dispatcher, city_handler):
    number = logged(agent, unit=CITY)["number"]
    for who, action, body in (
        (city_handler, "claim", {"handler": "张三"}),
        (city_handler, "reply", {"text": "已责令整改，油烟净化器已安装。"}),
        (dispatcher, "approve", {}),
    ):
        response = who.post(f"/tickets/{number}/{action}", body)
        assert response.status_code == 200, response.json
    assert response.json["status"] == "approved"
    story = dispatcher.get(f"/tickets/{number}").json
    assert [event["action"] for event in story["events"]] == [
        "log", "accept", "dispatch", "claim", "reply", "approve",
    ]  # fmt: skip
    assert story["reply"] == "已责令整改，油烟净化器已安装。"


def test_the_same_post_twice_makes_one_ticket(agent):
    first = agent.post("/tickets", ASKED, Idempotency_Key="call-1")
    again = agent.post("/tickets", ASKED, Idempotency_Key="call-1")
    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true"
    other = agent.post("/tickets", ASKED | {"text": "别的事"}, Idempotency_Key="call-1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")


def test_a_former_name_of_a_unit_leads_to_the_unit_valid_then(agent):
    assert logged(agent, unit="城管局")["lead_unit"] == CITY


def test_an_unknown_unit_is_refused_by_name_and_nothing_is_logged(agent, dispatcher, app: Flask):
    response = agent.post("/tickets", ASKED | {"unit": "市魔法局"})
    assert response.status_code == 422
    assert response.json["errors"][0]["field"] == "unit"
    assert "市魔法局" in response.json["title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": ""}, "text"),
        ({"text": "字" * 20_001}, "text"),
        ({"text": "响铃\x07"}, "text"),
        ({"text": "\x00"}, "text"),
        ({"text": "半个\ud83d"}, "text"),
        ({"text": None}, "text"),
        ({"text": ["a"]}, "text"),
        ({"kind": "grumble"}, "kind"),
        ({"channel": 7}, "channel"),
        ({"title": "题" * 201}, "title"),
        ({"requester": {"email": "不是邮箱"}}, "requester.email"),
        ({"requester": {"email": "a@b.c\r\nBcc: x@y.z"}}, "requester.email"),
        ({"requester": {"phone": "一三八"}}, "requester.phone"),
        ({"requester": {"name": "李" * 41}}, "requester.name"),
        ({"requester": "李某"}, "requester"),
        ({"urgency": "very"}, "urgency"),
        ({"confidential": "perhaps"}, "confidential"),
        ({"stauts": "closed"}, "stauts"),
    ],
)
def test_a_wrong_field_is_named_with_its_remedy(agent, change: dict, field: str):
    response = agent.post("/tickets", ASKED | change)
    assert response.status_code == 422
    assert response.content_type == "application/problem+json"
    (error,) = response.json["errors"]
    assert error["field"] == field
    assert error["remedy"].endswith("。")


def test_every_missing_field_is_named_at_once(agent):
    response = agent.post("/tickets", {})
    assert {error["field"] for error in response.json["errors"]} == {"text", "kind", "channel"}
    assert {error["remedy"] for error in response.json["errors"]} == {"此项必填。"}


@pytest.mark.parametrize(
    ("data", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"[]", "application/json", 400),
        ('{"text": "乱码"}'.encode("gbk"), "application/json", 400),
        (b"text=1", "application/x-www-form-urlencoded", 415),
        (b'{"text": "' + b"a" * 1_000_000 + b'"}', "application/json", 413),
    ],
)
def test_a_body_that_is_no_small_json_object_is_a_clear_problem(
    agent, data: bytes, kind: str, status: int
):
    response = agent.client.post(
        "/api/v1/tickets", data=data, content_type=kind,
        headers={"Authorization": f"Bearer {agent.key}"},
    )  # fmt: skip
    assert response.status_code == status
    assert response.content_type == "application/problem+json"
    assert response.json["title"].endswith("。")


def test_hostile_text_is_kept_as_it_came_and_runs_nowhere(agent, dispatcher):
    words = "'); DROP TABLE ticket; -- <script>alert(1)</script> {{ 7*7 }} ../../etc/passwd"
    number = logged(agent, text=words)["number"]
    assert dispatcher.get(f"/tickets/{number}").json["text"] == words


def test_without_a_key_nothing_is_shown(caller, agent):
    number = logged(agent)["number"]
    for key in ("", "hk_wrong", "中文"):
        stranger = caller()
        stranger.key = key.encode().decode("latin-1")
        for response in (stranger.get(f"/tickets/{number}"), stranger.post("/tickets", ASKED)):
            assert (response.status_code, response.json["code"]) == (401, "not-signed-in")


def test_a_revoked_key_is_refused_at_once(app: Flask, caller):
    from hotline import clock
    from hotline.people import keys

    database = app.extensions["hotline"].database
    with database.work() as session:
        text = keys.make(session, "临时", Role.SUPERVISOR, now=clock.now())
    leaving = caller()
    leaving.key = text
    assert leaving.get("/tallies").status_code == 200
    with database.work() as session:
        keys.revoke(session, "临时", now=clock.now())
    assert leaving.get("/tallies").status_code == 401


def test_a_unit_asking_for_another_units_ticket_finds_nothing(agent, city_handler, other_handler):
    number = logged(agent, unit=CITY)["number"]
    assert city_handler.get(f"/tickets/{number}").status_code == 200
    assert other_handler.get(f"/tickets/{number}").status_code == 404
    assert other_handler.post(f"/tickets/{number}/claim", {"handler": "我"}).status_code == 404


def test_a_step_the_table_forbids_is_refused_in_plain_chinese(agent, dispatcher):
    number = logged(agent)["number"]
    response = dispatcher.post(f"/tickets/{number}/close")
    assert (response.status_code, response.json["code"]) == (409, "step-refused")
    assert response.json["title"] == f"工单 {number} 现为「已受理（待派）」，不能办结。"


def test_a_slip_in_a_ticket_number_is_told_from_a_ticket_that_is_not_there(agent, dispatcher):
    number = logged(agent)["number"]
    slip = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert "编号有错字" in dispatcher.get(f"/tickets/{slip}").json["title"]


def test_an_unknown_step_is_not_a_route(dispatcher):
    assert dispatcher.post("/tickets/NJ1/destroy").status_code == 404


def test_a_unit_sees_no_contact_of_a_confidential_requester(agent, dispatcher, city_handler):
    number = logged(agent, unit=CITY, confidential=True)["number"]
    hidden = city_handler.get(f"/tickets/{number}").json["requester"]
    assert "13800000832" not in str(hidden) and "李某" not in str(hidden)
    assert dispatcher.get(f"/tickets/{number}").json["requester"]["phone"] == "13800000832"


def test_each_look_at_a_ticket_is_logged(agent, dispatcher, app: Flask):
    from sqlmodel import select

    from hotline.people.access_log import AccessLog

    number = logged(agent)["number"]
    dispatcher.get(f"/tickets/{number}")
    with app.extensions["hotline"].database.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.ticket == number)).all()
    assert [(look.role, look.what) for look in looks] == [("dispatcher", "view")]


def test_a_written_emergency_tells_the_number_at_once_and_alarms_the_desk(agent, dispatcher):
    ticket = logged(agent, channel="web", text="隔壁楼着火了，窗口冒浓烟，里面还有人")
    assert ticket["urgency"] == "critical"
    assert ticket["emergency"]["service"] == "119"
    assert "119" in ticket["emergency"]["sentence"]
    open_alarms = dispatcher.get("/alarms").json["alarms"]
    assert ticket["number"] in {alarm["number"] for alarm in open_alarms}
    assert dispatcher.post(f"/alarms/{ticket['number']}/take").status_code == 200
    open_alarms = dispatcher.get("/alarms").json["alarms"]
    assert ticket["number"] not in {alarm["number"] for alarm in open_alarms}


def test_a_unit_claims_its_tickets_in_one_call(agent, caller):
    mine = caller(Role.HANDLER, "市气象局")
    dispatcher = caller(Role.DISPATCHER)
    numbers = set()
    for _ in range(3):
        number = logged(agent)["number"]
        dispatcher.post(f"/tickets/{number}/dispatch", {"unit": "市气象局"})
        numbers.add(number)
    claimed = mine.post("/inbox/claim", {"handler": "张三", "limit": 2}).json["claimed"]
    rest = mine.post("/inbox/claim", {"handler": "张三", "limit": 50}).json["claimed"]
    assert len(claimed) == 2
    assert {ticket["number"] for ticket in claimed + rest} == numbers
    assert mine.post("/inbox/claim", {"handler": "张三"}).json["claimed"] == []


def test_the_inbox_feed_goes_on_where_the_cursor_stands(agent, caller):
    mine, dispatcher = caller(Role.HANDLER, "市统计局"), caller(Role.DISPATCHER)
    number = logged(agent)["number"]
    dispatcher.post(f"/tickets/{number}/dispatch", {"unit": "市统计局"})
    page = mine.get("/inbox", after=0).json
    assert [entry["action"] for entry in page["entries"]] == ["log", "accept", "dispatch"]
    assert mine.get("/inbox", after=page["cursor"]).json == {
        "cursor": page["cursor"], "entries": [],
    }  # fmt: skip
    assert mine.get("/inbox", after=-1).status_code == 422


def test_a_citizen_reads_progress_by_number_and_code_and_by_nothing_less(agent, caller):
    ticket, citizen = logged(agent, unit=CITY), caller()
    asked = {"number": ticket["number"], "query_code": ticket["query_code"].lower()}
    shown = citizen.post("/progress", asked).json
    assert (shown["status"], shown["unit"]) == ("dispatched", CITY)
    assert "李某" not in str(shown) and "坐席" not in str(shown)
    wrong = citizen.post("/progress", asked | {"query_code": "AAAAAA"})
    missing = citizen.post("/progress", asked | {"number": "NJ000"})
    assert wrong.status_code == missing.status_code == 404
    assert wrong.json["title"] == missing.json["title"]


def test_a_citizen_is_told_no_talk_of_desk_and_units(agent, dispatcher, caller):
    ticket = logged(agent, unit=CITY)
    for who, step, body in (
        (dispatcher, "assist", {"unit": "市环保局"}),
        (dispatcher, "remind", {}),
        (agent, "remind", {}),
        (caller(Role.SUPERVISOR), "supervise", {"colour": "red"}),
    ):
        assert who.post(f"/tickets/{ticket['number']}/{step}", body).status_code == 200
    own = {"number": ticket["number"], "query_code": ticket["query_code"]}
    steps = caller().post("/progress", own).json["steps"]
    told = ["log", "accept", "dispatch", "remind"]  # the agent hears it from the requester
    assert [step["action"] for step in steps] == told


def test_a_citizen_withdraws_only_what_is_theirs(agent, caller):
    ticket = logged(agent)
    body = {"number": ticket["number"], "query_code": ticket["query_code"], "reason": "已解决"}
    assert caller().post("/progress/withdraw", body).json["status"] == "withdrawn"


def test_the_route_answer_has_the_shape_of_the_contract(agent):
    answer = agent.post("/route", {"text": ASKED["text"], "dialled": "12319"}).json
    assert set(answer) >= {
        "disposition", "service", "territory", "place", "decision", "candidates", "excluded",
    }  # fmt: skip
    assert answer["disposition"] == "ticket" and answer["service"] is None
    assert 1 <= len(answer["candidates"]) <= 3
    assert set(answer["candidates"][0]) == {"unit", "confidence", "reasons"}


def test_every_route_says_who_may_use_it(app: Flask):
    own = [rule.endpoint for rule in app.url_map.iter_rules()]
    assert len(own) > 30
    for endpoint in own:
        guard_of(endpoint)


def test_the_documentation_describes_every_api_route(app: Flask):
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]
    routes = {
        rule.rule.replace("<path:", "{").replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("api.", "calls."))
    }  # fmt: skip
    assert routes <= set(described)
    assert app.test_client().get("/api/v1/swagger").status_code == 200


def test_an_unknown_address_is_a_problem_for_programs_and_a_page_for_people(app: Flask):
    client = app.test_client()
    assert client.get("/api/v1/nowhere").content_type == "application/problem+json"
    page = client.get("/nowhere", headers={"Accept": "text/html"})
    assert page.status_code == 404 and "没有这个地址" in page.text


def test_the_status_page_says_in_words_what_runs(app: Flask):
    client = app.test_client()
    page = client.get("/status").text
    assert "74 条热线" in page and "答复会稍晚送出，不会丢失" in page
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json) == (200, {"database": True, "queue": False})


def test_a_database_that_went_away_is_a_503_that_promises_nothing(tmp_path: Path):
    from hotline.app import create_app
    from hotline.settings import Settings

    app = create_app(Settings(data_dir=tmp_path, database_url="", redis_url=""))
    app.extensions["hotline"].database.engine.dispose()
    for file in tmp_path.glob("hotline.db*"):
        file.unlink()
    (tmp_path / "hotline.db").mkdir()
    client = app.test_client()
    response = client.post("/api/v1/tickets", json=ASKED, headers={"Authorization": "Bearer x"})
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
