"""The citizen's pages on a phone without JavaScript, and every page of the administrator."""

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect

from hotline.people.rights import Role

PHONE = {"width": 390, "height": 760}
MATTER = "高新区胜利街道河边步道有三盏路灯不亮，晚上散步看不清台阶"
FIRE = "楼下车棚起火了，冒浓烟，快来人"
ADMINISTRATION = [
    "", "users", "keys", "looks", "data/legacy_lines.csv", "data/legacy_lines.csv/3",
    "data/units.csv", "data/units.csv/new", "data/duties.csv/history",
]  # fmt: skip


@pytest.fixture
def phone(new_page) -> Page:
    """An old phone of somebody who signs in nowhere."""
    return new_page(viewport=PHONE, java_script_enabled=False)


@pytest.fixture
def administrator(page_as) -> Page:
    return page_as(Role.ADMINISTRATOR, at="about:blank")


def fits(page: Page) -> None:
    """Nothing has to be scrolled for sideways."""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def send(page: Page, words: str) -> tuple[str, str]:
    """Number and query code, as the page says them."""
    page.goto("/")
    page.get_by_role("link", name="我要反映").last.press("Enter")
    page.get_by_label("什么事？在哪里？什么时候？").fill(words)
    page.get_by_label("求助").check()
    page.get_by_role("button", name="提交").press("Enter")
    expect(page.locator(".keep dd")).to_have_count(2)
    number, code = page.locator(".keep dd").all_inner_texts()
    return number, code


def look_up(page: Page, number: str, code: str) -> None:
    page.get_by_label("工单编号").fill(number)
    page.get_by_label("查询码").fill(code)
    page.get_by_role("button", name="查询").press("Enter")


def test_a_message_is_sent_and_found_again_on_a_phone_without_scripts(phone):
    number, code = send(phone, MATTER)
    expect(phone.locator("h1")).to_have_text("已收到您反映的事项")
    expect(phone.locator("main")).to_contain_text("个工作日内答复您")
    phone.locator("main").get_by_role("link", name="查进度").press("Enter")
    expect(phone.get_by_label("工单编号")).to_have_value(number)
    look_up(phone, number, code)
    expect(phone.locator("h1")).to_have_text(f"工单 {number}")
    expect(phone.locator(".standing")).to_contain_text("已收到，等待受理")
    expect(phone.locator("main")).to_contain_text(MATTER)
    expect(phone.locator(".told li")).to_have_count(1)
    expect(phone.locator(".told")).to_contain_text("收到您反映的事项")


def test_a_wrong_query_code_shows_nothing_and_keeps_the_number(phone, faults):
    faults.expect("status of 404")
    number, code = send(phone, MATTER)
    phone.goto("/progress")
    look_up(phone, number, code[::-1] + "X")
    expect(phone.get_by_role("alert")).to_be_visible()
    expect(phone.get_by_label("工单编号")).to_have_value(number)
    expect(phone.locator("main")).not_to_contain_text(MATTER)


def test_a_fire_shows_the_number_to_dial_before_all_else(phone):
    send(phone, FIRE)
    first = phone.locator("main > :first-child")
    expect(first).to_have_role("alert")
    dial = first.get_by_role("link", name="拨打 119")
    expect(dial).to_have_attribute("href", "tel:119")
    expect(dial).to_be_in_viewport()


def test_the_number_to_dial_appears_while_the_danger_is_still_being_typed(new_page):
    page = new_page(viewport=PHONE)
    page.goto("/ask")
    page.get_by_label("什么事？在哪里？什么时候？").press_sequentially(FIRE)
    expect(page.locator("#danger")).to_contain_text("119")
    expect(page.locator("#danger a")).to_have_attribute("href", "tel:119")
    expect(page.locator("#text")).to_have_value(FIRE)


def test_every_public_page_is_for_everybody_and_fits_a_phone(new_page):
    page = new_page(viewport=PHONE)
    for address in ("/", "/ask", "/ask?channel=mayors_mailbox", "/progress"):
        page.goto(address)
        fits(page)
        assert_accessible(page)


def test_the_questions_are_for_everybody_when_all_are_open(new_page):
    page = new_page(viewport=PHONE)
    page.goto("/questions")
    page.evaluate("document.querySelectorAll('details').forEach((each) => each.open = true)")
    fits(page)
    assert_accessible(page)


@pytest.mark.parametrize("words", [MATTER, FIRE], ids=["matter", "fire"])
def test_what_follows_a_message_is_for_everybody(new_page, words: str):
    page = new_page(viewport=PHONE)
    number, code = send(page, words)
    fits(page)
    assert_accessible(page)
    page.goto("/progress")
    look_up(page, number, code)
    page.locator("details").last.evaluate("each => each.open = true")
    fits(page)
    assert_accessible(page)


def test_every_page_of_the_administrator_is_for_everybody(administrator):
    for address in ADMINISTRATION:
        assert administrator.goto(f"/administration/{address}").status == 200
        open_all = "document.querySelectorAll('main details').forEach((each) => each.open = true)"
        administrator.evaluate(open_all)
        fits(administrator)
        assert_accessible(administrator)
