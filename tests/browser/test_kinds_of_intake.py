"""挪车 by the keyboard alone, a case of 110, and the doors of the portal on an old phone."""

import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect

from hotline.people.rights import Role

PHONE = {"width": 390, "height": 760}
PLACE = "东兴区西林街道太白路68号，堵住地库出口"
DOORS = [
    "/", "/mailboxes", "/mailboxes?q=魔法局", "/mailboxes/D01", "/ask?channel=portal_complaint",
    "/ask?channel=portal_mistake", "/ask?channel=move_car", "/ask?channel=portal_consultation",
]  # fmt: skip


@pytest.fixture
def desk(page_as) -> Page:
    return page_as(Role.AGENT, at="/desk?new=1")


def test_a_car_is_moved_by_two_fields_and_one_key(desk):
    desk.keyboard.press("F3")
    expect(desk.locator("#plate")).to_be_focused()
    desk.keyboard.type("川k·d12345")
    desk.keyboard.press("Tab")
    expect(desk.locator("#parked")).to_be_focused()
    desk.keyboard.type(PLACE)
    desk.keyboard.press("F3")
    expect(desk.locator("#result")).to_contain_text("挪车已交市公安局")
    expect(desk.locator("#next")).to_be_focused()


def test_a_plate_that_is_none_is_shown_where_it_stands_and_not_hidden(desk, faults):
    faults.expect("status of 422")
    desk.keyboard.press("F3")
    desk.keyboard.type("川K123")
    desk.keyboard.press("F3")
    expect(desk.locator("#problems")).to_contain_text("不像车牌")
    expect(desk.locator("#plate")).to_be_focused()
    said, field = (desk.locator(f"#{id}").bounding_box() for id in ("problems .message", "plate"))
    assert said["x"] + said["width"] <= field["x"]
    assert_accessible(desk)


def test_a_case_number_of_110_is_one_key_away(desk):
    desk.locator("#text").fill("楼上半夜打麻将很吵")
    desk.keyboard.press("Alt+p")
    expect(desk.locator("#reference")).to_be_focused()
    desk.keyboard.type("J511000201807250009")
    desk.keyboard.press("Escape")
    desk.keyboard.press("t")
    desk.keyboard.press("F7")
    expect(desk.locator("#result")).to_contain_text("已受理")
    desk.get_by_role("link", name="看工单").evaluate("link => link.removeAttribute('target')")
    desk.get_by_role("link", name="看工单").click()
    expect(desk.locator(".ticket-facts")).to_contain_text("110 转入")
    expect(desk.locator(".ticket-facts")).to_contain_text("J511000201807250009")


@pytest.mark.parametrize("address", DOORS)
def test_each_door_fits_a_phone_and_is_for_everybody(new_page, address: str):
    page = new_page(viewport=PHONE)
    page.goto(address)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_letter_finds_its_mailbox_without_scripts(new_page):
    page = new_page(viewport=PHONE, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("link", name="给单位领导写信").press("Enter")
    page.get_by_label("找单位").fill("教育局")
    page.get_by_role("button", name="查找").press("Enter")
    page.get_by_role("link", name="市教育局").press("Enter")
    expect(page.locator("h1")).to_have_text("给市教育局领导写信")
    page.get_by_label("信的内容").fill("学校门口的路灯不亮")
    page.get_by_role("button", name="提交").press("Enter")
    expect(page.locator(".keep dd")).to_have_count(2)


def test_the_page_of_the_message_board_is_for_everybody(page_as):
    page = page_as(Role.ADMINISTRATOR, at="/administration/board")
    assert_accessible(page)
    page.goto("/administration/keys")
    assert_accessible(page)
