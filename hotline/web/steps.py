"""Steps on a ticket as people and programs ask for them: one table for pages and API alike."""

from collections.abc import Callable, Sequence
from typing import Any

from hotline.db import Session
from hotline.delivery import outbox
from hotline.people.rights import Action, Actor
from hotline.repeats import keep_reply
from hotline.tickets import (
    dispatch,
    extensions,
    intake,
    merging,
    objections,
    queries,
    ratings,
    reopening,
    replies,
    supervision,
)
from hotline.tickets.models import Ticket
from hotline.web import bodies
from hotline.web.current import actor, city, current, now
from hotline.web.fields import Body
from hotline.web.request_keys import request_key
from hotline.web.thinking import guide_for

Step = Callable[[Session, Ticket, Any], Any]


def take(
    number: str,
    action: Action,
    body: Body,
    present: Callable[[Ticket], dict[str, Any]],
    then: Callable[[Session, Ticket], Any] | None = None,
) -> dict[str, Any]:
    """Takes the step within the asker's scope, and `then` what comes with it, in one transaction.

    The answer is kept for the request key, if any.
    """
    return take_all(number, ((action, body),), present, then)


def take_all(
    number: str,
    wanted: Sequence[tuple[Action, Body]],
    present: Callable[[Ticket], dict[str, Any]],
    then: Callable[[Session, Ticket], Any] | None = None,
) -> dict[str, Any]:
    """Takes these steps one after the other, all of them or none."""
    wanted = [(action, _thought_out(number, body)) for action, body in wanted]
    with current().database.work(key=request_key(), now=now()) as session:
        row = queries.ticket(
            session, number, actor=actor(), action=wanted[0][0], lock=True,
            beside=[body.parent for _, body in wanted if isinstance(body, bodies.MergeBody)],
        )  # fmt: skip
        for action, body in wanted:
            STEPS[action][1](session, row, body)
        if then:
            then(session, row)
        answer = keep_reply(session, present(row))
    current().wake()
    return answer


def _thought_out(number: str, body: Body) -> Body:
    """Who guides, where nobody said so: the router is asked before the transaction begins."""
    if not isinstance(body, bodies.DispatchBody) or body.guide is not None:
        return body
    return body.model_copy(update={"guide": guide_for(number, city().unit(body.unit))})


def dispatch_to(session: Session, row: Ticket, unit: str, guide: str | None) -> None:
    """派单; to a territory with the department that guides it as an assistant (协办)."""
    facts = {"calendar": city().calendar, "actor": actor(), "now": now()}
    dispatch.dispatch(session, row, unit, **facts)
    if guide and city().is_territory(unit):
        dispatch.assist(session, row, city().unit(guide, field="guide"), **facts)


def _dispatch(session: Session, row: Ticket, body: bodies.DispatchBody) -> None:
    dispatch_to(session, row, city().unit(body.unit), body.guide)


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
    objections.object_to(
        session,
        row,
        calendar=city().calendar,
        ground=body.ground,
        right_unit=right_unit,
        note=body.note,
        actor=actor(),
        now=now(),
    )


def _rule(session: Session, row: Ticket, body: bodies.RuleBody) -> None:
    unit = body.unit and city().unit(body.unit)
    objections.rule(
        session,
        row,
        granted=body.granted,
        unit=unit,
        basis=body.basis,
        calendar=city().calendar,
        actor=actor(),
        now=now(),
    )


def _ask_extension(session: Session, row: Ticket, body: bodies.ExtensionBody) -> None:
    extensions.ask(
        session,
        row,
        days=body.days,
        reason=body.reason,
        calendar=city().calendar,
        actor=actor(),
        now=now(),
    )


def _rule_extension(session: Session, row: Ticket, body: bodies.GrantBody) -> None:
    outbox.rule_extension(
        session, row, granted=body.granted, calendar=city().calendar, actor=actor(), now=now()
    )


def _reply(session: Session, row: Ticket, body: bodies.ReplyBody) -> None:
    replies.reply(session, row, body.text, without=body.without, actor=actor(), now=now())


def _approve(session: Session, row: Ticket, body: bodies.ApproveBody) -> None:
    outbox.approve(session, row, actor=actor(), now=now(), **dict(body))


def _redirect(session: Session, row: Ticket, body: bodies.RedirectBody) -> None:
    intake.redirect(session, row, body.sentence, code=body.code, actor=actor(), now=now())


def _claim(session: Session, row: Ticket, body: bodies.HandlerBody) -> None:
    dispatch.claim(
        session, row, calendar=city().calendar, handler=body.handler, actor=actor(), now=now()
    )


def _follow_up(session: Session, row: Ticket, body: bodies.FollowUpBody) -> None:
    rate(session, row, body, actor())


def rate(session: Session, row: Ticket, body: bodies.FollowUpBody, who: Actor) -> None:
    """回访 as an agent enters it, or the requester."""
    replies.follow_up(
        session,
        row,
        solved=body.solved,
        satisfied=body.satisfied,
        grievance=body.grievance,
        remark=body.remark,
        actor=who,
        now=now(),
    )


def _merge(session: Session, row: Ticket, body: bodies.MergeBody) -> None:
    merging.merge(session, row, _parent(session, body.parent), actor=actor(), now=now())


STEPS: dict[Action, tuple[type[Body], Step]] = {
    Action.ACCEPT: (bodies.EmptyBody, _by(intake.accept, timed=True)),
    Action.REDIRECT: (bodies.RedirectBody, _redirect),
    Action.ANSWER: (bodies.TextBody, _by(outbox.answer, "text")),
    Action.DISPATCH: (bodies.DispatchBody, _dispatch),
    Action.TRANSFER: (bodies.UnitBody, _to_unit(dispatch.transfer)),
    Action.ASSIST: (bodies.UnitBody, _to_unit(dispatch.assist)),
    Action.CLAIM: (bodies.HandlerBody, _claim),
    Action.OBJECT: (bodies.ObjectBody, _object),
    Action.RULE: (bodies.RuleBody, _rule),
    Action.REPLY: (bodies.ReplyBody, _reply),
    Action.APPROVE: (bodies.ApproveBody, _approve),
    Action.SEND_FOR_REWORK: (
        bodies.ReasonBody,
        _by(replies.send_for_rework, "reason", timed=True),
    ),
    Action.FOLLOW_UP: (bodies.FollowUpBody, _follow_up),
    Action.CLOSE: (bodies.EmptyBody, _by(replies.close)),
    Action.REOPEN: (bodies.ReasonBody, _by(reopening.reopen, "reason", timed=True)),
    Action.WITHDRAW: (bodies.ReasonBody, _by(intake.withdraw, "reason")),
    Action.REVIEW_RATING: (bodies.FaultBody, _by(ratings.review, "fault", "remark")),
    Action.ADVISE: (bodies.TextBody, _by(dispatch.advise, "text")),
    Action.ASK_EXTENSION: (bodies.ExtensionBody, _ask_extension),
    Action.RULE_EXTENSION: (bodies.GrantBody, _rule_extension),
    Action.REMIND: (bodies.EmptyBody, _by(supervision.remind, timed=True)),
    Action.SUPERVISE: (bodies.OrderBody, _by(supervision.issue, "colour", "text", timed=True)),
    Action.ANSWER_ORDER: (bodies.TextBody, _by(supervision.answer, "text")),
    Action.MERGE: (bodies.MergeBody, _merge),
    Action.UNMERGE: (bodies.EmptyBody, _by(merging.unmerge, timed=True)),
}
