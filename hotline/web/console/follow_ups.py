"""回访电话: whom the desk calls, the longest told first, and what comes of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hotline.errors import HotlineError
from hotline.people.access_log import note_look
from hotline.people.privacy import mask
from hotline.tickets import follow_ups
from hotline.web.current import actor, city, current, now
from hotline.web.forms import asked
from hotline.web.languages import said
from hotline.web.page_forms import AfterForm
from hotline.web.tickets.page import ticket_page


def add_routes(console: Blueprint) -> None:
    console.get("/follow-ups")(follow_up_list)
    console.get("/follow-ups/<number>")(follow_up_call)
    console.post("/follow-ups/<number>/take")(take_follow_up)
    console.post("/follow-ups/<number>/not-reached")(follow_up_not_reached)


def follow_up_list() -> str:
    limits, after = city().calendar.limits, (asked(AfterForm).body or AfterForm()).after
    with current().database.work() as session:
        rows = follow_ups.waiting(session, limits=limits, actor=actor(), now=now(), after=after)
        count = follow_ups.count(session, limits=limits)
        note_look(session, actor(), [row.number for row in rows], "list", now())
    return render_template(
        "console/follow_ups.html", rows=rows, count=count, mask=mask, due_of=_due_of, after=after,
        more=rows[-1].id if len(rows) == follow_ups.SHOWN else 0, share=limits.number(SHARE),
        tries=limits.number(TRIES),
    )  # fmt: skip


SHARE, WITHIN, TRIES = "follow_up_share", "follow_up_within", "call_tries"


def _due_of(row: follow_ups.Waiting) -> Any:
    calendar = city().calendar
    return calendar.add_working_days(row.delivered_at, calendar.limits.number(WITHIN))


def follow_up_call(number: str) -> str:
    """The ticket with the number to dial, and whatever the requester says written down."""
    with current().database.read() as session:
        call = follow_ups.open_call(session, number, actor=actor())
    return render_template(
        "console/follow_up.html", **ticket_page(number), call=call,
        tries=city().calendar.limits.number(TRIES), back=url_for("console.follow_up_list"),
    )  # fmt: skip


def take_follow_up(number: str) -> Any:
    try:
        with current().database.work() as session:
            limits = city().calendar.limits
            follow_ups.take(session, number, limits=limits, actor=actor(), now=now())
    except HotlineError as refused:
        flash(said(refused), "bad")
        return redirect(url_for("console.follow_up_list"))
    return redirect(url_for("console.follow_up_call", number=number))


def follow_up_not_reached(number: str) -> Any:
    try:
        with current().database.work() as session:
            limits = city().calendar.limits
            call = follow_ups.not_reached(session, number, limits=limits, actor=actor(), now=now())
    except HotlineError as refused:
        flash(said(refused), "bad")
        return redirect(url_for("console.follow_up_list"))
    if call.ended_at:
        sentence = _(
            "%(number)s 打了 %(n)d 次没打通，记为未接通，不再打。", number=number, n=call.tries
        )
        flash(sentence, "late")
    else:
        flash(_("%(number)s 记为没打通，过后再打。", number=number), "good")
    return redirect(url_for("console.follow_up_list"))
