"""Tickets over HTTP: log one, read one, take a step on one."""

from collections.abc import Callable
from typing import Any

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.db import Session, keep_reply
from hotline.delivery import outbox
from hotline.errors import Invalid
from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.routing.types import Suggestion
from hotline.tickets import dispatch, intake, merging, queries, replies
from hotline.tickets.models import Ticket
from hotline.tickets.words import CHINESE
from hotline.web.api import bodies, presenters
from hotline.web.current import actor, city, current, now
from hotline.web.guards import request_key

Step = Callable[[Session, Ticket, Any], Any]


def add_routes(api: APIBlueprint) -> None:
    api.post("/tickets", summary="Log a request, and by default accept it")(log)
    api.get("/tickets/<number>", summary="One ticket with its story")(ticket)
    for action, (body, step) in STEPS.items():
        _add_step(api, action, body, step)


def log(body: bodies.TicketBody):  # noqa: ANN201 (flask-openapi3 reads the signature)
    matter, suggestion = _matter(body), think(body)
    unit = body.unit and city().unit(body.unit)
    if unit and not body.accept:
        raise Invalid("派单须先受理,请将 accept 设为 true。", field="accept")
    who, at = actor(), now()
    with current().database.work(key=request_key(), now=at) as session:
        row = intake.log(session, matter, suggestion, actor=who, key=current().contact_key, now=at)
        if body.accept:
            intake.accept(session, row, calendar=city().calendar, actor=who, now=at)
        if unit:
            dispatch.dispatch(session, row, unit, calendar=city().calendar, actor=who, now=at)
        return jsonify(keep_reply(session, presenters.logged_ticket(row, suggestion))), 201


def think(body: bodies.TicketBody | bodies.RouteBody) -> Suggestion:
    """What the router says; nothing is stored."""
    return city().router.suggest(
        body.text, title=body.title, dialled=city().find_line(body.dialled)
    )


def _matter(body: bodies.TicketBody) -> intake.Matter:
    line = city().find_line(body.dialled)
    return intake.Matter(
        text=body.text,
        title=body.title,
        kind=body.kind,
        channel=body.channel,
        line=line.key if line else "",
        call_id=body.call_id,
        urgency=body.urgency,
        confidential=body.confidential,
        requester=intake.Requester(**body.requester.model_dump()),
    )


def ticket(path: bodies.TicketPath):  # noqa: ANN201
    with current().database.work() as session:
        row = queries.ticket(session, path.number, actor=actor(), action=Action.READ)
        note_look(session, actor(), [row.number], "view", now())
        return jsonify(
            presenters.whole_ticket(
                row,
                queries.matter(session, row),
                queries.contact(session, row),
                row.assignments,
                queries.events(session, row),
                queries.approved_reply(session, row),
                reader=actor(),
            )
        )


def _add_step(api: APIBlueprint, action: Action, body_type: type, step: Step) -> None:
    def view(path: bodies.TicketPath, body: body_type):  # type: ignore[valid-type]  # noqa: ANN202
        with current().database.work(key=request_key(), now=now()) as session:
            row = queries.ticket(session, path.number, actor=actor(), action=action, lock=True)
            step(session, row, body)
            answer = keep_reply(session, presenters.ticket(row))
        current().wake()
        return jsonify(answer)

    view.__name__ = f"step_{action}"
    api.post(f"/tickets/<number>/{action}", summary=f"{CHINESE[action]} {action}")(view)


def _parent(session: Session, number: str) -> Ticket:
    return queries.ticket(
        session, number, actor=actor(), action=Action.MERGE, lock=True, field="parent"
    )


def _to_unit(do: Callable[..., Any]) -> Step:
    return lambda session, row, body: do(
        session, row, city().unit(body.unit), calendar=city().calendar, actor=actor(), now=now()
    )


def _by(do: Callable[..., Any], *fields: str, timed: bool = False) -> Step:
    """A step that takes these fields of the body, the actor, now and, if timed, the calendar."""

    def step(session: Session, row: Ticket, body: Any) -> Any:
        facts = {"calendar": city().calendar} if timed else {}
        given = [getattr(body, name) for name in fields]
        return do(session, row, *given, actor=actor(), now=now(), **facts)

    return step


def _object(session: Session, row: Ticket, body: bodies.ObjectBody) -> None:
    right_unit = city().unit(body.right_unit, field="right_unit")
    dispatch.object_to(
        session,
        row,
        ground=body.ground,
        right_unit=right_unit,
        note=body.note,
        actor=actor(),
        now=now(),
    )


def _rule(session: Session, row: Ticket, body: bodies.RuleBody) -> None:
    unit = body.unit and city().unit(body.unit)
    dispatch.rule(
        session,
        row,
        granted=body.granted,
        unit=unit,
        calendar=city().calendar,
        actor=actor(),
        now=now(),
    )


def _redirect(session: Session, row: Ticket, body: bodies.RedirectBody) -> None:
    intake.redirect(session, row, body.sentence, code=body.code, actor=actor(), now=now())


def _claim(session: Session, row: Ticket, body: bodies.HandlerBody) -> None:
    dispatch.claim(session, row, handler=body.handler, actor=actor(), now=now())


def _follow_up(session: Session, row: Ticket, body: bodies.FollowUpBody) -> None:
    replies.follow_up(
        session, row, solved=body.solved, satisfied=body.satisfied, actor=actor(), now=now()
    )


def _merge(session: Session, row: Ticket, body: bodies.MergeBody) -> None:
    merging.merge(session, row, _parent(session, body.parent), actor=actor(), now=now())


STEPS: dict[Action, tuple[type[bodies.Body], Step]] = {
    Action.ACCEPT: (bodies.EmptyBody, _by(intake.accept, timed=True)),
    Action.REDIRECT: (bodies.RedirectBody, _redirect),
    Action.ANSWER: (bodies.TextBody, _by(outbox.answer, "text")),
    Action.DISPATCH: (bodies.UnitBody, _to_unit(dispatch.dispatch)),
    Action.TRANSFER: (bodies.UnitBody, _to_unit(dispatch.transfer)),
    Action.ASSIST: (bodies.UnitBody, _to_unit(dispatch.assist)),
    Action.CLAIM: (bodies.HandlerBody, _claim),
    Action.OBJECT: (bodies.ObjectBody, _object),
    Action.RULE: (bodies.RuleBody, _rule),
    Action.REPLY: (bodies.TextBody, _by(replies.reply, "text")),
    Action.APPROVE: (bodies.EmptyBody, _by(outbox.approve)),
    Action.SEND_FOR_REWORK: (
        bodies.ReasonBody,
        _by(replies.send_for_rework, "reason", timed=True),
    ),
    Action.FOLLOW_UP: (bodies.FollowUpBody, _follow_up),
    Action.CLOSE: (bodies.EmptyBody, _by(replies.close)),
    Action.REOPEN: (bodies.ReasonBody, _by(intake.reopen, "reason")),
    Action.WITHDRAW: (bodies.ReasonBody, _by(intake.withdraw, "reason")),
    Action.MERGE: (bodies.MergeBody, _merge),
    Action.UNMERGE: (bodies.EmptyBody, _by(merging.unmerge, timed=True)),
}
