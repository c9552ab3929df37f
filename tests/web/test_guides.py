"""Where a territory leads, the department that guides it helps, unless it is unticked."""

import re
from itertools import count

import pytest
from flask import Flask

from hotline.people.rights import Role

HOUSING, CITY, EAST = "市住房城乡建设局", "市城管执法局", "东兴区"
TEXT = "东兴区阳光花园物业公司不管事"
TICKED = re.compile(rf'<input type="checkbox" name="guide" value="{HOUSING}"[^>]* checked')
UNTICKED = re.compile(rf'<input type="checkbox" name="guide" value="{HOUSING}"(?![^>]* checked)')
_serial = count(1)


def parts(who, number: str) -> set[tuple[str, str]]:
    story = who.get(f"/tickets/{number}").json
    return {(each["part"], each["unit"]) for each in story["assignments"]}


def logged(who, **more: object) -> dict:
    asked = {"text": TEXT, "kind": "complaint", "channel": "phone"}
    answer = who.post("/tickets", asked | more)
    assert answer.status_code == 201, answer.json
    return answer.json


LED = {("lead", EAST)}
GUIDED = LED | {("assist", HOUSING)}


@pytest.mark.parametrize(
    ("more", "then"),
    [({}, GUIDED), ({"guide": ""}, LED), ({"guide": CITY}, LED | {("assist", CITY)})],
)
def test_a_ticket_logged_for_its_territory_gets_its_guide(dispatcher, more: dict, then: set):
    ticket = logged(dispatcher, unit=EAST, **more)
    assert ticket["suggestion"]["lead"]["assist"] == HOUSING
    assert parts(dispatcher, ticket["number"]) == then


@pytest.mark.parametrize(("more", "then"), [({}, GUIDED), ({"guide": ""}, LED)])
def test_so_does_one_dispatched_later_in_one_step(dispatcher, more: dict, then: set):
    number = logged(dispatcher)["number"]
    answer = dispatcher.post(f"/tickets/{number}/dispatch", {"unit": EAST} | more)
    assert answer.status_code == 200, answer.json
    assert parts(dispatcher, number) == then
    story = dispatcher.get(f"/tickets/{number}").json
    assert [each["action"] for each in story["events"]][2:] == ["dispatch", "assist"][: len(then)]


def test_another_territory_than_the_rule_names_is_guided_by_whom_it_is_told(dispatcher):
    number = logged(dispatcher, unit="资中县")["number"]
    assert parts(dispatcher, number) == {("lead", "资中县")}
    number = logged(dispatcher, unit="资中县", guide=HOUSING)["number"]
    assert parts(dispatcher, number) == {("lead", "资中县"), ("assist", HOUSING)}


def test_a_department_that_leads_has_no_guide(dispatcher):
    number = logged(dispatcher, unit=HOUSING, guide=CITY)["number"]
    assert parts(dispatcher, number) == {("lead", HOUSING)}


def test_a_guide_that_nobody_knows_leaves_the_ticket_as_it_was(dispatcher):
    number = logged(dispatcher)["number"]
    answer = dispatcher.post(f"/tickets/{number}/dispatch", {"unit": EAST, "guide": "没这单位"})
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (422, "guide")
    assert dispatcher.get(f"/tickets/{number}").json["status"] == "accepted"


@pytest.mark.parametrize(("typed", "then"), [({"guide": HOUSING}, GUIDED), ({}, LED)])
def test_the_dispatch_desk_ticks_it_and_does_as_ticked(
    app: Flask, signed_in, dispatcher, typed: dict, then: set
):
    number = logged(dispatcher)["number"]
    desk = signed_in(Role.DISPATCHER)
    page = desk.get(f"/dispatching/to_dispatch?at={number}")
    assert TICKED.search(page.text)
    done = desk.post(f"/dispatching/to_dispatch/{number}/dispatch", {"unit": EAST} | typed)
    assert done.status_code == 302
    assert parts(dispatcher, number) == then


def test_the_agents_desk_keeps_what_was_unticked_while_one_types(signed_in):
    desk = signed_in(Role.DISPATCHER)
    assert TICKED.search(desk.post("/desk/suggest", {"text": TEXT}).text)
    assert TICKED.search(desk.post("/desk/suggest", {"text": TEXT, "guide": HOUSING}).text)
    assert UNTICKED.search(desk.post("/desk/suggest", {"text": TEXT, "guide": ""}).text)
    agent = signed_in(Role.AGENT)
    assert 'name="guide"' not in agent.post("/desk/suggest", {"text": TEXT}).text


@pytest.mark.parametrize(("typed", "then"), [({"guide": HOUSING}, GUIDED), ({"guide": ""}, LED)])
def test_the_agents_desk_dispatches_with_the_guide_as_ticked(
    signed_in, dispatcher, typed: dict, then: set
):
    form = {
        "text": TEXT, "act": "dispatch", "kind": "complaint", "channel": "phone",
        "urgency": "normal", "once": f"guide{next(_serial)}", "unit": EAST,
    }  # fmt: skip
    page = signed_in(Role.DISPATCHER).post("/desk", form | typed)
    number = re.search(r'class="big">(NJ\d+)<', page.text)[1]
    assert parts(dispatcher, number) == then


def test_the_tickets_own_page_offers_the_guide_too(signed_in, dispatcher):
    number = logged(dispatcher)["number"]
    page = signed_in(Role.DISPATCHER).get(f"/tickets/{number}")
    assert re.search(rf'name="guide"[^>]*value="{HOUSING}"', page.text)
