"""我要反映: a message or a letter, by whichever door, and what to dial if it cannot wait."""

from typing import Any

from flask import Blueprint, abort, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_limiter import RateLimitExceeded

from hotline.db import Session
from hotline.errors import HotlineError
from hotline.repeats import Replayed
from hotline.routing.types import Suggestion, Unit
from hotline.tickets.attachments import Place
from hotline.tickets.deadlines import days_for
from hotline.tickets.file_store import Kept
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel
from hotline.web import bodies, intake, uploads
from hotline.web.api.suggestions import emergency
from hotline.web.attachments import add_to
from hotline.web.current import city
from hotline.web.forms import Form, filled
from hotline.web.guards import citizen
from hotline.web.languages import said
from hotline.web.limits import CHECK, SEND, limiter
from hotline.web.portal import doors
from hotline.web.portal.ask_form import AskForm
from hotline.web.portal.doors import DOORS, Door

DIAL = "如情况正在发生，请立即拨打 %(n)s。"
TOO_OFTEN = "提交得太频繁了，请过一会儿再提交；事情紧急请直接拨打 12345。您填写的内容都还在。"


def add_routes(portal: Blueprint) -> None:
    portal.get("/ask", endpoint="ask")(ask)
    portal.post("/ask", endpoint="send")(send)
    portal.post("/ask/check", endpoint="check")(limiter.limit(CHECK)(check))


def ask() -> Any:
    key = doors.asked_for()
    if key == Channel.LEADER_MAILBOX:
        return redirect(url_for("portal.mailboxes"))
    return page(Form(), key)


def send() -> Any:
    g.actor = citizen("")
    key, unit = doors.asked_for(), doors.mailbox()
    door = DOORS[key]
    if door.channel is Channel.LEADER_MAILBOX and unit is None:
        abort(404)
    given = filled(door.form, **_known(door, unit))
    if given.body is None:
        return page(given, key, unit), 422
    try:
        with limiter.limit(SEND):
            answer = _log(given.body.ticket())
    except Replayed as again:
        answer = again.reply
    except RateLimitExceeded:
        given.errors[""] = _(TOO_OFTEN)
        return page(given, key, unit), 429
    except HotlineError as refused:
        given.refuse(refused)
        return page(given, key, unit), refused.status
    return render_template("portal/sent.html", **answer)


def _known(door: Door, unit: Unit | None) -> dict[str, Any]:
    """What the door says, whatever was sent."""
    mailbox = unit and door.channel is Channel.LEADER_MAILBOX
    facts = {"channel": door.channel, "addressee": unit.name if mailbox else ""}
    other = door.narrow and request.form.get("kind") not in door.kinds
    return facts | ({"kind": door.kinds[0]} if other else {})


def _log(body: bodies.TicketBody) -> dict[str, Any]:
    """The message with its files; only an emergency is taken without those that are refused."""
    files, left_out = _files(body)

    def attach(session: Session, row: Ticket) -> None:
        add_to(session, row, files, place=Place.MATTER)

    return intake.log(body, _sent, attach) | {"left_out": left_out}


def _files(body: bodies.TicketBody) -> tuple[list[Kept], str]:
    """The files, and why there are none where that must not hold the message up."""
    try:
        return uploads.received(), ""
    except HotlineError as refused:
        if intake.think(body).emergency is None:
            raise
        return [], said(refused)


def check() -> Any:
    """The number to dial when the words typed so far say that it cannot wait; nothing is kept."""
    sentence, service = _danger(request.form.get("text", ""))
    return jsonify({"sentence": sentence, "service": service} if sentence else {})


def _danger(text: str) -> tuple[str, str]:
    """The sentence and its number; both blank when there is no danger."""
    found = city().suggest(text[:2000]).emergency if text else None
    return (_(DIAL, n=found.service), found.service) if found else ("", "")


def page(form: Form[AskForm], key: str, unit: Unit | None = None) -> str:
    """The form behind this door, with all that was typed."""
    door = DOORS[key]
    return render_template(
        "portal/ask.html",
        form=form,
        door=door,
        key=key,
        unit=unit,
        asks=door.form.model_fields,
        danger=_danger(form.value("text"))[0],
        **doors.words(door, unit),
        **uploads.LIMITS,
    )


def _sent(row: Ticket, suggestion: Suggestion) -> dict[str, Any]:
    """What the page after sending says: number, query code, who has it, by when."""
    return {
        "number": row.number,
        "query_code": row.query_code,
        "days": days_for(row.kind, city().calendar),
        "minutes": _minutes(row),
        "emergency": emergency(suggestion.emergency),
        "guidance": suggestion.guidance.sentence if suggestion.guidance else None,
    }


def _minutes(row: Ticket) -> int:
    """How long a short path takes; 0 for what takes days."""
    if not row.path:
        return 0
    return int(city().calendar.limits.span(f"act_{row.path}").total_seconds()) // 60
