"""回访 and 漏接回拨 as citizens, agents, dispatchers and supervisors see them."""

import re
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from browsing import Browser, a_look
from builders import AGENT, CALENDAR, CITY, DISPATCHER, Desk
from sqlmodel import select
from test_bad_input import statements
from walks import closed, delivered, events, make, row

from hotline import clock
from hotline.db import Database
from hotline.delivery import outbox
from hotline.people.access_log import AccessLog
from hotline.people.rights import CHANNEL, Role
from hotline.telephony import calls
from hotline.telephony import events as call_events
from hotline.telephony.events import SwitchEvent
from hotline.telephony.journal import CallRecord
from hotline.telephony.words import CallEventKind
from hotline.tickets import merging, replies
from hotline.tickets.intake import Requester
from hotline.tickets.models import FollowUp, Ticket
from hotline.tickets.words import Grievance

_serial = count(1)
PHONE = "13800000832"


@pytest.fixture
def base(app) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(base):
    return partial(make, base)


@pytest.fixture
def agent(signed_in) -> Browser:
    return signed_in(Role.AGENT)


@pytest.fixture
def other(signs_in) -> Browser:
    return signs_in(Role.AGENT)


def spoken(desk: Desk):
    """Delivered to somebody who left no address: always called."""
    return delivered_to(desk, Requester(name="李某", phone=PHONE))


def delivered_to(desk: Desk, requester: Requester):
    ticket = desk.replied(requester=requester)
    outbox.approve(desk.session, ticket, actor=DISPATCHER, now=desk.now)
    replies.deliver(desk.session, ticket, actor=CHANNEL, now=desk.now)
    return ticket


def bad(desk: Desk):
    ticket = delivered(desk)
    replies.follow_up(
        desk.session, ticket, solved=False, satisfied=1, grievance=Grievance.ATTITUDE,
        remark="说话很冲", actor=AGENT, now=desk.now,
    )  # fmt: skip
    return ticket


def rating(base: Database, number: str) -> FollowUp:
    with base.read() as session:
        query = select(FollowUp).where(FollowUp.ticket_id == row(base, number).id)
        return session.exec(query).one()


# The citizen


@pytest.fixture
def own(base, made):
    """Number and query code of a delivered ticket."""
    number = made(delivered)
    return {"number": number, "query_code": row(base, number).query_code}


def test_a_citizen_who_is_not_satisfied_is_asked_why_on_the_same_page(base, stranger, own):
    said = own | {"solved": "false", "satisfied": "1", "remark": "没人联系过我"}
    page = stranger.post("/progress/follow_up", said)
    assert page.status_code == 422
    # At the very question that was left out.
    assert "不满意的，请选一个主要原因。" in page.text.partition('name="grievance"')[2]
    assert "没人联系过我" in page.text
    assert re.search(r'name="satisfied" value="1" checked', page.text)
    page = stranger.post("/progress/follow_up", said | {"grievance": "no_contact"})
    assert "谢谢您的评价" in page.text
    assert rating(base, own["number"]).grievance == "no_contact"


def test_a_citizen_who_is_satisfied_gives_no_reason(base, stranger, own):
    said = own | {"solved": "true", "satisfied": "5", "remark": ""}
    assert "谢谢您的评价" in stranger.post("/progress/follow_up", said).text
    assert rating(base, own["number"]).grievance == ""


def test_a_program_that_leaves_the_reason_out_is_told_the_field(caller, own):
    answer = caller().post("/progress/follow_up", own | {"solved": False, "satisfied": 2})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "grievance"
    said = own | {"solved": False, "satisfied": 2, "grievance": "slow"}
    assert caller().post("/progress/follow_up", said).status_code == 200


# The desk calls


def listed(browser: Browser) -> list[str]:
    page, numbers = browser.get("/desk/follow-ups").text, []
    while True:
        numbers += re.findall(r'<td class="nowrap"><a href="/tickets/(\w+)\?', page)
        more = re.search(r'href="(/desk/follow-ups\?after=\d+)"', page)
        if not more:
            return numbers
        page = browser.get(more[1]).text


