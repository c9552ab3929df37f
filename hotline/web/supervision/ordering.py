"""Supervision orders, extensions that wait, what is held against units, and who quarrels."""

from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask_babel import gettext as _

from hotline.clock import city_day, city_span
from hotline.errors import HotlineError
from hotline.people import users
from hotline.people.access_log import note_look
from hotline.repeats import Replayed, keep_reply
from hotline.tickets import extensions, precedents, supervision
from hotline.tickets.precedents import PAIRS, SHOWN
from hotline.tickets.words import SanctionKind
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, asked, filled
from hotline.web.request_keys import request_key
from hotline.web.supervision.page_forms import PrecedentForm, SanctionForm

# What a look back covers, in days.
RECENT = 90


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision/orders")(orders)
    blueprint.get("/supervision/sanctions")(sanctions)
    blueprint.post("/supervision/sanctions")(sanction)
    blueprint.get("/supervision/bounces")(bounces)


def orders() -> str:
    """督办单 that wait for an answer, and extensions that wait for a decision."""
    with current().database.read() as session:
        waiting = supervision.waiting(session)
        return render_template(
            "supervision/orders.html",
            extensions=extensions.undecided(session),
            waiting=waiting,
            answered=supervision.answered(session),
            reminders=supervision.reminders_by_unit(session, now() - timedelta(days=RECENT)),
            days=RECENT,
        )


def sanctions() -> Response:
    return _sanctions(Form(), 200)


def sanction() -> Response:
    given = filled(SanctionForm)
    if given.body is None:
        return _sanctions(given, 422)
    try:
        unit = city().unit(given.body.unit)
        with current().database.work(key=request_key(), now=now()) as session:
            supervision.sanction(
                session, unit, given.body.kind, given.body.reason, actor=actor(), now=now()
            )
            keep_reply(session, None)
    except Replayed:
        pass  # sent twice: it is written down
    except HotlineError as refused:
        given.refuse(refused)
        return _sanctions(given, refused.status)
    flash(_("已记下。"), "good")
    return redirect(url_for("supervision.sanctions"))


def _sanctions(form: Form[SanctionForm], status: int) -> Response:
    with current().database.read() as session:
        rows = supervision.sanctions(session)
        titles = users.titles(session, {row.by for row in rows})
    page = render_template(
        "supervision/sanctions.html",
        form=form, rows=rows, titles=titles, kinds=list(SanctionKind),
        units=[unit.name for unit in city().directory.units],
    )  # fmt: skip
    return make_response(page, status)


def bounces() -> str:
    """Which pairs of units quarrel about what, and how it was ruled."""
    wanted = asked(PrecedentForm).body or PrecedentForm()
    words = wanted.q.split()
    today = city_day(now())
    begin, end = city_span(today - timedelta(days=RECENT), today)
    with current().database.work() as session:
        found = precedents.precedents(session, words, after=wanted.after, limit=SHOWN + 1)
        found, more = found[:SHOWN], found[SHOWN:]
        note_look(session, actor(), [each.number for each in found], "precedents", now())
        pairs = precedents.bounces(session, begin, end)
    return render_template(
        "supervision/bounces.html", pairs=pairs, found=found, q=" ".join(words), days=RECENT,
        most=PAIRS, after=wanted.after, more=found[-1].id if more else 0,
    )  # fmt: skip
