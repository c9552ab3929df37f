"""A handler's day in a real browser: by keyboard, beside the list, on a phone, on paper."""

import re
from collections.abc import Callable, Iterator

import pytest
from accessible import assert_accessible
from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, Desk, handler_of
from playwright.sync_api import Page, expect
from walks import delivered, objected, row
from windows import WINDOWS

from hotline import clock
from hotline.db import Database
from hotline.people.rights import Role
from hotline.tickets import dispatch, extensions
from hotline.tickets.models import Ticket

PHONE = {"width": 390, "height": 760}


@pytest.fixture(scope="module")
def database(site) -> Iterator[Database]:
    database = Database(site.settings.db_url)
    yield database
    database.engine.dispose()


@pytest.fixture
def made(database) -> Callable[..., str]:
    """The number of a ticket brought to where a test begins."""

    def make(walk: Callable[..., Ticket], **how: object) -> str:
        with database.work() as session:
            return walk(Desk(session, clock.now()), **how).number

    return make


def open_from_list(page: Page, number: str) -> None:
    page.locator(f'.row-link[href$="{number}"]').click()
    expect(page.locator("article")).to_contain_text(number)


def test_an_inbox_is_worked_by_keyboard_alone(page_as, made):
    first, second = made(Desk.dispatched), made(Desk.dispatched)
    page = page_as(Role.HANDLER, at="/inbox?pile=to_claim")
    rows = page.locator(".row-link")
    place = [row.get_attribute("href")[-len(first) :] for row in rows.all()].index(second)
    for _ in range(place + 1):
        page.keyboard.press("j")
    expect(rows.nth(place)).to_be_focused()
    page.keyboard.press("k")
    expect(rows.nth(place - 1)).to_be_focused()
    page.keyboard.press("j")
    expect(rows.nth(place)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_contain_text(second)
    expect(rows.nth(place)).to_be_focused()
    page.keyboard.press("c")
    expect(page.locator("#messages")).to_contain_text("已签收 1 件")
    expect(page.locator(f'.row-link[href$="{second}"]')).to_have_count(0)
    expect(page.locator(f'.row-link[href$="{first}"]')).to_have_count(1)


def test_the_map_of_keys_names_those_of_the_inbox(page_as, made):
    made(Desk.dispatched)
    page = page_as(Role.HANDLER, at="/inbox?pile=to_claim")
    page.keyboard.press("?")
    for key in ("j", "k", "c", "/"):
        expect(page.locator("#keys").get_by_text(key, exact=True).first).to_be_visible()


def test_the_letter_shows_the_reply_while_it_is_typed(page_as, made):
    number = made(Desk.in_progress)
    page = page_as(Role.HANDLER, at="/inbox?pile=in_progress")
    open_from_list(page, number)
    page.get_by_label("答复内容").fill("已派人清理。")
    expect(page.locator(".letter")).to_contain_text("李某，您好！")
    expect(page.locator(".letter")).to_contain_text("已派人清理。")


def test_a_reply_begun_is_there_again_after_looking_at_another_ticket(page_as, made):
    one, other = made(Desk.in_progress), made(Desk.in_progress)
    page = page_as(Role.HANDLER, at="/inbox?pile=in_progress")
    open_from_list(page, one)
    page.get_by_label("答复内容").fill("写到一半")
    open_from_list(page, other)
    expect(page.get_by_label("答复内容")).to_have_value("")
    open_from_list(page, one)
    expect(page.get_by_label("答复内容")).to_have_value("写到一半")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text(f"已答复。工单 {one}")


def test_a_reply_is_written_and_sent_by_keys_alone(page_as, made):
    number = made(Desk.in_progress)
    page = page_as(Role.HANDLER, at="/inbox")
    page.keyboard.press("2")
    page.wait_for_url("**pile=in_progress**")
    page.locator(f'.row-link[href$="{number}"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_contain_text(number)
    page.keyboard.press("r")
    expect(page.get_by_label("答复内容")).to_be_focused()
    page.keyboard.type("已派人清理。")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text(f"已答复。工单 {number}")


def test_the_key_sends_the_step_that_is_written_not_the_first(page_as, made):
    number = made(Desk.in_progress)
    page = page_as(Role.HANDLER, at=f"/tickets/{number}")
    page.locator("summary", has_text="申请延期").click()
    page.locator("#ask_extension-days").select_option("3")
    page.locator("#ask_extension-reason").fill("等化验结果")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#messages")).to_contain_text("延期")
    expect(page.locator(".story")).not_to_contain_text("答复")


def test_a_list_leads_to_the_step_it_is_about(page_as, made, database):
    number = made(Desk.in_progress)
    with database.work() as session:
        ticket = row(database, number)
        session.add(ticket)
        extensions.ask(
            session, ticket, days=3, reason="等化验结果", calendar=CALENDAR,
            actor=handler_of(CITY), now=clock.now(),
        )  # fmt: skip
    page = page_as(Role.DISPATCHER, at="/supervision/orders")
    page.get_by_role("link", name=number).click()
    expect(page.get_by_label("同意延期", exact=True)).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/supervision/orders")
    expect(page.locator("#messages")).to_contain_text(number)


def test_the_way_back_leads_to_the_ticket_before_and_the_keys_still_move(page_as, made):
    one, other = made(Desk.in_progress), made(Desk.in_progress)
    page = page_as(Role.HANDLER, at="/inbox?pile=in_progress")
    open_from_list(page, one)
    open_from_list(page, other)
    page.go_back()
    expect(page.locator("article")).to_contain_text(one)
    page.keyboard.press("j")
    expect(page.locator(".row-link:focus")).to_have_count(1)


def test_a_ticket_gone_to_another_unit_says_so_and_the_list_is_fresh(
    page_as, made, database, faults
):
    number = made(Desk.dispatched)
    page = page_as(Role.HANDLER, at="/inbox?pile=to_claim")
    with database.work() as session:
        ticket = row(database, number)
        session.add(ticket)
        dispatch.transfer(
            session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=clock.now()
        )
    faults.expect("status of 404")
    faults.expect("Error Code 404")
    page.locator(f'.row-link[href$="{number}"]').click()
    expect(page.locator("#messages")).to_contain_text(f"没有找到工单 {number}")
    expect(page.locator(f'.row-link[href$="{number}"]')).to_have_count(0)


def test_leaving_the_page_with_words_half_written_asks_first(page_as, made):
    page = page_as(Role.HANDLER, at=f"/tickets/{made(Desk.in_progress)}")
    page.get_by_label("答复内容").fill("写到一半")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="收件箱").click()
    page.wait_for_url("**/inbox**")
    assert asked == ["beforeunload"]


def test_a_suggested_unit_is_named_by_one_press(page_as, made):
    page = page_as(Role.DISPATCHER, at=f"/tickets/{made(Desk.dispatched)}")
    page.locator("form[action$=transfer]").get_by_role("button", name="市环保局").click()
    expect(page.get_by_label("转给")).to_have_value("市环保局")


def test_where_a_matter_goes_brings_the_sentence_along_unless_a_better_one_is_there(page_as, made):
    page = page_as(Role.AGENT, at=f"/tickets/{made(Desk.logged)}")
    page.locator("summary", has_text="引导到别处").click()
    page.get_by_label("引导到哪里").select_option("unclear")
    expect(page.get_by_label("告诉诉求人的话")).to_have_value(re.compile("请补充事情发生的时间"))
    page.get_by_label("告诉诉求人的话").fill("自己写的")
    page.get_by_label("引导到哪里").select_option("litigation")
    expect(page.get_by_label("告诉诉求人的话")).to_have_value("自己写的")


def test_new_tickets_announce_themselves_and_move_nothing(page_as, made):
    page = page_as(Role.HANDLER)
    page.clock.install()
    made(Desk.dispatched)
    page.goto("/inbox?pile=to_claim")
    rows = page.locator(".row-link").count()
    made(Desk.dispatched)
    page.clock.run_for(31_000)
    expect(page.locator("#news")).to_contain_text("有 1 件新工单，点此刷新")
    expect(page.locator(".row-link")).to_have_count(rows)
    page.locator("#news a").click()
    expect(page.locator(".row-link")).to_have_count(rows + 1)


def test_on_a_phone_piles_list_and_ticket_are_three_steps(page_as, made):
    number = made(Desk.dispatched)
    page = page_as(Role.HANDLER, viewport=PHONE, at="/inbox")
    piles, rows, ticket = page.locator(".piles"), page.locator(".rows"), page.locator("article")
    expect(piles).to_be_visible()
    expect(rows).to_be_hidden()
    piles.get_by_role("link", name="待签收").click()
    expect(rows).to_be_visible()
    expect(piles).to_be_hidden()
    open_from_list(page, number)
    expect(ticket).to_be_visible()
    expect(rows).to_be_hidden()
    page.get_by_role("link", name="‹ 待签收").click()
    expect(rows).to_be_visible()


def test_without_scripts_the_inbox_still_shows_the_ticket_beside_the_list(page_as, made):
    number = made(Desk.dispatched)
    page = page_as(Role.HANDLER, java_script_enabled=False, at="/inbox?pile=to_claim")
    open_from_list(page, number)
    page.locator(f"form[action='/tickets/{number}/claim'] button").click()
    expect(page.locator("#messages")).to_contain_text(f"已签收。工单 {number}")


def pages_of(number: str) -> tuple[str, ...]:
    return (
        "/inbox?pile=to_claim", f"/inbox?pile=in_progress&ticket={number}",
        f"/tickets/{number}", "/tickets", "/tickets?q=烧烤摊",
    )  # fmt: skip


@pytest.mark.parametrize("window", WINDOWS)
def test_no_page_of_the_handler_scrolls_sideways_or_shuts_anybody_out(page_as, made, window):
    width, height = WINDOWS[window]
    page = page_as(Role.HANDLER, viewport={"width": width, "height": height})
    for address in pages_of(made(Desk.in_progress)):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        assert_accessible(page)


def test_every_form_of_the_desk_on_a_ticket_is_accessible(page_as, made):
    page = page_as(Role.DISPATCHER, at="about:blank")
    open_all = "document.querySelectorAll('details.step').forEach((step) => step.open = true)"
    for walk in (Desk.logged, Desk.accepted, Desk.replied, objected, delivered):
        page.goto(f"/tickets/{made(walk)}")
        page.evaluate(open_all)
        assert_accessible(page)


def test_on_paper_a_ticket_is_its_facts_and_its_story(page_as, made):
    page = page_as(Role.DISPATCHER, at=f"/tickets/{made(Desk.in_progress)}")
    page.emulate_media(media="print")
    expect(page.locator(".ticket-story")).to_be_visible()
    expect(page.locator(".ticket-facts")).to_be_visible()
    expect(page.locator(".ticket-steps")).to_be_hidden()
    expect(page.locator("header.bar")).to_be_hidden()


def test_on_paper_an_unclaimed_pile_is_its_list(page_as, made):
    made(Desk.dispatched)
    page = page_as(Role.HANDLER, CITY, at="/inbox?pile=to_claim")
    page.emulate_media(media="print")
    expect(page.locator(".row-link").first).to_be_visible()
    expect(page.locator("#claim")).to_be_hidden()


def test_a_key_opens_the_step_that_asks_for_words(page_as, made):
    page = page_as(Role.SUPERVISOR, at=f"/tickets/{made(Desk.in_progress)}")
    page.keyboard.press("r")
    step = page.locator("details[data-step=supervise]")
    expect(step.locator("input:not([type=hidden]), textarea, select").first).to_be_focused()


def test_choosing_a_ground_leaves_the_page_where_it_is(page_as, made):
    page = page_as(Role.HANDLER, CITY, at="/inbox?pile=to_claim")
    long = made(Desk.dispatched, text="路灯坏了。\n" * 60)
    page.goto(f"/inbox?pile=to_claim&ticket={long}")
    page.locator("details[data-step=object] summary").click()
    expect(page.locator("details[data-step=object] input[type=radio]").first).to_be_focused()
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
