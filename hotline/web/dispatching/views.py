"""The pages of the dispatch desk: a pile, the ticket beside it, and what each decision does."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hotline.db import Replayed
from hotline.delivery import settling, states
from hotline.errors import HotlineError, KeyReused
from hotline.people.rights import Action, scope_of
from hotline.tickets import alarms, lists, merging
from hotline.tickets.deadlines import dispatch_due_at
from hotline.tickets.lists import DeskPile
from hotline.tickets.words import Status
from hotline.web import bodies, steps
from hotline.web.api import presenters
from hotline.web.current import actor, city, current, now
from hotline.web.dispatching import choices, piles
from hotline.web.dispatching.decisions import DECISIONS, told
from hotline.web.dispatching.piles import Pile
from hotline.web.forms import Form, filled
from hotline.web.guards import request_key
from hotline.web.tickets.page import ticket_page

dispatching = Blueprint("dispatching", __name__, url_prefix="/dispatching")

SHOWN = 50
TICKETS = f"<any({','.join(pile for pile in Pile if pile is not Pile.DELIVERIES)}):pile>"


@dispatching.before_request
def _for_dispatchers() -> None:
    # A step's own guard may let others in; the page around it is the dispatcher's alone.
    scope_of(actor(), Action.RULE)


@dispatching.get("")
def desk() -> Any:
    """Where work presses most."""
    with current().database.read() as session:
        waiting = piles.counts(session, actor())
    return redirect(url_of(piles.most_pressing(waiting)))


@dispatching.get(f"/{TICKETS}")
def pile(pile: str) -> str:
    return _pile_page(Pile(pile), at=request.args.get("at", ""))


@dispatching.post("/alarms/<number>/take")
def take_alarm(number: str) -> Any:
    with current().database.work() as session:
        alarm, row = alarms.take(session, number, actor=actor(), now=now())
        mine = alarm.taken_by == actor().id
        page = render_template("dispatching/taken.html", alarm=alarm, ticket=row, mine=mine)
    flash(page.strip(), "good" if mine else "late")
    return _onward(Pile.ALARMS)


@dispatching.get("/deliveries")
def deliveries() -> str:
    return _deliveries_page(at=request.args.get("at", ""))


@dispatching.post("/deliveries/<id>/receipt")
def receipt(id: str) -> Any:
    given = filled(bodies.ReceiptBody)
    if given.body is None:
        return make_response(_deliveries_page(at=id, given=given), 422)
    try:
        with current().database.work(key=request_key(), now=now()) as session:
            row = settling.settle(session, id, given.body.outcome, actor=actor(), now=now())
            ...
    except HotlineError as refused:
        ...
    return _onward(Pile.DELIVERIES)
