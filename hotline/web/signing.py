"""Signing in and out, one's own password, the language."""

from typing import Any

import structlog
from flask import Blueprint, Response, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user

from hotline.errors import Invalid, SignInRefused
from hotline.people import passwords, sign_ins, users
from hotline.telephony import seats
from hotline.web import languages, page_forms
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, filled, own_address
from hotline.web.frame import NAVIGATION, Reader
from hotline.web.limits import guesses

signing = Blueprint("signing", __name__)
log = structlog.get_logger()


@signing.get("/sign-in")
def form() -> Any:
    if current_user.is_authenticated:
        return redirect("/home")
    return render_template("signing/sign_in.html", form=Form(), next=_next())


@signing.post("/sign-in")
@guesses
def sign_in() -> Any:
    given = filled(page_forms.SignInForm)
    if given.body is None:
        return render_template("signing/sign_in.html", form=given, next=_next()), 422
    name = given.body.name.lower()
    try:
        token = sign_ins.sign_in(current().database, name, given.body.password, now())
    except SignInRefused as refused:
        log.warning("sign-in refused", name=name, address=request.remote_addr)
        given.refuse(refused)
        return render_template("signing/sign_in.html", form=given, next=_next()), 401
    with current().database.read() as reading:
        login_user(Reader(users.named(reading, name), token))
    return redirect(_next() or "/home")


@signing.post("/sign-out")
def sign_out() -> Any:
    if current_user.is_authenticated:
        with current().database.work() as writing:
            sign_ins.sign_out(writing, current_user.id, now())
            seats.leave_seat(writing, actor())
    logout_user()
    session.clear()
    return redirect("/sign-in")


@signing.get("/home")
def home() -> Any:
    """Where the reader's work is."""
    return redirect(NAVIGATION[actor().role][0][0])


@signing.get("/account")
def account() -> str:
    return render_template("signing/account.html", form=Form(), user=current_user.user)


@signing.post("/account/password")
def change_password() -> Any:
    given = filled(page_forms.PasswordForm)
    if given.body is not None:
        try:
            _change(given.body)
            flash(_("口令已改。"), "good")
            return redirect("/home")
        except Invalid as refused:
            given.refuse(refused)
    page = render_template("signing/account.html", form=given, user=current_user.user)
    return page, 422


def _change(body: page_forms.PasswordForm) -> None:
    user = current_user.user
    if not passwords.matches(user.password_hash, body.old):
        raise Invalid("现在的口令不对。", field="old")
    if body.old == body.password:
        raise Invalid("新口令不能与现在的相同。", field="password")
    if body.password != body.again:
        raise Invalid("两次输入的新口令不一致。", field="again")
    fresh = passwords.hashed(body.password, name=user.name)
    with current().database.work() as writing:
        changed = users.set_password(writing, user.name, fresh, must_change=False)
        sign_ins.end_others(writing, changed, current_user.id, now())


@signing.post("/language")
def language() -> Response:
    wanted = request.form.get("language", "")
    response = redirect(own_address(request.form.get("next", "")) or "/")
    if wanted in languages.LANGUAGES:
        response.set_cookie(languages.COOKIE, wanted, max_age=31536000, samesite="Lax")
    return response


def _next() -> str:
    return own_address(request.values.get("next", ""))
