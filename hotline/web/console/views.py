"""The desk's page: log a request, and what the page asks for while the agent types."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request

from hotline.db import Session
from hotline.desk import drafts, shift
from hotline.desk.look_alikes import look_alikes
from hotline.errors import HotlineError, KeyReused
from hotline.repeats import Replayed, RequestKey, StoredReply
from hotline.tickets import topics
from hotline.web import bodies
from hotline.web.admission import NUL
from hotline.web.console import acts, page_forms, screen
from hotline.web.console.advice import LONGEST, advise
from hotline.web.console.calls import form_of_call
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, filled
from hotline.web.supervision.topics import hours

FIELDS = {
    *page_forms.ConsoleForm.model_fields,
    *(f"requester.{name}" for name in bodies.RequesterBody.model_fields),
}
# Without any of these a form holds nothing worth keeping.
WRITTEN = (
    "text", "answer", "sentence", "plate", "parked", "moved", "reference",
    *(name for name in FIELDS if "." in name),
)  # fmt: skip
# The route under which a form's request key is kept.
LOGGING = "POST /desk"


def add_routes(console: Blueprint) -> None:
    console.get("")(page)
    console.post("")(log)
    console.post("/suggest")(suggest)
    console.post("/nearby")(nearby)
    console.post("/person")(person)
    console.post("/draft")(save_draft)
    console.post("/draft/discard")(discard_draft)
    console.get("/today")(today)


def page() -> str:
    """The form: blank when asked so, else the draft asked for, else the newest."""
    return _whole(_form_asked_for())


def log() -> Any:
    given = filled(page_forms.ConsoleForm)
    if given.body is None:
        return _refused(given, 422)
    try:
        done = acts.log(given.body, draft=screen.draft_key(given.values, given.once))
    except Replayed as again:
        done = again.reply
    except KeyReused:
        # The answer to the first sending got lost, and the agent went on typing.
        with current().database.read() as session:
            done = _kept_reply(session, given.once) | {"changed": True}
    except HotlineError as refused:
        given.refuse(refused)
        return _refused(given, refused.status)
    return _whole(Form(), result=done)


def suggest() -> str:
    """Whose it may be, by what is typed so far."""
    typed = request.form
    advice = advise(
        typed.get("text", ""),
        dialled=typed.get("dialled", ""),
        picked=typed.get("picked", ""),
        guide=typed.get("guide"),
        phone_hash=screen.caller_hash(Form(values=typed)),
    )
    return render_template("console/suggestion.html", advice=advice, **screen.choices())


def nearby() -> str:
    typed = request.form
    advice = advise(typed.get("text", ""), dialled=typed.get("dialled", ""))
    found, hot = None, []
    if advice:
        units = [each.unit for each in advice.suggestion.candidates]
        with current().database.read() as session:
            hot = topics.matching(session, typed["text"], units, advice.suggestion.territory or "")
            if advice.where:
                found = look_alikes(
                    session, typed["text"], advice.suggestion, actor=actor(), now=now()
                )
    return render_template(
        "console/nearby.html", nearby=found, topics=hot, hours=hours(), parent=typed.get("parent")
    )


def person() -> str:
    found = screen.person(screen.typed_hash(Form(values=request.form)))
    return render_template("console/person.html", person=found, parent=request.form.get("parent"))


def save_draft() -> Any:
    """Keeps what was typed; a form that was logged meanwhile leaves nothing behind."""
    # Kept as it is, whatever is wrong with it; but PostgreSQL holds no text with a NUL.
    sent = {name: value.replace(NUL, "") for name, value in request.form.items()}
    typed = {name: value[:LONGEST] for name, value in sent.items() if name in FIELDS}
    once = sent.get("once", "")[:200]
    with current().database.work() as session:
        key = screen.draft_key(typed, once)
        if not any(typed.get(name, "").strip() for name in WRITTEN):
            drafts.drop(session, key, actor=actor())
            return render_template("console/saved.html")
        if not _kept_reply(session, once):
            drafts.save(session, key, typed | {"once": once}, actor=actor(), now=now())
    return render_template("console/saved.html", saved_at=now())


def discard_draft() -> Any:
    with current().database.work() as session:
        drafts.drop(session, request.form.get("draft", "")[:64], actor=actor())
    return "" if "HX-Request" in request.headers else redirect("/desk?new=1")


def today() -> str:
    with current().database.read() as session:
        rows = shift.taken(session, actor(), *screen.today())
    return render_template("console/today.html", rows=rows)


def _form_asked_for() -> Form[Any]:
    if "new" in request.args:
        return Form()
    if call_id := request.args.get("call"):
        with current().database.read() as session:
            return form_of_call(session, call_id[:64])
    wanted = request.args.get("draft")
    with current().database.read() as session:
        kept = (
            drafts.find(session, wanted, actor=actor(), now=now())
            if wanted
            else next(iter(drafts.unfinished(session, actor=actor(), now=now())), None)
        )
    return screen.restored(kept) if kept else Form()


def _kept_reply(session: Session, once: str) -> dict[str, Any]:
    """What the agent was told when this form was logged; empty while it is not."""
    key = RequestKey(actor().id, LOGGING, once, b"")
    stored = session.get(StoredReply, key.id)
    return stored.reply if stored else {}


def _whole(form: Form[Any], *, result: dict[str, Any] | None = None) -> str:
    """The page, or the form alone for a page that asks for it in place."""
    facts = screen.desk_form(form, result=result)
    if "HX-Request" in request.headers:
        return render_template("console/form.html", **facts, **_taken(result))
    return render_template("console/desk.html", bar=screen.bar(), **facts)


def _taken(result: dict[str, Any] | None) -> dict[str, int]:
    """What a new ticket changes above the form."""
    if result is None:
        return {}
    with current().database.read() as session:
        return {"taken": shift.count(session, actor(), *screen.today())}


def _refused(given: Form[page_forms.ConsoleForm], status: int) -> tuple[Any, int]:
    """What is wrong, beside what was typed; in place, what was typed is not even sent back."""
    if "HX-Request" not in request.headers:
        return _whole(given), status
    names = screen.field_names()
    answer = make_response(render_template("console/problems.html", form=given, field_names=names))
    answer.headers.update({"HX-Retarget": "#problems", "HX-Reswap": "outerHTML"})
    return answer, status
