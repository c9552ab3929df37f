"""The roster, the notes between shifts and old lists: usable by everyone, at every size."""

import pytest
from accessible import assert_accessible
from playwright.sync_api import expect
from test_public_pages import PHONE, fits

from hotline.people.rights import Role

PAGES = [
    (Role.SUPERVISOR, "/supervision/roster"),
    (Role.AGENT, "/desk/notes"),
    (Role.ADMINISTRATOR, "/administration/import"),
]


@pytest.mark.parametrize(("role", "path"), PAGES)
def test_a_page_is_accessible_and_never_wider_than_its_window(page_as, role, path):
    page = page_as(role)
    page.goto(path)
    assert_accessible(page)
    fits(page)
    page.set_viewport_size(PHONE)
    fits(page)


def test_a_note_is_read_in_place_while_the_words_typed_stay(page_as):
    writer = page_as(Role.DISPATCHER)
    writer.goto("/desk/notes")
    writer.get_by_label("标题").fill("热力管道爆裂")
    writer.get_by_role("button", name="写下").press("Enter")
    expect(writer.get_by_text("还没有人看")).to_be_visible()
    reader = page_as(Role.AGENT)
    reader.goto("/desk?new=1")
    reader.get_by_label("诉求内容").fill("正在记的话")
    duty = reader.locator("#duty")
    expect(duty).to_contain_text("1 条未读")
    duty.locator("summary").press("Enter")
    assert_accessible(reader)
    duty.get_by_role("button", name="已阅：热力管道爆裂").press("Enter")
    expect(duty).not_to_contain_text("未读")
    expect(reader.get_by_label("诉求内容")).to_have_value("正在记的话")


def test_whoever_is_entered_has_the_focus(page_as):
    page = page_as(Role.SUPERVISOR)
    page.goto("/supervision/roster")
    page.locator("#name").fill("王小二")
    page.get_by_role("button", name="排上").press("Enter")
    expect(page.locator("form.turn", has_text="王小二")).to_be_focused()
    # So has the message above, and paper shows the name as the screen does.
    expect(page.locator("#messages")).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(page.locator("form.turn", has_text="王小二")).to_be_visible()
