"""The public pages: one message in, one answer out, without JavaScript."""

import re
from datetime import timedelta

import pytest
from browsing import Browser
from sqlmodel import select

from hotline import clock
from hotline.people.access_log import AccessLog
from hotline.people.rights import CHANNEL, SYSTEM, Action, Role
from hotline.tickets import queries, replies
from hotline.web.limits import SEND

OBJECTED = ("accept", "dispatch", "object")
MESSAGE = {"text": "东兴区西林街道太白路小区楼下烧烤摊半夜很吵", "kind": "complaint"}


def sent(browser: Browser, **more: str) -> dict[str, str]:
    page = browser.post("/ask", MESSAGE | more)
    assert page.status_code == 200, page.text
    number, code = re.findall(r"<dd>(.+?)</dd>", page.text)[:2]
    return {"number": number, "query_code": code}


@pytest.fixture
def walk(dispatcher, city_handler):
    """Brings a message to the given status by the real steps."""

    def to(number: str, *steps: str) -> None:
        done = {
            "accept": (dispatcher, {}),
            "dispatch": (dispatcher, {"unit": "市城管执法局"}),
            "claim": (city_handler, {"handler": "张三"}),
            "reply": (city_handler, {"text": "已责令停业整改。"}),
            "approve": (dispatcher, {}),
            "object": (
                city_handler,
                {"ground": "not_our_duty", "right_unit": "市环保局", "note": "油烟归环保"},
            ),
            "redirect": (dispatcher, {"code": "litigation", "sentence": "请向法院反映。"}),
        }
        for step in steps:
            caller, body = done[step]
            assert caller.post(f"/tickets/{number}/{step}", body).status_code == 200

    return to


@pytest.mark.parametrize(
    "path", ["/", "/ask", "/ask?channel=mayors_mailbox", "/progress", "/questions"]
)
def test_every_page_opens_to_everyone_and_loads_nothing_heavy(stranger, path):
    page = stranger.get(path)
    assert page.status_code == 200
    assert "bootstrap" not in page.text


def test_after_sending_one_is_told_number_code_who_and_by_when(stranger):
    page = stranger.post("/ask", MESSAGE)
    assert re.search(r"工单编号.+?<dd>\w+</dd>", page.text, re.S)
    assert re.search(r"查询码.+?<dd>\w{6}</dd>", page.text, re.S)
    assert "值班人员" in page.text
    assert "15 个工作日" in page.text


def test_a_letter_to_the_mayor_comes_in_by_its_own_channel(stranger, dispatcher):
    letter = sent(stranger, channel="mayors_mailbox")
    assert dispatcher.get(f"/tickets/{letter['number']}").json["channel"] == "mayors_mailbox"


def test_nobody_sends_by_a_channel_of_the_desk(stranger, dispatcher):
    message = sent(stranger, channel="phone")
    assert dispatcher.get(f"/tickets/{message['number']}").json["channel"] == "web"


def test_an_emergency_shows_the_number_to_dial_and_rings_at_the_desk(stranger, dispatcher):
    page = stranger.post("/ask", MESSAGE | {"text": "楼下着火了，浓烟很大，有人被困"})
    assert 'href="tel:119"' in page.text
    number = re.search(r"<dd>(.+?)</dd>", page.text)[1]
    alarms = dispatcher.get("/alarms").json["alarms"]
    assert number in [alarm["number"] for alarm in alarms]


def test_an_emergency_shows_while_it_is_typed(stranger):
    told = stranger.post("/ask/check", {"text": "楼下着火了"}).json
    assert "119" in told["sentence"] and told["service"] == "119"
    assert stranger.post("/ask/check", {"text": "路灯不亮"}).json == {}


def test_what_was_typed_is_kept_when_something_is_missing(stranger):
    page = stranger.post("/ask", {"kind": "complaint", "text": "", "requester.name": "李某"})
    assert page.status_code == 422
    assert 'value="李某"' in page.text
    assert "此项必填" in page.text


def test_a_wrong_mail_address_is_named_at_its_field(stranger):
    page = stranger.post("/ask", MESSAGE | {"requester.email": "not an address"})
    assert page.status_code == 422
    assert "须为电子邮箱地址" in page.text
    assert MESSAGE["text"] in page.text


