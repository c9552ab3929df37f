"""The switch tells the web process what becomes of its calls."""

import json
from itertools import count, permutations
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from hotline.db import Database
from hotline.telephony.calls import Call, CallCaller
from hotline.telephony.events import CallEvent, CallProgress, CallRecording
from hotline.telephony.words import CallEventKind

OFFERED = {"kind": "offered", "at": "2018-07-25T12:00:05+08:00", "extension": "8007"}
TALK = [
    {"kind": "queued", "at": "2018-07-25T12:00:00+08:00"},
    OFFERED,
    {"kind": "answered", "at": "2018-07-25T12:00:09+08:00", "extension": "8007"},
    {"kind": "ended", "at": "2018-07-25T12:01:09+08:00"},
]
_serial = count()


class Switch:
    """A telephone switch that knows the secret."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()
        self.database: Database = app.extensions["hotline"].database
        self.data_dir = app.extensions["hotline"].settings.data_dir
        self.secret = (self.data_dir / "secrets" / "line").read_text()

    def tell(self, call_id: str, **event: Any) -> TestResponse:
        return self.post(f"/calls/{call_id}/events", event)

    def post(self, path: str, body: Any, *, secret: str | None = None) -> TestResponse:
        return self.client.post(
            f"/api/v1{path}", data=json.dumps(body), headers=self._signed(secret)
        )

    def seats(self, *, secret: str | None = None) -> TestResponse:
        return self.client.get("/api/v1/calls/seats", headers=self._signed(secret))

    def rows(self, table: type, call_id: str) -> list[Any]:
        with self.database.read() as session:
            return list(session.exec(select(table).where(table.call_id == call_id)))

    def _signed(self, secret: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret if secret is None else secret}"}


@pytest.fixture(scope="module")
def switch(app: Flask) -> Switch:
    return Switch(app)


@pytest.fixture
def call_id() -> str:
    return f"sw-{next(_serial)}"


def errors(response: TestResponse) -> list[str]:
    assert (response.status_code, response.content_type) == (422, "application/problem+json")
    return [error["field"] for error in response.json["errors"]]


def test_each_event_is_answered_with_how_the_call_stands(switch: Switch, call_id: str):
    states = [switch.tell(call_id, **event).json for event in TALK]
    assert [each["state"] for each in states] == ["waiting", "ringing", "talking", "ended"]
    assert states[0] == {"call_id": call_id, "state": "waiting", "state_name": "排队中"}


def test_events_in_any_order_and_told_twice_leave_the_call_the_same(switch: Switch):
    standings = set()
    for n, order in enumerate(permutations(TALK)):
        for event in (*order, order[0]):
            response = switch.tell(f"order-{n}", **event)
        (row,) = switch.rows(CallProgress, f"order-{n}")
        standings.add((response.json["state"], row.extension, row.wait_seconds))
        assert len(switch.rows(CallEvent, f"order-{n}")) == 4
    assert standings == {("ended", "8007", 9)}


def test_the_caller_told_with_the_event_is_known_at_once(switch: Switch, call_id: str):
    switch.tell(call_id, **OFFERED, caller=" 13800000001", dialled="0832-12369")
    (call,), (caller,) = switch.rows(Call, call_id), switch.rows(CallCaller, call_id)
    assert (call.line, call.action, call.connected_to) == ("12369", "intake", "12345")
    assert caller.number == "13800000001"


def test_a_call_the_line_has_answered_is_found_in_the_journal(switch: Switch, call_id: str):
    asked = {"call_id": call_id, "caller": "13800000002", "dialled": "12319"}
    assert switch.post("/calls", asked).status_code == 200
    assert switch.rows(Call, call_id) == []
    switch.tell(call_id, **OFFERED)
    (caller,) = switch.rows(CallCaller, call_id)
    assert caller.number == "13800000002"


def test_an_event_of_a_call_nobody_told_us_of_is_kept(switch: Switch, call_id: str):
    assert switch.tell(call_id, **OFFERED).status_code == 200
    assert len(switch.rows(CallEvent, call_id)) == 1
    assert switch.rows(Call, call_id) == []


def test_a_recording_and_a_transfer_are_kept_with_where_to(switch: Switch, call_id: str):
    at = "2018-07-25T12:01:10+08:00"
    switch.tell(call_id, kind="transferred", at=at, to="12388")
    switch.tell(call_id, kind="recorded", at=at, recording=f"2018/07/25/{call_id}.wav")
    assert [row.transferred_to for row in switch.rows(CallEvent, call_id)] == ["12388", ""]
    assert switch.rows(CallRecording, call_id)[0].reference == f"2018/07/25/{call_id}.wav"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "hung up"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": ["offered"]}, "kind"),
        ({"at": None}, "at"),
        ({"at": "2018-07-25T12:00:05"}, "at"),
        ({"at": "1899-07-25T12:00:05+08:00"}, "at"),
        ({"at": 1532491205}, "at"),
        ({"extension": "分机"}, "extension"),
        ({"extension": "8" * 13}, "extension"),
        ({"extension": 8007}, "extension"),
        ({"extension": ""}, "extension"),
        ({"kind": "answered", "extension": ""}, "extension"),
        ({"kind": "transferred"}, "to"),
        ({"kind": "transferred", "to": "市环保局"}, "to"),
        ({"kind": "recorded"}, "recording"),
        ({"kind": "recorded", "recording": "a\x00"}, "recording"),
        ({"kind": "recorded", "recording": "a" * 201}, "recording"),
        ({"caller": "1\x07", "dialled": "12319"}, "caller"),
        ({"caller": "13800000001"}, "dialled"),
        ({"caller": "13800000001", "dialled": "1" * 65}, "dialled"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(
    switch: Switch, call_id: str, change: dict[str, Any], field: str
):
    response = switch.tell(call_id, **OFFERED | change)
    assert errors(response) == [field]
    assert field in response.json["title"]
    assert switch.rows(CallEvent, call_id) == []


@pytest.mark.parametrize("missing", ["kind", "at", "extension"])
def test_a_missing_field_is_named(switch: Switch, call_id: str, missing: str):
    event = {name: value for name, value in OFFERED.items() if name != missing}
    assert errors(switch.tell(call_id, **event)) == [missing]


def test_the_remedy_for_a_wrong_kind_lists_the_right_ones(switch: Switch, call_id: str):
    title = switch.tell(call_id, **OFFERED | {"kind": "x"}).json["title"]
    assert all(kind in title for kind in CallEventKind)


@pytest.mark.parametrize("call_id", ["x" * 65, "a b", "呼叫一"])
def test_a_wrong_call_id_is_named(switch: Switch, call_id: str):
    assert errors(switch.tell(call_id, **OFFERED)) == ["call_id"]


def test_a_call_id_may_hold_whatever_the_line_takes(switch: Switch):
    call_id = "sip:a/b;c=%~!"
    assert switch.post("/calls", {"call_id": call_id, "caller": "", "dialled": "1"}).json
    response = switch.tell("sip:a/b;c=%25~!", **OFFERED)
    assert (response.status_code, response.json["call_id"]) == (200, call_id)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(switch: Switch, body: bytes):
    response = switch.client.post(
        "/api/v1/calls/a/events", data=body, headers={"Authorization": f"Bearer {switch.secret}"}
    )
    assert errors(response) == ["body"]


@pytest.mark.parametrize("secret", ["", "wrong", "0" * 64])
def test_without_the_secret_nothing_is_taken_or_told(switch: Switch, call_id: str, secret: str):
    for response in (
        switch.post(f"/calls/{call_id}/events", OFFERED, secret=secret),
        switch.seats(secret=secret),
    ):
        assert (response.status_code, response.json["code"]) == (401, "not-signed-in")
    assert switch.rows(CallEvent, call_id) == []


def test_the_secret_is_not_a_key_of_staff_and_a_key_is_not_the_secret(switch: Switch, agent):
    assert switch.seats(secret=agent.key).status_code == 401
    headers = {"Authorization": f"Bearer {switch.secret}"}
    assert switch.client.get("/live/poll", headers=headers).status_code == 401


def test_the_switch_sees_where_a_call_may_be_offered(switch: Switch, agent, call_id: str):
    headers = {"Authorization": f"Bearer {agent.key}"}
    agent.client.post("/live/seat", json={"extension": "8107"}, headers=headers)
    (free,) = switch.seats().json["seats"]
    assert free == {"extension": "8107", "state": "free", "state_name": "空闲"}
    switch.tell(call_id, **OFFERED | {"extension": "8107"})
    assert switch.seats().json["seats"][0]["state"] == "busy"


def test_the_description_lists_what_the_switch_may_tell(app: Flask):
    paths = app.test_client().get("/api/v1/openapi.json").json["paths"]
    told = paths["/api/v1/calls/{call_id}/events"]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]
    assert schema["properties"]["kind"]["enum"] == list(CallEventKind)
    assert schema["required"] == ["kind", "at"]
    assert "get" in paths["/api/v1/calls/seats"]
    assert "post" in paths["/api/v1/calls"]
