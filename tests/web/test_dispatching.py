"""The dispatch desk: its piles, every decision by its form, and what is said afterwards."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from browsing import PASSWORD, Browser, a_look
from builders import (
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    MATTER,
    SUGGESTION,
    Desk,
    handler_of,
)
from flask import Flask
from sqlmodel import select
from test_bad_input import statements
from walks import answered, approved, closed, events, make, objected, quarrelled, row, unsolved

from hotline import clock
from hotline.app import create_app
from hotline.db import Database
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.delivery.states import State
from hotline.people import users
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.routing.types import Decision, Emergency
from hotline.settings import Settings
from hotline.tickets import dispatch, ladder, objections
from hotline.tickets.models import Content, Reply, Ticket
from hotline.tickets.words import Channel, Ground, Status, Urgency
from hotline.web.dispatching.piles import EMPTY, Pile

POLICE = "市公安局"
SMOKE = replace(SUGGESTION, emergency=Emergency("119", ("冒浓烟",)))


@pytest.fixture
def database(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(database) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""
    return partial(make, database)


@pytest.fixture
def desk(signed_in) -> Browser:
    return signed_in(Role.DISPATCHER)


@pytest.fixture
def alarmed(made) -> Callable[[], str]:
    text = "三单元楼道里冒浓烟，快来人"
    return lambda: made(Desk.logged, suggestion=SMOKE, text=text, channel=Channel.WEB)


@pytest.fixture
def undeliverable(database, made) -> Callable[..., tuple[str, str]]:
    """The number and the delivery of a reply that could not be sent."""

    def make_one(state: State = State.FAILED) -> tuple[str, str]:
        number = made(approved)
        with database.work() as session:
            owed = session.exec(
                select(Delivery).where(Delivery.ticket_id == row(database, number).id)
            )
            delivery = owed.one()
            delivery.state, delivery.done_at, delivery.attempts = state, clock.now(), 5
            attempt = DeliveryAttempt(
                delivery_id=delivery.id, at=clock.now(), result=state, detail="没有这个邮箱"
            )
            session.add_all((delivery, attempt))
            return number, delivery.id

    return make_one


CHECKED = {"answers_matter": "true", "contact_proved": "true"}


def decide(browser: Browser, pile: Pile, number: str, action: str, **fields: str):
    return browser.post(f"/dispatching/{pile}/{number}/{action}", fields)


def questions(app: Flask, browser: Browser, path: str) -> int:
    """How many statements the page needs; the look for a newer registry comes once a second."""
    with statements(app) as sent:
        assert browser.get(path).status_code == 200
    return len([each for each in sent if not a_look(each)])


def counts(page: str) -> dict[str, int]:
    shown = re.findall(r'data-pile="(\w+)".*?<b>(\d+)</b>', page, re.S)
    return {pile: int(count) for pile, count in shown}


def listed(page: str) -> list[str]:
    """Keys of the list on the left, in its order."""
    items = page.partition('<nav class="items"')[2].partition("</nav>")[0]
    rows = items.replace('class="step-key"', "").split('<span class="heading">')[:-1]
    return [re.findall(r"[?&]at=(\w+)", part)[-1] for part in rows]


def whole_pile(browser: Browser, pile: Pile) -> list[str]:
    found, address = [], f"/dispatching/{pile}"
    while address:
        page = browser.get(address).text
        found += listed(page)
        more = re.search(r'<p class="more"><a href="([^"]+)"', page)
        address = more and more[1].replace("&amp;", "&")
    return found


def item(page: str, number: str) -> str:
    """A ticket's row in the list."""
    return re.search(rf'at={number}"[^>]*>\s*<span class="heading">(.*?)</a>', page, re.S)[1]


def chosen(page: str) -> str:
    """The number of the ticket on the right."""
    return re.search(r'<a href="/tickets/(\w+)" data-key="t"', page)[1]


def said(browser: Browser, response) -> str:
    """The message on the page that follows a decision."""
    assert response.status_code == 302, response.text
    page = browser.get(response.location).text
    return re.search(r'<div id="messages".*?</div>', page, re.S)[0]


# Piles


