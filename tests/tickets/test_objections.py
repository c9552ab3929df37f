"""退单: in its window, once a unit; a second is ruled on jointly while the district acts."""

from datetime import timedelta

import pytest
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, Desk, handler_of

from hotline.db import Database
from hotline.errors import Invalid, StepRefused
from hotline.tickets import dispatch, objections, precedents, queries, replies
from hotline.tickets.intake import Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Ground, Part, Urgency

DISTRICT, POLICE = "东兴区", "市公安局"


def object_to(session, ticket: Ticket, right_unit: str = ENVIRONMENT, now=NOON, note="不归我局"):
    return objections.object_to(
        session, ticket, calendar=CALENDAR, ground=Ground.NOT_OUR_DUTY, right_unit=right_unit,
        note=note, actor=handler_of(ticket.lead_unit), now=now,
    )  # fmt: skip


def rule(session, ticket: Ticket, *, granted: bool, now=NOON, **facts):
    return objections.rule(
        session, ticket, granted=granted, calendar=CALENDAR, actor=DISPATCHER, now=now, **facts
    )


def test_an_objection_must_come_within_a_working_day_of_dispatch(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        last = CALENDAR.add_working_days(NOON, 1, CITY)
        with pytest.raises(StepRefused, match="1 个工作日内"):
            object_to(session, ticket, now=last + timedelta(seconds=1))
        object_to(session, ticket, now=last)


def test_a_unit_objects_once(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        object_to(session, ticket)
        rule(session, ticket, granted=False)
        with pytest.raises(StepRefused, match="已退过一次"):
            object_to(session, ticket)


def claimed(session, ticket: Ticket, now) -> str:
    """As what the claim counts beside a claim: late, or nothing."""
    facts = {"handler": "张三", "calendar": CALENDAR, "actor": handler_of(ticket.lead_unit)}
    return dispatch.claim(session, ticket, **facts, now=now).reason


def test_the_days_that_the_desk_took_to_refuse_an_objection_make_no_claim_late(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        object_to(session, ticket)
        ruled_at = CALENDAR.add_working_days(NOON, 3, CITY)
        rule(session, ticket, granted=False, now=ruled_at)
        last = CALENDAR.add_working_days(ruled_at, 1, CITY)
        with session.begin_nested() as either:
            assert claimed(session, ticket, last + timedelta(seconds=1)) == dispatch.LATE
            either.rollback()
        assert claimed(session, ticket, last) == ""


def test_whoever_objects_when_it_should_have_claimed_is_late_whatever_the_ruling(
    database: Database,
):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(urgency=Urgency.URGENT)
        late = NOON + timedelta(minutes=31)
        object_to(session, ticket, now=late)
        rule(session, ticket, granted=False, now=late)
        assert claimed(session, ticket, late) == dispatch.LATE


def test_a_unit_that_claimed_in_time_may_object_later_and_claims_again_in_time(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(urgency=Urgency.URGENT)
        assert claimed(session, ticket, NOON) == ""
        later = NOON + timedelta(hours=1)
        object_to(session, ticket, now=later)
        rule(session, ticket, granted=False, now=later)
        assert claimed(session, ticket, later + timedelta(minutes=30)) == ""


def test_rework_gives_a_unit_a_new_clock_but_no_new_say_whose_it_is(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        later = CALENDAR.add_working_days(NOON, 2, CITY)
        replies.send_for_rework(
            session, ticket, "没联系诉求人", calendar=CALENDAR, actor=DISPATCHER, now=later
        )
        assert dispatch.lead_of(ticket).dispatched_at == later
        with pytest.raises(StepRefused, match="1 个工作日内"):
            object_to(session, ticket, now=later)


def test_a_unit_that_is_given_the_ticket_anew_may_say_so_in_a_new_window(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        later = CALENDAR.add_working_days(NOON, 2, CITY)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": later}
        dispatch.transfer(session, ticket, ENVIRONMENT, **facts)
        dispatch.transfer(session, ticket, CITY, **facts)
        assert object_to(session, ticket, now=later)


def test_a_second_objection_is_ruled_on_jointly_within_a_working_day(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        assert object_to(session, ticket).joint_by is None
        rule(session, ticket, granted=True)
        second = object_to(session, ticket, POLICE)
        assert second.joint_by == CALENDAR.add_working_days(NOON, 1)
        with pytest.raises(Invalid) as refusal:
            rule(session, ticket, granted=True)
        assert refusal.value.field == "basis"
        rule(session, ticket, granted=True, basis="会商：噪声属生活类，由公安办理")
        assert ticket.lead_unit == POLICE


def test_the_district_acts_while_departments_quarrel(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        object_to(session, ticket)
        assert helping(ticket) == []
        rule(session, ticket, granted=True)
        object_to(session, ticket, POLICE)
        assert helping(ticket) == [DISTRICT]


def test_a_district_that_is_given_the_ticket_helps_itself_no_longer(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        object_to(session, ticket)
        rule(session, ticket, granted=True)
        object_to(session, ticket, POLICE)
        rule(session, ticket, granted=True, unit=DISTRICT, basis="属地先办")
        standing = [(each.unit, each.part) for each in dispatch.open_assignments(ticket)]
        assert standing == [(DISTRICT, Part.LEAD)]


def test_a_district_accused_itself_does_not_act(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
        ticket.excluded = [DISTRICT]
        object_to(session, ticket)
        rule(session, ticket, granted=True)
        object_to(session, ticket, POLICE)
        assert helping(ticket) == []


def test_rulings_are_found_again_by_their_words_newest_first(database: Database):
    with database.work() as session:
        for matter, granted in (("桥洞下面积水", True), ("路灯坏了三天", False)):
            ticket = Desk(session, NOON).dispatched(text=matter, title="")
            object_to(session, ticket, note="三定方案第二条")
            rule(session, ticket, granted=granted, basis="按三定方案")
        found = precedents.precedents(session)
        assert [each.matter for each in found] == ["路灯坏了三天", "桥洞下面积水"]
        (lamp,) = precedents.precedents(session, ["路灯", "三定"])
        assert (lamp.unit, lamp.right_unit, lamp.granted) == (CITY, ENVIRONMENT, False)
        assert (lamp.ruled_unit, lamp.basis) == (CITY, "按三定方案")
        assert precedents.precedents(session, ["%"]) == []


def ruled(session, text: str, *, granted: bool, **matter) -> Ticket:
    ticket = Desk(session, NOON).dispatched(text=text, title="", **matter)
    object_to(session, ticket)
    rule(session, ticket, granted=granted)
    session.flush()
    return ticket


def test_the_ruling_cited_is_the_most_alike_between_the_same_units(database: Database):
    with database.work() as session:
        smoke = ruled(session, "楼下饭店油烟直排，呛得睡不着", granted=True)
        ruled(session, "路边摆摊占道经营", granted=False)
        ruled(session, "楼下饭店油烟太大", granted=True, confidential=True)
        Desk(session, NOON).dispatched(text="楼下饭店油烟直排")
        units = (CITY, ENVIRONMENT)
        cited = precedents.nearest(session, units, "小区楼下饭店油烟直排")
        assert (cited.number, cited.unit) == (smoke.number, ENVIRONMENT)
        assert 0.3 < cited.likeness < 1
        assert precedents.nearest(session, (CITY, POLICE), "楼下饭店油烟直排") is None


def test_of_rulings_that_are_not_alike_the_newest_between_the_units_is_cited(database: Database):
    with database.work() as session:
        ruled(session, "楼下饭店油烟直排", granted=True)
        newest = ruled(session, "桥洞积水", granted=False)
        cited = precedents.nearest(session, (ENVIRONMENT, CITY), "垃圾没人收")
        assert (cited.number, cited.unit, cited.likeness) == (newest.number, CITY, 0)


def test_pairs_of_units_that_quarrel_are_counted_with_who_was_right(database: Database):
    with database.work() as session:
        for granted in (True, False, None):
            ticket = Desk(session, NOON).dispatched()
            object_to(session, ticket)
            if granted is not None:
                rule(session, ticket, granted=granted)
        (pair,) = precedents.bounces(session, NOON, NOON + timedelta(days=1))
        assert (pair.unit, pair.right_unit) == (CITY, ENVIRONMENT)
        assert (pair.raised, pair.granted, pair.open) == (3, 1, 1)
        assert precedents.bounces(session, NOON - timedelta(days=1), NOON) == []


def test_a_claim_after_its_time_is_told_apart(database: Database):
    with database.work() as session:
        early, late = (Desk(session, NOON).dispatched() for _ in range(2))
        limit = CALENDAR.add_working_days(NOON, 1, CITY)
        for ticket, now in ((early, limit), (late, limit + timedelta(seconds=1))):
            facts = {"calendar": CALENDAR, "actor": handler_of(CITY), "now": now}
            dispatch.claim(session, ticket, handler="张三", **facts)
        reasons = [queries.events(session, ticket)[-1].reason for ticket in (early, late)]
    assert reasons == ["", "late"]


def test_an_assistant_says_its_part_and_is_done(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
        dispatch.advise(session, ticket, "噪声值已测。", actor=handler_of(ENVIRONMENT), now=NOON)
        assert helping(ticket) == []
        assert dispatch.lead_of(ticket).unit == CITY
        for actor in (handler_of(ENVIRONMENT), handler_of(CITY)):
            with pytest.raises(StepRefused, match="不是协办单位"):
                dispatch.advise(session, ticket, "再说", actor=actor, now=NOON)


def helping(ticket: Ticket) -> list[str]:
    standing = dispatch.open_assignments(ticket)
    return [assignment.unit for assignment in standing if assignment.part == Part.ASSIST]


def test_a_reply_waits_for_those_called_in_or_says_why_not(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        later = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON + timedelta(hours=1)}
        dispatch.assist(session, ticket, ENVIRONMENT, **later)
        facts = {"actor": handler_of(CITY), "now": NOON + timedelta(hours=2)}
        with pytest.raises(StepRefused, match=ENVIRONMENT) as refusal:
            replies.reply(session, ticket, "已办好。", **facts)
        assert refusal.value.field == "without"
        replies.reply(session, ticket, "已办好。", without="环保局已口头答复", **facts)
        assert dispatch.open_assignments(ticket) == []


def test_whoever_is_given_the_ticket_later_hears_those_called_in_before(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        later = {"calendar": CALENDAR, "actor": DISPATCHER}
        dispatch.assist(session, ticket, ENVIRONMENT, now=NOON + timedelta(hours=1), **later)
        dispatch.transfer(session, ticket, POLICE, now=NOON + timedelta(hours=2), **later)
        police = {"actor": handler_of(POLICE), "now": NOON + timedelta(hours=3)}
        dispatch.claim(session, ticket, handler="李四", calendar=CALENDAR, **police)
        with pytest.raises(StepRefused, match=ENVIRONMENT):
            replies.reply(session, ticket, "已办好。", **police)


def test_a_department_that_guides_from_the_start_is_not_waited_for(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).in_progress()
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": NOON}
        dispatch.assist(session, ticket, ENVIRONMENT, **facts)
        replies.reply(session, ticket, "已办好。", actor=handler_of(CITY), now=NOON)
        assert ticket.status == "replied"


@pytest.mark.parametrize("fault", ["answers_matter", "contact_proved"])
def test_a_reply_that_fails_its_check_does_not_leave(database: Database, fault: str):
    with database.work() as session:
        ticket = Desk(session, NOON).replied()
        with pytest.raises(Invalid) as refusal:
            replies.approve(session, ticket, actor=DISPATCHER, now=NOON, **{fault: False})
        assert refusal.value.field == fault
        assert ticket.status == "replied"


def test_nobody_need_prove_to_have_spoken_with_an_anonymous_requester(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).replied(requester=Requester())
        facts = {"answers_matter": True, "contact_proved": False}
        replies.approve(session, ticket, actor=DISPATCHER, now=NOON, **facts)
        assert ticket.status == "approved"


def test_of_many_pairs_those_that_quarrel_most_are_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(precedents, "PAIRS", 1)
    with database.work() as session:
        for right_unit in (POLICE, ENVIRONMENT, ENVIRONMENT):
            object_to(session, Desk(session, NOON).dispatched(), right_unit)
        (pair,) = precedents.bounces(session, NOON, NOON + timedelta(days=1))
        assert (pair.right_unit, pair.raised) == (ENVIRONMENT, 2)
