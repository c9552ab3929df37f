"""Users as an administrator corrects them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from builders import NOON
from sqlmodel import select

from hotline.db import Database
from hotline.errors import Invalid, NotFound
from hotline.people import users
from hotline.people.rights import Actor, Role
from hotline.people.users import User

CITY = "市环保局"


@pytest.fixture
def staff(database: Database, password_hash: str) -> Database:
    """Two administrators, two handlers."""
    with database.work() as session:
        for name, role, unit in (
            ("guanli", Role.ADMINISTRATOR, ""),
            ("guanli2", Role.ADMINISTRATOR, ""),
            ("jingban", Role.HANDLER, CITY),
            ("jingban2", Role.HANDLER, CITY),
        ):
            users.add(session, name, "", role, unit=unit, password_hash=password_hash, now=NOON)
    return database


def change(database: Database, name: str, by: str = "guanli", **fields) -> tuple[Actor, Actor]:
    """As whom the user acts now, and acted before."""
    given = {"title": "", "role": Role.HANDLER, "unit": CITY} | fields
    with database.work() as session:
        user, before = users.change(session, name, **given, by=Actor(by, Role.ADMINISTRATOR))
        return user.actor, before


def stored(database: Database) -> dict[str, tuple[str, str, str]]:
    with database.read() as session:
        return {each.name: (each.title, each.role, each.unit) for each in users.everyone(session)}


def test_a_change_reaches_one_user_alone_and_tells_what_was(staff):
    now, before = change(staff, "jingban", title="周主任", unit="市城管执法局")
    assert (now.unit, before.unit) == ("市城管执法局", CITY)
    assert stored(staff)["jingban"] == ("周主任", "handler", "市城管执法局")
    assert stored(staff)["jingban2"] == ("jingban2", "handler", CITY)


def test_a_handler_who_becomes_an_agent_leaves_the_unit(staff):
    with pytest.raises(Invalid) as refused:
        change(staff, "jingban", role=Role.AGENT)
    assert refused.value.field == "unit"
    assert change(staff, "jingban", role=Role.AGENT, unit="")[0] == Actor("jingban", Role.AGENT)


def test_nobody_changes_their_own_role_but_their_title(staff):
    with pytest.raises(Invalid, match="自己的角色"):
        change(staff, "guanli", role=Role.DISPATCHER, unit="")
    change(staff, "guanli", title="管理员王", role=Role.ADMINISTRATOR, unit="")
    assert stored(staff)["guanli"] == ("管理员王", "administrator", "")


def test_the_last_administrator_in_use_stays_one(staff):
    with staff.work() as session:
        users.disable(session, "guanli2", by=Actor("guanli", Role.ADMINISTRATOR), now=NOON)
    with pytest.raises(Invalid, match="至少须保留一位管理员") as refused:
        change(staff, "guanli", by="guanli2", role=Role.AGENT, unit="")
    assert refused.value.field == "role"
    # One out of use lets nobody in, so may become anything.
    change(staff, "guanli2", role=Role.AGENT, unit="")


def test_two_administrators_who_part_with_each_other_at_once_leave_one(staff):
    together = Barrier(2, timeout=60)

    def demote(name: str, by: str) -> bool:
        together.wait()
        try:
            change(staff, name, by=by, role=Role.AGENT, unit="")
        except Invalid:
            return False
        return True

    def disable(name: str, by: str) -> bool:
        together.wait()
        try:
            with staff.work() as session:
                users.disable(session, name, by=Actor(by, Role.ADMINISTRATOR), now=NOON)
        except Invalid:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(demote, "guanli", "guanli2")
        second = pool.submit(disable, "guanli2", "guanli")
        assert [first.result(), second.result()].count(True) == 1
    with staff.read() as session:
        left = session.exec(select(User).where(User.role == Role.ADMINISTRATOR)).all()
    assert [user.disabled_at for user in left].count(None) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"role": Role.CITIZEN, "unit": ""}, "role"), ({"unit": ""}, "unit")],
)
def test_a_wrong_change_is_refused_at_its_field_and_changes_nothing(staff, fields, field):
    before = stored(staff)
    with pytest.raises(Invalid) as refused:
        change(staff, "jingban", **fields)
    assert refused.value.field == field
    assert stored(staff) == before


def test_a_user_nobody_knows_cannot_be_changed(staff):
    with pytest.raises(NotFound, match="没有登录名为「nobody」的用户"):
        change(staff, "nobody")