def test_an_agent_finds_whom_to_call_with_the_number_masked(made, agent):
    number = made(spoken)
    assert number in listed(agent)
    page = agent.get("/desk/follow-ups").text
    assert "138****0832" in page and PHONE not in page


def test_opening_the_call_shows_number_and_form_and_is_a_look_on_record(base, made, agent):
    number = made(spoken)
    assert agent.post(f"/desk/follow-ups/{number}/take").status_code == 302
    page = agent.get(f"/desk/follow-ups/{number}").text
    assert PHONE in page and 'name="grievance"' in page
    assert page.count("<h1") == 1
    with base.read() as session:
        what = session.exec(select(AccessLog.what).where(AccessLog.ticket == number)).all()
    assert "view" in what


def test_a_result_leads_back_to_the_list_which_no_longer_has_the_call(made, agent):
    number = made(spoken)
    said = {"solved": "true", "satisfied": "4", "grievance": "", "next": "/desk/follow-ups"}
    done = agent.post(f"/tickets/{number}/follow_up", said)
    assert done.headers["Location"] == "/desk/follow-ups"
    assert number not in listed(agent)


def test_an_agent_who_forgets_the_reason_keeps_what_was_typed(made, agent):
    number = made(spoken)
    page = agent.post(
        f"/tickets/{number}/follow_up",
        {"solved": "false", "satisfied": "2", "grievance": "", "remark": "等了一个月"},
    )
    assert page.status_code == 422
    assert "不满意的，请选一个主要原因。" in page.text and "等了一个月" in page.text


def test_three_calls_in_vain_are_enough(made, agent):
    number = made(spoken)
    for tries in (1, 2, 3):
        assert number in listed(agent)
        agent.post(f"/desk/follow-ups/{number}/take")
        agent.post(f"/desk/follow-ups/{number}/not-reached")
        if tries < 3:
            assert f"{tries} 次没打通" in agent.get("/desk/follow-ups").text
    assert "记为未接通" in agent.get("/desk/follow-ups").text
    assert number not in listed(agent)


def test_a_colleague_sees_that_somebody_calls_already(made, agent, other):
    number = made(spoken)
    agent.post(f"/desk/follow-ups/{number}/take")
    refused = other.post(f"/desk/follow-ups/{number}/take", follow_redirects=True)
    assert "正由同事回访" in refused.text and "同事正在打" in refused.text


@pytest.mark.parametrize("path", ["/desk/follow-ups", "/desk/return-calls"])
@pytest.mark.parametrize(("role", "unit"), [(Role.HANDLER, CITY), (Role.SUPERVISOR, "")])
def test_neither_a_unit_nor_a_supervisor_makes_the_calls(signed_in, path, role, unit):
    assert signed_in(role, unit).get(path).status_code == 403


def test_fifty_calls_need_no_more_statements_than_five(app, made, agent):
    def asked(times: int, path: str) -> int:
        for _ in range(times):
            made(spoken)
        with statements(app) as sent:
            assert agent.get(path).status_code == 200
        return len([each for each in sent if not a_look(each)])

    assert asked(5, "/desk/follow-ups") == asked(45, "/desk/follow-ups") <= 8


# Whose it was


def test_a_supervisor_decides_whose_it_was_and_the_ticket_says_so(base, made, signed_in):
    number = made(bad)
    supervisor = signed_in(Role.SUPERVISOR)
    assert re.search(r"不满意评价待核定 \d+ 条", supervisor.get("/supervision").text)
    page = supervisor.get("/supervision/ratings").text
    assert number in page and "态度不好" in page and "说话很冲" in page
    assert "待核定" in supervisor.get(f"/tickets/{number}").text
    done = supervisor.post(
        f"/tickets/{number}/review_rating", {"fault": "unit", "next": "/supervision/ratings"}
    )
    assert done.headers["Location"] == "/supervision/ratings"
    assert "已评价核定" in supervisor.get("/supervision/ratings").text
    assert number not in supervisor.get("/supervision/ratings").text
    assert "核定评价：单位原因" in supervisor.get(f"/tickets/{number}").text
    assert events(base, number)[-1] == "review_rating"


