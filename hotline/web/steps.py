"""Steps on a ticket as people and programs ask for them: one table for pages and API alike."""

from collections.abc import Callable, Sequence
from typing import Any

from hotline.db import Session, keep_reply
from hotline.delivery import outbox
from hotline.people.rights import Action
from hotline.tickets import dispatch, intake, merging, queries, replies
from hotline.tickets.models import Ticket
from hotline.web import bodies
from hotline.web.current import actor, city, current, now
from hotline.web.guards import request_key

Step = Callable[[Session, Ticket, Any], Any]


def take(
    number: str, action: Action, body: bodies.Body, present: Callable[[Ticket], dict[str, Any]]
) -> dict[str, Any]:
    """Takes the step within the asker's scope; the answer is kept for the request key, if any."""
    return take_all(number, ((action, body),), present)


def take_all(
    number: str,
    wanted: Sequence[tuple[Action, bodies.Body]],
    present: Callable[[Ticket], dict[str, Any]],
) -> dict[str, Any]:
    """Takes these steps one after the other, all of them or none."""
    with current().database.work(key=request_key(), now=now()) as session:
        row = queries.ticket(session, number, actor=actor(), action=wanted[0][0], lock=True)
        for action, body in wanted:
            STEPS[action][1](session, row, body)
        answer = keep_reply(session, present(row))
    current().wake()
    return answer


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
