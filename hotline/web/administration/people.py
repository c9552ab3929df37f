"""Users: made, taken out of use and back, given a new first password."""

from typing import Any

import structlog
from flask import Blueprint, render_template
from flask_babel import gettext as _

from hotline.errors import HotlineError
from hotline.people import passwords, sign_ins, users
from hotline.people.keys import STAFF
from hotline.people.rights import Role
from hotline.telephony import seats
from hotline.web import page_forms
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.languages import said
from hotline.web.saying import ROLES

log = structlog.get_logger()


def add_routes(administration: Blueprint) -> None:
    administration.get("/users", endpoint="users")(page)
    administration.post("/users", endpoint="add_user")(add)
    administration.post("/users/<name>/disable", endpoint="disable_user")(disable)
    administration.post("/users/<name>/enable", endpoint="enable_user")(enable)
    administration.post("/users/<name>/reset", endpoint="reset_user")(reset)


def page() -> Any:
    return _page(Form())


def add() -> Any:
    given = filled(page_forms.UserForm)
    if given.body is None:
        return _page(given, status=422)
    body, password = given.body, passwords.temporary()
    password_hash = passwords.hashed(password)
    try:
        unit = body.unit and city().unit(body.unit)
        with current().database.work() as session:
            users.add(
                session, body.name, body.title, Role(body.role), unit=unit,
                password_hash=password_hash, now=now(),
            )  # fmt: skip
    except HotlineError as refused:
        given.refuse(refused)
        return _page(given, status=refused.status)
    _note("user added", body.name, role=body.role, unit=body.unit)
    return _page(Form(), told=(body.name, password))


def disable(name: str) -> Any:
    try:
        with current().database.work() as session:
            user = users.disable(session, name, by=actor(), now=now())
            sign_ins.end_all(session, user, now())
            seats.leave_seat(session, user.actor)
    except HotlineError as refused:
        return _page(Form(errors={"": said(refused)}), status=refused.status)
    _note("user disabled", name)
    return _page(Form(), done=_("已停用 %(name)s，所有登录已退出。", name=name))


def enable(name: str) -> Any:
    with current().database.work() as session:
        users.enable(session, name)
    _note("user enabled", name)
    return _page(Form(), done=_("%(name)s 可以登录了。", name=name))


def reset(name: str) -> Any:
    password = passwords.temporary()
    password_hash = passwords.hashed(password)
    with current().database.work() as session:
        user = users.set_password(session, name, password_hash, must_change=True)
        sign_ins.end_all(session, user, now())
        seats.leave_seat(session, user.actor)
    _note("password reset", name)
    return _page(Form(), told=(name, password))


def _note(event: str, name: str, **more: str) -> None:
    """Whoever gives out a password could use it, and then look as somebody else."""
    log.warning(event, name=name, by=actor().id, **more)


def _page(
    form: Form[Any], *, told: tuple[str, str] | None = None, done: str = "", status: int = 200
) -> Any:
    """`told` is a name and a first password: shown once, stored nowhere."""
    with current().database.read() as session:
        everyone = users.everyone(session)
    page = render_template(
        "administration/users.html",
        form=form,
        users=everyone,
        told=told,
        done=done,
        units=[unit.name for unit in city().directory.units],
        roles=[(str(role), _(ROLES[role])) for role in STAFF],
    )
    return page, status