def test_the_decision_is_offered_only_while_one_waits(made, signed_in):
    dispatcher = signed_in(Role.DISPATCHER)
    offered = 'action="/tickets/{}/review_rating"'.format
    waits, calm = made(bad), made(closed)
    assert offered(waits) in dispatcher.get(f"/tickets/{waits}").text
    assert offered(calm) not in dispatcher.get(f"/tickets/{calm}").text


@pytest.mark.parametrize(
    "step", [("follow_up", {"solved": True, "satisfied": 5}), ("review_rating", {"fault": "unit"})]
)
def test_a_unit_is_refused_both_by_page_and_by_program(caller, made, signed_in, step):
    number, (action, body) = made(bad), step
    assert caller(Role.HANDLER, CITY).post(f"/tickets/{number}/{action}", body).status_code == 403
    page = signed_in(Role.HANDLER, CITY)
    assert page.post(f"/tickets/{number}/{action}", body).status_code == 403
    assert f"/tickets/{number}/{action}" not in page.get(f"/tickets/{number}").text
    assert page.get("/supervision/ratings").status_code == 403


# Calls given up


@pytest.fixture
def give_up(app):
    def give(caller: str = "", seconds: int = 20) -> str:
        current, call_id = app.extensions["hotline"], f"m{next(_serial)}"
        at = clock.now() - timedelta(minutes=5)
        caller = caller or f"139{next(_serial):08}"
        with current.database.work() as session:
            record = CallRecord(call_id, caller, "12369", "intake", "12345", "12369", at)
            calls.add_calls(session, [record], key=current.contact_key)
            for kind, later in (("queued", 0), ("abandoned", seconds)):
                told = SwitchEvent(call_id, CallEventKind(kind), at + timedelta(seconds=later))
                call_events.record(
                    session, told, limits=CALENDAR.limits, key=current.contact_key, now=at
                )
        return call_id

    return give


def take(page: str) -> str:
    """The address of the last return that is free."""
    return re.findall(r'action="(/desk/return-calls/\d+/take)"', page)[-1]


def test_a_call_given_up_stands_on_the_desk_until_it_is_returned(agent, give_up):
    give_up(caller="13911112222")
    assert re.search(r'漏接 <b id="missed" class="owed">\d+<', agent.get("/desk").text)
    page = agent.get("/desk/return-calls").text
    assert "139****2222" in page and "13911112222" not in page
    address = take(page)
    page = agent.post(address, follow_redirects=True).text
    assert "13911112222" in page
    reached = agent.post(address.replace("take", "reached"))
    assert reached.headers["Location"].startswith("/desk?call=")
    form = agent.get(reached.headers["Location"]).text
    assert "13911112222" in form or "139****2222" in form
    assert 'name="dialled" value="12369"' in form
    assert "139****2222" not in agent.get("/desk/return-calls").text


def test_a_colleague_cannot_take_what_one_returns(agent, other, give_up):
    give_up(caller="13911113333")
    address = take(agent.get("/desk/return-calls").text)
    agent.post(address)
    refused = other.post(address, follow_redirects=True).text
    assert "正由同事回拨" in refused and "13911113333" not in refused
    late = other.post(address.replace("take", "reached"), follow_redirects=True)
    assert "请先点「回拨」" in late.text


def test_the_third_time_in_vain_ends_it(agent, give_up):
    give_up(caller="13911114444")
    for tries in (1, 2, 3):
        address = take(agent.get("/desk/return-calls").text)
        agent.post(address)
        page = agent.post(address.replace("take", "not_reached"), follow_redirects=True).text
        assert ("139****4444" in page) == (tries < 3)
        assert ("记为没打通，过后再打。" in page) == (tries < 3)
    assert "打了 3 次没打通" in page


