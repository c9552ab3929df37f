"""Signing in by the page, and what every page carries."""

import pytest
from browsing import PASSWORD, Browser
from sqlmodel import select

from hotline import clock
from hotline.people import passwords, users
from hotline.people.rights import Role
from hotline.telephony.seats import Seat
from hotline.web.frame import NAVIGATION
from hotline.web.guards import GUARDS, PUBLIC


def test_each_role_lands_where_its_work_is(signed_in):
    for role, doors in NAVIGATION.items():
        browser = signed_in(role, "市城管执法局" if role is Role.HANDLER else "")
        assert browser.get("/home").location == doors[0][0]


def test_a_page_asked_for_too_early_is_shown_after_signing_in(signed_in, stranger):
    signed_in(Role.AGENT)
    asked = stranger.get("/account")
    assert asked.location == "/sign-in?next=%2Faccount"
    there = stranger.post("/sign-in", {"name": "agent0", "password": PASSWORD, "next": "/account"})
    assert there.location == "/account"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)"]
)
def test_signing_in_never_leads_to_another_site(signed_in, stranger, elsewhere):
    signed_in(Role.AGENT)
    data = {"name": "agent0", "password": PASSWORD, "next": elsewhere}
    assert stranger.post("/sign-in", data).location == "/home"


def test_a_wrong_password_keeps_the_name_and_says_so(signed_in, stranger):
    signed_in(Role.AGENT)
    page = stranger.post("/sign-in", {"name": "agent0", "password": "wrong"})
    assert page.status_code == 401
    assert "登录名或口令不对" in page.text
    assert 'value="agent0"' in page.text
    assert "wrong" not in page.text.replace("field wrong", "")


def test_a_form_without_our_token_changes_nothing(signed_in):
    browser = signed_in(Role.AGENT)
    page = browser.client.post("/sign-out", headers={"Accept": "text/html"})
    assert page.status_code == 400
    assert "页面已过期" in page.text
    assert browser.get("/account").status_code == 200


def test_the_api_takes_a_cookie_only_with_our_token(signed_in):
    browser = signed_in(Role.AGENT)
    forged = browser.client.post("/api/v1/route", json={"text": "路灯不亮"})
    own = browser.client.post(
        "/api/v1/route", json={"text": "路灯不亮"}, headers={"X-CSRFToken": browser.token}
    )
    assert (forged.status_code, own.status_code) == (400, 200)


def test_signing_out_closes_the_pages(signs_in):
    browser = signs_in(Role.SUPERVISOR)
    assert browser.post("/sign-out").location == "/sign-in"
    assert browser.get("/account").status_code == 302


def test_signing_out_leaves_the_seat_to_others(app, signs_in):
    browser = signs_in(Role.DISPATCHER)
    token = {"X-CSRFToken": browser.token}
    browser.client.post("/live/seat", headers=token, json={"extension": "8123"})
    with app.extensions["hotline"].database.read() as session:
        assert session.exec(select(Seat)).all()
    browser.post("/sign-out")
    with app.extensions["hotline"].database.read() as session:
        assert session.exec(select(Seat)).all() == []


def test_a_role_is_told_in_words_what_it_may_not_see(signed_in):
    page = signed_in(Role.SUPERVISOR).get("/api/v1/alarms")
    assert page.status_code == 403
    assert page.json["code"] == "not-allowed"


def test_a_first_password_must_be_changed_before_anything_else(signed_in, app):
    with app.extensions["hotline"].database.work() as session:
        users.add(
            session, "newcomer", "新人", Role.AGENT,
            password_hash=passwords.hashed(PASSWORD), now=clock.now(),
        )  # fmt: skip
    browser = Browser(app.test_client())
    browser.sign_in("newcomer", PASSWORD)
    assert browser.get("/home").location == "/account"
    fresh = {"old": PASSWORD, "password": "another long password", "again": "another long passwor"}
    refused = browser.post("/account/password", fresh)
    assert refused.status_code == 422
    assert "不一致" in refused.text
    fresh["again"] = fresh["password"]
    assert browser.post("/account/password", fresh).location == "/home"
    assert browser.get("/home").location == "/desk"


def test_a_changed_password_signs_the_other_browsers_out(app):
    here, there = Browser(app.test_client()), Browser(app.test_client())
    for browser in (here, there):
        browser.sign_in("newcomer", "another long password")
    fresh = "a third long password"
    here.post(
        "/account/password", {"old": "another long password", "password": fresh, "again": fresh}
    )
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_pages_carry_a_strict_policy_and_stay_out_of_caches(signed_in):
    headers = signed_in(Role.AGENT).get("/account").headers
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_cookie_is_not_for_scripts_and_not_for_other_sites(stranger):
    cookie = stranger.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_language_is_a_switch_away(stranger):
    assert 'lang="zh-CN"' in stranger.get("/sign-in").text
    stranger.post("/language", {"language": "en", "next": "/sign-in"})
    assert '<html lang="en">' in stranger.get("/sign-in").text


def test_every_route_has_a_row_in_the_table_of_guards(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    unguarded = {each for each in endpoints if ".step_" not in each and each not in GUARDS}
    assert unguarded == set()


def test_every_row_of_the_guards_has_its_route(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert {each for each in GUARDS if each not in endpoints} == set()


def test_no_page_that_is_not_meant_for_all_opens_to_a_stranger(app, stranger):
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or GUARDS.get(rule.endpoint, "step") == PUBLIC:
            continue
        address = rule.rule
        for name in rule.arguments:
            address = address.replace(f"<{name}>", "1").replace(f"<int:{name}>", "1")
        page = stranger.client.get(address)
        assert page.status_code in (302, 401), address
