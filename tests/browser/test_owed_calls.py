"""Calls that the desk owes in a real browser: by keyboard, and heard of on an open desk."""

import re
from collections.abc import Iterator

import pytest
from accessible import assert_accessible
from builders import CALENDAR, DISPATCHER, Desk
from playwright.sync_api import expect

from hotline import clock
from hotline.db import Database
from hotline.delivery import outbox
from hotline.people.privacy import secret
from hotline.people.rights import CHANNEL, Role
from hotline.telephony import calls, events
from hotline.telephony.events import SwitchEvent
from hotline.telephony.journal import CallRecord
from hotline.telephony.words import CallEventKind
from hotline.tickets import replies
from hotline.tickets.intake import Requester


@pytest.fixture(scope="module")
def database(site) -> Iterator[Database]:
    database = Database(site.settings.db_url)
    yield database
    database.engine.dispose()


def give_up(site, database: Database, call_id: str, caller: str) -> None:
    key, now = secret(site.settings.data_dir, "contact"), clock.now()
    with database.work() as session:
        record = CallRecord(call_id, caller, "12369", "intake", "12345", "12369", now)
        calls.add_calls(session, [record], key=key)
        for kind in (CallEventKind.QUEUED, CallEventKind.ABANDONED):
            told = SwitchEvent(call_id, kind, now)
            events.record(session, told, limits=CALENDAR.limits, key=key, now=now)


def test_a_follow_up_call_is_made_by_keyboard_alone(page_as, database):
    with database.work() as session:
        desk = Desk(session, clock.now())
        ticket = desk.replied(requester=Requester(name="李某", phone="13800000832"))
        outbox.approve(session, ticket, actor=DISPATCHER, now=desk.now)
        replies.deliver(session, ticket, actor=CHANNEL, now=desk.now)
        number = ticket.number
    page = page_as(Role.AGENT, at="/desk/follow-ups")
    assert_accessible(page)
    # By its lot, another requester told by another test may stand before this one.
    row = page.locator(f"form[action*={number}] [data-key]")
    page.keyboard.press(row.get_attribute("data-key"))
    page.wait_for_url(re.compile(number))
    expect(page.locator(".dial")).to_have_text("13800000832")
    assert_accessible(page)
    page.get_by_role("radio", name="未解决").focus()
    page.keyboard.press("Space")
    page.get_by_role("radio", name="不满意", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label(re.compile("不满意的主要原因")).select_option("slow")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/desk/follow-ups$"))
    expect(page.get_by_text(number).locator("visible=true").first).to_contain_text("已回访")


def test_a_call_given_up_is_counted_on_a_desk_that_is_open(page_as, site, database):
    page = page_as(Role.AGENT, at="/desk")
    before = int(page.locator("#missed").inner_text())
    give_up(site, database, "missed-1", "13911112222")
    expect(page.locator("#missed")).to_have_text(str(before + 1))
    page.goto("/desk/return-calls")
    assert_accessible(page)
    page.keyboard.press(str(before + 1))
    expect(page.locator(".dial")).to_have_text("13911112222")
    page.keyboard.press("F2")
    page.wait_for_url(re.compile(r"/desk\?call=missed-1"))
    expect(page.locator("#caller")).to_contain_text("139")


@pytest.mark.parametrize("path", ["/supervision/ratings", "/supervision/opinions", "/opinions/new"])
def test_the_pages_of_a_supervisor_are_accessible(page_as, path):
    assert_accessible(page_as(Role.SUPERVISOR, at=path))
