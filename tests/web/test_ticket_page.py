"""The ticket page: what each reader sees, and every step on it by its form."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from browsing import Browser, a_look
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    SUGGESTION,
    SUPERVISOR,
    Desk,
    handler_of,
)
from flask import Flask
from sqlmodel import select
from test_bad_input import statements
from walks import answered, closed, delivered, events, make, merged, objected, row

from hotline import clock
from hotline.db import Database
from hotline.people.access_log import AccessLog
from hotline.people.rights import CHANNEL, Action, Role
from hotline.routing.types import Decision
from hotline.tickets import dispatch, extensions, intake, merging, objections, replies, supervision
from hotline.tickets.models import Ticket
from hotline.tickets.steps import STEPS as LIFE
from hotline.tickets.words import Colour, Grievance, MatterKind, Urgency
from hotline.web import steps
from hotline.web.guards import citizen
from hotline.web.tickets import step_forms, step_inputs, telling

OTHER = "市公安局"


@pytest.fixture
def stored(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(stored) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""
    return partial(make, stored)


@pytest.fixture
def dispatching(signed_in) -> Browser:
    return signed_in(Role.DISPATCHER)


@pytest.fixture
def handling(signed_in) -> Browser:
    return signed_in(Role.HANDLER, CITY)


def questions(app: Flask, browser: Browser, path: str) -> int:
    """How many statements the page needs; the look for a newer registry comes once a second."""
    with statements(app) as sent:
        assert browser.get(path).status_code == 200
    return len([each for each in sent if not a_look(each)])


def offered(page) -> list[str]:
    return re.findall(r'<form method="post" action="/tickets/\w+/(\w+)">', page.text)


# Who sees what


@pytest.mark.parametrize(
    ("role", "unit"),
    [(Role.AGENT, ""), (Role.DISPATCHER, ""), (Role.SUPERVISOR, ""), (Role.HANDLER, CITY)],
)
def test_everyone_in_scope_reads_the_ticket(signed_in, made, role, unit):
    number = made(Desk.in_progress)
    page = signed_in(role, unit).get(f"/tickets/{number}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    for words in (number, "办理中", "半夜还在吵", "张三 签收", "东兴区 · 西林街道"):
        assert words in page.text


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_ticket_of_another_unit_is_not_found_as_page_or_part(signed_in, made, headers):
    number = made(Desk.dispatched)
    stranger = signed_in(Role.HANDLER, ENVIRONMENT)
    there = stranger.get(f"/tickets/{number}", headers=headers)
    nowhere = stranger.get("/tickets/NJ20180725999990", headers=headers)
    assert (there.status_code, nowhere.status_code) == (404, 404)
    assert "半夜还在吵" not in there.text


def test_a_step_on_a_ticket_of_another_unit_is_not_found(signed_in, made, stored):
    number = made(Desk.dispatched)
    refused = signed_in(Role.HANDLER, ENVIRONMENT).post(
        f"/tickets/{number}/claim", {"handler": "李四"}
    )
    assert refused.status_code == 404
    assert row(stored, number).status == "dispatched"


def test_an_administrator_has_no_business_with_tickets(signed_in, made):
    assert signed_in(Role.ADMINISTRATOR).get(f"/tickets/{made(Desk.logged)}").status_code == 403


def test_a_handler_sees_no_name_or_number_of_a_confidential_requester(handling, made):
    page = handling.get(f"/tickets/{made(Desk.in_progress, confidential=True)}")
    assert "保密" in page.text
    assert not {name for name in ("李某", "13800000832", "li@example.invalid") if name in page.text}
    assert "****，您好！" in page.text  # also in the letter that the citizen will get


def test_who_needs_the_requester_sees_them_and_a_supervisor_a_mask(dispatching, signed_in, made):
    number = made(Desk.in_progress)
    assert "13800000832" in dispatching.get(f"/tickets/{number}").text
    assert "13800000832" not in signed_in(Role.SUPERVISOR).get(f"/tickets/{number}").text


@pytest.mark.parametrize("walk", [Desk.in_progress, Desk.replied, delivered])
def test_nobody_reads_the_query_code_by_which_citizens_rate(stored, dispatching, made, walk):
    number = made(walk)
    assert row(stored, number).query_code not in dispatching.get(f"/tickets/{number}").text


def test_a_look_is_logged_with_who_looked(stored, dispatching, made):
    number = made(Desk.dispatched)
    dispatching.get(f"/tickets/{number}")
    with stored.read() as session:
        (look,) = session.exec(select(AccessLog).where(AccessLog.ticket == number))
    assert (look.role, look.what) == (Role.DISPATCHER, "view")


# What the page tells


def test_the_phrases_that_decided_are_marked_in_the_citizens_own_words(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.dispatched)}")
    assert '<mark class="why">烧烤摊</mark>' in page.text
    assert f"标出的字词指向 {CITY}" in page.text


def test_emergency_words_are_marked_as_such(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.logged, text='楼道里冒浓烟，有人被困')}")
    assert '<mark class="danger">' in page.text


def test_a_citizens_text_is_shown_and_never_run(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.logged, text='<script>alert(1)</script>路灯')}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_story_tells_each_step_with_what_was_written(dispatching, made):
    def walk(desk: Desk) -> Ticket:
        ticket = objected(desk)
        facts = {"actor": DISPATCHER, "now": desk.later().now, "calendar": CALENDAR}
        objections.rule(desk.session, ticket, granted=True, **facts)
        by = {"actor": handler_of(ENVIRONMENT), "now": desk.later().now}
        dispatch.claim(desk.session, ticket, calendar=CALENDAR, handler="王五", **by)
        replies.reply(desk.session, ticket, "已经查过。", **by)
        replies.send_for_rework(desk.session, ticket, "没有说结果", **facts)
        return ticket

    page = dispatching.get(f"/tickets/{made(walk)}")
    told = [
        "坐席07 登记，来自电话", "坐席07 受理", f"派单员一 派单给 {CITY}",
        f"{CITY} 退单：非本单位职责，认为应由 {ENVIRONMENT} 办理", "油烟归环保",
        f"派单员一 同意退单，改派给 {ENVIRONMENT}", f"{ENVIRONMENT} 王五 签收",
        f"{ENVIRONMENT} 答复", "已经查过。", f"派单员一 退回 {ENVIRONMENT} 重办", "没有说结果",
    ]  # fmt: skip
    places = [page.text.index(words) for words in told]
    assert places == sorted(places)
    assert "重办 1 次" in page.text


def test_a_user_is_told_by_the_title_and_not_by_the_sign_in_name(dispatching, made):
    number = made(Desk.accepted)
    page = dispatching.post(f"/tickets/{number}/dispatch", {"unit": CITY}, follow_redirects=True)
    assert re.search(rf"测试dispatcher\d+ 派单给 {CITY}", page.text)


def test_the_line_dialled_is_shown_with_its_former_department(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.dispatched, line='12369')}")
    assert "拨打 12369" in page.text
    assert f"原属 {ENVIRONMENT}" in page.text


def test_a_reply_waiting_for_review_is_shown_as_the_citizen_will_get_it(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.replied)}")
    letter = page.text.partition("市民将看到")[2]
    assert (
        letter.index("李某，您好！")
        < letter.index("已责令整改。")
        < letter.index(f"答复单位：{CITY}")
    )


def test_merged_tickets_lead_to_each_other(app, dispatching, made):
    number = made(merged)
    page = dispatching.get(f"/tickets/{number}")
    (parent,) = set(re.findall(r'href="/tickets/(NJ\d+)"', page.text))
    assert f'href="/tickets/{number}"' in dispatching.get(f"/tickets/{parent}").text


def test_a_merged_ticket_shows_the_reply_of_the_other_only_once_it_may_leave(
    stored, dispatching, made
):
    def merged_into_replied(desk: Desk) -> Ticket:
        ticket = desk.dispatched()
        merging.merge(desk.session, ticket, desk.replied(), actor=DISPATCHER, now=desk.now)
        return ticket

    number = made(merged_into_replied)
    assert "已责令整改。" not in dispatching.get(f"/tickets/{number}").text
    with stored.work() as session:
        parent = session.get(Ticket, row(stored, number).merged_into)
        replies.approve(session, parent, actor=DISPATCHER, now=clock.now())
    letter = dispatching.get(f"/tickets/{number}").text.partition("市民看到的答复")[2]
    assert "已责令整改。" in letter
    assert "一并办理" in letter


def test_beside_a_list_the_ticket_comes_without_a_page_around_it(dispatching, made):
    number = made(Desk.dispatched)
    part = dispatching.get(f"/tickets/{number}", headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<article")
    assert "<h1" not in part.text


def test_the_page_is_there_in_english(dispatching, made):
    number = made(objected)
    dispatching.client.set_cookie("language", "en")
    page = dispatching.get(f"/tickets/{number}")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text
    assert "dispatched it to" in page.text


def test_a_long_story_needs_no_more_statements_than_a_short_one(app, dispatching, made):
    def long(desk: Desk) -> Ticket:
        ticket = desk.dispatched()
        for n in range(25):
            later = desk.later(minutes=n)
            facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": later.now}
            unit = (ENVIRONMENT, CITY)[n % 2]
            dispatch.transfer(desk.session, ticket, unit, **facts)
        return ticket

    short, long_one = made(Desk.dispatched), made(long)
    few, many = (questions(app, dispatching, f"/tickets/{each}") for each in (short, long_one))
    assert few == many <= 15


# Which steps are offered


def critical(desk: Desk) -> Ticket:
    return desk.in_progress(urgency=Urgency.CRITICAL)


def late(desk: Desk) -> Ticket:
    return desk.later(days=-90).in_progress()


def merged_and_closed(desk: Desk) -> Ticket:
    return of_family(desk)[1]


def of_family(desk: Desk) -> tuple[Ticket, Ticket]:
    """A closed ticket and one that was merged into it."""
    parent, child = desk.replied(), desk.accepted()
    facts = {"actor": DISPATCHER, "now": desk.now}
    merging.merge(desk.session, child, parent, **facts)
    replies.approve(desk.session, parent, **facts)
    replies.deliver(desk.session, parent, actor=CHANNEL, now=desk.now)
    replies.close(desk.session, parent, **facts)
    return parent, child


@pytest.mark.parametrize(
    ("role", "unit", "walk", "actions"),
    [
        (Role.HANDLER, CITY, Desk.dispatched, ["claim", "object", "ask_extension"]),
        (Role.HANDLER, CITY, Desk.in_progress, ["reply", "object", "ask_extension"]),
        (Role.HANDLER, CITY, Desk.replied, []),
        (Role.HANDLER, CITY, critical, ["reply", "object"]),
        (Role.HANDLER, CITY, late, ["reply", "object"]),
        (Role.DISPATCHER, "", Desk.replied, ["approve", "send_for_rework", "remind", "withdraw"]),
        (Role.DISPATCHER, "", objected, ["rule", "assist", "remind", "withdraw"]),
        (
            Role.DISPATCHER,
            "",
            Desk.in_progress,
            ["transfer", "assist", "merge", "remind", "withdraw"],
        ),
        (Role.AGENT, "", Desk.logged, ["accept", "redirect", "remind"]),
        (Role.AGENT, "", Desk.accepted, ["dispatch", "answer", "redirect", "remind"]),
        (Role.AGENT, "", delivered, ["follow_up"]),
        (Role.DISPATCHER, "", delivered, ["close", "send_for_rework"]),
        (Role.DISPATCHER, "", answered, ["close", "reopen"]),
        (Role.DISPATCHER, "", closed, ["reopen"]),
        (Role.DISPATCHER, "", merged, ["unmerge"]),
        (Role.DISPATCHER, "", merged_and_closed, ["unmerge", "reopen"]),
        (Role.SUPERVISOR, "", Desk.in_progress, ["remind", "supervise"]),
        (Role.SUPERVISOR, "", Desk.accepted, ["remind"]),
    ],  # fmt: skip
)
def test_exactly_the_steps_that_the_reader_may_take_are_offered(
    signed_in, made, role, unit, walk, actions
):
    assert offered(signed_in(role, unit).get(f"/tickets/{made(walk)}")) == actions


def test_an_agent_is_not_offered_to_dispatch_what_the_router_could_not_decide(signed_in, made):
    unsure = replace(SUGGESTION, decision=Decision.ASK)
    page = signed_in(Role.AGENT).get(f"/tickets/{made(Desk.accepted, suggestion=unsure)}")
    assert offered(page) == ["answer", "redirect", "remind"]


def test_an_assisting_unit_reads_and_may_say_its_part_and_nothing_else(signed_in, made):
    def assisted(desk: Desk) -> Ticket:
        ticket = desk.dispatched()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
        dispatch.assist(desk.session, ticket, OTHER, **facts)
        return ticket

    page = signed_in(Role.HANDLER, OTHER).get(f"/tickets/{made(assisted)}")
    assert page.status_code == 200
    assert offered(page) == ["advise"]


def units_offered(page) -> list[str]:
    return re.findall(r'<option value="([^"]+)"></option>', page.text)


def test_a_dispatcher_chooses_from_all_units_the_suggested_ones_first(dispatching, made):
    units = units_offered(dispatching.get(f"/tickets/{made(Desk.accepted)}"))
    assert units[:3] == [CITY, ENVIRONMENT, OTHER]
    assert len(units) == len(set(units)) >= 70


def test_an_agent_chooses_from_the_suggested_units_alone(signed_in, made):
    page = signed_in(Role.AGENT).get(f"/tickets/{made(Desk.accepted)}")
    assert units_offered(page) == [CITY, ENVIRONMENT, OTHER]


def test_the_accused_are_never_offered(dispatching, made):
    accused = replace(SUGGESTION, excluded=(ENVIRONMENT,))
    page = dispatching.get(f"/tickets/{made(Desk.accepted, suggestion=accused)}")
    assert ENVIRONMENT not in units_offered(page)
    assert f"<dd>{ENVIRONMENT}</dd>" in page.text


def test_who_has_it_already_is_not_offered_again(dispatching, made):
    page = dispatching.get(f"/tickets/{made(Desk.dispatched)}")
    assert units_offered(page)[:2] == [ENVIRONMENT, OTHER]
    assert CITY not in units_offered(page)


def test_a_ruling_has_the_unit_named_filled_in_and_a_claim_the_readers_own_name(
    dispatching, handling, made
):
    ruling = dispatching.get(f"/tickets/{made(objected)}")
    assert re.search(rf'id="rule-unit" name="unit" value="{ENVIRONMENT}"', ruling.text)
    claiming = handling.get(f"/tickets/{made(Desk.dispatched)}")
    assert re.search(r'id="claim-handler" name="handler" value="测试handler\d+"', claiming.text)


def test_every_step_has_a_look_a_sentence_and_a_way_to_ask_each_field():
    assert step_forms.LOOKS.keys() == steps.STEPS.keys()
    for body, _ in steps.STEPS.values():
        assert body.model_fields.keys() <= step_inputs.INPUTS.keys()
    told = telling.SENTENCES.keys() | {action for action, _ in telling.BY_REASON}
    assert {action for _, action in LIFE} == told


# Only what may be asked is offered


@pytest.mark.parametrize(
    ("matter", "days"),
    [({"kind": "help"}, 7), ({"kind": "complaint"}, 10), ({"urgency": Urgency.URGENT}, 1)],
)
def test_an_extension_is_asked_for_in_days_that_may_be_granted(handling, made, matter, days):
    page = handling.get(f"/tickets/{made(Desk.in_progress, **matter)}").text
    asked = re.search(r'<select[^>]+id="ask_extension-days".*?</select>', page, re.S)[0]
    assert re.findall(r'<option value="(\d+)"', asked) == [str(n) for n in range(1, days + 1)]


def test_a_colour_that_was_given_is_not_offered_again(signed_in, made):
    page = signed_in(Role.SUPERVISOR).get(f"/tickets/{made(under_order)}").text
    assert re.findall(r'name="colour" value="(\w+)"', page) == ["orange", "red"]


def test_what_nobody_decided_on_before_it_was_over_waits_no_more(dispatching, made):
    def overtaken(desk: Desk) -> Ticket:
        ticket = waiting_for_time(desk)
        facts = {"actor": DISPATCHER, "now": desk.now}
        intake.withdraw(desk.session, ticket, "不办了", **facts)
        return ticket

    assert "（待审批）" in dispatching.get(f"/tickets/{made(waiting_for_time)}").text
    page = dispatching.get(f"/tickets/{made(overtaken)}").text
    assert "（未及审批）" in page and "（待审批）" not in page


def test_the_desk_reopens_a_matter_from_the_ticket_of_who_was_merged(dispatching, made, stored):
    number = made(merged_and_closed)
    done = dispatching.post(f"/tickets/{number}/reopen", {"reason": "还在吵"})
    assert done.status_code == 302
    page = dispatching.get(f"/tickets/{number}")
    assert "重启（连同并入的工单）" in page.text and "还在吵" in page.text
    parent = re.search(r'已并入</dt><dd><a href="/tickets/(\w+)">', page.text)[1]
    assert row(stored, parent).status == "accepted"
    page = dispatching.get(f"/tickets/{parent}").text
    assert "从并入本件的工单重启" in page and "还在吵" in page
    assert re.search(rf'{number}</a> <span class="badge-word late">要求重启', page)


# Taking steps


def waiting_for_time(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": desk.now}
    extensions.ask(desk.session, ticket, days=5, reason="要等鉴定", **facts)
    return ticket


def under_order(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": desk.now}
    supervision.issue(desk.session, ticket, Colour.BLUE, "请到场", **facts)
    return ticket


def assisting(desk: Desk) -> Ticket:
    ticket = desk.dispatched(ENVIRONMENT)
    facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
    dispatch.assist(desk.session, ticket, CITY, **facts)
    return ticket


def parent_of(made) -> dict[str, str]:
    return {"parent": made(Desk.dispatched)}


def rated_badly(desk: Desk) -> Ticket:
    ticket = delivered(desk)
    replies.follow_up(
        desk.session, ticket, solved=False, satisfied=1, grievance=Grievance.SLOW, actor=AGENT,
        now=desk.now,
    )  # fmt: skip
    return ticket


TAKEN = {
    Action.ACCEPT: (Role.AGENT, Desk.logged, {}, "accepted"),
    Action.REDIRECT: (
        Role.AGENT, Desk.logged, {"code": "unclear", "sentence": "请补充地点。"}, "redirected",
    ),
    Action.ANSWER: (Role.AGENT, Desk.accepted, {"text": "请带身份证。"}, "approved"),
    Action.DISPATCH: (Role.AGENT, Desk.accepted, {"unit": CITY}, "dispatched"),
    Action.TRANSFER: (Role.DISPATCHER, Desk.dispatched, {"unit": "环保局"}, "dispatched"),
    Action.ASSIST: (Role.DISPATCHER, Desk.dispatched, {"unit": OTHER}, "dispatched"),
    Action.CLAIM: (Role.HANDLER, Desk.dispatched, {"handler": "张三"}, "in_progress"),
    Action.OBJECT: (
        Role.HANDLER, Desk.dispatched,
        {"ground": "not_our_duty", "right_unit": ENVIRONMENT, "note": "归环保"}, "objected",
    ),
    Action.RULE: (Role.DISPATCHER, objected, {"granted": "false", "unit": ""}, "dispatched"),
    Action.REPLY: (Role.HANDLER, Desk.in_progress, {"text": "已清理。"}, "replied"),
    Action.APPROVE: (Role.DISPATCHER, Desk.replied, {}, "approved"),
    Action.SEND_FOR_REWORK: (Role.DISPATCHER, Desk.replied, {"reason": "没说结果"}, "in_progress"),
    Action.FOLLOW_UP: (Role.AGENT, delivered, {"solved": "true", "satisfied": "5"}, "delivered"),
    Action.CLOSE: (Role.DISPATCHER, delivered, {}, "closed"),
    Action.REOPEN: (Role.DISPATCHER, closed, {"reason": "又开始了"}, "accepted"),
    Action.WITHDRAW: (Role.DISPATCHER, Desk.dispatched, {"reason": "诉求人要求"}, "withdrawn"),
    Action.MERGE: (Role.DISPATCHER, Desk.dispatched, parent_of, "merged"),
    Action.UNMERGE: (Role.DISPATCHER, merged, {}, "accepted"),
    Action.ASK_EXTENSION: (
        Role.HANDLER, Desk.in_progress, {"days": "5", "reason": "要等鉴定"}, "in_progress",
    ),
    Action.RULE_EXTENSION: (Role.SUPERVISOR, waiting_for_time, {"granted": "true"}, "in_progress"),
    Action.REMIND: (Role.AGENT, Desk.dispatched, {}, "dispatched"),
    Action.SUPERVISE: (
        Role.SUPERVISOR, Desk.in_progress, {"colour": "blue", "text": "请到场"}, "in_progress",
    ),
    Action.ANSWER_ORDER: (Role.HANDLER, under_order, {"text": "今天已到场"}, "in_progress"),
    Action.REVIEW_RATING: (Role.SUPERVISOR, rated_badly, {"fault": "policy"}, "delivered"),
    Action.ADVISE: (Role.HANDLER, assisting, {"text": "管线图已送去"}, "dispatched"),
}  # fmt: skip


def test_no_step_is_left_out():
    assert TAKEN.keys() == steps.STEPS.keys()


@pytest.mark.parametrize("action", TAKEN)
def test_each_step_is_taken_by_its_form(stored, signed_in, made, action):
    role, walk, fields, status = TAKEN[action]
    browser = signed_in(role, CITY if role is Role.HANDLER else "")
    number = made(walk)
    fields = fields if isinstance(fields, dict) else fields(made)
    assert action in offered(browser.get(f"/tickets/{number}"))
    done = browser.post(f"/tickets/{number}/{action}", fields)
    assert (done.status_code, done.location) == (302, f"/tickets/{number}")
    assert row(stored, number).status == status
    assert f"工单 {number} 现为" in browser.get(f"/tickets/{number}").text


def test_after_a_step_the_reader_is_back_in_the_list_they_came_from(handling, made):
    number = made(Desk.dispatched)
    there = handling.post(
        f"/tickets/{number}/claim", {"handler": "张三", "next": "/inbox?pile=to_claim"}
    )
    assert there.location == "/inbox?pile=to_claim"


def test_a_step_never_leads_to_another_site(handling, made):
    number = made(Desk.dispatched)
    fields = {"handler": "张三", "next": "//example.com/"}
    assert handling.post(f"/tickets/{number}/claim", fields).location == f"/tickets/{number}"


def test_a_refused_objection_says_why_at_its_field_and_keeps_what_was_written(
    handling, made, stored
):
    number = made(Desk.dispatched)
    fields = {"ground": "not_our_duty", "right_unit": CITY, "note": "写了很久的理由"}
    page = handling.post(f"/tickets/{number}/object", fields)
    assert page.status_code == 422
    assert '<p id="object-right_unit-note" class="error">应办单位不能是本单位。</p>' in page.text
    assert "写了很久的理由</textarea>" in page.text
    assert 'value="not_our_duty" required checked' in page.text
    assert row(stored, number).status == "dispatched"


def test_a_unit_nobody_knows_is_named_at_its_field(dispatching, made):
    page = dispatching.post(f"/tickets/{made(Desk.accepted)}/dispatch", {"unit": "幸福局"})
    assert page.status_code == 422
    assert "没有名为「幸福局」的单位" in page.text
    assert 'value="幸福局"' in page.text


def test_a_field_left_out_is_asked_for_and_the_rest_is_kept(handling, made):
    page = handling.post(
        f"/tickets/{made(Desk.dispatched)}/object", {"right_unit": ENVIRONMENT, "note": "理由"}
    )
    assert page.status_code == 422
    assert "此项必填" in page.text
    assert f'value="{ENVIRONMENT}"' in page.text


def test_a_reply_that_comes_too_late_is_refused_in_words_and_its_text_kept(handling, made):
    number = made(Desk.replied)
    page = handling.post(f"/tickets/{number}/reply", {"text": "写了半小时的答复"})
    assert page.status_code == 409
    assert re.search(rf"同事{CITY}经办已于 .+ 答复，正在审核；要补充，请告诉派单员。", page.text)
    assert "写了半小时的答复</textarea>" in page.text


def test_a_reply_to_a_ticket_that_was_taken_away_is_kept_to_be_copied(handling, made):
    def moved(desk: Desk) -> Ticket:
        ticket = desk.in_progress()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": desk.now}
        dispatch.transfer(desk.session, ticket, ENVIRONMENT, **facts)
        return ticket

    page = handling.post(f"/tickets/{made(moved)}/reply", {"text": "写了半小时的答复"})
    assert page.status_code == 404
    assert "没有找到工单" in page.text
    assert "写了半小时的答复</textarea>" in page.text
    assert "烧烤摊" not in page.text


def test_a_form_sent_twice_counts_once_and_says_the_same(stored, dispatching, made):
    number = made(Desk.dispatched)
    fields = {"unit": OTHER, "once": f"once-{number}"}
    answers = [
        dispatching.post(f"/tickets/{number}/assist", fields, follow_redirects=True)
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("已协办。" in answer.text for answer in answers)
    assert events(stored, number).count("assist") == 1


def test_a_form_sent_again_with_other_words_asks_first_and_then_counts(stored, dispatching, made):
    number = made(Desk.dispatched)
    address, once = f"/tickets/{number}/assist", f"once-{number}"
    dispatching.post(address, {"unit": OTHER, "once": once})
    asked = dispatching.post(address, {"unit": ENVIRONMENT, "once": once})
    assert asked.status_code == 422
    assert "这份表单刚才已提交过" in asked.text
    assert "Idempotency" not in asked.text
    form = asked.text.partition("/assist")[2]
    fresh = re.search(r'name="once" value="([^"]+)"', form)[1]
    assert dispatching.post(address, {"unit": ENVIRONMENT, "once": fresh}).status_code == 302
    assert events(stored, number).count("assist") == 2


def test_a_role_without_the_right_is_refused_by_the_route_too(signed_in, made, stored):
    number = made(Desk.replied)
    assert signed_in(Role.AGENT).post(f"/tickets/{number}/approve").status_code == 403
    assert row(stored, number).status == "replied"


def test_a_report_is_marked_confidential_by_itself(dispatching, made):
    report = dispatching.get(f"/tickets/{made(Desk.logged, kind=MatterKind.REPORT)}")
    assert '<span class="badge-word">保密</span>' in report.text
    plain = dispatching.get(f"/tickets/{made(Desk.logged)}")
    assert '<span class="badge-word">保密</span>' not in plain.text


def test_a_withdrawal_by_the_citizen_names_no_actor_but_the_role(dispatching, made):
    def withdrawn(desk: Desk) -> Ticket:
        ticket = desk.accepted()
        by = citizen(ticket.number)
        intake.withdraw(desk.session, ticket, "自己解决了", actor=by, now=desk.now)
        return ticket

    page = dispatching.get(f"/tickets/{made(withdrawn)}")
    assert "市民 撤单" in page.text
    assert "自己解决了" in page.text
    assert AGENT.id in page.text