def test_a_form_sent_twice_is_one_ticket(stranger):
    assert sent(stranger, once="the same form") == sent(stranger, once="the same form")


def test_a_flood_from_one_address_is_stopped_and_loses_no_text(stranger):
    for _ in range(int(SEND.split()[0])):
        assert stranger.post("/ask", MESSAGE).status_code == 200
    page = stranger.post("/ask", MESSAGE)
    assert page.status_code == 429
    assert MESSAGE["text"] in page.text
    assert "太频繁" in page.text


def test_nobody_guesses_query_codes_for_long(stranger):
    message = sent(stranger)
    answers = [
        stranger.post("/progress", message | {"query_code": "WRONG1"}).status_code
        for _ in range(32)
    ]
    assert answers[0] == 404
    assert answers[-1] == 429


def test_whoever_knows_the_code_may_look_as_often_as_they_like(stranger):
    message = sent(stranger)
    assert {stranger.post("/progress", message).status_code for _ in range(35)} == {200}


def test_a_wrong_number_and_a_wrong_code_look_the_same(stranger):
    message = sent(stranger)
    pages = [
        stranger.post("/progress", message | wrong).text
        for wrong in ({"query_code": "WRONG1"}, {"number": "NJ000"})
    ]
    assert all("工单编号或查询码不对" in page for page in pages)


def test_progress_says_who_has_it_by_when_and_what_was_answered(stranger, walk):
    message = sent(stranger)
    walk(message["number"], "accept", "dispatch", "claim")
    page = stranger.post("/progress", message).text
    assert "已交 市城管执法局 办理" in page
    assert "<strong>正在办理</strong>" in page and "答复期限" in page
    walk(message["number"], "reply", "approve")
    page = stranger.post("/progress", message).text
    assert "已责令停业整改" in page
    assert "<strong>答复正在发给您</strong>" in page and "答复期限" not in page


def test_a_reply_is_not_shown_before_the_desk_has_approved_it(stranger, walk):
    message = sent(stranger)
    walk(message["number"], "accept", "dispatch", "claim", "reply")
    assert "已责令停业整改" not in stranger.post("/progress", message).text


def test_no_name_of_a_colleague_reaches_a_citizen(stranger, walk):
    message = sent(stranger)
    walk(message["number"], "accept", "dispatch", "claim", "reply", "approve")
    page = stranger.post("/progress", message).text
    assert "张三" not in page
    assert "dispatcher" not in page


def test_where_a_matter_was_redirected_is_shown(stranger, walk):
    message = sent(stranger)
    walk(message["number"], "redirect")
    assert "请向法院反映。" in stranger.post("/progress", message).text


def test_a_citizen_withdraws_and_is_told_so(stranger, dispatcher):
    message = sent(stranger)
    page = stranger.post("/progress/withdraw", message | {"reason": "已经解决"})
    assert "已撤回" in page.text
    assert dispatcher.get(f"/tickets/{message['number']}").json["status"] == "withdrawn"


def test_who_has_urged_today_is_told_when_to_urge_again(stranger):
    message = sent(stranger)
    assert "/progress/remind" in stranger.post("/progress", message).text
    urged = stranger.post("/progress/remind", message).text
    assert "每 1 天可以催一次" in urged
    assert 'action="/progress/remind"' not in urged


def test_a_reason_left_out_is_asked_for_on_the_same_page(stranger):
    message = sent(stranger)
    page = stranger.post("/progress/withdraw", message | {"reason": ""})
    assert page.status_code == 422
    assert message["number"] in page.text
    assert "此项必填" in page.text


