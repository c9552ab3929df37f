"""How a matter came in, to whom it was written, and the short path: what a ticket keeps of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from builders import CALENDAR, CITY, NOON, SUGGESTION, Desk
from sqlmodel import select

from hotline.clock import city_day
from hotline.db import Database
from hotline.people.rights import Actor, Role
from hotline.reports.tallies import tally
from hotline.routing.types import Emergency
from hotline.tickets import queries, sources
from hotline.tickets.deadlines import span
from hotline.tickets.models import Alarm
from hotline.tickets.sources import AlreadyLogged
from hotline.tickets.steps import broken_link
from hotline.tickets.words import Channel, Path, Urgency

SUPERVISOR = Actor("督办员一", Role.SUPERVISOR)
SCHOOLS = "市教育局"


def letters(database: Database) -> dict[str, int]:
    with database.read() as session:
        found = tally(session, city_day(NOON), city_day(NOON), actor=SUPERVISOR)
    return dict(found.by("letters", "unit"))


def test_a_letter_counts_for_the_unit_it_was_written_to_whoever_works_on_it(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        letter = desk.dispatched(CITY, channel=Channel.LEADER_MAILBOX, addressee=SCHOOLS)
        desk.logged()
        assert (letter.addressee, letter.lead_unit) == (SCHOOLS, CITY)
        assert broken_link(queries.events(session, letter)) is None
    assert letters(database) == {SCHOOLS: 1}


def test_the_accused_do_not_count_a_letter_about_themselves(database: Database):
    with database.work() as session:
        accusing = replace(SUGGESTION, excluded=(SCHOOLS,))
        Desk(session, NOON).logged(accusing, channel=Channel.LEADER_MAILBOX, addressee=SCHOOLS)
    assert letters(database) == {}


def test_what_was_written_elsewhere_is_lodged_when_it_was_written(database: Database):
    posted = NOON - timedelta(days=3)
    with database.work() as session:
        ticket = Desk(session, NOON).accepted(channel=Channel.MESSAGE_BOARD, written_at=posted)
        assert (ticket.logged_at, ticket.accepted_at) == (posted, NOON)
        assert ticket.promised_at == CALENDAR.add_working_days(NOON, 15)
        assert ticket.number.startswith("NJ20180722")


def test_an_emergency_from_elsewhere_rings_now(database: Database):
    urgent = replace(SUGGESTION, emergency=Emergency("119", ("起火",)))
    with database.work() as session:
        posted = NOON - timedelta(days=3)
        facts = {"channel": Channel.MESSAGE_BOARD, "written_at": posted}
        ticket = Desk(session, NOON).logged(urgent, **facts)
        session.flush()
        alarm = session.exec(select(Alarm).where(Alarm.ticket_id == ticket.id)).one()
        assert alarm.raised_at == NOON


def test_a_reference_is_one_ticket_in_its_channel_and_may_be_another_in_the_next(
    database: Database,
):
    with database.work() as session:
        desk = Desk(session, NOON)
        case = desk.logged(channel=Channel.POLICE_HANDOVER)
        sources.note(session, case, "J1", told=True)
        sources.note(session, desk.logged(channel=Channel.WECHAT), "J1")
        again = desk.logged(channel=Channel.POLICE_HANDOVER)
        with pytest.raises(AlreadyLogged, match=f"J1 已登记为工单 {case.number}"):
            sources.note(session, again, "J1")
        assert sources.find(session, Channel.POLICE_HANDOVER, "J1") is case
        assert sources.of(session, case).told is True


def test_a_short_path_has_its_own_hour_for_unit_and_promise_day_and_night(database: Database):
    night = NOON + timedelta(hours=11)
    with database.work() as session:
        facts = {"path": Path.MOVE_CAR, "urgency": Urgency.URGENT}
        ticket = Desk(session, night).dispatched("市公安局", **facts)
        (lead,) = ticket.assignments
        assert lead.due_at == ticket.promised_at == night + timedelta(minutes=60)
        assert lead.warn_at == night + timedelta(minutes=48)


def test_what_is_critical_goes_before_a_longer_limit_of_its_path(database: Database):
    limits = CALENDAR.limits
    longer = replace(limits, values=limits.values | {"act_move_car": 600})
    with database.work() as session:
        desk = Desk(session, NOON)
        ticket = desk.accepted(path=Path.MOVE_CAR, urgency=Urgency.CRITICAL)
        given = span(
            ticket.kind, ticket.urgency, "lead", CITY, NOON,
            replace(CALENDAR, limits=longer), ticket.path,
        )  # fmt: skip
        assert given.due == NOON + limits.span("act_critical")
