"""领导信箱 and the columns of the portal: each its own door, all into one life."""

import re

import pytest
from browsing import Browser, a_look
from flask import Flask
from sqlalchemy import event

from hotline.people.rights import Role

SCHOOLS, CITY = "市教育局", "市城管执法局"
NOISE = "东兴区西林街道太白路小区楼下烧烤摊半夜很吵，摊贩占道经营，油烟扰民"
UNCLEAR = "你好，我想说个事情"


@pytest.fixture
def code(app: Flask):
    """The address of a unit's mailbox."""
    units = app.extensions["hotline"].city().directory.units
    return {unit.name: unit.code for unit in units}.__getitem__


def sent(browser: Browser, **fields: str) -> str:
    page = browser.post("/ask", {"text": NOISE} | fields)
    assert page.status_code == 200, page.text
    return re.search(r"<dd>(.+?)</dd>", page.text)[1]


@pytest.fixture
def written(stranger, dispatcher, code):
    """A letter to the leader of a unit, as the desk reads it."""

    def write(to: str, **fields: str) -> dict:
        facts = {"channel": "leader_mailbox", "to": code(to), "kind": "complaint"}
        return dispatcher.get(f"/tickets/{sent(stranger, **facts | fields)}").json

    return write


def test_every_unit_and_district_has_a_mailbox(app, stranger):
    page = stranger.get("/mailboxes").text
    units = app.extensions["hotline"].city().directory.units
    assert len(units) == 70
    for unit in units:
        assert f'href="/mailboxes/{unit.code}">{unit.name}</a>' in page


def test_a_mailbox_is_found_by_any_name_of_its_unit(stranger):
    page = stranger.get("/mailboxes?q=环卫所").text
    assert re.findall(r'mailboxes/\w+">(.+?)</a>', page) == [CITY]
    assert "没有叫“魔法局”的单位" in stranger.get("/mailboxes?q=魔法局").text


def test_the_page_of_a_mailbox_bears_the_units_name(stranger, code):
    page = stranger.get(f"/mailboxes/{code(SCHOOLS)}").text
    assert "<h1>给市教育局领导写信</h1>" in page
    assert stranger.get("/mailboxes/D99").status_code == 404
    assert stranger.get("/ask?channel=leader_mailbox").location == "/mailboxes"


def test_a_letter_keeps_to_whom_it_was_written_and_clear_words_lead_elsewhere(written):
    letter = written(SCHOOLS)
    assert (letter["channel"], letter["addressee"]) == ("leader_mailbox", SCHOOLS)
    assert letter["candidates"][0] == CITY
    assert letter["status"] == "logged"


def test_where_the_words_are_unclear_the_addressee_is_evidence(written):
    assert written(SCHOOLS, text=UNCLEAR)["candidates"][0] == SCHOOLS


def test_a_letter_to_a_district_lies_there_unless_it_says_where(written):
    assert written("资中县", text=UNCLEAR)["territory"] == "资中县"
    assert written("资中县")["territory"] == "东兴区"


def test_a_letter_without_a_mailbox_of_ours_is_not_taken(stranger):
    facts = {"text": NOISE, "kind": "complaint", "channel": "leader_mailbox", "to": "D99"}
    assert stranger.post("/ask", facts).status_code == 404


def test_nobody_names_an_addressee_at_another_door(stranger, dispatcher, code):
    number = sent(stranger, kind="complaint", to=code(SCHOOLS), addressee=SCHOOLS)
    assert dispatcher.get(f"/tickets/{number}").json["addressee"] is None


def test_a_refused_letter_keeps_its_mailbox_and_its_words(stranger, code):
    facts = {"channel": "leader_mailbox", "to": code(SCHOOLS), "kind": "complaint"}
    page = stranger.post("/ask", facts | {"text": NOISE, "requester.email": "nobody"})
    assert page.status_code == 422
    assert "<h1>给市教育局领导写信</h1>" in page.text
    assert f'name="to" value="{code(SCHOOLS)}"' in page.text
    assert NOISE in page.text


def test_the_desk_sees_to_whom_a_letter_was_written_and_finds_it_by_that(
    written, signed_in, stranger
):
    letter = written(SCHOOLS)
    desk = signed_in(Role.DISPATCHER)
    page = desk.get(f"/tickets/{letter['number']}").text
    assert "写给市教育局领导" in page
    assert "市教育局领导</dd>" in page
    found = desk.get(f"/tickets?addressee={SCHOOLS}").text
    assert letter["number"] in found
    assert "写给市教育局领导" in found
    assert letter["number"] not in desk.get("/tickets?addressee=市公安局&channel=").text


def test_programs_find_letters_by_their_addressee(written, dispatcher):
    number = written(SCHOOLS)["number"]
    entries = dispatcher.get("/tickets", addressee=SCHOOLS).json["entries"]
    assert number in [each["number"] for each in entries]
    assert {each["channel"] for each in entries} == {"leader_mailbox"}