def test_an_outcome_that_is_none_leads_nowhere(agent):
    for outcome in ("moot", "nonsense"):
        assert agent.post(f"/desk/return-calls/1/{outcome}").status_code == 404
    gone = agent.post("/desk/return-calls/999999/reached", follow_redirects=True)
    assert "已经了结" in gone.text


def test_twelve_more_returns_need_no_more_statements(app, agent, give_up):
    few = len(re.findall("/take", agent.get("/desk/return-calls").text))
    with statements(app) as five:
        agent.get("/desk/return-calls")
    for _ in range(12):
        give_up()
    with statements(app) as many:
        page = agent.get("/desk/return-calls").text
    assert len(re.findall(r"/take\"", page)) == few + 12
    assert len([s for s in five if not a_look(s)]) == len([s for s in many if not a_look(s)])


def test_the_pages_speak_english_when_asked(made, signs_in, give_up):
    made(spoken), made(bad), give_up()
    for role, paths in (
        (Role.AGENT, ("/desk/follow-ups", "/desk/return-calls", "/opinions/new")),
        (Role.SUPERVISOR, ("/supervision/ratings", "/supervision/opinions", "/supervision")),
    ):
        browser = signs_in(role)
        browser.post("/language", {"language": "en"})
        for path in paths:
            page = browser.get(path)
            assert page.status_code == 200
            assert '<html lang="en">' in page.text
            assert page.text.count("<h1") == 1


# Said again, and by who was merged


def codes(base: Database, number: str) -> dict[str, str]:
    return {"number": number, "query_code": row(base, number).query_code}


def test_a_requester_may_rate_again_and_is_told_that_the_last_counts(base, made, stranger):
    number = made(delivered)
    who, bad_one = codes(base, number), {"solved": "false", "satisfied": "1", "grievance": "slow"}
    page = stranger.post("/progress/follow_up", who | bad_one)
    assert "评价后还可以再改，以最后一次为准。" in page.text
    assert stranger.post("/progress/follow_up", who | {"solved": "true", "satisfied": "5"}).text
    with base.read() as session:
        said = session.exec(select(FollowUp).where(FollowUp.ticket_id == row(base, number).id))
        assert [(each.satisfied, each.superseded) for each in said] == [(1, True), (5, False)]


def test_the_ticket_page_shows_what_was_said_before_and_asks_nobody_to_review_it(
    base, made, stranger, signed_in
):
    number = made(bad)
    good = {"solved": "true", "satisfied": "5"}
    assert stranger.post("/progress/follow_up", codes(base, number) | good).status_code == 200
    page = signed_in(Role.SUPERVISOR).get(f"/tickets/{number}").text
    assert "后来改了" in page
    assert "待核定" not in page


def test_who_was_merged_rates_on_the_page_once_the_reply_was_told(base, made, stranger):
    parent, child = made(Desk.replied), made(Desk.accepted)

    def step(do, number: str, **facts) -> None:
        with base.work() as session:
            ticket = session.exec(select(Ticket).where(Ticket.number == number)).one()
            do(session, ticket, now=clock.now(), **facts)

    with base.work() as session:
        (above, below) = (
            session.exec(select(Ticket).where(Ticket.number == each)).one()
            for each in (parent, child)
        )
        merging.merge(session, below, above, actor=DISPATCHER, now=clock.now())
    who, rated = codes(base, child), {"solved": "true", "satisfied": "5"}
    assert "请您评价" not in stranger.post("/progress", who).text
    assert stranger.post("/progress/follow_up", who | rated).status_code == 409
    step(outbox.approve, parent, actor=DISPATCHER)
    step(replies.deliver, parent, actor=CHANNEL)
    assert "请您评价" in stranger.post("/progress", who).text
    assert stranger.post("/progress/follow_up", who | rated).status_code == 200
