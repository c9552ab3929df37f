"""Signing in: passwords, lock-out, time-outs, and who is out at once."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from browsing import PASSWORD
from builders import NOON

from hotline.db import Database
from hotline.errors import Invalid, NotSignedIn, SignInRefused
from hotline.people import passwords, sign_ins, users
from hotline.people.rights import Actor, Role

ADMINISTRATOR = Actor("guanli", Role.ADMINISTRATOR)


@pytest.fixture
def agent(database: Database, password_hash: str) -> users.User:
    with database.work() as session:
        return users.add(
            session, "zuoxi07", "坐席07", Role.AGENT, password_hash=password_hash, now=NOON
        )


def wrong(database: Database, times: int, now=NOON) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_ins.sign_in(database, "zuoxi07", "a wrong password", now)


def test_the_right_password_gives_a_token_that_leads_back_to_the_user(database, agent):
    token = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    assert sign_ins.user_of(database, token, NOON).actor == Actor("zuoxi07", Role.AGENT)


def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(database, agent):
    with pytest.raises(SignInRefused) as wrong_password:
        sign_ins.sign_in(database, "zuoxi07", "a wrong password", NOON)
    with pytest.raises(SignInRefused) as wrong_name:
        sign_ins.sign_in(database, "nobody", PASSWORD, NOON)
    assert wrong_password.value.sentence == wrong_name.value.sentence


def test_five_wrong_passwords_lock_even_the_right_one_out(database, agent):
    wrong(database, 5)
    with pytest.raises(SignInRefused, match="锁定"):
        sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON + timedelta(minutes=14))
    assert sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON + timedelta(minutes=16))


def test_the_count_begins_anew_after_a_lock_and_after_a_right_password(database, agent):
    wrong(database, 5)
    later = NOON + timedelta(minutes=16)
    wrong(database, 4, later)
    sign_ins.sign_in(database, "zuoxi07", PASSWORD, later)
    wrong(database, 4, later)
    assert sign_ins.sign_in(database, "zuoxi07", PASSWORD, later)


def test_a_desk_left_alone_for_half_an_hour_is_signed_out(database, agent):
    token = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(database, token, NOON + timedelta(minutes=31))


def test_work_keeps_one_signed_in_and_what_a_page_asks_by_itself_does_not(database, agent):
    working = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    watching = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    for minutes in (20, 40):
        at = NOON + timedelta(minutes=minutes)
        sign_ins.user_of(database, working, at)
        if minutes == 20:
            sign_ins.user_of(database, watching, at, active=False)
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(database, watching, NOON + timedelta(minutes=40), active=False)


def test_nobody_stays_signed_in_for_more_than_twelve_hours(database, agent):
    token = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    for minutes in range(0, 12 * 60, 25):
        sign_ins.user_of(database, token, NOON + timedelta(minutes=minutes))
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(database, token, NOON + timedelta(hours=12, minutes=1))


def test_a_sign_out_ends_this_browser_and_no_other(database, agent):
    here = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    there = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    with database.work() as session:
        sign_ins.sign_out(session, here, NOON)
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(database, here, NOON)
    assert sign_ins.user_of(database, there, NOON).name == "zuoxi07"


def test_a_user_taken_out_of_use_is_out_at_once_and_cannot_come_back(database, agent):
    token = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    with database.work() as session:
        users.disable(session, "zuoxi07", by=ADMINISTRATOR, now=NOON)
    with pytest.raises(NotSignedIn):
        sign_ins.user_of(database, token, NOON)
    with pytest.raises(SignInRefused):
        sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)


def test_the_token_is_stored_only_as_a_hash(database, agent):
    token = sign_ins.sign_in(database, "zuoxi07", PASSWORD, NOON)
    with database.read() as session:
        assert token not in session.get(sign_ins.SignIn, 1).token_hash


def test_the_last_administrator_and_oneself_cannot_be_taken_out_of_use(database, password_hash):
    with database.work() as session:
        for name in ("guanli", "guanli2"):
            users.add(session, name, "", Role.ADMINISTRATOR, password_hash=password_hash, now=NOON)
        with pytest.raises(Invalid, match="自己"):
            users.disable(session, "guanli", by=ADMINISTRATOR, now=NOON)
        users.disable(session, "guanli2", by=ADMINISTRATOR, now=NOON)
        with pytest.raises(Invalid, match="至少"):
            users.disable(session, "guanli", by=Actor("other", Role.ADMINISTRATOR), now=NOON)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": "Big Name"}, "name"),
        ({"name": "zuoxi07"}, "name"),
        ({"role": Role.CITIZEN}, "role"),
        ({"role": Role.HANDLER}, "unit"),
        ({"unit": "市环保局"}, "unit"),
    ],
)
def test_a_wrong_user_is_refused_at_its_field(database, agent, fields, field):
    given = {"name": "zuoxi08", "title": "坐席08", "role": Role.AGENT, "unit": ""} | fields
    with database.work() as session, pytest.raises(Invalid) as refused:
        users.add(session, **given, password_hash="", now=NOON)
    assert refused.value.field == field


def test_a_stolen_hash_takes_as_long_to_guess_as_is_advised(shipped_hasher: PasswordHasher):
    assert extract_parameters(shipped_hasher.hash(PASSWORD)) == RFC_9106_LOW_MEMORY


@pytest.mark.parametrize("password", ["short", "x" * 129, "my-zuoxi07-password"])
def test_a_weak_password_is_refused(password):
    with pytest.raises(Invalid):
        passwords.hashed(password, name="zuoxi07")
