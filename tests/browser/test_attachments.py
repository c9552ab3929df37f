"""A photo from an old phone to the unit that has the matter."""

import papers
import pytest
from accessible import assert_accessible
from playwright.sync_api import Page, expect
from test_public_pages import MATTER, PHONE, fits

from hotline.people.rights import Role

PHOTO = {
    "name": "坏了的路灯.jpg",
    "mimeType": "image/jpeg",
    "buffer": papers.photo(size=(800, 600)),
}


@pytest.fixture
def phone(new_page) -> Page:
    return new_page(viewport=PHONE, java_script_enabled=False)


def ask(page: Page, **file: object) -> None:
    page.goto("/ask")
    page.get_by_label("什么事？在哪里？什么时候？").fill(MATTER)
    page.get_by_label("求助").check()
    page.get_by_label("照片或文件").set_input_files(PHOTO | file)
    page.get_by_role("button", name="提交").press("Enter")


def test_a_photo_travels_from_a_phone_without_javascript_to_the_desk(phone: Page, page_as):
    ask(phone)
    expect(phone.locator(".keep dd")).to_have_count(2)
    number, code = phone.locator(".keep dd").all_inner_texts()
    phone.goto(f"/progress?number={number}")
    phone.get_by_label("查询码").fill(code)
    phone.get_by_role("button", name="查询").press("Enter")
    expect(phone.get_by_text("坏了的路灯.jpg")).to_be_visible()
    fits(phone)
    with phone.expect_download() as saved:
        phone.get_by_role("button", name="下载").press("Enter")
    assert saved.value.suggested_filename == "坏了的路灯.jpg"

    desk = page_as(Role.AGENT)
    desk.goto(f"/tickets/{number}")
    picture = desk.get_by_role("img", name="照片 坏了的路灯.jpg")
    picture.scroll_into_view_if_needed()
    expect(picture).to_have_js_property("complete", True)
    # It stands upright, as it was held.
    expect(picture).to_have_js_property("naturalHeight", 800)
    assert_accessible(desk)


def test_a_file_that_is_refused_costs_no_word_that_was_typed(phone: Page, faults):
    faults.expect("status of 422")
    ask(phone, buffer=papers.HTML)
    expect(phone.get_by_role("alert").first).to_contain_text("「坏了的路灯.jpg」不是能收的文件")
    expect(phone.get_by_label("什么事？在哪里？什么时候？")).to_have_value(MATTER)
    expect(phone.get_by_label("求助")).to_be_checked()
    fits(phone)
