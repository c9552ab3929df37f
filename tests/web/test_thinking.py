"""What the desk is suggested knows the caller and the town, at the price of one statement."""

import pytest
from builders import CALENDAR, DISPATCHER, NOON, Desk, handler_of
from flask import Flask, g
from test_bad_input import statements

from hotline.desk.callers import phone_hash
from hotline.people.rights import Actor, Role
from hotline.tickets import objections
from hotline.tickets.words import Ground
from hotline.web.thinking import suggested, with_ruling

WATER = "市水务局"
# Nothing in it says whose it is.
VAGUE = "喂，还是上回那个事"
PHONE = "0000 1234 567"


def ask(who, text: str, phone: str = "", **more):
    asked = {"text": text, "kind": "help", "channel": "phone", "requester": {"phone": phone}}
    answer = who.post("/tickets", asked | more)
    assert answer.status_code == 201, answer.json
    return answer.json["suggestion"]


@pytest.fixture
def known(agent, dispatcher) -> str:
    """A number whose owner has an open ticket with the water authority."""
    ask(dispatcher, "东兴区田家镇停水三天了", PHONE, unit=WATER)
    return PHONE


def test_a_vague_call_is_offered_the_unit_of_the_callers_open_ticket(agent, known: str):
    given = ask(agent, VAGUE, known)
    assert given["candidates"][0]["unit"] == WATER
    (reason,) = [r for r in given["candidates"][0]["reasons"] if r["kind"] == "caller"]
    assert reason["text"] == "来电人一天内的诉求正由市水务局办理"
    other = ask(agent, VAGUE, "0000 7654 321")
    assert WATER not in [each["unit"] for each in other["candidates"]]


def test_what_the_town_asked_of_late_is_a_reason_too(agent, known: str):
    given = agent.post("/route", {"text": "田家镇这边停水三天了"}).json
    reasons = [r for each in given["candidates"] for r in each["reasons"]]
    assert "当地近期同类诉求正由市水务局办理" in {r["text"] for r in reasons}


def test_a_citizen_learns_nothing_of_a_number_or_a_town(app: Flask, known: str):
    caller = phone_hash(app.extensions["hotline"].contact_key, known)

    def told(role: Role) -> set[str]:
        with app.test_request_context():
            g.actor = Actor("某人", role)
            given = suggested("田家镇这边停水三天了", phone_hash=caller)
        return {reason.kind for each in given.candidates for reason in each.reasons}

    assert {"caller", "place"} <= told(Role.AGENT)
    for role in (Role.CITIZEN, Role.HANDLER, Role.ADMINISTRATOR):
        assert not {"caller", "place"} & told(role)


SMOKE = "饭店油烟直排，晚上噪音也大"


@pytest.fixture
def ruled(app: Flask) -> tuple[str, str]:
    """The number of a ticket of no like, ruled on between the two units that are suggested."""
    with app.test_request_context():
        g.actor = Actor("某人", Role.CITIZEN)
        first, second = (each.unit for each in suggested(SMOKE).candidates[:2])
    with app.extensions["hotline"].database.work() as session:
        ticket = Desk(session, NOON).dispatched(first, text="旧事", title="")
        facts = {"calendar": CALENDAR, "now": NOON}
        objections.object_to(
            session, ticket, ground=Ground.NOT_OUR_DUTY, right_unit=second, note="不归我们",
            actor=handler_of(first), **facts,
        )  # fmt: skip
        objections.rule(session, ticket, granted=False, actor=DISPATCHER, **facts)
        return ticket.number, first


def test_a_suggestion_cites_the_ruling_between_its_units_and_weighs_it_no_further(
    agent, signed_in, ruled: tuple[str, str]
):
    number, unit = ruled
    (first, *_) = agent.post("/route", {"text": SMOKE}).json["candidates"]
    assert first["unit"] == unit
    (cited,) = [reason for reason in first["reasons"] if reason["kind"] == "ruling"]
    assert (cited["text"], cited["points"]) == (number, 0.0)
    page = signed_in(Role.AGENT).post("/desk/suggest", {"text": SMOKE}).text
    assert f"裁定先例 {number}" in page


def test_a_citizen_is_told_of_no_ruling(app: Flask, ruled: tuple[str, str]):
    with app.test_request_context():
        g.actor = Actor("某人", Role.CITIZEN)
        given = with_ruling(suggested(SMOKE), SMOKE)
    assert "ruling" not in {reason.kind for each in given.candidates for reason in each.reasons}


def test_asking_costs_one_statement_where_somebody_or_some_place_is_known(
    app: Flask, agent, known: str
):
    def cost(text: str) -> int:
        agent.post("/route", {"text": text})
        with statements(app) as sent:
            agent.post("/route", {"text": text})
        return len([each for each in sent if "learned_model" not in each])

    assert cost("东兴区田家镇停水几天了") == cost("停水几天了") + 1