def test_the_desk_opens_where_work_presses_most(desk, made, alarmed):
    made(Desk.replied)
    alarmed()
    assert desk.get("/dispatching").location == "/dispatching/alarms"


@pytest.mark.parametrize("pile", Pile)
def test_each_count_is_the_length_of_its_list(desk, made, alarmed, undeliverable, pile: Pile):
    alarmed()
    undeliverable()
    for walk in (Desk.logged, Desk.accepted, objected, Desk.replied, unsolved):
        made(walk)
    rows = whole_pile(desk, pile)
    assert rows
    assert len(set(rows)) == len(rows)
    assert counts(desk.get(f"/dispatching/{pile}").text)[pile] == len(rows)


def test_a_pile_longer_than_a_page_is_listed_to_its_end(desk, made):
    for _ in range(55):
        made(Desk.replied)
    rows = whole_pile(desk, Pile.TO_REVIEW)
    assert len(rows) == counts(desk.get("/dispatching/to_review").text)["to_review"] > 50


def test_what_the_router_could_not_decide_comes_first_of_equal_urgency(desk, made):
    sure = made(Desk.accepted)
    asked = made(Desk.accepted, suggestion=replace(SUGGESTION, decision=Decision.ASK))
    urgent = made(Desk.accepted, urgency=Urgency.URGENT)
    rows = whole_pile(desk, Pile.TO_DISPATCH)
    assert [each for each in rows if each in (sure, asked, urgent)] == [urgent, asked, sure]


@pytest.mark.parametrize(
    ("urgency", "minutes", "words"),
    [
        (Urgency.NORMAL, 5, "剩 9 分"),
        (Urgency.NORMAL, 25, "超期 10 分"),
        (Urgency.URGENT, 1, "剩 3 分"),
        (Urgency.URGENT, 25, "超期 20 分"),
    ],
)
def test_the_desk_has_a_clock_of_its_own(desk, made, urgency, minutes, words):
    accepted_at = clock.now() - timedelta(minutes=minutes)
    number = made(Desk.accepted, now=accepted_at, urgency=urgency)
    assert words in item(desk.get("/dispatching/to_dispatch").text, number)


def test_a_reminder_gives_the_desk_no_new_clock(desk, made, caller):
    number = made(Desk.accepted, now=clock.now() - timedelta(minutes=25))
    assert caller(Role.DISPATCHER).post(f"/tickets/{number}/remind").status_code == 200
    assert "超期 10 分" in item(desk.get("/dispatching/to_dispatch").text, number)


def test_a_reopened_ticket_gives_the_desk_a_new_clock(desk, made):
    number = made(closed, now=clock.now() - timedelta(days=3))
    desk.post(f"/tickets/{number}/reopen", {"reason": "又来了"})
    assert "剩 14 分" in item(desk.get("/dispatching/to_dispatch").text, number)


def test_an_empty_desk_says_so_in_words(tmp_path, password_hash):
    app = create_app(Settings(data_dir=tmp_path, database_url="", redis_url=""))
    with app.extensions["hotline"].database.work() as session:
        users.add(
            session, "pai", "派单员", Role.DISPATCHER, password_hash=password_hash,
            must_change=False, now=clock.now(),
        )  # fmt: skip
    browser = Browser(app.test_client())
    browser.sign_in("pai", PASSWORD)
    assert browser.get("/dispatching").location == "/dispatching/alarms"
    for pile in Pile:
        page = browser.get(f"/dispatching/{pile}").text
        assert str(EMPTY[pile]) in page
        assert counts(page)[pile] == 0


# Who may


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.AGENT, ""), (Role.HANDLER, CITY), (Role.SUPERVISOR, "")]
)
def test_nobody_but_a_dispatcher_gets_the_desk(database, signed_in, made, role, unit):
    browser = signed_in(role, unit)
    for path in ("", *(f"/{pile}" for pile in Pile)):
        assert browser.get(f"/dispatching{path}").status_code == 403
    number = made(Desk.logged)
    # Agents may accept, but not from a page that is not theirs.
    assert decide(browser, Pile.TO_ACCEPT, number, "accept").status_code == 403
    assert events(database, number) == ["log"]


