"""Knowledge at the desk by keyboard: found while typing, taken into the answer, remembered."""

import pytest
from playwright.sync_api import Page, expect

from hotline.people.rights import Role

ASKED = "对方说查寻码忘了，不知道找哪里"
QUESTION = "工单编号或查询码忘了怎么办？"


@pytest.fixture
def desk(page_as) -> Page:
    page = page_as(Role.AGENT)
    page.goto("/desk?new=1")
    page.locator("#text").press_sequentially(ASKED)
    expect(page.locator("#knowledge summary").first).to_have_text(QUESTION)
    return page


def test_f10_takes_the_answer_f2_gives_it_and_the_ticket_remembers_the_article(desk: Page):
    desk.keyboard.press("F10")
    expect(desk.locator("#answer")).to_be_focused()
    expect(desk.locator("#answer")).to_have_value(
        desk.locator("#knowledge .say").first.inner_text()
    )
    expect(desk.locator("#answer-from")).to_contain_text(QUESTION)
    desk.keyboard.press("Alt+z")
    desk.keyboard.press("F2")
    expect(desk.locator("#result")).to_contain_text("已当场答复")
    number = desk.locator("#result .big").first.inner_text()
    desk.goto(f"/tickets/{number}")
    expect(desk.get_by_role("link", name=QUESTION)).to_be_visible()


def test_what_the_agent_wrote_stays_and_a_wiped_answer_forgets_its_article(desk: Page):
    desk.keyboard.press("F2")
    desk.locator("#answer").fill("您好。")
    desk.keyboard.press("F10")
    expect(desk.locator("#answer")).to_have_value(
        "您好。\n" + desk.locator("#knowledge .say").first.inner_text()
    )
    expect(desk.locator("input[name=article]")).not_to_have_value("")
    desk.locator("#answer").fill("")
    expect(desk.locator("input[name=article]")).to_have_value("")
    expect(desk.locator("#answer-from")).to_be_hidden()


def test_typing_keeps_the_focus_and_none_that_fits_is_noted_by_a_key(desk: Page):
    expect(desk.locator("#text")).to_be_focused()
    # The next search, while one types on, takes its place on the page.
    with desk.expect_response("**/desk/knowledge/none") as noted:
        desk.keyboard.press("Alt+u")
    assert "已记下" in noted.value.text()
    expect(desk.locator("#text")).to_be_focused()
