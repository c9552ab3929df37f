"""Who complained: nobody whom the matter may concern learns it, by whatever way they ask."""

import re
from typing import Any

from builders import CITY, ENVIRONMENT
from flask import Flask
from sqlmodel import select

from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.telephony.seats import Seat
from hotline.web import limits

SECRET = {"name": "欧阳知微", "phone": "13900001234", "email": "ouyang@example.invalid",
          "address": "内江市东兴区西林大道12号3栋302"}  # fmt: skip
ASKED = {"text": "小区楼下烧烤摊半夜还在吵，油烟也大", "kind": "complaint", "channel": "phone"}


def logged(agent, **more: Any) -> dict[str, Any]:
    answer = agent.post("/tickets", ASKED | {"requester": SECRET} | more)
    assert answer.status_code == 201, answer.json
    return answer.json


def looks(app: Flask, number: str) -> list[tuple[str, str]]:
    with app.extensions["hotline"].database.read() as session:
        query = select(AccessLog).where(AccessLog.ticket == number).order_by(AccessLog.id)
        return [(look.actor, look.what) for look in session.exec(query)]


def test_a_unit_sees_no_sign_of_a_confidential_requester_and_not_the_ends_of_a_number(
    agent, dispatcher, city_handler, signed_in
):
    number = logged(agent, unit=CITY, confidential=True)["number"]
    assert set(city_handler.get(f"/tickets/{number}").json["requester"].values()) == {"****"}
    page = signed_in(Role.HANDLER, CITY).get(f"/tickets/{number}").text
    signs = {"欧阳", "欧", "1390", "234", "ouy", "内江市东兴区", "302"}
    own = re.sub(r"欧洲|NJ\d+|csrf[^>]+", "", page)
    assert not {sign for sign in signs - {"234", "1390", "302"} if sign in own}
    assert "139****1234" not in page and "****" in page
    supervisor = signed_in(Role.SUPERVISOR).get(f"/tickets/{number}").text
    assert "139****1234" in supervisor and "13900001234" not in supervisor


def test_a_unit_is_not_told_the_case_of_110_by_which_the_requester_is_found(
    agent, dispatcher, city_handler, signed_in
):
    def handed_over(**more: Any) -> str:
        case = f"110-{more['confidential']}"
        facts = {"channel": "police_handover", "reference": case} | more
        number = logged(agent, **facts)["number"]
        assert dispatcher.post(f"/tickets/{number}/dispatch", {"unit": CITY}).status_code == 200
        return number

    hidden, shown = handed_over(confidential=True), handed_over(confidential=False)
    handling = signed_in(Role.HANDLER, CITY)
    assert city_handler.get(f"/tickets/{hidden}").json["source"] is None
    assert "110-True" not in handling.get(f"/tickets/{hidden}").text
    assert city_handler.get(f"/tickets/{shown}").json["source"]["reference"] == "110-False"
    assert "110-False" in handling.get(f"/tickets/{shown}").text
    assert dispatcher.get(f"/tickets/{hidden}").json["source"]["reference"] == "110-True"


def test_a_tip_off_is_merged_into_no_ticket_that_the_accused_has_or_gets(agent, dispatcher):
    text = "举报市城管执法局的执法队员收钱办事"
    tip = logged(agent, text=text, kind="report")["number"]
    assert dispatcher.get(f"/tickets/{tip}").json["excluded"] == [CITY]
    theirs, others = logged(agent, unit=CITY)["number"], logged(agent)["number"]
    refused = dispatcher.post(f"/tickets/{tip}/merge", {"parent": theirs})
    assert (refused.status_code, refused.json["errors"][0]["field"]) == (403, "unit")
    assert dispatcher.post(f"/tickets/{tip}/merge", {"parent": others}).status_code == 200
    for unit, status in ((CITY, 403), (ENVIRONMENT, 200)):
        assert dispatcher.post(f"/tickets/{others}/dispatch", {"unit": unit}).status_code == status
    refused = dispatcher.post(f"/tickets/{others}/assist", {"unit": CITY})
    assert refused.status_code == 403


def test_progress_asked_for_by_a_program_is_a_look_like_that_of_a_page(app, agent, stranger):
    own = logged(agent)
    asked = {name: own[name] for name in ("number", "query_code")}
    for answer in (
        stranger.client.post("/api/v1/progress", json=asked),
        stranger.post("/progress", asked),
    ):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    assert looks(app, own["number"]) == [("citizen", "progress")] * 2


def test_who_is_taken_out_of_use_leaves_the_seat_at_once(app, signs_in, signed_in):
    administrator = signed_in(Role.ADMINISTRATOR)
    for act in ("disable", "reset"):
        agent = signs_in(Role.AGENT)
        agent.post("/live/seat", {"extension": "8009"})
        name = re.search(r"测试(agent\d+)", agent.get("/account").text)[1]
        assert administrator.post(f"/administration/users/{name}/{act}").status_code == 200
        with app.extensions["hotline"].database.read() as session:
            assert session.get(Seat, name) is None


def test_a_key_is_no_sign_in_and_leads_to_no_account(caller):
    for holder in (caller(Role.AGENT), caller(Role.HANDLER, CITY)):
        headers = {"Authorization": f"Bearer {holder.key}"}
        assert holder.client.get("/account", headers=headers).status_code == 401
        answer = holder.client.post("/account/password", headers=headers)
        assert answer.status_code == 401


def test_one_house_is_one_caller_however_many_addresses_it_has(app: Flask):
    def counted(address: str | None) -> str:
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            return limits._address()

    assert counted("2001:db8:1:2:3::4") == counted("2001:db8:1:2::5") == "2001:db8:1:2::/64"
    assert counted("2001:db8:1:3::5") != counted("2001:db8:1:2::5")
    assert counted("::ffff:10.0.0.7") == counted("10.0.0.7") == "10.0.0.7"
    assert counted("") == ""


def test_wrong_query_codes_from_many_addresses_of_one_house_are_counted_together(app: Flask, agent):
    own = logged(agent)
    statuses = []
    for n in range(31):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"2001:db8:77:1::{n + 1:x}"
        wrong = {"number": own["number"], "query_code": "WRONG2"}
        statuses.append(client.post("/api/v1/progress", json=wrong).status_code)
    assert statuses == [404] * 30 + [429]


def test_who_gave_out_a_password_or_a_key_is_in_the_log_and_neither_is_told_there(
    signed_in, signs_in, capfd
):
    administrator = signed_in(Role.ADMINISTRATOR)
    agent = signs_in(Role.AGENT)
    name = re.search(r"测试(agent\d+)", agent.get("/account").text)[1]
    given = administrator.post(f"/administration/users/{name}/reset").text
    made = administrator.post("/administration/keys", {"holder": "督查系统", "role": "supervisor"})
    told = capfd.readouterr().err
    assert re.search(rf"password reset.*by=administrator\d+ name={name}", told)
    assert re.search(r"key made.*by=administrator\d+ holder=督查系统", told)
    (key,) = set(re.findall(r"hk_[\w-]+", made.text))
    password = re.search(r"<code[^>]*>([\w-]{16})</code>", given)[1]
    assert key not in told and password not in told