@pytest.mark.parametrize(
    ("channel", "kind", "more"),
    [
        ("portal_consultation", "consultation", {}),
        ("portal_complaint", "complaint", {"kind": "complaint"}),
        ("portal_complaint", "report", {"kind": "report"}),
        ("portal_mistake", "suggestion", {"page": "www.example.invalid/a"}),
    ],
)
def test_each_column_is_a_channel_with_its_own_kinds(stranger, dispatcher, channel, kind, more):
    number = sent(stranger, channel=channel, **more)
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert (ticket["channel"], ticket["kind"]) == (channel, kind)


def test_a_kind_of_another_column_does_not_get_through(stranger, dispatcher):
    for channel, kind in (("consultation", "consultation"), ("complaint", "complaint")):
        number = sent(stranger, channel=f"portal_{channel}", kind="praise")
        assert dispatcher.get(f"/tickets/{number}").json["kind"] == kind


def test_a_mistake_begins_with_the_page_it_stands_on(stranger, dispatcher):
    facts = {"channel": "portal_mistake", "text": "电话号码是旧的"}
    number = sent(stranger, **facts, page="www.example.invalid/lxwm.html")
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert ticket["text"] == "政府网站有错，网页：www.example.invalid/lxwm.html 。\n电话号码是旧的"
    assert ticket["candidates"][0] == "市电子政务办"
    for page, says in (("", "此项必填"), ("首页上面", "不像网址")):
        refused = stranger.post("/ask", facts | {"page": page})
        assert refused.status_code == 422
        assert says in refused.text
        assert "电话号码是旧的" in refused.text


def test_a_page_that_does_not_open_is_no_emergency(stranger, dispatcher):
    facts = {"channel": "portal_mistake", "page": "www.example.invalid/a"}
    for text in ("这个页面打不开了", "附件打不开，下载不了", "链接打不开"):
        ticket = dispatcher.get(f"/tickets/{sent(stranger, **facts | {'text': text})}").json
        assert (ticket["disposition"], ticket["urgency"]) == ("ticket", "normal")


WHO = {"requester.name": "李某", "requester.phone": "13800000832"}


@pytest.mark.parametrize(
    ("identity", "name", "confidential", "anonymous"),
    [("named", "李某", False, "李某"), ("confidential", "李某", True, "李某"),
     ("anonymous", "", False, "匿名")],
)  # fmt: skip
def test_who_complains_says_how_much_of_them_may_be_known(
    stranger, dispatcher, signed_in, identity, name, confidential, anonymous
):
    facts = {"channel": "portal_complaint", "kind": "complaint", "identity": identity}
    number = sent(stranger, **facts | WHO)
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert ticket["requester"]["name"] == name
    assert ticket["confidential"] is confidential
    page = signed_in(Role.DISPATCHER).get(f"/tickets/{number}").text
    assert f"<dd>{anonymous}</dd>" in page


def test_a_report_is_always_confidential(stranger, dispatcher):
    number = sent(stranger, channel="portal_complaint", kind="report", identity="named")
    assert dispatcher.get(f"/tickets/{number}").json["confidential"] is True


def test_a_tip_off_at_the_column_goes_the_way_of_all_tip_offs(stranger, dispatcher):
    text = "举报市教育局局长收红包，招生时收钱才给办"
    number = sent(stranger, channel="portal_complaint", kind="report", text=text)
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert ticket["service"] == "12388"
    assert SCHOOLS in ticket["excluded"]
    assert SCHOOLS not in ticket["candidates"]


def test_a_car_is_asked_to_be_moved_by_plate_and_place(stranger, dispatcher):
    facts = {"channel": "move_car", "text": "东兴区西林街道太白路地库出口", "plate": "川k·12345"}
    page = stranger.post("/ask", facts)
    assert "受理后 60 分钟内答复您" in page.text
    number = re.search(r"<dd>(.+?)</dd>", page.text)[1]
    ticket = dispatcher.get(f"/tickets/{number}").json
    assert (ticket["path"], ticket["kind"], ticket["urgency"]) == ("move_car", "help", "urgent")
    assert (ticket["channel"], ticket["status"]) == ("web", "logged")
    assert ticket["text"] == "请求挪车，车牌 川K12345。东兴区西林街道太白路地库出口"
    assert ticket["candidates"][0] == "市公安局"
    assert stranger.post("/ask", facts | {"plate": "一辆白车"}).status_code == 422


def test_a_plate_counts_at_its_own_door_alone(stranger, dispatcher):
    page = stranger.post("/ask", {"text": NOISE, "kind": "help", "plate": "川K12345"})
    assert page.status_code == 422


def test_the_doors_of_the_first_page_all_open(stranger):
    home = stranger.get("/").text
    doors = set(re.findall(r'<li><a href="(/[^"]*)"', home))
    assert len(doors) == 9
    for door in doors:
        assert stranger.get(door.replace("&amp;", "&")).status_code == 200


def test_the_list_of_mailboxes_asks_the_database_nothing(app, stranger):
    stranger.get("/mailboxes")
    asked = []

    def note(connection, cursor, statement, *rest):  # noqa: ANN001, ANN002
        if not a_look(statement):
            asked.append(statement)

    engine = app.extensions["hotline"].database.engine
    event.listen(engine, "before_cursor_execute", note)
    stranger.get("/mailboxes")
    event.remove(engine, "before_cursor_execute", note)
    assert asked == []
