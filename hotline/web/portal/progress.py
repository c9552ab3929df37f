"""查进度: by number and query code, with rating, reopening and withdrawing."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request

from hotline.db import Session
from hotline.errors import HotlineError, NotFound
from hotline.people.access_log import note_look
from hotline.people.rights import Action, Actor
from hotline.tickets import attachments, intake, queries, reopening, stories, supervision
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.reopening import BY_MERGED
from hotline.tickets.steps import STEPS
from hotline.tickets.words import Grievance, ReminderKind, Status
from hotline.web import bodies, steps, uploads
from hotline.web.admission import NUL
from hotline.web.current import city, current, now
from hotline.web.fields import Body
from hotline.web.forms import Form, filled
from hotline.web.guards import citizen
from hotline.web.limits import guesses

# What a citizen is told of each step; the desk's and the units' talk among themselves is not.
TOLD = {
    Action.LOG: "收到您反映的事项",
    Action.ACCEPT: "已受理",
    Action.REDIRECT: "已告知办理渠道",
    Action.ANSWER: "已由热线直接答复",
    Action.DISPATCH: "已交 %(unit)s 办理",
    Action.TRANSFER: "已改由 %(unit)s 办理",
    Action.RULE: "由 %(unit)s 办理",
    Action.CLAIM: "%(unit)s 已签收，正在办理",
    Action.REPLY: "%(unit)s 已提交办理结果，正在审核",
    Action.SEND_FOR_REWORK: "已退回 %(unit)s 重新办理",
    Action.DELIVER: "已答复您",
    Action.FOLLOW_UP: "收到您的评价",
    Action.CLOSE: "已办结",
    Action.REOPEN: "已按您的要求重启",
    Action.WITHDRAW: "已撤回",
    Action.MERGE: "与他人反映的同一事项一并办理",
    Action.UNMERGE: "已恢复单独办理",
}
# How it stands, for whoever does not know the words of the desk.
STANDING = {
    Status.LOGGED: "已收到，等待受理",
    Status.ACCEPTED: "已受理，正在交给承办单位",
    Status.DISPATCHED: "已交给承办单位",
    Status.OBJECTED: "正在确定由谁办理",
    Status.IN_PROGRESS: "正在办理",
    Status.REPLIED: "已有办理结果，热线正在审核",
    Status.APPROVED: "答复正在发给您",
    Status.DELIVERED: "已答复您",
    Status.CLOSED: "已办结",
    Status.REDIRECTED: "已告知办理渠道",
    Status.WITHDRAWN: "已撤回",
    Status.MERGED: "与他人反映的同一事项一并办理",
}
# Until then it is told who has it and by when.
ANSWERED = (Status.APPROVED, Status.DELIVERED, Status.CLOSED)
# Of these only what concerns the requester; nobody is told who else asked.
TOLD_BY_REASON = {
    (Action.REOPEN, BY_MERGED): "已重启，重新办理",
    (Action.RULE_EXTENSION, "granted"): "情况复杂，办理时限已延长",
    (Action.REMIND, ReminderKind.CITIZEN): "收到您的催办",
}
# What a citizen may do from here, as the table of steps says.
OFFERED = (Action.FOLLOW_UP, Action.REOPEN, Action.REMIND, Action.WITHDRAW)
DONE = {
    Action.FOLLOW_UP: "谢谢您的评价，已经记下。",
    Action.REOPEN: "已重启，我们会重新交办。",
    Action.REMIND: "已记下您的催办，承办单位会看到。",
    Action.WITHDRAW: "已撤回。",
}


def add_routes(portal: Blueprint) -> None:
    portal.get("/progress", endpoint="progress")(progress)
    portal.post("/progress", endpoint="look")(guesses(look))
    for action in OFFERED:
        portal.post(f"/progress/{action}", endpoint=f"own_{action}")(guesses(_acting(action)))


def progress() -> str:
    return _asking(Form({"number": request.args.get("number", "")[:40]}))


def look() -> Any:
    given = filled(bodies.CitizenBody)
    return shown(given) if given.body else (_asking(given), 422)


def _acting(action: Action) -> Callable[[], Any]:
    kind, act = ACTS[action]

    def view() -> Any:
        given = filled(kind)
        if given.body is None:
            return shown(given, status=422)
        try:
            with current().database.work() as session:
                row = own(session, given, lock=True)
                act(session, row, given.body, citizen(row.number))
        except HotlineError as refused:
            if refused.field in kind.model_fields:
                # What was not chosen was not sent, and yet has its place on the page.
                given.values.setdefault(refused.field, "")
            given.refuse(refused)
            return shown(given, status=refused.status)
        return shown(given, done=DONE[action])

    return view


def _asking(form: Form[Any]) -> str:
    return render_template("portal/progress.html", form=form)


def shown(form: Form[Any], *, done: str = "", status: int = 200) -> Any:
    """The ticket, when number and query code are right, with what went well or wrong."""
    try:
        with current().database.work() as session:
            row = own(session, form)
            note_look(session, citizen(row.number), [row.number], "progress", now())
            facts = _facts(session, row)
    except NotFound as refused:
        form.refuse(refused)
        return _asking(form), refused.status
    return render_template("portal/ticket.html", form=form, done=done, **facts), status


def own(session: Session, form: Form[Any], *, lock: bool = False) -> Ticket:
    # Also from a form with mistakes, which is shown again: PostgreSQL takes no NUL.
    number, code = (form.value(name).replace(NUL, "").strip() for name in ("number", "query_code"))
    return queries.citizens_ticket(session, number, code, lock=lock)


def _facts(session: Session, row: Ticket) -> dict[str, Any]:
    story = stories.story(session, row)
    answered = queries.approved_reply(session, row)
    files = attachments.of_requester(session, row)
    return {
        "row": row,
        "standing": STANDING[Status(_as_told(story))],
        "answered": _as_told(story) in ANSWERED,
        "matter": story.matter,
        "told": [(each, words) for each in story.events if (words := _told(each))],
        "answer": answered[1].text if answered else _redirection(story),
        "files": uploads.shown(files, row, citizen(row.number)),
        "may_attach": row.status not in attachments.OVER,
        **uploads.LIMITS,
        "grievances": tuple(Grievance),
        "offered": _offered(story),
        "reopen_until": reopening.reopen_until(story.answered, city().calendar.limits),
        "reopen_days": city().calendar.limits.number("reopen_within"),
        "urged": _urged(story),
        "remind_days": city().calendar.limits.number("remind_apart"),
    }


def _offered(story: stories.Story) -> list[Action]:
    open_here = [each for each in OFFERED if (Status(story.ticket.status), each) in STEPS]
    waits = {Action.FOLLOW_UP: story.told, Action.REOPEN: _may_reopen(story.answered)}
    return [each for each in open_here if waits.get(each, True)]


def _may_reopen(answered: Ticket) -> bool:
    until = reopening.reopen_until(answered, city().calendar.limits)
    return reopening.may_reopen(answered) and (until is None or now() <= until)


def _as_told(story: stories.Story) -> str:
    """Of a matter that goes along with another's: where that stands, once it was answered."""
    answered = story.answered.status
    return answered if answered in ANSWERED else story.ticket.status


