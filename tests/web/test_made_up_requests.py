"""Thousands of made-up requests: none fails, each refusal explains itself and leaves nothing."""

import os
from pathlib import Path
from random import Random

import papers
import pytest
from asking import Asker, Question
from flask import Flask
from sqlalchemy import Connection, Engine, event
from sqlmodel import select
from werkzeug.test import TestResponse

from hotline.delivery.models import Delivery
from hotline.people.rights import Role
from hotline.reports.measures import MEASURES
from hotline.web.line.calls import password_of

# A seed is a conversation; together 400 requests, or 20,000 on each database.
REQUESTS = 200
SEEDS = 100 if os.environ.get("HOTLINE_SOAK") else 1
CITY = "市城管执法局"
STAFF = [(role, "") for role in Role if role.value in ("agent", "dispatcher", "supervisor")]
UNITS = ["市城管执法局", "市环保局", "城管局", "东兴区", "市魔法局"]


class Stored:
    """How much was stored for good: transactions that wrote, and bytes of the journal of calls."""

    def __init__(self, engine: Engine, journal: Path) -> None:
        self._journal, self._written = journal, 0
        event.listen(engine, "before_cursor_execute", self._note)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "rollback", lambda connection: connection.info.pop("wrote", None))

    def _note(self, connection: Connection, _: object, statement: str, *__: object) -> None:
        if statement.startswith(("INSERT", "UPDATE", "DELETE")):
            connection.info["wrote"] = True

    def _commit(self, connection: Connection) -> None:
        self._written += connection.info.pop("wrote", False)

    def now(self) -> tuple[int, int]:
        return self._written, sum(file.stat().st_size for file in self._journal.glob("*"))


@pytest.fixture(scope="module")
def stored(app: Flask) -> Stored:
    current = app.extensions["hotline"]
    return Stored(current.database.engine, current.settings.data_dir / "journal")


@pytest.fixture
def keys(app: Flask, caller) -> list[str]:
    """The switch's word first, then a key of each role."""
    handlers = [(Role.HANDLER, CITY), (Role.HANDLER, "市环保局"), (Role.DISPATCHER, "")]
    switch = password_of(app.extensions["hotline"].settings)
    others = [*STAFF, *handlers, (Role.GATEWAY, "", "wechat")]
    return [switch, *(caller(*whom).key for whom in others)]


def sent(app: Flask, question: Question) -> TestResponse:
    return app.test_client().open(
        question.path, method=question.method, data=question.data, headers=question.headers,
        query_string=question.query,
    )  # fmt: skip


def learn(asker: Asker, question: Question, answer: TestResponse, app: Flask) -> None:
    """What later requests may name, so that they get past the first check."""
    asker.learn(question, answer.status_code)
    if isinstance(answer.json, dict) and "query_code" in answer.json:
        for name in ("number", "parent"):
            asker.words[name] = [*asker.words.get(name, [])[-7:], answer.json["number"]]
        asker.words["query_code"] = [
            *asker.words.get("query_code", [])[-7:],
            answer.json["query_code"],
        ]
    if asker.words.get("id") is None:
        with app.extensions["hotline"].database.read() as session:
            asker.words["id"] = list(session.exec(select(Delivery.id).limit(9))) or None


def is_refusal(answer: TestResponse) -> bool:
    body = answer.json
    return (
        answer.content_type == "application/problem+json"
        and body["status"] == answer.status_code
        and body["type"] == f"urn:hotline:{body['code']}"
        and body["title"].endswith("。")
        and all(error["field"] and error["remedy"] for error in body.get("errors", []))
    )


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_request_fails_and_a_refused_one_explains_itself_and_leaves_nothing(
    app: Flask, keys: list[str], stored: Stored, seed: int
):
    document = app.test_client().get("/api/v1/openapi.json").json
    asker = Asker(Random(seed), document, keys)
    asker.words |= {"unit": UNITS, "right_unit": UNITS, "dialled": ["12319", "12369", "1"]}
    asker.words |= {"addressee": ["", *UNITS], "guide": ["", *UNITS], "plate": ["", "川K12345"]}
    asker.words |= {"reference": [f"来件{n}" for n in range(REQUESTS)]}
    asker.words |= {"measure": list(MEASURES), "dimension": ["", "unit", "kind", "day"]}
    asker.words |= {"outcome": ["sent", "failed", "resend", "delivered"], "call_id": ["a", "b"]}
    asker.words |= {"files": [papers.PDF, papers.TEXT, papers.SVG, b""]}
    answers = []
    for _ in range(REQUESTS):
        question = asker.question()
        before = stored.now()
        answer = sent(app, question)
        assert answer.status_code < 500, question
        if answer.status_code >= 400:
            assert is_refusal(answer), (question, answer.text)
            assert stored.now() == before, (question, answer.text)
        learn(asker, question, answer, app)
        answers.append(answer.status_code)
    succeeded = sum(status < 300 for status in answers)
    assert 0.05 < succeeded / REQUESTS < 0.9, "too tame or too wild to find anything"
