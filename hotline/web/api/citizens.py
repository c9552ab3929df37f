"""For the requester, by number and query code: progress, rating, withdrawing, reopening."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import g, jsonify
from flask_openapi3 import APIBlueprint

from hotline.db import Session
from hotline.people.access_log import note_look
from hotline.people.rights import Actor
from hotline.repeats import keep_reply
from hotline.tickets import intake, queries, reopening, supervision
from hotline.tickets.models import Ticket
from hotline.web import bodies, steps
from hotline.web.api import presenters
from hotline.web.current import city, current, now
from hotline.web.guards import citizen
from hotline.web.limits import guesses
from hotline.web.request_keys import request_key


def add_routes(api: APIBlueprint) -> None:
    api.post("/progress", summary="Where a ticket stands and what was answered")(guesses(progress))
    api.post("/progress/follow_up", summary="Solved? Satisfied?")(guesses(citizen_follow_up))
    api.post("/progress/reopen", summary="Reopen within 15 days")(guesses(citizen_reopen))
    api.post("/progress/remind", summary="Remind, once a day")(guesses(citizen_remind))
    api.post("/progress/withdraw", summary="Withdraw one's own request")(guesses(citizen_withdraw))


def progress(body: bodies.CitizenBody):  # noqa: ANN201
    with current().database.work() as session:
        row = _own(session, body)
        note_look(session, citizen(row.number), [row.number], "progress", now())
        return jsonify(_progress(session, row))


def citizen_follow_up(body: bodies.CitizenRatingBody):  # noqa: ANN201
    def rate(session: Session, row: Ticket, who: Actor) -> None:
        steps.rate(session, row, body, who)

    return _step(body, rate)


def citizen_reopen(body: bodies.CitizenReasonBody):  # noqa: ANN201
    reopen = partial(reopening.reopen, calendar=city().calendar)
    return _step(body, lambda *who: _with_reason(reopen, body.reason, *who))


def citizen_remind(body: bodies.CitizenBody):  # noqa: ANN201
    def remind(session: Session, row: Ticket, who: Actor) -> None:
        supervision.remind(session, row, calendar=city().calendar, actor=who, now=now())

    return _step(body, remind)


def citizen_withdraw(body: bodies.CitizenReasonBody):  # noqa: ANN201
    return _step(body, lambda *who: _with_reason(intake.withdraw, body.reason, *who))


def _with_reason(
    do: Callable[..., Any], reason: str, session: Session, row: Ticket, who: Actor
) -> None:
    do(session, row, reason, actor=who, now=now())


def _step(body: bodies.CitizenBody, do: Callable[[Session, Ticket, Actor], Any]) -> Any:
    g.actor = citizen(body.number)
    with current().database.work(key=request_key(), now=now()) as session:
        row = _own(session, body, lock=True)
        do(session, row, citizen(row.number))
        session.flush()
        return jsonify(keep_reply(session, _progress(session, row)))


def _own(session: Session, body: bodies.CitizenBody, *, lock: bool = False) -> Ticket:
    return queries.citizens_ticket(session, body.number, body.query_code, lock=lock)


def _progress(session: Session, row: Ticket) -> dict[str, Any]:
    return presenters.progress(
        row, queries.events(session, row), queries.approved_reply(session, row)
    )
