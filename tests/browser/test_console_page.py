"""The agent's desk as hands and eyes meet it: keys, live advice, focus, calls that come by."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import combinations, count

import pytest
from accessible import assert_accessible
from playwright.sync_api import Error, Page, Route, expect
from sqlalchemy import text
from windows import WINDOWS

from hotline import clock
from hotline.db import Database
from hotline.people.rights import Role
from hotline.settings import Settings
from hotline.web.line.calls import password_of

MATTER = "东兴区西林街道太白路的烧烤摊占道经营，城管来管一下，夜市烧烤摊油烟扰民，摊贩乱摆摊"
FIRE = "隔壁楼起火了，冒浓烟，还有人困在里面"
UNIT = "市城管执法局"
# Long enough to wrap and to scroll, in both scripts and with what fonts treat apart.
MIXED = "路灯(坏了)「三天」，a long English line, 12,345.67 and more。\n烧烤摊：油烟!\n" * 12
_serial = count(1)


@pytest.fixture
def desk(page_as) -> Page:
    """A blank form before an agent who sits nowhere yet."""
    return page_as(Role.AGENT, at="/desk?new=1")


@contextmanager
def nothing_kept_meanwhile(settings: Settings) -> Iterator[None]:
    """SQLite has one writer at a time; PostgreSQL is asked to."""
    with Database(settings.db_url).work() as session:
        if settings.database_url:
            session.execute(text("LOCK TABLE draft IN EXCLUSIVE MODE"))
        yield


@pytest.fixture
def seated(desk: Page) -> Page:
    """The agent has signed in to an extension of the test's own, by keys."""
    desk.extension = f"70{next(_serial)}"
    if desk.locator("#seat").get_attribute("data-state"):
        desk.evaluate(
            "fetch('/live/seat/leave', {method: 'POST', headers: {'X-CSRFToken': token}})"
        )
        desk.reload()
    desk.keyboard.press("Alt+s")
    desk.locator("#extension").fill(desk.extension)
    desk.keyboard.press("Enter")
    expect(desk.locator("#seat-words")).to_have_text("空闲")
    return desk


@pytest.fixture
def tell(site) -> Callable[..., None]:
    """The switch tells of a call."""

    def event(call_id: str, kind: str, extension: str, caller: str = "13800000832") -> None:
        body = {"kind": kind, "at": clock.now().isoformat(), "extension": extension}
        body |= {"caller": caller, "dialled": "12369"} if kind in ("queued", "offered") else {}
        request = urllib.request.Request(
            f"{site.address}/api/v1/calls/{call_id}/events",
            data=json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {password_of(site.settings)}",
                "Content-Type": "application/json",
            },
        )
        urllib.request.urlopen(request, timeout=20).close()

    return event


def write(page: Page, words: str) -> None:
    page.keyboard.insert_text(words)


def logged(page: Page) -> str:
    """The number on the screen; waits for it."""
    number = page.locator("#result .big").first
    expect(number).to_be_visible()
    return number.inner_text()


def in_focus(page: Page) -> str:
    return page.evaluate("document.activeElement.id")


def test_a_request_is_taken_down_and_dispatched_by_keys_alone(desk):
    assert in_focus(desk) == "text"
    write(desk, MATTER)
    expect(desk.locator("#advice .choice").first).to_contain_text(UNIT)
    assert in_focus(desk) == "text"
    desk.keyboard.press("Alt+t")
    desk.keyboard.press("F4")
    assert logged(desk).startswith("NJ")
    expect(desk.locator("#result")).to_contain_text(f"已交{UNIT}办理")
    assert desk.locator("#text").input_value() == ""
    desk.keyboard.press("Enter")
    expect(desk.locator("#result")).to_have_count(0)
    assert in_focus(desk) == "text"


def test_numbers_choose_the_unit_when_no_text_is_being_written(desk):
    write(desk, MATTER)
    units = desk.locator("#advice input[name=unit]")
    expect(units).to_have_count(3)
    # What is advised then may order the units anew: first it, then the choice.
    with desk.expect_response("**/desk/suggest"):
        desk.keyboard.press("2")
    assert desk.locator("#text").input_value().endswith("2")
    desk.keyboard.press("Alt+3")
    expect(units.nth(2)).to_be_checked()
    assert in_focus(desk) == "text"
    desk.keyboard.press("Escape")
    desk.keyboard.press("2")
    expect(units.nth(1)).to_be_checked()
    expect(desk.locator("#dispatch-to")).to_have_text(f"（{units.nth(1).get_attribute('value')}）")