def test_looking_at_a_ticket_from_the_desk_leaves_a_trace(database, desk, made):
    number = made(Desk.replied)
    page = desk.get(f"/dispatching/to_review?at={number}").text
    with database.read() as session:
        looks = session.exec(select(AccessLog).where(AccessLog.role == Role.DISPATCHER)).all()
    seen = {(look.ticket, look.what) for look in looks}
    assert {(number, "view"), *((each, "list") for each in listed(page))} <= seen


@pytest.mark.parametrize("pile", ["nowhere", "deliveries/NJ1/approve", "nowhere/NJ1/approve"])
def test_an_address_that_names_no_pile_leads_nowhere(desk, pile):
    look, act = desk.get(f"/dispatching/{pile}"), desk.post(f"/dispatching/{pile}")
    assert {look.status_code, act.status_code} <= {404, 405}
    assert "没有办成" in look.text


# Alarms


def test_an_alarm_shows_the_number_to_dial_and_the_words(desk, alarmed):
    page = desk.get(f"/dispatching/alarms?at={alarmed()}").text
    assert re.search(r"请拨\s*<strong>119</strong>", page)
    assert '<mark class="danger">冒浓烟</mark>' in page
    assert "13800000832" in page


def test_a_taken_alarm_leaves_the_pile_and_its_ticket_waits_to_be_accepted(desk, alarmed):
    number = alarmed()
    taken = decide(desk, Pile.ALARMS, number, "take")
    message = said(desk, taken)
    assert "已由您接警" in message
    assert "119" in message
    assert f"/dispatching/to_accept?at={number}" in message
    assert number not in whole_pile(desk, Pile.ALARMS)
    assert number in whole_pile(desk, Pile.TO_ACCEPT)


def test_who_comes_second_to_an_alarm_is_told_who_has_it(desk, alarmed, agent):
    number = alarmed()
    agent.post(f"/alarms/{number}/take")
    message = said(desk, decide(desk, Pile.ALARMS, number, "take"))
    assert "已由agent接警" in message
    assert "您不用再办" in message


# Accepting and dispatching


def test_one_decision_accepts_and_dispatches(database, desk, made):
    number = made(Desk.logged)
    done = decide(desk, Pile.TO_ACCEPT, number, "accept", unit=CITY)
    assert f"{number}：已派给{CITY}" in said(desk, done)
    assert events(database, number) == ["log", "accept", "dispatch"]
    assert row(database, number).lead_unit == CITY


def test_a_unit_written_out_counts_before_the_one_picked(database, desk, made):
    number = made(Desk.accepted)
    decide(desk, Pile.TO_DISPATCH, number, "dispatch", unit=CITY, other="工商局")
    assert row(database, number).lead_unit == "市工商局"


def test_accepting_alone_leaves_it_to_be_dispatched(app, desk, made):
    number = made(Desk.logged)
    done = decide(desk, Pile.TO_ACCEPT, number, "accept")
    assert "已受理，等着派单" in said(desk, done)
    assert number in whole_pile(desk, Pile.TO_DISPATCH)


def test_nothing_is_accepted_when_the_unit_is_refused(database, desk, made):
    number = made(Desk.logged, suggestion=replace(SUGGESTION, excluded=(CITY,)))
    accused = decide(desk, Pile.TO_ACCEPT, number, "accept", other=CITY)
    unknown = decide(desk, Pile.TO_ACCEPT, number, "accept", other="没有这个局")
    assert (accused.status_code, unknown.status_code) == (403, 422)
    assert "被反映对象" in accused.text
    assert "没有名为「没有这个局」的单位" in unknown.text
    assert re.search(r'id="other"[^>]*value="没有这个局"[^>]*aria-invalid', unknown.text, re.S)
    assert events(database, number) == ["log"]


def test_dispatching_to_nobody_is_refused_in_words(database, desk, made):
    number = made(Desk.accepted)
    page = decide(desk, Pile.TO_DISPATCH, number, "dispatch")
    assert page.status_code == 422
    assert "请选一个单位" in page.text
    assert events(database, number) == ["log", "accept"]


