"""The ticket page and the steps on it, for every role in whose scope the ticket lies."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError, KeyReused
from hotline.people.rights import Action
from hotline.repeats import Replayed
from hotline.tickets.attachments import Place
from hotline.tickets.models import Ticket
from hotline.web import bodies, saying, steps, uploads
from hotline.web.attachments import add_to
from hotline.web.current import city
from hotline.web.fields import Body
from hotline.web.forms import Form, asked, filled, own_address
from hotline.web.tickets import searching
from hotline.web.tickets.page import ticket_page
from hotline.web.tickets.step_forms import Refused

tickets = Blueprint("tickets", __name__)


@tickets.get("/tickets")
def search() -> Any:
    """Nothing is looked for until something is asked; a number leads straight to its ticket."""
    form = asked(bodies.SearchForm)
    if form.body is None or not form.values:
        return _search_page(form), 422 if form.errors else 200
    try:
        what, found = searching.find(form.body)
    except HotlineError as refused:
        form.refuse(refused)
        return _search_page(form), refused.status
    number = searching.only_number(what, form.body)
    if number and found.rows:
        return redirect(f"/tickets/{number}")
    return _search_page(form, found=found, misspelt=searching.misspelt(what))


def _search_page(form: Form[bodies.SearchForm], **found: Any) -> str:
    return render_template(
        "tickets/search.html",
        form=form,
        choices=searching.choices(),
        chosen=searching.chosen(form),
        units=city().directory.units,
        address=searching.address,
        **found,
    )


@tickets.get("/tickets/<number>")
def ticket(number: str) -> Any:
    """The whole page, or its part alone for a page that shows it beside a list."""
    part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    template = "tickets/part.html" if part else "tickets/ticket.html"
    return render_template(template, **ticket_page(number), back=_back(), part=part)


def _add_step(action: Action, body_type: type[Body]) -> None:
    def view(number: str) -> Any:
        return _take(number, action, body_type)

    view.__name__ = f"step_{action}"
    tickets.post(f"/tickets/<number>/{action}")(view)


for _action, (_body_type, _step) in steps.STEPS.items():
    _add_step(_action, _body_type)


def _take(number: str, action: Action, body_type: type[Body]) -> Any:
    given = filled(body_type)
    if given.body is None:
        return _refused(number, Refused(action, given), 422)
    try:
        done = steps.take(number, action, given.body, _status, _with_files(action))
    except Replayed as again:
        done = again.reply
    except HotlineError as refused:
        given.refuse(refused)
        given = _anew(given) if isinstance(refused, KeyReused) else given
        return _refused(number, Refused(action, given), refused.status)
    flash(_told(action, done), "good")
    return redirect(_back() or f"/tickets/{number}")


def _with_files(action: Action) -> Callable[[Session, Ticket], None] | None:
    """The files sent with a reply become its own; they are checked before it is given."""
    if action is not Action.REPLY:
        return None
    files, proofs = uploads.received(), uploads.received("proofs")

    def attach(session: Session, row: Ticket) -> None:
        add_to(session, row, files, place=Place.REPLY)
        add_to(session, row, proofs, place=Place.REPLY, proof=True)

    return attach


def _status(row: Ticket) -> dict[str, Any]:
    return {"number": row.number, "status": row.status}


def _told(action: Action, done: dict[str, Any]) -> str:
    return _(
        "已%(step)s。工单 %(number)s 现为「%(status)s」。",
        step=saying.word(action),
        number=done["number"],
        status=saying.word(done["status"]),
    )


def _anew(given: Form[Any]) -> Form[Any]:
    """The form was sent before with other words: whoever means it may send it once more."""
    sentence = _("这份表单刚才已提交过，这次的内容不同。请先看工单现状，确要办理请再提交。")
    return Form(values=given.values, errors={"": sentence})


def _refused(number: str, refused: Refused, status: int) -> Any:
    """The page again with all that was typed; where there is no page any more, the text alone."""
    try:
        facts = ticket_page(number, refused)
    except HotlineError as gone:
        refused.form.refuse(gone)
        return render_template("tickets/kept.html", refused=refused), gone.status
    return render_template("tickets/ticket.html", **facts, back=_back()), status


def _back() -> str:
    return own_address(request.values.get("next", ""))
