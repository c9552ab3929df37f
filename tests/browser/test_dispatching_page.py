"""The dispatch desk, the supervisor's page, tallies and reports as hands and eyes meet them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from accessible import assert_accessible
from builders import CITY, ENVIRONMENT, SUGGESTION, Desk
from playwright.sync_api import Page, expect
from sqlmodel import select
from walks import approved, events, make, objected, row, unsolved
from windows import WINDOWS

from hotline import clock
from hotline.db import Database
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.delivery.states import State
from hotline.people.rights import Role
from hotline.routing.types import Emergency
from hotline.tickets.words import Channel, Status, Urgency
from hotline.web.dispatching.piles import Pile

SMOKE = replace(SUGGESTION, emergency=Emergency("119", ("冒浓烟",)))


@pytest.fixture(scope="module")
def database(site) -> Iterator[Database]:
    database = Database(site.settings.db_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def made(database) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""
    return partial(make, database)


@pytest.fixture
def dispatcher(page_as) -> Page:
    return page_as(Role.DISPATCHER, at="about:blank")


@pytest.fixture
def full(made, database) -> None:
    """Something in every pile, and something that burns."""
    alarm(made)
    for walk in (Desk.logged, Desk.accepted, objected, Desk.replied, unsolved):
        made(walk)
    made(Desk.in_progress, now=clock.now() - timedelta(days=90))
    number = made(approved)
    with database.work() as session:
        owed = select(Delivery).where(Delivery.ticket_id == row(database, number).id)
        delivery = session.exec(owed).one()
        # No worker takes it up any more, and none has.
        delivery.state, delivery.done_at = State.UNKNOWN, clock.now()
        session.add(delivery)
        session.add(DeliveryAttempt(delivery_id=delivery.id, at=clock.now(), result="unknown"))


def alarm(made) -> str:
    return made(Desk.logged, suggestion=SMOKE, text="楼道冒浓烟", channel=Channel.WEB)


def shown(page: Page) -> str:
    """The number of the ticket on the right."""
    return page.locator(".sheet [data-key=t]").inner_text()


def open_at(page: Page, pile: Pile, number: str) -> None:
    page.goto(f"/dispatching/{pile}?at={number}")
    expect(page.locator(".sheet [data-key=t]")).to_have_text(number)


def count(page: Page, pile: Pile) -> int:
    return int(page.locator(f'[data-pile="{pile}"] b').inner_text())


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_dispatching_takes_two_keys_and_the_next_is_there(dispatcher, made, database):
    page = dispatcher
    first, second = (made(Desk.accepted, urgency=Urgency.CRITICAL) for _ in range(2))
    open_at(page, Pile.TO_DISPATCH, first)
    unit = page.locator(".choice input").nth(1).get_attribute("value")
    press(page, "2")
    expect(page.locator(".choice input").nth(1)).to_be_checked()
    with page.expect_navigation():
        press(page, "Enter")
    expect(page.locator("#messages")).to_contain_text(f"{first}：已派给{unit}")
    assert shown(page) == second
    assert row(database, first).lead_unit == unit


def test_keys_go_up_and_down_the_list_and_through_the_piles(dispatcher, made):
    page = dispatcher
    first, second = (made(Desk.replied, urgency=Urgency.CRITICAL) for _ in range(2))
    open_at(page, Pile.TO_REVIEW, first)
    for key, number in (("j", second), ("k", first)):
        with page.expect_navigation():
            press(page, key)
        assert shown(page) == number
    for key, pile in (("[", Pile.TO_RULE), ("]", Pile.TO_REVIEW)):
        with page.expect_navigation():
            press(page, key)
        assert page.url.endswith(f"/dispatching/{pile}")


def test_another_unit_is_written_without_its_letters_being_taken_for_keys(
    dispatcher, made, database, faults
):
    page, number = dispatcher, made(Desk.accepted)
    open_at(page, Pile.TO_DISPATCH, number)
    press(page, "o")
    expect(page.locator("#other")).to_be_focused()
    page.keyboard.type("jka[]i")
    expect(page.locator("#other")).to_have_value("jka[]i")
    # What is no unit comes back under the hands of whoever wrote it.
    faults.expect("status of 422")
    with page.expect_navigation():
        press(page, "Enter")
    expect(page.locator("#other")).to_be_focused()
    page.locator("#other").fill(ENVIRONMENT)
    with page.expect_navigation():
        press(page, "Enter")
    assert row(database, number).lead_unit == ENVIRONMENT


def test_a_reply_is_checked_and_approved_by_three_keys(dispatcher, made, database):
    page, number = dispatcher, made(Desk.replied)
    open_at(page, Pile.TO_REVIEW, number)
    expect(page.get_by_role("region", name="市民将看到")).to_contain_text("已责令整改。")
    press(page, "a")
    assert "approve" not in events(database, number)
    with page.expect_navigation():
        press(page, "1", "2", "a")
    expect(page.locator("#messages")).to_contain_text("答复已审核")
    assert events(database, number)[4] == "reply"
    assert "approve" in events(database, number)


def test_a_reply_goes_back_by_keys_alone(dispatcher, made, database):
    page, number = dispatcher, made(Desk.replied)
    open_at(page, Pile.TO_REVIEW, number)
    press(page, "r")
    expect(page.locator("#reason")).to_be_focused()
    page.keyboard.type("没有联系诉求人")
    with page.expect_navigation():
        press(page, "Control+Enter")
    assert row(database, number).status == Status.IN_PROGRESS


@pytest.mark.parametrize(("key", "unit"), [("g", ENVIRONMENT), ("f", CITY)])
def test_an_objection_is_ruled_on_by_one_key(dispatcher, made, database, key, unit):
    page, number = dispatcher, made(objected)
    open_at(page, Pile.TO_RULE, number)
    with page.expect_navigation():
        press(page, key)
    ruled = row(database, number)
    assert (ruled.status, ruled.lead_unit) == (Status.DISPATCHED, unit)


def test_an_objection_goes_to_the_runner_up_by_its_number(dispatcher, made, database):
    page, number = dispatcher, made(objected)
    open_at(page, Pile.TO_RULE, number)
    unit = page.locator(".runner-up").first.get_attribute("value")
    assert unit not in (CITY, ENVIRONMENT)
    with page.expect_navigation():
        press(page, "1")
    assert row(database, number).lead_unit == unit


def test_an_alarm_is_taken_by_enter(dispatcher, made):
    page, number = dispatcher, alarm(made)
    open_at(page, Pile.ALARMS, number)
    with page.expect_navigation():
        press(page, "Enter")
    expect(page.locator("#messages")).to_contain_text("已由您接警")
    with page.expect_navigation():
        press(page, "z")
    assert shown(page) == number


def test_a_merge_is_taken_back_by_one_key(dispatcher, made, database):
    page, parent, child = dispatcher, made(Desk.dispatched), made(Desk.logged)
    open_at(page, Pile.TO_ACCEPT, child)
    page.locator("#parent").fill(parent)
    with page.expect_navigation():
        press(page, "Enter")
    assert row(database, child).status == Status.MERGED
    with page.expect_navigation():
        press(page, "z")
    assert row(database, child).status == Status.ACCEPTED


def test_the_sentence_of_the_directory_is_read_before_it_is_said(dispatcher, made):
    page = dispatcher
    open_at(page, Pile.TO_ACCEPT, made(Desk.logged))
    press(page, "i")
    expect(page.locator("#code")).to_be_focused()
    page.locator("#code").select_option(index=1)
    sentence = page.locator("#code option").nth(1).get_attribute("data-sentence")
    expect(page.locator("#directory-sentence")).to_have_text(sentence)


def test_a_new_alarm_announces_itself_and_moves_nothing(dispatcher, made):
    page = dispatcher
    open_at(page, Pile.TO_REVIEW, made(Desk.replied))
    before = count(page, Pile.ALARMS)
    page.locator("#reason").fill("写到一半")
    alarm(made)
    expect(page.locator('[data-pile="alarms"] b')).to_have_text(str(before + 1))
    expect(page.locator("#news")).to_contain_text("紧急告警有新的了")
    expect(page.locator("#reason")).to_have_value("写到一半")
    expect(page.locator("#reason")).to_be_focused()


def test_the_keys_of_the_page_are_told(dispatcher, made):
    page = dispatcher
    open_at(page, Pile.TO_REVIEW, made(Desk.replied))
    press(page, "?")
    keys = page.locator("#keys")
    for words in ("审核通过，答复诉求人", "写退回原因", "打开工单页"):
        expect(keys).to_contain_text(words)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("window", WINDOWS)
def test_every_pile_is_accessible_and_fits_its_window(page_as, window):
    width, height = WINDOWS[window]
    page = page_as(Role.DISPATCHER, viewport={"width": width, "height": height})
    for pile in Pile:
        page.goto(f"/dispatching/{pile}")
        expect(page.locator(".sheet")).to_be_visible()
        assert_fits(page, width)
        assert_accessible(page)


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("window", WINDOWS)
def test_the_supervisors_pages_are_accessible_and_fit_their_window(page_as, window):
    width, height = WINDOWS[window]
    page = page_as(Role.SUPERVISOR, viewport={"width": width, "height": height})
    today = clock.city_day(clock.now())
    for path in (
        "/supervision", "/supervision/overdue", "/tallies?by=unit&period=month",
        "/tallies?by=kind", "/tallies/list?measure=received", "/reports",
        f"/reports/day/{today}", f"/reports/month/{today}",
    ):  # fmt: skip
        page.goto(path)
        assert_fits(page, width)
        assert_accessible(page)


@pytest.mark.usefixtures("full")
def test_a_count_is_a_door_by_its_key(page_as):
    page = page_as(Role.SUPERVISOR)
    words = page.locator(".burns a").first.inner_text()
    with page.expect_navigation():
        press(page, "1")
    expect(page.locator("h1")).to_have_text("超期")
    overdue = int(words.split()[0])
    expect(page.locator("main")).to_contain_text(f"共 {overdue} 件")


def assert_fits(page: Page, width: int) -> None:
    """Nothing has to be scrolled for sideways."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url