def test_a_sure_router_has_its_unit_picked_and_an_unsure_one_none(desk, made):
    sure = made(Desk.accepted)
    asked = made(Desk.accepted, suggestion=replace(SUGGESTION, decision=Decision.ASK))
    pages = [desk.get(f"/dispatching/to_dispatch?at={each}").text for each in (sure, asked)]
    assert ["checked" in page for page in pages] == [True, False]
    assert "系统拿不准，请您定" in pages[1]


def test_the_accused_is_not_offered(desk, made):
    number = made(Desk.accepted, suggestion=replace(SUGGESTION, excluded=(CITY,)))
    page = desk.get(f"/dispatching/to_dispatch?at={number}").text
    assert f'name="unit" value="{CITY}"' not in page
    assert f'<option value="{CITY}">' not in page


def test_a_dispatch_can_be_put_right_from_its_message(database, desk, made):
    number = made(Desk.accepted)
    message = said(desk, decide(desk, Pile.TO_DISPATCH, number, "dispatch", unit=CITY))
    door = re.search(r'href="([^"]+)"[^>]*>派错了，转办', message)[1]
    page = desk.get(door).text
    assert f'action="/dispatching/to_dispatch/{number}/transfer"' in page
    decide(desk, Pile.TO_DISPATCH, number, "transfer", unit=ENVIRONMENT)
    assert events(database, number)[-2:] == ["dispatch", "transfer"]
    assert row(database, number).lead_unit == ENVIRONMENT


def test_after_a_decision_the_next_of_the_pile_is_there(desk, made):
    first, second, third = (made(Desk.replied, urgency=Urgency.CRITICAL) for _ in range(3))
    page = desk.get(f"/dispatching/to_review?at={second}").text
    behind = re.search(r'name="next" value="(\w+)"', page)[1]
    assert behind == third
    done = decide(desk, Pile.TO_REVIEW, second, "approve", **CHECKED, next=behind)
    assert chosen(desk.get(done.location).text) == third
    done = decide(desk, Pile.TO_REVIEW, third, "approve", **CHECKED, next=second)
    # What was decided meanwhile is no longer next: the pile begins again at its top.
    assert chosen(desk.get(done.location).text) == listed(desk.get(done.location).text)[0]
    assert first in listed(desk.get(done.location).text)


def test_decisions_on_a_later_page_stay_on_that_page(desk, made):
    for _ in range(54):
        made(Desk.replied, urgency=Urgency.CRITICAL)
    page = desk.get("/dispatching/to_review").text
    later = unescape(re.search(r'class="more"><a href="([^"]+)"', page)[1])
    page = desk.get(later).text
    here, behind = listed(page)[:2]
    key = unescape(re.search(r'href="([^"]+)" data-key="j"', page)[1])
    assert chosen(desk.get(key).text) == behind
    assert listed(desk.get(key).text) == listed(page)
    form = unescape(re.search(r'action="([^"]+/approve[^"]*)"', page)[1])
    done = desk.post(form, {**CHECKED, "next": behind})
    left = [number for number in listed(page) if number != here]
    assert listed(desk.get(done.location).text)[: len(left)] == left
    assert chosen(desk.get(done.location).text) == behind


def test_a_later_page_that_has_been_decided_gives_way_to_the_first(desk, made):
    made(Desk.replied)
    page = desk.get("/dispatching/to_review?after=9.9999999").text
    assert listed(page) == listed(desk.get("/dispatching/to_review").text) != []


# Elsewhere


def test_guidance_is_said_in_the_words_of_the_directory(database, app, desk, made):
    number = made(Desk.logged)
    city = app.extensions["hotline"].city()
    way = city.directory.guidance[0]
    assert "已引导" in said(desk, decide(desk, Pile.TO_ACCEPT, number, "redirect", code=way.code))
    assert row(database, number).status == Status.REDIRECTED
    assert way.sentence in texts(database, number)


def test_own_words_are_said_instead(database, desk, made):
    number = made(Desk.accepted)
    sentence = "请到政务大厅三楼办理。"
    decide(desk, Pile.TO_DISPATCH, number, "redirect", code="x", sentence=sentence)
    assert sentence in texts(database, number)


