"""The agent's desk: from what the caller says to the number read out, nothing typed lost."""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from html import unescape
from itertools import count

import pytest
from browsing import PASSWORD, Browser, a_look
from builders import CALENDAR, CITY, Desk
from flask import Flask
from sqlmodel import select
from test_bad_input import statements
from walks import events, make, row
from werkzeug.test import TestResponse

from hotline import clock
from hotline.db import Database
from hotline.delivery.models import Delivery
from hotline.desk.drafts import Draft
from hotline.people import users
from hotline.people.access_log import AccessLog, note_pop
from hotline.people.rights import Actor, Role
from hotline.telephony import calls, seats
from hotline.telephony import events as call_events
from hotline.telephony.events import SwitchEvent
from hotline.telephony.journal import CallRecord
from hotline.telephony.words import CallEventKind
from hotline.tickets.models import Contact, Content, Ticket
from hotline.tickets.words import Status, Urgency

SURE = "东兴区西林街道太白路的烧烤摊占道经营，城管来管一下，夜市烧烤摊油烟扰民，摊贩乱摆摊"
FIRE = "隔壁楼起火了，冒浓烟，还有人困在里面"
VAGUE = "你好，我想说个事情"
PHONE = "13800000832"
IN_PLACE = {"headers": {"HX-Request": "true"}}
_serial = count(1)


@pytest.fixture
def agent(signed_in) -> Browser:
    return signed_in(Role.AGENT)


@pytest.fixture
def dispatcher(signed_in) -> Browser:
    return signed_in(Role.DISPATCHER)


@pytest.fixture
def fresh(app, password_hash) -> Browser:
    """A browser of an agent who has done nothing yet."""
    name = f"fresh{next(_serial)}"
    with app.extensions["hotline"].database.work() as session:
        users.add(
            session, name, name, Role.AGENT, password_hash=password_hash, must_change=False,
            now=clock.now(),
        )  # fmt: skip
    browser = Browser(app.test_client())
    browser.sign_in(name, PASSWORD)
    browser.who = Actor(name, Role.AGENT)
    return browser


