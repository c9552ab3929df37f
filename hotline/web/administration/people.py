"""Users: made, corrected, taken out of use and back, given a new first password."""

from typing import Any

import structlog
from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError
from hotline.people import passwords, sign_ins, users
from hotline.people.keys import STAFF
from hotline.telephony import seats
from hotline.web.administration import page_forms
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.languages import said
from hotline.web.saying import ROLES

log = structlog.get_logger()


def add_routes(administration: Blueprint) -> None:
    administration.get("/users", endpoint="users")(page)
    administration.post("/users", endpoint="add_user")(add)
    administration.get("/users/<name>", endpoint="user")(user_page)
    administration.post("/users/<name>", endpoint="change_user")(change)
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
                session, body.name, body.title, body.role, unit=unit,
                password_hash=password_hash, now=now(),
            )  # fmt: skip
    except HotlineError as refused:
        given.refuse(refused)
        return _page(given, status=refused.status)
    _note("user added", body.name, role=body.role, unit=body.unit)
    return _page(Form(), told=(body.name, password))


def user_page(name: str) -> str:
    with current().database.read() as session:
        user = users.named(session, name)
    return _user_page(
        user, Form(values={"title": user.title, "role": user.role, "unit": user.unit})
    )


def change(name: str) -> Any:
    with current().database.read() as session:
        before = users.named(session, name)
    given = filled(page_forms.UserChangeForm)
    if given.body is None:
        return _user_page(before, given), 422
    try:
        moved = _changed(name, given.body)
    except HotlineError as refused:
        given.refuse(refused)
        return _user_page(before, given), refused.status
    words = _("已修改 %(name)s，须重新登录。") if moved else _("已修改 %(name)s。")
    flash(words % {"name": name}, "good")
    return redirect(url_for("administration.users"))


def _changed(name: str, body: page_forms.UserChangeForm) -> bool:
    """Whether the rights are others now: then every sign-in ends, and with it what is open."""
    unit = body.unit and city().unit(body.unit)
    with current().database.work() as session:
        user, before = users.change(session, name, body.title, body.role, unit, by=actor())
        moved = user.actor != before
        if moved:
            _put_out(session, user)
        facts = _facts(user)
    _note("user changed", name, **facts, was=before.role, was_unit=before.unit)
    return moved


def _facts(user: users.User) -> dict[str, str]:
    return {"title": user.title, "role": user.role, "unit": user.unit}


def disable(name: str) -> Any:
    try:
        with current().database.work() as session:
            user = users.disable(session, name, by=actor(), now=now())
            _put_out(session, user)
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
        _put_out(session, user)
    _note("password reset", name)
    return _page(Form(), told=(name, password))


def _put_out(session: Session, user: users.User) -> None:
    sign_ins.end_all(session, user, now())
    seats.leave_seat(session, user.actor)


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
        **_choices(),
    )
    return page, status


def _user_page(user: users.User, form: Form[Any]) -> str:
    return render_template(
        "administration/user.html",
        user=user,
        form=form,
        own=user.name == actor().id,
        **_choices(),
    )


def _choices() -> dict[str, Any]:
    return {
        "units": [unit.name for unit in city().directory.units],
        "roles": [(str(role), _(ROLES[role])) for role in STAFF],
    }