def test_a_way_that_the_directory_does_not_know_needs_words(database, desk, made):
    number = made(Desk.logged)
    page = decide(desk, Pile.TO_ACCEPT, number, "redirect", code="x")
    assert page.status_code == 422
    assert "请写明告诉诉求人的话" in page.text
    assert events(database, number) == ["log"]


def texts(database, number: str) -> list[str]:
    with database.read() as session:
        return list(
            session.exec(select(Content.text).where(Content.ticket_id == row(database, number).id))
        )


# Merging


def test_another_open_ticket_of_the_requester_is_offered_as_parent(desk, made):
    phone = "13900000001"
    requester = replace(MATTER.requester, phone=phone, email="")
    parent, child = (made(walk, requester=requester) for walk in (Desk.dispatched, Desk.logged))
    stranger = made(Desk.logged, requester=replace(requester, phone="13900000002"))
    assert f'name="parent" value="{parent}"' in desk.get(f"/dispatching/to_accept?at={child}").text
    page = desk.get(f"/dispatching/to_accept?at={stranger}").text
    assert f'name="parent" value="{parent}"' not in page


def test_a_merge_is_taken_back_by_the_button_in_its_message(database, desk, made):
    parent, child = made(Desk.dispatched), made(Desk.logged)
    message = said(desk, decide(desk, Pile.TO_ACCEPT, child, "merge", parent=parent))
    assert f"已并入 {parent}" in message
    undo = re.search(r'form="undo" formaction="([^"]+)"', message)[1]
    assert "已撤销并单" in said(desk, desk.post(undo))
    assert row(database, child).status == Status.ACCEPTED


def test_a_mistyped_parent_is_refused_at_its_field_and_kept(database, desk, made):
    number = made(Desk.logged)
    page = decide(desk, Pile.TO_ACCEPT, number, "merge", parent="NJ00")
    assert page.status_code == 404
    assert "没有找到工单 NJ00" in page.text
    assert 'value="NJ00"' in page.text
    assert events(database, number) == ["log"]


# Rulings


def test_an_objection_is_shown_with_ground_note_and_whose_they_say_it_is(desk, made):
    page = desk.get(f"/dispatching/to_rule?at={made(objected)}").text
    for words in (f"{CITY} 退单", "非本单位职责", "油烟归环保", f"同意，改派给{ENVIRONMENT}"):
        assert words in page
    # A key for each runner-up; the one who objects is not offered again.
    assert 'data-key="1" data-key-name="同意，改派给' in page
    assert f'name="unit" value="{CITY}"' not in page


@pytest.mark.parametrize(
    ("fields", "unit", "words"),
    [
        ({"granted": "true", "unit": ENVIRONMENT}, ENVIRONMENT, "同意退单，已改派给市环保局"),
        ({"granted": "true", "other": POLICE}, POLICE, "同意退单，已改派给市公安局"),
        ({"unit": ENVIRONMENT, "basis": "归环保"}, ENVIRONMENT, "：同意退单，已改派给市环保局"),
        ({"granted": "false"}, CITY, "不同意退单，已退回市城管执法局"),
    ],
)
def test_each_ruling_is_one_form(database, desk, made, fields, unit, words):
    number = made(objected)
    assert words in said(desk, decide(desk, Pile.TO_RULE, number, "rule", **fields))
    assert (row(database, number).lead_unit, row(database, number).status) == (
        unit,
        Status.DISPATCHED,
    )
    assert number not in whole_pile(desk, Pile.TO_RULE)


@pytest.mark.parametrize("fields", [{"granted": "true"}, {"basis": "写了依据，还没有选"}])
def test_granting_to_nobody_is_refused(database, desk, made, fields):
    number = made(objected)
    page = decide(desk, Pile.TO_RULE, number, "rule", **fields)
    assert page.status_code == 422
    assert "请选一个单位" in page.text
    assert row(database, number).status == Status.OBJECTED