@pytest.fixture
def base(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(base) -> Callable[..., str]:
    return partial(make, base)


def form(text: str = SURE, act: str = "dispatch", unit: str = CITY, **more: str) -> dict[str, str]:
    """What the page sends, under a request key of its own."""
    typed = {
        "text": text, "act": act, "kind": "complaint", "channel": "phone", "urgency": "normal",
        "once": f"once{next(_serial)}", "unit": unit, "requester.phone": PHONE,
    }  # fmt: skip
    return {name: value for name, value in (typed | more).items() if value is not None}


def number_in(page: TestResponse) -> str:
    """The number in the result panel; fails when there is none."""
    assert page.status_code == 200, page.text[-2000:]
    return re.search(r'class="big">(NJ\d+)<', page.text)[1]


def said(page: TestResponse) -> str:
    """The words of a page without its marks."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.text)))


def keys_of(page: TestResponse) -> set[str]:
    return set(re.findall(r'data-key="([^"]+)"', page.text))


def stored(base: Database, table: type, *conditions: object) -> list:
    with base.read() as session:
        return list(session.exec(select(table).where(*conditions)))


def asked(app: Flask, ask: Callable[[], TestResponse]) -> int:
    """How many statements it took; the look for a newer registry comes once a second."""
    with statements(app) as sent:
        assert ask().status_code == 200
    return len([each for each in sent if not a_look(each)])


def drafts_of(base: Database, form_id: str) -> list[Draft]:
    return stored(base, Draft, Draft.form == form_id)


# Logging


def test_a_request_is_logged_accepted_and_dispatched_with_one_key(base, agent):
    page = agent.post("/desk", form())
    number = number_in(page)
    ticket = row(base, number)
    assert (ticket.status, ticket.lead_unit) == (Status.DISPATCHED, CITY)
    assert events(base, number) == ["log", "accept", "dispatch"]
    sentence = said(page)
    assert f"编号 {number}，查询码 {ticket.query_code}，已交{CITY}办理" in sentence
    assert "前给您答复" in sentence


def test_after_saving_a_fresh_form_is_ready_at_once(agent):
    page = agent.post("/desk", form(), **IN_PLACE)
    assert re.search(r'<textarea id="text"[^>]*></textarea>', page.text)
    assert "<html" not in page.text
    keys = re.findall(r'name="once" value="([^"]+)"', page.text)
    assert keys and not keys[0].startswith("once")


def test_a_form_sent_twice_logs_one_ticket_and_tells_the_same_number(base, agent):
    typed = form()
    first, again = number_in(agent.post("/desk", typed)), number_in(agent.post("/desk", typed))
    assert first == again
    assert len(stored(base, Ticket, Ticket.number == first)) == 1


def test_what_was_typed_after_a_lost_answer_makes_no_second_ticket_and_is_said(base, agent):
    typed = form()
    first = number_in(agent.post("/desk", typed))
    before = len(stored(base, Ticket))
    page = agent.post("/desk", typed | {"text": SURE + ",还有噪音"})
    assert number_in(page) == first
    assert "之后改动的内容没有存入" in said(page)
    assert len(stored(base, Ticket)) == before


def test_a_direct_answer_is_accepted_answered_and_owed_to_the_requester(base, agent):
    typed = form("低保怎么申请", "answer", answer="带身份证到社区。", **{"unit": None})
    number = number_in(agent.post("/desk", typed))
    assert events(base, number) == ["log", "accept", "answer"]
    assert len(stored(base, Delivery, Delivery.ticket_id == row(base, number).id)) == 1


def test_what_the_agent_cannot_place_is_accepted_and_waits_for_a_dispatcher(base, agent):
    number = number_in(agent.post("/desk", form(VAGUE, "accept", unit=None)))
    assert row(base, number).status == Status.ACCEPTED


def test_a_matter_for_elsewhere_is_led_there_with_the_directorys_own_sentence(base, agent):
    typed = form("法院已经判了我不服", "redirect", unit=None, code="litigation")
    number = number_in(agent.post("/desk", typed))
    ticket = row(base, number)
    assert (ticket.status, ticket.promised_at) == (Status.REDIRECTED, None)
    texts = [each.text for each in stored(base, Content, Content.ticket_id == ticket.id)]
    assert any("12368" in text for text in texts)


def test_the_agents_own_sentence_goes_before_the_directorys(base, agent):
    typed = form("法院判了", "redirect", unit=None, code="litigation", sentence="请去法院窗口。")
    ticket = row(base, number_in(agent.post("/desk", typed)))
    texts = [each.text for each in stored(base, Content, Content.ticket_id == ticket.id)]
    assert "请去法院窗口。" in texts


def test_a_call_is_put_through_to_a_line_that_stayed_and_stays_on_record(base, agent):
    page = agent.post("/desk", form("我要举报干部", "transfer_call", unit=None, service="12388"))
    ticket = row(base, number_in(page))
    assert (ticket.status, ticket.service) == (Status.REDIRECTED, "12388")
    assert "正在为您转接 12388" in said(page)


def test_an_emergency_is_handed_over_before_any_field_is_filled_in(base, agent):
    typed = form(FIRE, "hand_over", unit=None, kind=None, **{"requester.phone": None})
    page = agent.post("/desk", typed)
    ticket = row(base, number_in(page))
    assert (ticket.service, ticket.urgency) == ("119", Urgency.CRITICAL)
    assert ticket.status == Status.REDIRECTED
    assert "正在为您转接 119" in said(page)


def test_who_dialled_an_emergency_number_is_handed_over_without_a_word(base, agent):
    typed = form("", "hand_over", unit=None, kind=None, dialled="119")
    assert row(base, number_in(agent.post("/desk", typed))).service == "119"


def test_a_dispatcher_logs_into_a_look_alike_and_the_requester_waits_with_the_others(
    base, dispatcher, made
):
    parent = made(Desk.dispatched)
    number = number_in(dispatcher.post("/desk", form(act="merge", unit=None, parent=parent)))
    assert row(base, number).status == Status.MERGED
    assert row(base, number).merged_into == row(base, parent).id


def test_what_a_caller_says_again_is_merged_into_what_they_said_before(agent, dispatcher):
    typed = {"requester.phone": "13800007788"}
    still_open = number_in(agent.post("/desk", form(act="accept", **typed)))
    told = number_in(agent.post("/desk", form(act="answer", answer="可以到窗口办。", **typed)))
    page = dispatcher.post("/desk/person", typed | {"parent": still_open}).text
    assert re.findall(r'name="parent" value="(\w+)"[^>]*checked', page) == [still_open]
    assert told in page and f'value="{told}"' not in page
    assert 'name="parent"' not in agent.post("/desk/person", typed).text


def test_a_dispatcher_sends_to_any_unit_by_any_of_its_names(base, dispatcher):
    number = number_in(dispatcher.post("/desk", form(other="审计局")))
    assert row(base, number).lead_unit == "市审计局"


def test_who_wants_no_name_on_record_has_none(base, agent):
    typed = form(anonymous="on", **{"requester.name": "李某"})
    ticket = row(base, number_in(agent.post("/desk", typed)))
    (contact,) = stored(base, Contact, Contact.ticket_id == ticket.id)
    assert (contact.name, contact.phone, contact.phone_hash) == ("", "", "")
    assert ticket.anonymous


def test_a_letter_brought_to_the_desk_keeps_its_channel_and_wishes(base, agent):
    typed = form(channel="mayors_mailbox", confidential="on", urgency="urgent")
    ticket = row(base, number_in(agent.post("/desk", typed)))
    assert (ticket.channel, ticket.confidential) == ("mayors_mailbox", True)
    assert ticket.urgency == Urgency.URGENT


# Refusals


REFUSED = [
    (form("", unit=None), 422, "诉求内容"),
    (form(kind=None), 422, "类别"),
    (form(kind="nonsense"), 422, "类别"),
    (form(**{"requester.phone": "不是号码"}), 422, "须为电话号码"),
    (form(**{"requester.email": "no"}), 422, "须为电子邮箱"),
    (form(act="answer", unit=None), 422, "请写下答复内容"),
    (form(act="redirect", unit=None), 422, "请选引导到哪里"),
    (form(act="redirect", unit=None, code="nonsense"), 422, "没有这一类引导事项"),
    (form(act="transfer_call", unit=None), 422, "请选要转接的专线"),
    (form(act="transfer_call", unit=None, service="12319"), 422, "不是保留专线"),
    (form(act="hand_over", unit=None), 422, "没有看到紧急情形"),
    (form(unit=None), 422, "请选派给哪个单位"),
    (form(unit="市气象局"), 403, "坐席只能派给"),
    (form(VAGUE), 403, "坐席只能派给"),
    (form(act="merge", unit=None, parent="NJ20180725000011"), 403, "没有"),
    (form(act="nonsense"), 422, "取值须为"),
    (form(text="响\x07铃"), 422, "控制字符"),
]


@pytest.mark.parametrize(("typed", "status", "why"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_refusal_says_why_logs_nothing_and_keeps_all_that_was_typed(
    base, agent, typed: dict[str, str], status: int, why: str
):
    before = len(stored(base, Ticket))
    page = agent.post("/desk", typed | {"requester.name": "李大爷"})
    assert page.status_code == status
    assert why in said(page)
    assert "李大爷" in page.text and (typed["text"] in unescape(page.text))
    assert f'name="once" value="{typed["once"]}"' in page.text
    assert len(stored(base, Ticket)) == before


def test_a_unit_chosen_on_a_refused_form_stays_chosen(agent):
    # The caller's own tickets have a say in the third place, so both pages are asked about one.
    page = suggested(agent, SURE, **{"requester.phone": PHONE})
    units = re.findall(r'name="unit" id="unit-\d" value="([^"]+)"', page.text)
    page = agent.post("/desk", form(kind=None, unit=units[2]))
    assert re.search(rf'value="{units[2]}" checked', page.text)


def test_a_refusal_in_place_does_not_even_touch_the_fields(agent):
    page = agent.post("/desk", form(kind=None), **IN_PLACE)
    assert page.status_code == 422
    assert page.headers["HX-Retarget"] == "#problems"
    assert 'data-fields="kind"' in page.text and "<textarea" not in page.text


def test_a_refused_form_put_right_is_logged_under_the_same_key(agent):
    typed = form(kind=None)
    assert agent.post("/desk", typed).status_code == 422
    number_in(agent.post("/desk", typed | {"kind": "help"}))


@pytest.mark.parametrize("role", [Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_the_desk_and_whose_history_it_shows_are_for_those_who_take_requests_down(
    signed_in, made, role: Role
):
    made(Desk.logged)
    browser = signed_in(role, "市环保局" if role is Role.HANDLER else "")
    for address in ("/desk", "/desk/today"):
        assert browser.get(address).status_code == 403
    for address in ("", "/suggest", "/nearby", "/person", "/draft", "/draft/discard"):
        answer = browser.post(f"/desk{address}", form())
        assert answer.status_code == 403
        assert "烧烤摊" not in answer.text
    for address in ("c", "c/line", "c/waiting"):
        assert browser.get(f"/desk/calls/{address}").status_code == 403
    assert browser.post("/desk/calls/c/number").status_code == 403


def test_a_stranger_is_led_to_the_door(stranger):
    assert stranger.get("/desk").location.startswith("/sign-in")


# Advice


def suggested(browser: Browser, text: str, **more: str) -> TestResponse:
    page = browser.post("/desk/suggest", {"text": text} | more, **IN_PLACE)
    assert page.status_code == 200
    return page


def marks(page: TestResponse) -> list[tuple[int, int, str]]:
    return json.loads(unescape(re.search(r"data-marks='([^']*)'", page.text)[1]))


def test_advice_names_units_in_words_with_the_phrases_that_decided(agent):
    words = said(suggested(agent, "东兴区西林街道太白路路灯不亮，路灯坏了几天没人修"))
    assert "拿不准" in words
    assert f"{CITY} 很有把握 「路灯不亮」「路灯坏了」" in words
    assert "东兴区 · 西林街道 ✓" in words
    assert "%" not in words


def test_the_territory_that_leads_by_rule_is_the_first_choice_of_who_may_send_to_it(
    agent, dispatcher
):
    text = "东兴区阳光花园物业公司不管事"
    reason = "属地牵头，市住房城乡建设局指导"
    free, bound = (suggested(each, text) for each in (dispatcher, agent))
    assert reason in said(free) and reason in said(bound)
    assert re.search(r'id="unit-1" value="东兴区" checked', free.text)
    assert 'value="东兴区"' not in bound.text


def test_where_the_place_decides_the_agent_is_told_to_ask_for_it(agent):
    assert "地点不明，请问清" in said(suggested(agent, "小区物业公司不管事"))
    assert "地点不明，请问清" not in said(suggested(agent, "公积金怎么提取"))


def test_the_phrases_are_marked_where_they_stand_as_typed(agent):
    text = "  你好\r\n𠮷野家在东兴区，烧烤摊太吵"
    seen = text.replace("\r\n", "\n").encode("utf-16-le")
    found = {
        seen[2 * start : 2 * end].decode("utf-16-le"): tone
        for start, end, tone in marks(suggested(agent, text))
    }
    assert found["烧烤摊"] == "said" and found["东兴区"] == "where"


def test_emergency_words_raise_the_bar_before_anything_else(agent):
    page = suggested(agent, FIRE)
    assert "紧急？ 「起火」" in said(page) and "119" in said(page)
    assert 'value="hand_over"' in page.text
    assert {tone for *_, tone in marks(page)} >= {"danger"}
    calm = suggested(agent, SURE)
    assert "hand_over" not in calm.text


def test_when_the_router_is_unsure_an_agent_cannot_send_and_is_told_the_way(agent, dispatcher):
    asked = suggested(agent, VAGUE)
    assert "请交派单员定" in said(asked) and "checked" not in asked.text
    assert "checked" in suggested(dispatcher, VAGUE).text


def test_a_unit_picked_stays_picked_while_the_words_go_on(agent):
    units = re.findall(r'name="unit" id="unit-\d" value="([^"]+)"', suggested(agent, SURE).text)
    page = suggested(agent, SURE + "谢谢", picked=units[1])
    assert re.search(rf'value="{units[1]}" checked', page.text)
    assert page.text.count("checked") == 1


def test_a_unit_picked_that_is_no_longer_suggested_is_not_exchanged_for_another(agent):
    page = suggested(agent, SURE, picked="市气象局").text
    assert "先前选的市气象局已不在建议中" in page
    assert not re.search(r'name="unit"[^>]*(checked|disabled)', page)


def test_guidance_is_there_to_read_out_and_a_line_to_put_through_to(agent):
    words = said(suggested(agent, "法院已经判了我不服"))
    assert "您反映的事情已经进入诉讼程序" in words
    words = said(suggested(agent, "社保卡丢了怎么补办，养老保险怎么查"))
    assert "可转接" in words and "12333" in words


def test_the_accused_of_a_tip_off_are_named_as_to_be_avoided(agent):
    words = said(suggested(agent, "我要举报市环保局的干部收钱不办事"))
    assert "要回避：市环保局" in words


def test_twenty_thousand_characters_are_advised_on_in_bounded_work_and_words(app, agent):
    text = (SURE + FIRE) * 600
    began = time.process_time()
    with statements(app) as sent:
        page = suggested(agent, text[:20_000])
    assert time.process_time() - began < 5
    assert len(page.text) < 30_000
    assert len([each for each in sent if not a_look(each)]) <= 3


def test_looks_alike_is_said_with_the_words_that_both_share_and_no_other(agent):
    text = "资中县重龙镇夜市烧烤摊油烟熏人，住在三单元的王老师"
    number = number_in(agent.post("/desk", form(text, "accept")))
    page = agent.post("/desk/nearby", {"text": "资中县重龙镇烧烤摊太吵"}, **IN_PLACE)
    assert number in page.text
    assert "「烧烤摊」" in said(page) and "王老师" not in page.text


def test_merging_is_offered_to_those_who_may(agent, dispatcher, made):
    made(Desk.dispatched)
    assert 'name="parent"' not in agent.post("/desk/nearby", {"text": SURE}).text
    assert 'name="parent"' in dispatcher.post("/desk/nearby", {"text": SURE}).text
    assert 'value="merge"' not in agent.get("/desk?new=1").text
    assert 'value="merge"' in dispatcher.get("/desk?new=1").text


# Who it is


def test_history_comes_with_the_number_and_that_it_was_seen_is_on_record(base, agent):
    typed = form("路灯坏了", "accept", **{"requester.phone": "13511112222"})
    number = number_in(agent.post("/desk", typed))
    page = agent.post("/desk/person", {"requester.phone": "135 1111 2222"}, **IN_PLACE)
    assert "路灯坏了" in page.text and number in page.text
    assert stored(base, AccessLog, AccessLog.ticket == number, AccessLog.what == "list")


def test_who_has_not_asked_before_is_said_to_be_new(agent):
    page = agent.post("/desk/person", {"requester.phone": "13599990000"}, **IN_PLACE)
    assert "第一次来" in said(page)


# Drafts


def kept(browser: Browser, text: str = "写到一半", **more: str) -> dict[str, str]:
    typed = form(text, act=None, unit=None, **more)
    page = browser.post("/desk/draft", typed, **IN_PLACE)
    assert page.status_code == 200
    return typed


def test_what_was_typed_is_restored_after_a_crash_or_a_log_out(fresh):
    typed = kept(fresh, "写到一半", **{"requester.name": "李大爷", "urgency": "urgent"})
    fresh.post("/sign-out")
    del fresh.token
    fresh.sign_in(fresh.who.id, PASSWORD)
    page = fresh.get("/desk")
    assert "写到一半" in page.text and "李大爷" in page.text
    assert re.search(r'value="urgent" checked', page.text)
    assert f'name="once" value="{typed["once"]}"' in page.text


def test_saving_is_said_with_its_time(fresh):
    page = fresh.post("/desk/draft", form(act=None), **IN_PLACE)
    assert "已自动保存 今天" in said(page)


def test_logging_drops_the_draft_in_the_same_transaction(base, fresh):
    typed = kept(fresh, SURE)
    assert len(drafts_of(base, typed["once"])) == 1
    sends = form(once=typed["once"], kind=None)
    fresh.post("/desk", sends)
    assert len(drafts_of(base, typed["once"])) == 1  # refused: nothing is dropped
    number_in(fresh.post("/desk", sends | {"kind": "help"}))
    assert drafts_of(base, typed["once"]) == []


def test_a_draft_that_arrives_after_its_ticket_leaves_nothing_behind(base, fresh):
    typed = form()
    number_in(fresh.post("/desk", typed))
    kept(fresh, SURE, once=typed["once"])
    assert drafts_of(base, typed["once"]) == []


def test_a_form_wiped_clean_is_no_draft(base, fresh):
    typed = kept(fresh)
    kept(fresh, " ", once=typed["once"], **{"requester.phone": ""})
    assert drafts_of(base, typed["once"]) == []


def test_several_unfinished_forms_are_listed_and_each_can_be_taken_up_or_given_up(base, fresh):
    first, second = kept(fresh, "第一件事"), kept(fresh, "第二件事")
    page = fresh.get("/desk")
    assert re.search(r"<textarea id=.text.[^>]*>第二件事", page.text)
    assert "未完成 (1)" in said(page) and "第一件事" in page.text
    page = fresh.get(f"/desk?draft={first['once']}")
    assert re.search(r"<textarea id=.text.[^>]*>第一件事", page.text)
    assert fresh.post("/desk/draft/discard", {"draft": first["once"]}).status_code == 302
    assert drafts_of(base, first["once"]) == [] != drafts_of(base, second["once"])
    blank = fresh.get("/desk?new=1")
    assert re.search(r"<textarea id=.text.[^>]*></textarea>", blank.text)


def test_nobody_reads_a_colleagues_draft(fresh, agent):
    typed = kept(fresh, "只有我知道")
    assert "只有我知道" not in agent.get(f"/desk?draft={typed['once']}").text


def test_only_fields_of_the_form_are_kept(base, fresh):
    typed = kept(fresh, nonsense="x", **{"requester.shoe": "43"})
    (draft,) = drafts_of(base, typed["once"])
    assert draft.typed["text"] == "写到一半"
    assert not {"nonsense", "requester.shoe", "csrf_token"} & draft.typed.keys()


# Calls


@pytest.fixture
def rings(app, fresh) -> Callable[..., str]:
    """A call that has come to the fresh agent's extension and was shown there."""

    def ring(caller: str = PHONE, dialled: str = "12369", *kinds: str, shown: bool = True) -> str:
        call_id, at = f"c{next(_serial)}", clock.now() - timedelta(seconds=75)
        current = app.extensions["hotline"]
        record = CallRecord(call_id, caller, dialled, "intake", "12345", "12369", at)
        with current.database.work() as session:
            calls.add_calls(session, [record], key=current.contact_key)
            for kind in kinds or ("offered", "answered"):
                told = SwitchEvent(call_id, CallEventKind(kind), at, "801")
                call_events.record(
                    session, told, limits=CALENDAR.limits, key=current.contact_key, now=at
                )
            if shown:
                note_pop(session, fresh.who, [call_id], at)
        return call_id

    return ring


def test_a_call_fills_caller_line_and_history_and_leaves_the_text_alone(fresh, rings):
    phone = "13522223333"
    number_in(fresh.post("/desk", form("以前的事", "accept", **{"requester.phone": phone})))
    page = fresh.get(f"/desk/calls/{rings(phone)}/line", **IN_PLACE)
    words = said(page)
    assert "来电 135****3333" in words and phone not in page.text
    assert "拨打 12369 环境保护举报热线" in words
    assert "原属 市环保局" in words and "以前的事" in words
    assert "01:15" in words
    assert "<textarea" not in page.text


def test_the_number_in_full_is_one_key_away_and_the_look_is_on_record(base, fresh, rings):
    call_id = rings()
    before = len(stored(base, AccessLog, AccessLog.call_id == call_id))
    page = fresh.post(f"/desk/calls/{call_id}/number", **IN_PLACE)
    assert PHONE in page.text
    looks = stored(base, AccessLog, AccessLog.call_id == call_id)
    assert len(looks) == before + 1
    assert {look.actor for look in looks} == {fresh.who.id}


def test_the_number_of_a_call_that_never_came_here_is_not_shown(agent, rings):
    call_id = rings()
    answer = agent.post(f"/desk/calls/{call_id}/number", **IN_PLACE)
    assert answer.status_code == 403 and PHONE not in answer.text
    page = agent.get(f"/desk/calls/{call_id}/line", **IN_PLACE)
    assert "138****0832" in page.text and PHONE not in page.text
    assert "显示号码" not in page.text


def test_a_ticket_of_a_call_knows_caller_line_and_call(base, fresh, rings):
    call_id = rings("13533334444")
    typed = form(call_id=call_id, dialled="12369", **{"requester.phone": ""})
    ticket = row(base, number_in(fresh.post("/desk", typed)))
    (contact,) = stored(base, Contact, Contact.ticket_id == ticket.id)
    assert (contact.phone, ticket.call_id, ticket.line) == ("13533334444", call_id, "12369")


def test_another_number_than_the_one_that_rang_is_kept_as_said(base, fresh, rings):
    typed = form(call_id=rings(), **{"requester.phone": "13700001111"})
    ticket = row(base, number_in(fresh.post("/desk", typed)))
    (contact,) = stored(base, Contact, Contact.ticket_id == ticket.id)
    assert contact.phone == "13700001111"


def test_who_stays_anonymous_is_not_known_by_the_call_either(base, fresh, rings):
    typed = form(call_id=rings(), anonymous="on")
    ticket = row(base, number_in(fresh.post("/desk", typed)))
    (contact,) = stored(base, Contact, Contact.ticket_id == ticket.id)
    assert contact.phone == ""


def test_a_call_already_logged_waits_to_be_taken_for_a_second_ticket(fresh, rings):
    call_id = rings()
    number = number_in(fresh.post("/desk", form(call_id=call_id)))
    page = fresh.get(f"/desk/calls/{call_id}/line", **IN_PLACE)
    assert page.headers["HX-Retarget"] == "#waiting"
    assert number in page.text and "另记一单" in page.text
    again = fresh.get(f"/desk/calls/{call_id}", **IN_PLACE)
    assert f'name="call_id" value="{call_id}"' in again.text
    second = number_in(fresh.post("/desk", form("路灯也坏了", "accept", call_id=call_id)))
    assert second != number


def test_a_call_that_comes_while_writing_waits_above_the_form(fresh, rings):
    page = fresh.get(f"/desk/calls/{rings()}/waiting", **IN_PLACE)
    assert "新来电 138****0832" in said(page)
    assert page.headers["HX-Retarget"] == "#waiting"
    # It stands beside the form, where each key has its meaning already.
    assert keys_of(page) and not keys_of(page) & keys_of(fresh.get("/desk"))


def test_taking_a_call_brings_back_what_was_typed_for_it(fresh, rings):
    call_id = rings()
    kept(fresh, "他刚才说到一半", call_id=call_id)
    assert "他刚才说到一半" in fresh.get(f"/desk/calls/{call_id}", **IN_PLACE).text


def test_a_call_nobody_knows_yet_changes_nothing(fresh):
    for way in ("line", "waiting"):
        answer = fresh.get(f"/desk/calls/none/{way}", **IN_PLACE)
        assert (answer.status_code, answer.data) == (204, b"")


def test_a_withheld_number_is_said_to_be_withheld(fresh, rings):
    words = said(fresh.get(f"/desk/calls/{rings('')}/line", **IN_PLACE))
    assert "号码未显示" in words and "显示号码" not in words


# Around the form


def test_the_bar_counts_what_the_agent_took_down_today_and_leads_to_exactly_that(fresh):
    number = number_in(fresh.post("/desk", form()))
    assert '<b id="taken">1</b>' in fresh.get("/desk").text
    page = fresh.get("/desk/today")
    assert "我今天受理的 (1)" in said(page) and number in page.text


def test_a_day_without_requests_is_said_in_words(fresh):
    assert "今天还没有受理" in said(fresh.get("/desk/today"))


def test_the_bar_shows_the_seat(base, fresh):
    assert "未签入" in said(fresh.get("/desk"))
    with base.work() as session:
        seats.take_seat(session, fresh.who, f"9{next(_serial)}", now=clock.now())
    assert re.search("空闲 · 分机 9", said(fresh.get("/desk")))


def test_the_page_needs_the_same_statements_whatever_it_shows(app, fresh):
    phone = "13544445555"

    def fill(times: int) -> int:
        for each in range(times):
            number_in(fresh.post("/desk", form(**{"requester.phone": phone})))
            kept(fresh, f"{SURE}{each}", **{"requester.phone": phone})
        return asked(app, lambda: fresh.get("/desk"))

    assert fill(2) == fill(10) <= 14


def test_looking_nearby_needs_the_same_statements_however_many_there_are(app, agent, made):
    def fill(times: int) -> int:
        for _ in range(times):
            made(Desk.dispatched)
        return asked(app, lambda: agent.post("/desk/nearby", {"text": SURE}, **IN_PLACE))

    assert fill(5) == fill(20) <= 5


def test_the_desk_speaks_english_when_asked(agent):
    agent.client.set_cookie("language", "en")
    page = agent.get("/desk?new=1")
    agent.client.delete_cookie("language")
    assert page.status_code == 200
    assert '<html lang="en">' in page.text


def test_nothing_on_the_page_needs_a_loosened_policy(agent, fresh, rings):
    kept(fresh, FIRE)
    for page in (fresh.get("/desk"), agent.post("/desk", form(FIRE, "hand_over"))):
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]* src=)", page.text)


def test_marks_never_overlap(agent):
    stretches = marks(suggested(agent, FIRE + ",就在东兴区的烧烤摊旁边"))
    assert {tone for *_, tone in stretches} == {"danger", "where", "said"}
    for (_, end, _), (start, _, _) in zip(stretches, stretches[1:], strict=False):
        assert end <= start
