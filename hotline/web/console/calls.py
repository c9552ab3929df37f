"""The calls at an agent's seat: taken onto the form, waiting above it, the number in full."""

from typing import Any

from flask import Blueprint, make_response, render_template

from hotline.db import Session
from hotline.desk import drafts, shift
from hotline.errors import NotAllowed
from hotline.people.access_log import note_pop
from hotline.telephony.shown import shown_call
from hotline.tickets.words import Channel
from hotline.web.console import screen
from hotline.web.console.advice import advise
from hotline.web.current import actor, current, now
from hotline.web.forms import Form

# htmx changes nothing on the page: the call is not known yet, and its next event asks again.
UNKNOWN = "", 204


def add_routes(console: Blueprint) -> None:
    console.get("/calls/<call_id>")(take_call)
    console.get("/calls/<call_id>/line")(call_line)
    console.get("/calls/<call_id>/waiting")(waiting_line)
    console.post("/calls/<call_id>/number")(number)


def take_call(call_id: str) -> Any:
    """A form for this call, with what was typed for it before."""
    with current().database.read() as session:
        form = form_of_call(session, call_id)
    return render_template("console/form.html", **screen.desk_form(form))


def call_line(call_id: str) -> Any:
    """Who calls and on which line, for a form on which nothing has been typed yet."""
    with current().database.read() as session:
        call, logged = screen.ringing(session, call_id), shift.of_call(session, call_id)
    if call is None:
        return UNKNOWN
    if logged:
        return _waiting(call, logged)
    form = Form(values=_values(call))
    return render_template(
        "console/popped.html",
        call=call,
        form=form,
        person=screen.person(call.call.caller_hash),
        advice=advise("", dialled=form.value("dialled")),
        **screen.choices(),
    )


def waiting_line(call_id: str) -> Any:
    """A call that has come while the agent still writes on another matter."""
    with current().database.read() as session:
        call, logged = screen.ringing(session, call_id), shift.of_call(session, call_id)
    return _waiting(call, logged) if call else UNKNOWN


def number(call_id: str) -> Any:
    """The number in full, to whom the call has come; each look is on record."""
    with current().database.work() as session:
        call = shown_call(session, call_id, actor=actor())
        if call is None or not call.number:
            raise NotAllowed("这通来电没有到过您的分机，不能查看号码。")
        note_pop(session, actor(), [call_id], now())
    return render_template("console/number.html", number=call.number)


def form_of_call(session: Session, call_id: str) -> Form[Any]:
    kept = drafts.find(session, call_id, actor=actor(), now=now())
    if kept:
        return screen.restored(kept)
    call = screen.ringing(session, call_id)
    return Form(values=_values(call) if call else {})


def _values(call: screen.Ringing) -> dict[str, str]:
    return {
        "call_id": call.call.call_id,
        "dialled": call.call.dialled,
        "channel": Channel.PHONE,
    }


def _waiting(call: screen.Ringing, logged: list[str]) -> Any:
    page = make_response(render_template("console/waiting.html", waiting=call, logged=logged))
    page.headers.update({"HX-Retarget": "#waiting", "HX-Reswap": "outerHTML"})
    return page