def test_a_second_objection_says_that_time_presses(desk, made):
    def twice(walk: Desk) -> Ticket:
        ticket = objected(walk)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": walk.later().now}
        objections.rule(walk.session, ticket, granted=True, **facts)
        objections.object_to(
            walk.session, ticket, calendar=CALENDAR,
            ground=Ground.HIGHER_LEVEL, right_unit=CITY, note="还是城管的",
            actor=handler_of(ENVIRONMENT), now=walk.later(minutes=2).now,
        )  # fmt: skip
        return ticket

    page = desk.get(f"/dispatching/to_rule?at={made(twice)}").text
    assert "第 2 次退单，须会商裁定" in page
    assert "还是城管的" in page


def test_a_joint_ruling_has_a_clock_of_its_own_in_the_pile_and_is_marked(desk, made):
    first, late = made(objected), made(quarrelled, now=clock.now() - timedelta(days=30))
    rows = {number: item(desk.get("/dispatching/to_rule").text, number) for number in (first, late)}
    assert "会商" in rows[late]
    assert re.search(r'class="clock bad"[^>]*>超期 \d+ 个工作日', rows[late])
    assert "会商" not in rows[first]
    assert 'class="clock bad"' not in rows[first]


def test_the_desk_sees_which_assistant_is_silent_and_that_it_was_reminded(database, desk, made):
    def assisted(walk: Desk) -> Ticket:
        ticket = walk.in_progress()
        dispatch.assist(
            walk.session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER,
            now=walk.later().now,
        )  # fmt: skip
        return ticket

    number = made(assisted, now=clock.now() - timedelta(days=90))
    sheet = desk.get(f"/dispatching/to_review?at={number}").text
    assert f"{ENVIRONMENT} · 意见未提交" in sheet
    assert "已催" not in sheet
    with database.work() as session:
        for step in ladder.due(session, CALENDAR, clock.now()):
            ladder.climb(session, step, CALENDAR, clock.now())
    assert "已催" in desk.get(f"/dispatching/to_review?at={number}").text


# Reviews


def test_a_reply_is_reviewed_beside_its_matter_as_the_citizen_will_read_it(desk, made):
    page = desk.get(f"/dispatching/to_review?at={made(Desk.replied)}").text
    assert "烧烤摊" in page
    letter = page.partition('<div class="letter answer"')[2].partition("</div>")[0]
    assert "李某，您好！" in letter
    assert "已责令整改。" in letter
    assert "查询码 ······" in letter


def test_an_approved_reply_is_owed_to_its_requester(database, desk, made):
    number = made(Desk.replied)
    assert "答复已审核" in said(desk, decide(desk, Pile.TO_REVIEW, number, "approve", **CHECKED))
    with database.read() as session:
        owed = select(Delivery).where(Delivery.ticket_id == row(database, number).id)
        assert len(session.exec(owed).all()) == 1


@pytest.mark.parametrize("missing", CHECKED)
def test_nothing_is_approved_that_nobody_has_checked(database, desk, made, missing):
    number = made(Desk.replied)
    for answer in ({}, {missing: "false"}):
        given = {name: value for name, value in CHECKED.items() if name != missing} | answer
        page = decide(desk, Pile.TO_REVIEW, number, "approve", **given)
        assert page.status_code in (422, 400)
        assert row(database, number).status == Status.REPLIED


def test_what_was_checked_is_kept_with_the_reply(database, desk, made):
    number = made(Desk.replied)
    decide(desk, Pile.TO_REVIEW, number, "approve", **CHECKED)
    with database.read() as session:
        reply = session.exec(select(Reply).where(Reply.ticket_id == row(database, number).id)).one()
    assert (reply.answers_matter, reply.contact_proved) == (True, True)


def test_a_second_objection_is_ruled_on_with_its_conclusion_in_words(database, desk, made):
    def twice(walk: Desk) -> Ticket:
        ticket = objected(walk)
        facts = {"calendar": CALENDAR, "now": walk.now}
        objections.rule(walk.session, ticket, granted=True, actor=DISPATCHER, **facts)
        objections.object_to(
            walk.session, ticket, ground=Ground.NOT_OUR_DUTY, right_unit=POLICE,
            note="归公安", actor=handler_of(ENVIRONMENT), **facts,
        )  # fmt: skip
        return ticket

    number = made(twice)
    page = decide(desk, Pile.TO_RULE, number, "rule", unit=POLICE)
    assert page.status_code == 422
    assert "请写明会商结论和依据" in page.text
    decide(desk, Pile.TO_RULE, number, "rule", unit=POLICE, basis="噪声属公安")
    assert row(database, number).lead_unit == POLICE


