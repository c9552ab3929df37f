"""The picture in the README, taken again by `make screenshots`: a desk in the middle of a call."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CALENDAR, DISPATCHER, SUPERVISOR, handler_of
from PIL import Image
from playwright.sync_api import Page, expect

from hotline import clock
from hotline.city import load_city
from hotline.db import Database
from hotline.people import roster
from hotline.people.privacy import secret
from hotline.people.rights import CHANNEL, Actor, Role
from hotline.people.roster import Turn, shift_at
from hotline.tickets import dispatch, intake, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.words import Channel, MatterKind, Status
from hotline.web.line.calls import password_of

DOCS = Path(__file__).parents[2] / "docs"
LARGEST = 200_000  # bytes that a README may make its reader load
AGENT = Actor("zuoxi", Role.AGENT)
CALLER, EXTENSION = "13800000832", "8007"
MATTER = (
    "东兴区西林街道太白路七八家烧烤摊占道经营，油烟扰民，凌晨一两点还在吵，"
    "路都走不过去。上个月反映过，好了几天又摆出来。希望长期有人管。"
)
# Hours ago, whose number, what was asked, of what kind, and how far it has come.
HELP, COMPLAINT = MatterKind.HELP, MatterKind.COMPLAINT
PAST = (
    (26 * 24, CALLER, "东兴区西林街道太白路烧烤摊油烟大，熏得开不了窗", COMPLAINT, Status.CLOSED),
    (52, CALLER, "东兴区西林街道小区门口井盖松动，车一过就响", HELP, Status.IN_PROGRESS),
    (30, "", "东兴区西林街道烧烤摊占道经营，婴儿车推不过去", COMPLAINT, Status.IN_PROGRESS),
    (7, "", "东兴区西林街道太白路烧烤摊占道经营，油烟扰民", COMPLAINT, Status.DISPATCHED),
    (2, "", "东兴区西林街道烧烤摊半夜划拳，油烟扰民", COMPLAINT, Status.DISPATCHED),
)


@pytest.fixture
def past(site) -> None:
    """What the city has been asked so far, by real steps at their own times."""
    database = Database(site.settings.db_url)
    key = secret(site.settings.data_dir, "contact")
    with database.work() as session:
        now = clock.now()
        turn = Turn(clock.city_day(now), shift_at(now), "周班长", "8000")
        roster.enter(session, [turn], actor=SUPERVISOR, now=now)
        city = load_city(session, site.settings)
        for hours, phone, text, kind, status in PAST:
            now = clock.now() - timedelta(hours=hours)
            matter = Matter(text, kind, Channel.PHONE, requester=Requester(phone=phone))
            suggestion = city.router.suggest(text)
            ticket = intake.log(session, matter, suggestion, actor=AGENT, key=key, now=now)
            bring(session, ticket, status, city.calendar, now)
    database.engine.dispose()


def bring(session, ticket, status, calendar, now) -> None:
    """From logged to where it stands today."""
    unit = ticket.candidates[0]
    intake.accept(session, ticket, calendar=calendar, actor=AGENT, now=now)
    dispatch.dispatch(session, ticket, unit, calendar=calendar, actor=DISPATCHER, now=now)
    handler, soon = handler_of(unit), now + timedelta(hours=1)
    if status is not Status.DISPATCHED:
        dispatch.claim(session, ticket, calendar=CALENDAR, handler="张三", actor=handler, now=soon)
    if status is Status.CLOSED:
        replies.reply(session, ticket, "已办好。", actor=handler, now=soon)
        replies.approve(session, ticket, actor=DISPATCHER, now=soon)
        replies.deliver(session, ticket, actor=CHANNEL, now=soon)
        replies.close(session, ticket, actor=DISPATCHER, now=soon)


@pytest.fixture
def switch(site):
    """Tells what happens to a call, by now or some seconds ago."""

    def tell(call_id: str, kind: str, seconds: int = 0, **more: str) -> None:
        at = clock.now() - timedelta(seconds=seconds)
        body = {"kind": kind, "at": at.isoformat()} | more
        path = f"/api/v1/calls/{call_id}/events"
        assert site.web.ask(path, body, key=password_of(site.settings)).status < 300

    return tell


@pytest.mark.usefixtures("past")
def test_the_desk_in_the_middle_of_a_call(page_as, switch):
    page = page_as(Role.AGENT)
    sit_down(page)
    switch("waits", "queued", dialled="12345")
    known = {"caller": CALLER, "dialled": "12319"}
    switch("call", "queued", 100, **known)
    switch("call", "offered", 95, extension=EXTENSION, **known)
    switch("call", "answered", 83, extension=EXTENSION)
    expect(page.locator("#call")).to_contain_text("原属 市城管执法局")
    page.locator("#text").fill(MATTER)
    expect(page.locator("#advice .choice")).to_have_count(3)
    expect(page.locator("#nearby li")).not_to_have_count(0)
    page.keyboard.press("Alt+t")
    page.locator("#requester\\.name").fill("李某")
    page.locator("#text").focus()
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    picture = Image.open(io.BytesIO(page.screenshot()))
    # A page has few colours: a palette halves the file and shows the same.
    picture.quantize(256, dither=Image.Dither.NONE).save(DOCS / "console.png", optimize=True)
    assert (DOCS / "console.png").stat().st_size < LARGEST


def sit_down(page: Page) -> None:
    page.goto("/desk?new=1")
    page.keyboard.press("Alt+s")
    page.locator("#extension").fill(EXTENSION)
    page.keyboard.press("Enter")
    expect(page.locator("#seat-words")).to_have_text("空闲")
