"""The line process over HTTP: the switch's question, its secret, and every wrong question."""

import io
import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from builders import NOON
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hotline.clock import now
from hotline.routing.types import Line, LineCategory
from hotline.settings import Settings
from hotline.telephony import snapshot
from hotline.telephony.reading import read_new
from hotline.web.line import create_line

CALL = {"call_id": "sw-1", "caller": "13800000001", "dialled": "0832-12319"}


class Switch:
    """A telephone switch that knows the secret."""

    def __init__(self, data_dir: Path) -> None:
        settings = Settings(data_dir=data_dir, database_url="", redis_url="")
        self.data_dir = data_dir
        self.client: FlaskClient = create_line(settings).test_client()
        self.secret = (data_dir / "secrets" / "line").read_text()

    def ask(self, path: str = "/calls", **fields: Any) -> TestResponse:
        return self.post(json.dumps(CALL | fields).encode(), path=path)

    def post(self, body: bytes, *, path: str = "/calls", secret: str | None = None) -> TestResponse:
        headers = {"Authorization": f"Bearer {secret or self.secret}"}
        return self.client.post(path, data=body, headers=headers)

    def journal(self) -> list[str]:
        pieces = read_new(self.data_dir / "journal", {})
        return [record.call_id for piece in pieces for record in piece.records]


@pytest.fixture
def switch(tmp_path: Path) -> Switch:
    return Switch(tmp_path / "var")


def problem(response: TestResponse) -> dict[str, Any]:
    assert response.content_type == "application/problem+json"
    assert response.json["status"] == response.status_code
    assert response.json["title"]
    return response.json


@pytest.mark.parametrize("path", ["/calls", "/api/v1/calls"])
@pytest.mark.parametrize(
    ("dialled", "answer"),
    [
        ("110", {"action": "pass_through", "to": "110", "line": "110"}),
        ("12388", {"action": "transfer", "to": "12388", "line": "12388"}),
        ("0832-12319", {"action": "intake", "to": "12345", "line": "12319"}),
        ("(0832) 12345", {"action": "intake", "to": "12345", "line": None}),
        ("2012345", {"action": "intake", "to": "12345", "line": None}),
        ("什么号码", {"action": "intake", "to": "12345", "line": None}),
    ],
)
def test_a_call_is_answered_and_recorded(switch: Switch, path: str, dialled: str, answer: dict):
    response = switch.ask(path, dialled=dialled)
    assert response.status_code == 200
    assert response.json == answer | {"call_id": "sw-1"}
    assert switch.journal() == ["sw-1"]


def test_the_same_call_twice_gets_the_same_answer(switch: Switch):
    assert switch.ask().json == switch.ask().json


def test_the_moment_of_the_call_is_kept_and_is_now_by_default(switch: Switch):
    before = now()
    switch.ask(at="2018-07-25T12:00:00+08:00")
    switch.ask(call_id="sw-2")
    (piece,) = read_new(switch.data_dir / "journal", {})
    assert piece.records[0].at == NOON
    assert before <= piece.records[1].at <= now()


def test_a_withheld_number_is_welcome(switch: Switch):
    assert switch.ask(caller="").status_code == 200