def test_rework_needs_a_reason(database, desk, made):
    number = made(Desk.replied)
    page = decide(desk, Pile.TO_REVIEW, number, "send_for_rework", reason=" ")
    assert page.status_code == 422
    assert "此项必填" in page.text
    done = decide(desk, Pile.TO_REVIEW, number, "send_for_rework", reason="没有联系诉求人")
    assert f"已退回{CITY}重办" in said(desk, done)
    assert row(database, number).status == Status.IN_PROGRESS


def test_who_decides_second_is_told_what_happened_and_keeps_the_words(
    database, signed_in, desk, made
):
    number, reason = made(Desk.replied), "请写明查处的结果"
    other = signed_in(Role.DISPATCHER)
    assert decide(other, Pile.TO_REVIEW, number, "approve", **CHECKED).status_code == 302
    page = decide(desk, Pile.TO_REVIEW, number, "send_for_rework", reason=reason)
    assert page.status_code == 409
    assert f"工单 {number} 现为「已审核（待反馈）」，不能重办。" in page.text
    assert re.search(r"最近一步：测试dispatcher\d+ 审核通过", page.text)
    assert f">{reason}</textarea>" in page.text
    assert events(database, number)[-1] == "approve"


def test_two_rulings_on_one_objection_make_one(database, signed_in, desk, made):
    number = made(objected)
    decide(signed_in(Role.DISPATCHER), Pile.TO_RULE, number, "rule", granted="false")
    page = decide(desk, Pile.TO_RULE, number, "rule", granted="true", unit=ENVIRONMENT)
    assert page.status_code == 409
    assert f"工单 {number} 没有待裁的退单。" in page.text
    assert "最近一步" in page.text
    assert events(database, number).count("rule") == 1


def test_a_form_sent_twice_counts_once_and_says_the_same(database, desk, made):
    number = made(Desk.replied)
    fields = CHECKED | {"once": "an-own-key-for-this-form"}
    first, again = (
        said(desk, decide(desk, Pile.TO_REVIEW, number, "approve", **fields)) for _ in range(2)
    )
    assert first == again
    assert events(database, number).count("approve") == 1


# Deliveries


def test_a_failed_delivery_shows_whom_to_call_and_why_it_failed(desk, undeliverable):
    number, delivery = undeliverable()
    page = desk.get(f"/dispatching/deliveries?at={delivery}").text
    for words in (number, "李某", "13800000832", "没有这个邮箱", "发送失败", "已责令整改。"):
        assert words in page


@pytest.mark.parametrize(
    ("outcome", "state", "words", "status"),
    [
        ("delivered", State.DELIVERED, "已记为送达", Status.DELIVERED),
        ("resend", State.QUEUED, "会再发送一次", Status.APPROVED),
        ("failed", State.FAILED, "已记为送不到", Status.APPROVED),
    ],
)
def test_a_delivery_is_settled_by_one_form(
    database, desk, undeliverable, outcome, state, words, status
):
    number, delivery = undeliverable(State.UNKNOWN)
    done = desk.post(f"/dispatching/deliveries/{delivery}/receipt", {"outcome": outcome})
    assert f"{number}：{words}" in said(desk, done)
    with database.read() as session:
        assert session.get(Delivery, delivery).state == state
    assert row(database, number).status == status


def test_a_delivery_settled_meanwhile_is_refused_in_words(desk, undeliverable):
    _, delivery = undeliverable()
    address = f"/dispatching/deliveries/{delivery}/receipt"
    desk.post(address, {"outcome": "delivered"})
    page = desk.post(address, {"outcome": "resend"})
    assert page.status_code == 409
    assert "现为「已送达」" in page.text
    assert "不用再办" in page.text