def _urged(story: stories.Story) -> bool:
    """Whether the requester has urged so lately that the next time has to wait."""
    since = supervision.reminded_too_soon_since(city().calendar.limits, now())
    return any(
        (each.action, each.reason) == (Action.REMIND, ReminderKind.CITIZEN) and each.at > since
        for each in story.events
    )


def _told(event: TicketEvent) -> str:
    return TOLD_BY_REASON.get((event.action, event.reason)) or TOLD.get(event.action, "")


def _redirection(story: stories.Story) -> str:
    """The sentence that told where the matter goes."""
    seqs = [each.seq for each in story.events if each.action == Action.REDIRECT]
    return story.texts.get(seqs[-1], "") if seqs else ""


def _rate(session: Session, row: Ticket, body: bodies.CitizenRatingBody, who: Actor) -> None:
    steps.rate(session, row, body, who)


def _reopen(session: Session, row: Ticket, body: bodies.CitizenReasonBody, who: Actor) -> None:
    reopening.reopen(session, row, body.reason, calendar=city().calendar, actor=who, now=now())


def _remind(session: Session, row: Ticket, body: bodies.CitizenBody, who: Actor) -> None:
    supervision.remind(session, row, calendar=city().calendar, actor=who, now=now())


def _withdraw(session: Session, row: Ticket, body: bodies.CitizenReasonBody, who: Actor) -> None:
    intake.withdraw(session, row, body.reason, actor=who, now=now())


ACTS: dict[Action, tuple[type[Body], Callable[..., Any]]] = {
    Action.FOLLOW_UP: (bodies.CitizenRatingBody, _rate),
    Action.REOPEN: (bodies.CitizenReasonBody, _reopen),
    Action.REMIND: (bodies.CitizenBody, _remind),
    Action.WITHDRAW: (bodies.CitizenReasonBody, _withdraw),
}
