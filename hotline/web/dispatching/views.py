"""The routes of the dispatch desk: a pile with its ticket, and what each decision does."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from hotline.delivery import settling
from hotline.errors import HotlineError, KeyReused
from hotline.people import users
from hotline.people.rights import Action, scope_of
from hotline.repeats import Replayed, keep_reply
from hotline.tickets import alarms
from hotline.tickets.lists import DeskPile
from hotline.web import bodies, languages, steps
from hotline.web.addresses import one_of
from hotline.web.api import presenters
from hotline.web.current import actor, current, now
from hotline.web.dispatching import piles, sheets
from hotline.web.dispatching.decisions import DECISIONS, told
from hotline.web.dispatching.piles import Pile
from hotline.web.forms import Form, filled
from hotline.web.request_keys import request_key

dispatching = Blueprint("dispatching", __name__, url_prefix="/dispatching")


@dispatching.before_request
def _for_dispatchers() -> None:
    # A step's own guard may let others in; the page around it is the dispatcher's alone.
    scope_of(actor(), Action.RULE)


@dispatching.get("")
def desk() -> Response:
    """Where work presses most."""
    with current().database.read() as session:
        waiting = piles.counts(session, actor())
    return redirect(_address(piles.most_pressing(waiting)))


@dispatching.get("/<pile>")
def pile(pile: str) -> str:
    return render_template("dispatching/pile.html", **sheets.pile(_of_tickets(pile)))


@dispatching.get("/deliveries")
def deliveries() -> str:
    return render_template("dispatching/deliveries.html", **sheets.deliveries())


@dispatching.post("/<pile>/<number>/take")
def take_alarm(pile: str, number: str) -> Response:
    here = _of_tickets(pile)
    with current().database.work() as session:
        alarm, row = alarms.take(session, number, actor=actor(), now=now())
        titles = users.titles(session, {alarm.taken_by})
    mine = alarm.taken_by == actor().id
    by = titles.get(alarm.taken_by, alarm.taken_by)
    done = {"action": Action.TAKE_ALARM, "ticket": row, "alarm": alarm, "by": by, "mine": mine}
    return _onward(here, told(done), "good" if mine else "late")


@dispatching.post("/deliveries/<id>/receipt")
def receipt(id: str) -> Response:
    given = filled(bodies.ReceiptBody)
    if given.body is None:
        return _refused_delivery(id, given, 422)
    try:
        answer = _settle(id, given.body.outcome)
    except Replayed as again:
        answer = again.reply
    except HotlineError as refused:
        return _refused_delivery(id, _with(given, refused), refused.status)
    current().wake()
    done = {"action": Action.SETTLE_DELIVERY, "delivery": answer}
    return _onward(Pile.DELIVERIES, told(done))


def _settle(id: str, outcome: str) -> dict[str, Any]:
    with current().database.work(key=request_key(), now=now()) as session:
        row = settling.settle(session, id, outcome, actor=actor(), now=now())
        number = settling.trouble(session, id)[0].number
        return keep_reply(session, presenters.delivery(row) | {"number": number})


def _add_step(action: Action) -> None:
    def view(pile: str, number: str) -> Response:
        return _decide(_of_tickets(pile), number, action)

    dispatching.post(f"/<pile>/<number>/{action}", endpoint=f"step_{action}")(view)


for _action in DECISIONS:
    _add_step(_action)


def _decide(pile: Pile, number: str, action: Action) -> Response:
    form, steps_of = DECISIONS[action]
    given = filled(form)
    if given.body is None:
        return _refused(pile, number, given, 422)
    try:
        answer = steps.take_all(number, steps_of(given.body), presenters.ticket)
    except Replayed as again:
        answer = again.reply
    except HotlineError as refused:
        return _refused(pile, number, _with(given, refused), refused.status)
    done = {"action": action, "body": given.body, "ticket": answer, "pile": pile}
    return _onward(pile, told(done))


def _with(given: Form[Any], refused: HotlineError) -> Form[Any]:
    """The form with its refusal; one whose key was used up gets a new key."""
    given.refuse(refused)
    if refused.field == "unit" and given.value("other"):
        # A name that was written is refused where it was written.
        given.errors = {"other": languages.said(refused)}
    if not isinstance(refused, KeyReused):
        return given
    sentence = _("这份表单刚才已提交过，这次的内容不同。请先看工单现状，确要办理请再提交。")
    return Form(values=given.values, errors={"": sentence})


def _of_tickets(name: str) -> Pile:
    return Pile(one_of(DeskPile, name))


def _refused(pile: Pile, number: str, given: Form[Any], status: int) -> Response:
    page = render_template("dispatching/pile.html", **sheets.pile(pile, number, given))
    return make_response(page, status)


def _refused_delivery(id: str, given: Form[Any], status: int) -> Response:
    page = render_template("dispatching/deliveries.html", **sheets.deliveries(id, given))
    return make_response(page, status)


def _onward(pile: Pile, sentence: str, tone: str = "good") -> Response:
    """To what comes next in the pile, with word of what was done."""
    flash(sentence, tone)
    mark = request.args.get("after") or None
    return redirect(_address(pile, after=mark, then=request.form.get("next") or None))


def _address(pile: Pile, **more: Any) -> str:
    if pile is Pile.DELIVERIES:
        return url_for(".deliveries", **more)
    return url_for(".pile", pile=pile, **more)
