"""漏接回拨: who gave up waiting, called back by one agent, and what came of it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError
from hotline.people import users
from hotline.telephony import missed
from hotline.tickets import return_calls
from hotline.tickets.words import CallOutcome
from hotline.web.addresses import one_of
from hotline.web.current import actor, city, current, now
from hotline.web.languages import said


def _not_reached(session: Session, id: int, **facts: Any) -> return_calls.ReturnCall:
    return return_calls.not_reached(session, id, limits=city().calendar.limits, **facts)


ENDS: dict[CallOutcome, Callable[..., return_calls.ReturnCall]] = {
    CallOutcome.REACHED: return_calls.reached,
    CallOutcome.NOT_REACHED: _not_reached,
}


def add_routes(console: Blueprint) -> None:
    console.get("/return-calls")(return_call_list)
    console.post("/return-calls/<int:id>/take")(take_return_call)
    console.post("/return-calls/<int:id>/<outcome>")(end_return_call)


def return_call_list() -> str:
    limits = city().calendar.limits
    with current().database.read() as session:
        rows = missed.waiting(session, limits=limits, actor=actor(), now=now())
        count = return_calls.count(session)
        titles = users.titles(session, {row.taken_by for row in rows})
    lines = {row.id: city().find_line(row.dialled) for row in rows}
    return render_template(
        "console/return_calls.html", rows=rows, count=count, titles=titles, lines=lines,
        tries=limits.number("call_tries"),
    )  # fmt: skip


def take_return_call(id: int) -> Any:
    limits = city().calendar.limits
    return _done(lambda session: missed.take(session, id, limits=limits, actor=actor(), now=now()))


def end_return_call(id: int, outcome: str) -> Any:
    """Who was reached is written down at once: the form opens with the call."""
    which = one_of(CallOutcome, outcome)
    end = one_of(ENDS.__getitem__, which)
    return _done(lambda session: end(session, id, actor=actor(), now=now()))


def _done(act: Callable[[Any], return_calls.ReturnCall]) -> Any:
    try:
        with current().database.work() as session:
            row = act(session)
    except HotlineError as refused:
        flash(said(refused), "bad")
        return redirect(url_for("console.return_call_list"))
    if row.outcome == CallOutcome.REACHED:
        return redirect(f"/desk?call={row.call_id}")
    if row.outcome == CallOutcome.NOT_REACHED:
        flash(_("打了 %(n)d 次没打通，记为未接通，不再打。", n=row.tries), "late")
    elif row.taken_by != actor().id:
        flash(_("记为没打通，过后再打。"), "good")
    return redirect(url_for("console.return_call_list"))
