"""API keys: of units' own systems and of the city's programs."""

from typing import Any

import structlog
from flask import Blueprint, render_template
from flask_babel import gettext as _

from hotline.errors import HotlineError
from hotline.people import keys
from hotline.tickets import sources
from hotline.web import saying
from hotline.web.administration import page_forms
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.saying import ROLES

log = structlog.get_logger()


def add_routes(administration: Blueprint) -> None:
    administration.get("/keys", endpoint="keys")(page)
    administration.post("/keys", endpoint="make_key")(make)
    administration.post("/keys/<holder>/revoke", endpoint="revoke_key")(revoke)


def page() -> Any:
    return _page(Form())


def make() -> Any:
    given = filled(page_forms.KeyForm)
    if given.body is None:
        return _page(given, status=422)
    body = given.body
    try:
        unit = body.unit and city().unit(body.unit)
        with current().database.work() as session:
            facts = {"unit": unit, "channel": body.channel or "", "now": now()}
            key = keys.make(session, body.holder, body.role, **facts)
    except HotlineError as refused:
        given.refuse(refused)
        return _page(given, status=refused.status)
    log.warning("key made", holder=body.holder, role=body.role, unit=unit, by=actor().id)
    return _page(Form(), told=(body.holder, key))


def revoke(holder: str) -> Any:
    with current().database.work() as session:
        keys.revoke(session, holder, now=now())
    log.warning("key revoked", holder=holder, by=actor().id)
    return _page(Form(), done=_("%(holder)s 的密钥已撤销，即刻失效。", holder=holder))


def _page(
    form: Form[Any], *, told: tuple[str, str] | None = None, done: str = "", status: int = 200
) -> Any:
    """`told` is a holder and a key: shown once, stored only as a hash."""
    with current().database.read() as session:
        rows = keys.everyone(session)
    page = render_template(
        "administration/keys.html",
        form=form,
        keys=rows,
        told=told,
        done=done,
        units=[unit.name for unit in city().directory.units],
        roles=[(str(role), _(ROLES[role])) for role in keys.HOLDERS],
        channels=[("", "—"), *saying.choices(sources.CHANNELS)],
    )
    return page, status