def test_a_unit_picked_while_later_words_are_asked_about_stays_picked(desk):
    write(desk, MATTER)
    expect(desk.locator("#advice input[name=unit]")).to_have_count(3)
    held: list[Route] = []
    desk.route("**/desk/suggest", lambda route: route.continue_() if held else held.append(route))
    with desk.expect_request("**/desk/suggest"):
        write(desk, "，请尽快")
    picked = desk.locator("#unit-3").get_attribute("value")
    with desk.expect_response("**/desk/suggest"):
        desk.keyboard.press("Alt+3")
        with suppress(Error):
            held[0].continue_()
    desk.wait_for_function("!document.getElementById('text').matches('.htmx-request')")
    expect(desk.locator(f"#advice input[value='{picked}']")).to_be_checked()
    expect(desk.locator("#dispatch-to")).to_have_text(f"（{picked}）")


def test_a_refusal_leaves_text_and_keys_where_they_are(desk, faults):
    faults.expect("status of 422")
    write(desk, MATTER)
    expect(desk.locator("#advice .choice")).to_have_count(3)
    desk.keyboard.press("F4")
    expect(desk.locator("#problems")).to_contain_text("类别")
    assert desk.locator("#text").input_value() == MATTER
    expect(desk.locator("[name=kind]").first).to_be_focused()
    desk.keyboard.press("t")
    desk.keyboard.press("F4")
    assert logged(desk)


def test_a_key_pressed_twice_in_haste_logs_one_ticket(desk, page_as):
    before = int(desk.locator("#taken").inner_text())
    write(desk, MATTER)
    expect(desk.locator("#advice .choice")).to_have_count(3)
    desk.keyboard.press("Alt+t")
    desk.keyboard.press("F4")
    desk.keyboard.press("F4")
    logged(desk)
    desk.keyboard.press("F4")
    expect(desk.locator("#taken")).to_have_text(str(before + 1))
    expect(desk.locator("#problems")).to_have_text("")
    desk.reload()
    expect(desk.locator("#taken")).to_have_text(str(before + 1))


