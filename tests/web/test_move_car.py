"""挪车 at the desk, plate and place; and what 110 hands over by telephone."""

import re
from datetime import timedelta
from itertools import count

import pytest
from flask import Flask
from sqlmodel import select
from walks import events, row

from hotline.db import Database
from hotline.people.rights import Role
from hotline.tickets.models import Content, Ticket

POLICE = "市公安局"
PLACE = "东兴区西林街道太白路68号，堵住地库出口"
_serial = count(1)


@pytest.fixture
def base(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def agent(signed_in):
    return signed_in(Role.AGENT)


def car(**more: str) -> dict[str, str]:
    """What the desk sends when F3 is pressed a second time."""
    once = f"car{next(_serial)}"
    typed = {"text": "", "act": "move_car", "channel": "phone", "urgency": "normal", "once": once}
    return typed | {"plate": "川K·12345", "parked": PLACE} | more


def number_in(page) -> str:
    assert page.status_code == 200, page.text
    return re.search(r"NJ\d{14,}", page.text)[0]


def text_of(base: Database, ticket: Ticket) -> str:
    with base.read() as session:
        query = select(Content.text).where(Content.ticket_id == ticket.id)
        return session.exec(query.order_by(Content.id)).first()


def test_plate_and_place_are_logged_and_dispatched_in_one_act(base, agent, caller):
    page = agent.post("/desk", car())
    ticket = row(base, number_in(page))
    assert events(base, ticket.number) == ["log", "accept", "dispatch"]
    assert (ticket.path, ticket.kind, ticket.urgency, ticket.lead_unit) == (
        "move_car", "help", "urgent", POLICE,
    )  # fmt: skip
    assert text_of(base, ticket) == f"请求挪车，车牌 川K12345。停在{PLACE}。"
    assert (ticket.territory, ticket.place) == ("东兴区", "西林街道")
    assert ticket.promised_at - ticket.accepted_at == timedelta(minutes=60)
    assert "挪车已交市公安局" in page.text
    handler = caller(Role.HANDLER, POLICE)
    claimed = handler.post(f"/tickets/{ticket.number}/claim", {"handler": "李警官"})
    assert claimed.json["status"] == "in_progress"


def test_what_was_settled_on_the_spot_is_answered_at_once(base, agent):
    page = agent.post("/desk", car(moved="车主已到，车已挪走。"))
    ticket = row(base, number_in(page))
    assert events(base, ticket.number) == ["log", "accept", "answer"]
    assert ticket.lead_unit == ""
    assert "已当场答复" in page.text


def test_what_the_agent_wrote_besides_is_kept(base, agent):
    ticket = row(base, number_in(agent.post("/desk", car(text="从昨晚停到现在", parked=""))))
    assert text_of(base, ticket) == "请求挪车，车牌 川K12345。从昨晚停到现在"


def test_an_emergency_in_it_is_said_first_and_goes_before(base, agent):
    page = agent.post("/desk", car(text="车里锁着一个小孩，已经昏迷了"))
    ticket = row(base, number_in(page))
    service = ticket.service
    assert (ticket.disposition, ticket.urgency) == ("emergency", "critical")
    assert f"紧急：请马上转 {service}" in page.text
    assert ticket.lead_unit == POLICE


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"plate": ""}, "请写挡路车的车牌"),
        ({"plate": "川K123"}, "不像车牌，应如 川K12345"),
        ({"parked": ""}, "请写车停在哪里"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_logged(base, agent, wrong, says):
    page = agent.post("/desk", car(**wrong))
    assert page.status_code == 422
    assert says in page.text
    assert "已登记" not in page.text
    kept = {"plate": "川K·12345", "parked": PLACE} | wrong
    assert all(f'value="{value}"' in page.text for value in kept.values())


def test_a_plate_left_in_the_panel_changes_no_other_act(base, agent):
    typed = car(act="accept", text="路灯不亮", kind="help", plate="川K123")
    ticket = row(base, number_in(agent.post("/desk", typed)))
    assert ticket.path == ""
    assert text_of(base, ticket) == "路灯不亮"


def test_a_tip_off_about_the_police_is_never_sent_to_the_police(base, agent):
    text = "举报交警收红包，收了钱就不拖车"
    page = agent.post("/desk", car(text=text))
    assert page.status_code == 403
    assert "被反映对象" in page.text or "只能派给" in page.text


def test_a_case_number_makes_it_a_hand_over_of_110_on_a_call_too(base, agent):
    typed = {
        "text": "楼上半夜打麻将很吵", "act": "accept", "kind": "complaint", "channel": "phone",
        "once": f"case{next(_serial)}", "reference": "J511000201807250001",
        "requester.phone": "13800000832",
    }  # fmt: skip
    ticket = row(base, number_in(agent.post("/desk", typed)))
    assert ticket.channel == "police_handover"
    assert "J511000201807250001" in agent.get(f"/tickets/{ticket.number}").text
    again = agent.post("/desk", typed | {"once": f"case{next(_serial)}"})
    assert again.status_code == 409
    assert f"已登记为工单 {ticket.number}" in again.text
    assert 'value="J511000201807250001"' in again.text


def test_a_draft_keeps_the_plate(agent):
    typed = car(once=f"draft{next(_serial)}")
    saved = agent.post("/desk/draft", typed)
    assert saved.status_code == 200
    page = agent.get(f"/desk?draft={typed['once']}").text
    assert 'value="川K·12345"' in page
    agent.post("/desk/draft/discard", {"draft": typed["once"]})


def test_any_program_of_the_desk_may_send_a_plate(caller):
    agent = caller(Role.AGENT)
    body = {"text": PLACE, "kind": "help", "channel": "phone", "plate": "川KD12345"}
    ticket = agent.post("/tickets", body | {"unit": POLICE}).json
    assert (ticket["path"], ticket["status"]) == ("move_car", "dispatched")
    assert ticket["suggestion"]["candidates"][0]["unit"] == POLICE
