"""Whole lives, one a path, told in the words of the vocabulary."""

import pytest
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, handler_of
from town import SUPERVISOR, Town

from hotline.clock import city_moment
from hotline.delivery import outbox
from hotline.errors import StepRefused
from hotline.reports.rates import FORMULAS
from hotline.tickets import dispatch, extensions, merging, objections, precedents, supervision
from hotline.tickets.intake import Requester
from hotline.tickets.words import Grievance, MatterKind

POLICE, DISTRICT = "市公安局", "东兴区"


def test_a_matter_is_put_right_in_time_and_rated_by_who_asked(town: Town):
    number = town.calls("路灯坏了三天", kind=MatterKind.HELP)
    town.dispatches(number, CITY)
    town.at("07-26 09:10")
    town.claims(number, CITY)
    town.at("07-27 15:00")
    town.replies(number, CITY, "已修好，当晚亮灯。")
    town.approves(number)
    town.clock()
    (letter,) = town.letters()
    assert "已修好，当晚亮灯。" in letter
    town.rates(number, solved=True, satisfied=5)
    town.closes(number)
    town.clock()
    assert town.story(number) == [
        "log", "accept", "dispatch", "claim", "reply", "approve", "deliver", "follow_up", "close",
    ]  # fmt: skip
    found = town.tally("07-25", "07-31")
    for rate in ("claimed_on_time_rate", "on_time_rate", "solved_rate", "satisfied_rate"):
        assert str(FORMULAS[rate].of(found, CITY)) == "100.00%"


def test_two_departments_quarrel_and_the_district_acts_meanwhile(town: Town):
    number = town.calls("歌厅半夜吵得睡不着")
    town.dispatches(number, CITY)
    town.at("07-25 15:00")
    town.objects(number, CITY, ENVIRONMENT)
    town.rules(number, granted=True)
    town.at("07-26 10:00")
    town.objects(number, ENVIRONMENT, POLICE)
    with town.ticket(number) as (session, ticket):
        acting = {each.unit: each.part for each in dispatch.open_assignments(ticket)}
        assert acting == {ENVIRONMENT: "lead", DISTRICT: "assist"}
        (*_, second) = objections.of(session, ticket)
        assert second.joint_by == CALENDAR.add_working_days(town.now, 1)
    town.rules(number, granted=True, basis="社会生活噪声由公安办理")
    town.claims(number, POLICE)
    with town.ticket(number) as (session, ticket):
        found = precedents.precedents(session, ["社会生活噪声"])
        assert [(each.ruled_unit, each.granted) for each in found] == [(POLICE, True)]
        span = city_moment(town.now.date()), city_moment(town.now.date().replace(month=8))
        pairs = [(each.unit, each.right_unit) for each in precedents.bounces(session, *span)]
        assert pairs == [(ENVIRONMENT, POLICE)]


def test_a_unit_that_does_nothing_meets_every_rung(town: Town):
    number = town.calls("办证要些什么材料", kind=MatterKind.CONSULTATION)
    town.dispatches(number, CITY)
    heard = []
    for moment in ("07-27 10:30", "07-30 16:30", "07-31 09:00", "08-01 09:00", "08-03 09:00"):
        town.at(moment)
        heard += town.clock()
        assert town.clock() == []
    assert heard == ["unclaimed", "due_soon", "blue", "orange", "red"]
    town.claims(number, CITY)
    with town.ticket(number) as (session, ticket):
        supervision.answer(session, ticket, "今日答复。", actor=handler_of(CITY), now=town.now)
    town.replies(number, CITY, "请带身份证和户口本。")
    town.clock()
    found = town.tally("07-25", "08-03")
    counted = {name: found.total(name, CITY) for name in ("overdue", "claimed_late", "supervised")}
    assert counted == {"overdue": 1, "claimed_late": 1, "supervised": 3}
    assert found.total("reminded", CITY) == 0  # nobody asked: the clock's own are not counted


def test_more_time_is_granted_once_and_the_requester_is_told(town: Town):
    number = town.calls("山体有裂缝，要鉴定", kind=MatterKind.HELP)
    town.dispatches(number, CITY)
    town.claims(number, CITY)
    town.at("08-02 10:00")
    with town.ticket(number) as (session, ticket):
        facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": town.now}
        extensions.ask(session, ticket, days=5, reason="等专家鉴定", **facts)
    with town.ticket(number) as (session, ticket):
        facts = {"calendar": CALENDAR, "actor": SUPERVISOR, "now": town.now}
        outbox.rule_extension(session, ticket, granted=True, **facts)
    town.clock()
    assert "将于8月10日前答复您" in town.letters()[0]
    town.at("08-09 16:00")
    town.clock()
    town.replies(number, CITY, "已加固。")
    town.clock()
    found = town.tally("07-25", "08-31")
    assert (found.total("overdue"), found.total("replied_on_time", CITY)) == (0, 1)
    assert str(FORMULAS["extended_rate"].of(found, CITY)) == "100.00%"


def test_an_answer_off_the_point_is_sent_back_and_a_second_time_climbs(town: Town):
    number = town.calls("三轮车夜里轰鸣")
    town.dispatches(number, CITY)
    town.claims(number, CITY)
    for text in ("已收悉。", "正在研究。"):
        town.replies(number, CITY, text)
        town.sends_for_rework(number, "没说怎么处理")
    with town.ticket(number) as (session, ticket):
        assert [order.colour for order in supervision.orders_of(session, ticket)] == ["red"]
    town.replies(number, CITY, "已查扣两辆，夜间设卡。")
    town.approves(number)
    town.clock()
    town.rates(number, solved=False, satisfied=1, grievance=Grievance.NOT_SOLVED)
    with pytest.raises(StepRefused, match="未解决"):
        town.closes(number)
    town.sends_for_rework(number, "诉求人说仍有轰鸣")
    assert town.status(number) == "in_progress"


def test_one_reply_reaches_everybody_who_asked_the_same(town: Town):
    numbers = [
        town.calls("小区停水两天", requester=Requester(email=f"c{n}@example.invalid"))
        for n in range(3)
    ]
    parent, *others = numbers
    town.dispatches(parent, CITY)
    for number in others:
        town.merges(number, parent)
    town.claims(parent, CITY)
    town.replies(parent, CITY, "今晚八点恢复。")
    town.approves(parent)
    town.clock()
    letters = town.letters()
    assert len(letters) == 3
    assert all(any(number in letter for letter in letters) for number in numbers)


def test_a_merge_can_be_taken_back(town: Town):
    parent, other = town.calls("小区停水"), town.calls("水管爆了")
    town.dispatches(parent, CITY)
    town.merges(other, parent)
    assert town.status(other) == "merged"
    with town.ticket(other) as (session, ticket):
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": town.now}
        merging.unmerge(session, ticket, **facts)
    assert town.status(other) == "accepted"


def test_a_lead_hears_its_assistants_before_it_answers(town: Town):
    number = town.calls("工地夜里打桩又冒烟")
    town.dispatches(number, CITY)
    town.claims(number, CITY)
    town.at("07-25 16:00")
    town.asks_to_assist(number, ENVIRONMENT)
    with pytest.raises(StepRefused, match=ENVIRONMENT):
        town.replies(number, CITY, "已停工。")
    with town.ticket(number) as (session, ticket):
        said = "烟尘超标，已立案。"
        dispatch.advise(session, ticket, said, actor=handler_of(ENVIRONMENT), now=town.now)
    town.replies(number, CITY, "已停工，烟尘另案处理。")
    assert town.status(number) == "replied"
