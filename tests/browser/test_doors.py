"""Every door of every role opens in a real browser, without a complaint and for everybody."""

from urllib.parse import urlsplit

import pytest
from accessible import assert_accessible
from windows import SOAK, WINDOWS

from hotline.people.rights import Role
from hotline.web.frame import NAVIGATION

# How many different pictures the letters of a text give; missing letters all look the same.
PICTURES = """text => new Set([...text].map(letter => {
    const canvas = Object.assign(document.createElement("canvas"), {width: 40, height: 40});
    const pen = canvas.getContext("2d");
    pen.font = getComputedStyle(document.body).font;
    pen.fillText(letter, 5, 30);
    return canvas.toDataURL();
})).size"""


# A page that several roles may open is looked at with the eyes of the last of them.
LOOKED_AT_BY = {address: role for role in NAVIGATION for address, _ in NAVIGATION[role]}


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("role", NAVIGATION)
def test_every_door_of_a_role_opens(page_as, role: Role, window: str):
    width, height = WINDOWS[window]
    page = page_as(role, viewport={"width": width, "height": height})
    doors = [address for address, _ in NAVIGATION[role]]
    assert urlsplit(page.url).path.startswith(doors[0])
    for address in doors:
        assert page.goto(address).status == 200, address
        if SOAK or LOOKED_AT_BY[address] == role:
            assert_accessible(page)


def test_the_door_for_signing_in_is_accessible(new_page):
    page = new_page()
    page.goto("/sign-in")
    assert_accessible(page)


def test_chinese_is_shown_in_letters_and_not_in_boxes(new_page):
    page = new_page()
    page.goto("/sign-in")
    assert page.evaluate(PICTURES, "登录口令") == 4
    assert page.evaluate(PICTURES, "\ue000\ue001\ue002") == 1


def test_what_the_policy_forbids_is_heard(new_page, faults):
    page = new_page()
    page.goto("/sign-in")
    faults.expect("Content Security Policy")
    with page.expect_console_message():
        page.evaluate("document.body.setAttribute('onclick', '1')")


def test_an_error_of_a_script_is_heard(new_page, faults):
    page = new_page()
    page.goto("/sign-in")
    faults.expect("not there")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('not there') })")


def test_what_could_not_be_loaded_is_heard(new_page, faults):
    faults.expect("status of 404")
    page = new_page()
    with page.expect_console_message():
        page.goto("/no-such-page")