def test_what_is_to_be_put_on_the_board_is_the_reply_alone_and_cannot_be_sent(desk, undeliverable):
    number, delivery = undeliverable(State.BY_HAND)
    page = desk.get(f"/dispatching/deliveries?at={delivery}").text
    posted = page.partition("要发布的答复")[2].partition("</section>")[0]
    assert "已责令整改。" in posted
    assert number not in posted
    assert "查询码" not in page
    assert 'value="resend"' not in page
    settled = desk.post(f"/dispatching/deliveries/{delivery}/receipt", {"outcome": "delivered"})
    assert "已记为送达" in said(desk, settled)
    assert delivery not in desk.get("/dispatching/deliveries").text


# 未解决


def test_the_unsolved_goes_back_to_its_unit_with_what_the_requester_said_before_ones_eyes(
    database, desk, made
):
    number = made(unsolved)
    page = desk.get(f"/dispatching/unsolved?at={number}").text
    assert "诉求人说未解决" in page
    assert "退回市城管执法局重办" in page
    done = decide(desk, Pile.UNSOLVED, number, "send_for_rework", reason="请现场核实")
    assert "已退回市城管执法局重办" in said(desk, done)
    assert row(database, number).status == Status.IN_PROGRESS


def test_what_the_desk_answered_itself_and_was_not_solved_is_reopened_for_dispatch(
    database, desk, made
):
    number = made(lambda ground: unsolved(ground, answered))
    assert "重启，待派单" in desk.get(f"/dispatching/unsolved?at={number}").text
    done = decide(desk, Pile.UNSOLVED, number, "reopen", reason="答非所问")
    assert "已重启，回到待派单" in said(desk, done)
    assert row(database, number).status == Status.ACCEPTED


# Every page


@pytest.mark.parametrize("pile", Pile)
def test_a_full_pile_needs_no_more_statements_than_a_short_one(
    app, desk, made, alarmed, undeliverable, pile
):
    walks = {
        Pile.ALARMS: alarmed,
        Pile.TO_ACCEPT: lambda: made(Desk.logged),
        Pile.TO_DISPATCH: lambda: made(Desk.accepted),
        Pile.TO_RULE: lambda: made(objected),
        Pile.TO_REVIEW: lambda: made(Desk.replied),
        Pile.UNSOLVED: lambda: made(unsolved),
        Pile.DELIVERIES: undeliverable,
    }
    for _ in range(5):
        walks[pile]()
    few = questions(app, desk, f"/dispatching/{pile}")
    for _ in range(45):
        walks[pile]()
    assert questions(app, desk, f"/dispatching/{pile}") == few <= 24


@pytest.mark.parametrize("pile", Pile)
def test_every_pile_renders_in_english(signed_in, made, alarmed, undeliverable, pile):
    browser = signed_in(Role.DISPATCHER)
    browser.post("/language", {"language": "en"})
    alarmed()
    undeliverable()
    for walk in (Desk.logged, Desk.accepted, objected, Desk.replied, unsolved):
        made(walk)
    page = browser.get(f"/dispatching/{pile}")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text


@pytest.mark.parametrize("pile", Pile)
def test_no_page_of_the_desk_carries_script_or_style_of_its_own(desk, alarmed, pile):
    alarmed()
    page = desk.get(f"/dispatching/{pile}").text
    assert not re.search(r"<script(?! src)|<style|\sstyle=|\son[a-z]+=", page)
    assert page.count("<h1") == 1


def looked_at(database: Database) -> set[str]:
    with database.read() as session:
        looks = session.exec(select(AccessLog.ticket).where(AccessLog.what == "list"))
        return set(looks)


def test_each_ticket_of_a_pile_is_a_look(database, made, desk):
    waiting = {made(Desk.accepted) for _ in range(2)}
    assert waiting <= set(whole_pile(desk, Pile.TO_DISPATCH)) <= looked_at(database)


def test_each_ticket_that_could_not_be_told_is_a_look(database, undeliverable, desk):
    undeliverable()
    shown = listed(desk.get("/dispatching/deliveries").text)
    with database.read() as session:
        numbers = select(Ticket.number).join(Delivery, Delivery.ticket_id == Ticket.id)
        tickets = set(session.exec(numbers.where(Delivery.id.in_(shown))))
    assert tickets
    assert tickets <= looked_at(database)