def test_the_lines_in_force_are_those_of_the_snapshot(tmp_path: Path):
    line = Line("12319", "12319", "城管热线", "市城管执法局", LineCategory.RETAINED)
    snapshot.write(tmp_path, [line])
    assert Switch(tmp_path).ask().json["action"] == "transfer"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"call_id": ""}, "call_id"),
        ({"call_id": "x" * 65}, "call_id"),
        ({"call_id": "a b"}, "call_id"),
        ({"call_id": "呼叫一"}, "call_id"),
        ({"call_id": 7}, "call_id"),
        ({"call_id": None}, "call_id"),
        ({"caller": "1" * 65}, "caller"),
        ({"caller": "1\x00"}, "caller"),
        ({"caller": ["1"]}, "caller"),
        ({"dialled": ""}, "dialled"),
        ({"dialled": "1" * 65}, "dialled"),
        ({"dialled": "110\n"}, "dialled"),
        ({"dialled": {}}, "dialled"),
        ({"at": "2018-07-25T12:00:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "9999-12-31T23:59:59-12:00"}, "at"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "at"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_recorded(
    switch: Switch, fields: dict[str, Any], field: str
):
    response = switch.ask(**fields)
    assert response.status_code == 422
    assert [error["field"] for error in problem(response)["errors"]] == [field]
    assert field in problem(response)["title"]
    assert switch.journal() == []


@pytest.mark.parametrize("field", ["call_id", "caller", "dialled"])
def test_a_missing_field_is_named(switch: Switch, field: str):
    body = json.dumps({name: value for name, value in CALL.items() if name != field}).encode()
    assert problem(switch.post(body))["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"5", b"null", b"\xff\xfe", '{"call_id":"呼"}'.encode("gbk"),
        b'{"call_id":"a","caller":"\\ud800","dialled":"110"}', b"[" * 60_000,
    ],
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_refused(switch: Switch, body: bytes):
    response = switch.post(body)
    assert response.status_code == 422
    assert problem(response)["errors"][0]["field"] == "body"
    assert switch.journal() == []


def test_a_body_over_64_kib_is_refused_unread(switch: Switch):
    assert problem(switch.post(b"x" * (64 * 1024 + 1)))["code"] == "too-large"
    assert problem(switch.post(b"x" * 1_000_000))["status"] == 413


def test_a_long_body_in_chunks_is_refused_too(switch: Switch):
    response = switch.client.post(
        "/calls",
        input_stream=io.BytesIO(b"x" * 100_000),
        headers={"Authorization": f"Bearer {switch.secret}", "Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert problem(response)["status"] == 413


@pytest.mark.parametrize("secret", ["wrong", "0" * 64, "é", ""])
def test_without_the_secret_nothing_is_answered(switch: Switch, secret: str):
    headers = {"Authorization": f"Bearer {secret}"}
    response = switch.client.post("/calls", json=CALL, headers=headers)
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert problem(response)["code"] == "not-signed-in"
    assert switch.client.post("/calls", json=CALL).status_code == 401
    assert switch.journal() == []


def test_the_secret_is_made_once_and_readable_by_us_alone(switch: Switch):
    path = switch.data_dir / "secrets" / "line"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert Switch(switch.data_dir).secret == switch.secret
    assert len(switch.secret) == 64


def test_when_the_journal_fails_an_emergency_is_answered_and_others_are_told(switch: Switch):
    (switch.data_dir / "journal").write_text("a file stands where the folder should be")
    emergency = switch.ask(dialled="110")
    assert emergency.status_code == 200
    assert emergency.json["action"] == "pass_through"
    other = switch.ask()
    assert (other.status_code, other.headers["Retry-After"]) == (503, "2")
    assert problem(other)["code"] == "journal-failed"
    assert switch.client.get("/healthz").json == {"status": "ok", "journal": "failing"}


def test_the_journal_is_well_again_when_the_disk_is(switch: Switch):
    obstacle = switch.data_dir / "journal"
    obstacle.write_text("")
    switch.ask()
    obstacle.unlink()
    assert switch.ask().status_code == 200
    assert switch.client.get("/healthz").json["journal"] == "ok"
    assert switch.journal() == ["sw-1"]


def test_another_address_or_method_is_a_problem_too(switch: Switch):
    assert problem(switch.client.get("/nowhere"))["status"] == 404
    response = switch.client.get("/calls")
    assert problem(response)["status"] == 405
    assert "POST" in response.headers["Allow"]


def test_the_line_imports_neither_database_nor_queue_nor_router():
    script = "import sys, hotline.web.line; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "flask" in loaded
    heavy = {"sqlmodel", "sqlalchemy", "redis", "rq", "rapidfuzz", "opencc", "hotline.db"}
    assert heavy.isdisjoint(loaded)