def test_a_key_pressed_the_moment_the_next_form_is_there_logs_no_blank_one(desk):
    write(desk, MATTER)
    expect(desk.locator("#advice .choice")).to_have_count(3)
    desk.keyboard.press("Alt+t")
    desk.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => setTimeout(() => {
          document.getElementById("dispatch").click();
          document.documentElement.dataset.pressed = "yes";
        }), { once: true })"""
    )
    desk.keyboard.press("F4")
    expect(desk.locator("html")).to_have_attribute("data-pressed", "yes")
    desk.wait_for_load_state()
    assert logged(desk)
    expect(desk.locator("#problems")).to_have_text("")


def test_an_answer_is_written_where_its_key_opens_and_sent_by_the_same_key(desk):
    write(desk, "低保怎么申请")
    desk.keyboard.press("Alt+z")
    desk.keyboard.press("F2")
    assert in_focus(desk) == "answer"
    write(desk, "带身份证到社区。")
    desk.keyboard.press("F2")
    expect(desk.locator("#result")).to_contain_text("已当场答复")


def test_guidance_is_ready_to_read_out_and_never_over_ones_own_words(desk):
    write(desk, "法院已经判了我不服")
    expect(desk.locator("#advice .say")).to_be_visible()
    desk.keyboard.press("F9")
    expect(desk.locator("#code")).to_have_value("litigation")
    assert "12368" in desk.locator("#sentence").input_value()
    desk.locator("#sentence").fill("我自己的话")
    desk.locator("#code").select_option("petition")
    assert desk.locator("#sentence").input_value() == "我自己的话"


def test_emergency_words_raise_the_bar_and_move_nothing(desk):
    write(desk, "您好，")
    before = desk.locator("#text").bounding_box()
    write(desk, FIRE)
    bar = desk.locator("#emergency")
    expect(bar).to_contain_text("119")
    assert desk.locator("#text").bounding_box() == before
    expect(desk.locator("#saved")).to_contain_text("已自动保存")
    assert desk.locator("#text").bounding_box() == before
    desk.keyboard.press("Control+e")
    expect(desk.locator("#result")).to_contain_text("正在为您转接 119")


@pytest.mark.parametrize("scale", [1, 1.25])
def test_marks_lie_exactly_behind_the_words_also_while_scrolling(page_as, scale: float):
    page = page_as(
        Role.AGENT,
        viewport={"width": int(1366 / scale), "height": int(768 / scale)},
        at="/desk?new=1",
    )
    page.locator("#text").fill(MIXED)
    expect(page.locator("#marks mark").first).to_be_attached()
    page.locator("#text").evaluate("text => { text.scrollTop = 133; }")
    expect(page.locator("#marks")).to_have_js_property("scrollTop", 133)
    layers = page.evaluate(
        """["text", "marks"].map(id => {
            const {clientWidth, scrollHeight} = document.getElementById(id);
            const {x, y, width, height} = document.getElementById(id).getBoundingClientRect();
            return {clientWidth, scrollHeight, x, y, width, height};
        })"""
    )
    # The layer behind ends with one line more than a text that ends a line.
    assert layers[0] == layers[1]


def test_marks_follow_the_words_before_the_next_advice_comes(desk):
    write(desk, MATTER)
    marks = desk.locator("#marks mark")
    expect(marks.first).to_have_text("东兴区西林街道")
    desk.keyboard.press("Control+Home")
    desk.route("**/desk/suggest", lambda route: None)
    write(desk, "您好，")
    expect(marks.first).to_have_text("东兴区西林街道")


def test_what_was_typed_a_moment_ago_survives_leaving_the_page(desk):
    write(desk, "刚写的一句")
    desk.goto("/account")
    desk.goto("/desk")
    expect(desk.locator("#text")).to_have_value("刚写的一句")
    desk.evaluate("document.querySelector('#text').value = ''")


def test_what_is_kept_only_after_the_page_is_back_comes_into_it(desk, site):
    write(desk, "还在路上的一句")
    with nothing_kept_meanwhile(site.settings):
        desk.goto("/account")
        with desk.expect_request("**/desk?draft=*"):
            desk.goto("/desk")
        assert desk.locator("#text").input_value() != "还在路上的一句"
    expect(desk.locator("#text")).to_have_value("还在路上的一句")
    desk.evaluate("document.querySelector('#text').value = ''")


def test_what_is_not_wanted_any_more_is_given_up_in_its_place(desk):
    write(desk, "不要了的一句")
    expect(desk.locator("#saved")).to_contain_text("已自动保存")
    desk.keyboard.press("Alt+o")
    expect(desk.locator("#text")).to_have_value("")
    given_up = desk.locator("#drafts li", has_text="不要了的一句")
    write(desk, "正在写的")
    given_up.get_by_role("button", name="放弃").click()
    expect(given_up).to_have_count(0)
    assert desk.locator("#text").input_value() == "正在写的"
    desk.goto("/desk?new=1")
    expect(desk.locator("main")).not_to_contain_text("不要了的一句")


def test_a_sign_out_elsewhere_loses_nothing_that_was_typed(desk, faults):
    faults.expect("status of 401")
    faults.expect("Error Code 401")
    desk.context.clear_cookies()
    write(desk, "写着写着登录超时了")
    expect(desk.locator("#messages")).to_contain_text("登录已超时")
    assert desk.locator("#text").input_value() == "写着写着登录超时了"
    desk.evaluate("window.onbeforeunload = null; document.querySelector('#text').value = ''")


def test_a_call_fills_the_page_while_nothing_is_reloaded(seated, tell):
    call = f"b{next(_serial)}-{seated.extension}"
    seated.evaluate("window.same = true")
    tell(call, "offered", seated.extension)
    expect(seated.locator("#call")).to_contain_text("138****0832")
    expect(seated.locator("#call")).to_contain_text("原属 市环保局")
    expect(seated.locator("#seat-words")).to_have_text("通话中")
    tell(call, "answered", seated.extension)
    expect(seated.locator("#timer")).to_contain_text("00:0")
    seated.keyboard.press("Alt+n")
    expect(seated.locator("#caller")).to_have_text("13800000832")
    assert seated.evaluate("window.same")
    tell(call, "ended", seated.extension)
    expect(seated.locator("#call-state")).to_have_text("已挂断")


def test_a_call_that_comes_while_writing_waits_until_its_key(seated, tell):
    first, second = (f"w{next(_serial)}-{seated.extension}" for _ in range(2))
    tell(first, "offered", seated.extension)
    expect(seated.locator("#call")).to_contain_text("138****0832")
    write(seated, "第一通还没写完")
    before = seated.locator("#text").bounding_box()
    tell(first, "ended", seated.extension)
    tell(second, "offered", seated.extension, caller="13500001234")
    expect(seated.locator("#waiting")).to_contain_text("135****1234")
    assert seated.locator("#text").input_value() == "第一通还没写完"
    assert seated.locator("#text").bounding_box() == before
    seated.keyboard.press("F1")
    expect(seated.locator("#call")).to_contain_text("135****1234")
    expect(seated.locator("#waiting")).not_to_be_visible()
    expect(seated.locator("#text")).to_have_value("")
    assert in_focus(seated) == "text"
    expect(seated.locator("#drafts")).to_contain_text("第一通还没写完")
    tell(second, "ended", seated.extension)


def test_a_call_written_down_already_steps_aside(seated, tell):
    call = f"w{next(_serial)}-{seated.extension}"
    tell(call, "offered", seated.extension)
    expect(seated.locator("#call")).to_contain_text("138****0832")
    write(seated, MATTER)
    seated.keyboard.press("Alt+t")
    seated.keyboard.press("F7")
    expect(seated.locator("#result")).to_be_visible()
    banner = seated.locator("#waiting")
    seated.goto("/desk?new=1")
    expect(banner).to_contain_text("已登记")
    seated.keyboard.press("Escape")
    expect(banner).not_to_be_visible()
    seated.goto("/desk?new=1")
    expect(banner).to_contain_text("已登记")
    tell(call, "ended", seated.extension)
    expect(banner).not_to_be_visible()


def test_the_seat_is_left_by_keys_alone(seated):
    seated.keyboard.press("Alt+s")
    expect(seated.get_by_role("button", name="空闲")).to_be_focused()
    seated.keyboard.press("Escape")
    assert in_focus(seated) == "text"
    seated.keyboard.press("Alt+s")
    seated.keyboard.press("Tab")
    seated.keyboard.press("Tab")
    seated.keyboard.press("Enter")
    expect(seated.locator("#seat-words")).to_have_text("未签入")


def test_without_a_stream_the_page_asks_for_calls_by_itself(seated, tell, faults):
    faults.expect("ERR_FAILED")
    seated.route("**/live", lambda route: route.abort())
    seated.goto("/desk?new=1")
    expect(seated.locator("#link")).to_be_visible()
    call = f"p{next(_serial)}-{seated.extension}"
    tell(call, "offered", seated.extension)
    expect(seated.locator("#call")).to_contain_text("138****0832")
    tell(call, "ended", seated.extension)


@pytest.mark.parametrize("width", [1093, 1366])
def test_nothing_in_the_bar_lies_over_anything_else(page_as, width: int):
    page = page_as(Role.DISPATCHER, viewport={"width": width, "height": 700}, at="/desk?new=1")
    boxes = page.locator(".bar :is(a, summary, input):visible").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) > 10
    for one, other in combinations(boxes, 2):
        beside = one["right"] <= other["left"] + 1 or other["right"] <= one["left"] + 1
        assert beside or one["bottom"] <= other["top"] + 1 or other["bottom"] <= one["top"] + 1


@pytest.mark.parametrize("window", WINDOWS)
def test_the_desk_is_for_everybody_and_fits(page_as, window: str):
    width, height = WINDOWS[window]
    page = page_as(Role.DISPATCHER, viewport={"width": width, "height": height}, at="/desk?new=1")
    page.locator("#text").fill(FIRE + "。" + MATTER)
    expect(page.locator("#advice .choice").nth(2)).to_be_visible()
    page.keyboard.press("F9")
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+t")
    page.keyboard.press("F7")
    logged(page)
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_map_of_keys_names_every_act(desk):
    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    keys = desk.locator("#keys")
    for words in ("受理并派单", "直接答复", "引导到别处", "转接", "受理交派单员", "投诉"):
        expect(keys).to_contain_text(words)