def test_a_citizen_rates_and_reopens(app, stranger, walk, dispatcher):

    message = sent(stranger)
    number = message["number"]
    walk(number, "accept", "dispatch", "claim", "reply", "approve")
    with app.extensions["hotline"].database.work() as session:
        row = queries.ticket(session, number, actor=CHANNEL, action=Action.DELIVER)
        replies.deliver(session, row, actor=CHANNEL, now=clock.now())
    page = stranger.post("/progress", message).text
    assert "请您评价" in page
    assert "/progress/reopen" not in page
    rated = stranger.post("/progress/follow_up", message | {"solved": "true", "satisfied": "5"})
    assert "谢谢您的评价" in rated.text
    with app.extensions["hotline"].database.work() as session:
        row = queries.ticket(session, number, actor=SYSTEM, action=Action.CLOSE)
        replies.close(session, row, actor=SYSTEM, now=clock.now())
    reopened = stranger.post("/progress/reopen", message | {"reason": "又吵起来了"})
    assert "已重启" in reopened.text
    assert dispatcher.get(f"/tickets/{number}").json["status"] == "accepted"


@pytest.mark.parametrize("step", [("accept", "dispatch", "claim", "reply"), OBJECTED])
def test_a_citizen_withdraws_while_a_decision_waits(stranger, walk, dispatcher, step):
    message = sent(stranger)
    walk(message["number"], *step)
    assert "/progress/withdraw" in stranger.post("/progress", message).text
    page = stranger.post("/progress/withdraw", message | {"reason": "已经解决"})
    assert "已撤回" in page.text
    assert dispatcher.get(f"/tickets/{message['number']}").json["status"] == "withdrawn"


def closed(app, walk, number: str, days_ago: int = 0) -> None:
    """Told and closed, as if so many days ago."""
    at = clock.now() - timedelta(days=days_ago)
    walk(number, "accept", "dispatch", "claim", "reply", "approve")
    with app.extensions["hotline"].database.work() as session:
        row = queries.ticket(session, number, actor=CHANNEL, action=Action.DELIVER)
        replies.deliver(session, row, actor=CHANNEL, now=at)
        replies.close(session, row, actor=SYSTEM, now=at)


def test_reopening_is_offered_as_long_as_it_is_possible_and_until_when_is_said(app, stranger, walk):
    fresh, old = sent(stranger), sent(stranger)
    closed(app, walk, fresh["number"], days_ago=14)
    closed(app, walk, old["number"], days_ago=16)
    page = stranger.post("/progress", fresh).text
    assert "/progress/reopen" in page and re.search(r"明天 \d\d:\d\d 前可以要求重启", page)
    assert "/progress/reopen" not in stranger.post("/progress", old).text


def test_who_was_merged_is_answered_and_reopens_and_sees_nothing_of_the_others(
    app, stranger, walk, dispatcher
):
    first = sent(stranger, text="东兴区西林街道太白路烧烤摊，我是张老三")
    second = sent(stranger)
    assert dispatcher.post(f"/tickets/{second['number']}/accept", {}).status_code == 200
    merged = dispatcher.post(f"/tickets/{second['number']}/merge", {"parent": first["number"]})
    assert merged.status_code == 200
    assert "/progress/reopen" not in stranger.post("/progress", second).text
    closed(app, walk, first["number"])
    page = stranger.post("/progress", second).text
    assert "<strong>已办结</strong>" in page and "前可以要求重启" in page
    reopened = stranger.post("/progress/reopen", second | {"reason": "三单元还在吵"})
    assert "已重启" in reopened.text and 'action="/progress/reopen"' not in reopened.text
    assert dispatcher.get(f"/tickets/{first['number']}").json["status"] == "accepted"
    for page, others in (
        (reopened.text, (first["number"], "张老三")),
        (stranger.post("/progress", first).text, (second["number"], "三单元")),
    ):
        assert not {word for word in others if word in page}
    told = stranger.post("/progress", first).text
    assert "已重启，重新办理" in told and "按您的要求" not in told


def test_a_look_of_a_citizen_is_logged(app, stranger):
    message = sent(stranger)
    stranger.post("/progress", message)
    with app.extensions["hotline"].database.read() as session:
        rows = session.exec(select(AccessLog).where(AccessLog.ticket == message["number"])).all()
    assert [(row.actor, row.what) for row in rows] == [("citizen", "progress")]


def test_a_member_of_staff_may_use_the_public_pages_too(signed_in):
    assert sent(signed_in(Role.AGENT))


def test_the_public_pages_speak_english_by_switch(stranger):
    stranger.post("/language", {"language": "en", "next": "/"})
    assert '<html lang="en">' in stranger.get("/ask").text
