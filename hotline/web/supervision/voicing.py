"""舆情: reported by the desk, kept by supervisors; what burns first, with its countdowns."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError
from hotline.people import users
from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.repeats import Replayed, keep_reply
from hotline.tickets import opinions, queries
from hotline.tickets.opinions import Opinion
from hotline.tickets.words import OpinionAct, OpinionLevel
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.guards import may
from hotline.web.request_keys import request_key
from hotline.web.supervision.page_forms import OpinionActForm, OpinionForm

LIMITS = ("opinion_authority", "opinion_conference", "opinion_answer")


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision/opinions")(opinion_list)
    blueprint.get("/supervision/opinions/<int:id>")(opinion)
    blueprint.post("/supervision/opinions/<int:id>")(act_on_opinion)
    blueprint.get("/opinions/new")(new_opinion)
    blueprint.post("/opinions/new")(report_opinion)


def opinion_list() -> str:
    """What is talked about; of those about a ticket the titles tell what it is about."""
    limits = city().calendar.limits
    with current().database.work() as session:
        rows = opinions.open_opinions(session, actor=actor())
        over = opinions.assessed(session, actor=actor())
        numbers = [number for _, number in (*rows, *over) if number]
        note_look(session, actor(), numbers, "list", now())
    timers = {row.id: opinions.timers(row, limits) for row, _number in (*rows, *over)}
    hours = {key: int(limits.span(key).total_seconds()) // 3600 for key in LIMITS}
    return render_template(
        "supervision/opinions.html", rows=rows, over=over, timers=timers, **hours
    )


def opinion(id: int) -> str:
    return _page(id, Form())


def act_on_opinion(id: int) -> Any:
    given = filled(OpinionActForm)
    if given.body is None:
        return make_response(_page(id, given), 422)
    try:
        with current().database.work(key=request_key(), now=now()) as session:
            row = opinions.opinion(session, id, actor=actor(), lock=True)
            opinions.act(
                session, row, given.body.act, given.body.words, level=given.body.level,
                limits=city().calendar.limits, actor=actor(), now=now(),
            )  # fmt: skip
            keep_reply(session, None)
    except Replayed:
        pass  # sent twice: it is written down
    except HotlineError as refused:
        given.refuse(refused)
        return make_response(_page(id, given), refused.status)
    flash(_("已记下。"), "good")
    return redirect(url_for(".opinion", id=id))


def new_opinion() -> str:
    return _new(Form(values={"ticket": request.args.get("ticket", "")[:24]}))


def report_opinion() -> Any:
    given = filled(OpinionForm)
    if given.body is None:
        return make_response(_new(given), 422)
    try:
        with current().database.work(key=request_key(), now=now()) as session:
            id = keep_reply(session, _reported(session, given.body).id)
    except Replayed as again:
        id = again.reply
    except HotlineError as refused:
        given.refuse(refused)
        return make_response(_new(given), refused.status)
    flash(_("已报舆情，督办员会看到，时限从现在起算。"), "good")
    if may(Action.KEEP_OPINION):
        return redirect(url_for(".opinion", id=id))
    number = given.body.ticket
    return redirect(f"/tickets/{number}" if number else url_for(".new_opinion"))


def _reported(session: Session, body: OpinionForm) -> Opinion:
    ticket = None
    if body.ticket:
        ticket = queries.ticket(
            session, body.ticket, actor=actor(), action=Action.READ, field="ticket"
        )
    return opinions.find(
        session, title=body.title, place=body.place, level=body.level, words=body.words,
        ticket=ticket, limits=city().calendar.limits, actor=actor(), now=now(),
    )  # fmt: skip


def _new(form: Form[OpinionForm]) -> str:
    return render_template("supervision/new_opinion.html", form=form, levels=list(OpinionLevel))


def _page(id: int, form: Form[OpinionActForm]) -> str:
    with current().database.work() as session:
        row = opinions.opinion(session, id, actor=actor())
        told = opinions.story(session, row)
        titles = users.titles(session, {each.by for each in told})
        number = row.ticket.number if row.ticket else ""
        note_look(session, actor(), [number] if number else [], "list", now())
    return render_template(
        "supervision/opinion.html", row=row, told=told, titles=titles, number=number, form=form,
        timers=opinions.timers(row, city().calendar.limits), acts=opinions.available(row),
        levels=list(OpinionLevel), Act=OpinionAct,
    )  # fmt: skip
