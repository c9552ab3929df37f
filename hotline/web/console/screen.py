"""Everything the desk's page shows, read in a fixed number of statements."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from hotline.clock import city_day, city_span
from hotline.db import Session
from hotline.desk import callers, drafts, shift
from hotline.desk.callers import History
from hotline.desk.drafts import Draft
from hotline.people.access_log import note_look
from hotline.routing.types import Line
from hotline.telephony import desk, seats, words
from hotline.telephony.shown import ShownCall, shown_call
from hotline.tickets import follow_ups, return_calls
from hotline.tickets.words import Channel, MatterKind, Urgency
from hotline.web.console import duty
from hotline.web.console.acts import transfers
from hotline.web.console.advice import advise, may_choose_freely
from hotline.web.console.knowledge import beside
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form

# The key of each kind, the first letter of its pinyin where that is free.
KINDS = {
    MatterKind.CONSULTATION: "z",
    MatterKind.HELP: "q",
    MatterKind.COMPLAINT: "t",
    MatterKind.REPORT: "j",
    MatterKind.SUGGESTION: "y",
    MatterKind.PRAISE: "b",
}
# What a refusal calls the fields that it names.
FIELD_NAMES = {
    "text": "诉求内容",
    "kind": "类别",
    "urgency": "缓急",
    "channel": "渠道",
    "dialled": "对方拨打",
    "unit": "派给谁",
    "other": "其他单位",
    "answer": "答复内容",
    "code": "引导到哪里",
    "sentence": "念给对方的话",
    "service": "转接专线",
    "parent": "并入哪一单",
    "plate": "车牌",
    "parked": "停在哪里",
    "moved": "当场的结果",
    "reference": "110 警情编号",
    "requester.name": "姓名",
    "requester.phone": "电话",
    "requester.address": "住址",
    "requester.email": "邮箱",
}
# What reaches the desk by hand; imports and the columns of the portal have ways of their own.
CHANNELS = tuple(
    channel
    for channel in Channel
    if channel is not Channel.IMPORT and not channel.startswith("portal_")
)


# What a form that was left is known by, the first of these that was written.
HEADING = ("text", "parked", "plate", "reference")


@dataclass(frozen=True, slots=True)
class Ringing:
    """A call with the line that was dialled; `seconds` have passed since somebody answered."""

    call: ShownCall
    line: Line | None
    state: str
    seconds: int | None


def bar() -> dict[str, Any]:
    """The seat, who waits, what the agent has taken down today."""
    with current().database.read() as session:
        return {
            "seat": seats.seats(session, now()).get(actor().id),
            "seat_words": {state: _(said) for state, said in words.SEATS.items()},
            "call_words": {state: _(said) for state, said in words.STATES.items()},
            "waiting": desk.waiting(session, now()).callers,
            "taken": shift.count(session, actor(), *today()),
            "missed": return_calls.count(session),
            "follow_ups": follow_ups.count(session, limits=city().calendar.limits),
            "duty": duty.pane(session),
        }


def today() -> tuple[datetime, datetime]:
    return city_span(city_day(now()), city_day(now()))


def desk_form(form: Form[Any], *, result: dict[str, Any] | None = None) -> dict[str, Any]:
    """The form with all that stands around it."""
    dialled, call_id, typed = form.value("dialled"), form.value("call_id"), typed_hash(form)
    with current().database.read() as session:
        call = ringing(session, call_id) if call_id else None
        others = [
            each
            for each in drafts.unfinished(session, actor=actor(), now=now())
            if each.form != draft_key(form.values, form.once)
        ]
    rang = call.call.caller_hash if call else ""
    advice = advise(
        form.value("text"),
        dialled=dialled,
        picked=form.value("picked") or form.value("unit"),
        guide=form.value("guide", None),
        phone_hash=typed or rang,
    )
    return {
        "form": form,
        "result": result,
        "promised": _moment(result and result["promised_at"]),
        "call": call,
        "person": person(rang if call else typed),
        "drafts": list(map(_shown, others)),
        "advice": advice,
        **beside(form.value("text"), advice),
        **choices(),
    }


def choices() -> dict[str, Any]:
    """What can be chosen on the form."""
    directory = city().directory
    return {
        "kinds": KINDS,
        "field_names": field_names(),
        "urgencies": tuple(Urgency),
        "channels": CHANNELS,
        "guidance": directory.guidance,
        "transfers": transfers(),
        "lines": [line for line in directory.lines if line.number],
        "units": [unit.name for unit in directory.units] if may_choose_freely() else [],
        "free": may_choose_freely(),
        "towing": city().towing,
    }


def field_names() -> dict[str, str]:
    return {name: _(said) for name, said in FIELD_NAMES.items()}


def ringing(session: Session, call_id: str) -> Ringing | None:
    call = shown_call(session, call_id, actor=actor())
    if call is None:
        return None
    talking = call.answered_at and (call.over_at or now()) - call.answered_at
    return Ringing(
        call=call,
        line=city().find_line(call.dialled),
        state=words.STATES[words.CallState(call.state)] if call.state else "",
        seconds=int(talking.total_seconds()) if talking is not None else None,
    )


def typed_hash(form: Form[Any]) -> str:
    return callers.phone_hash(current().contact_key, form.value("requester.phone"))


def caller_hash(form: Form[Any]) -> str:
    """Who it is about: the number typed, else the one that rang."""
    typed, call_id = typed_hash(form), form.value("call_id")
    if typed or not call_id:
        return typed
    with current().database.read() as session:
        call = shown_call(session, call_id, actor=actor())
    return call.caller_hash if call else ""


def person(phone_hash: str) -> History:
    """The person's tickets; that their headings were shown is on record."""
    with current().database.read() as session:
        found = callers.history(session, phone_hash, actor=actor())
    if found.tickets:
        with current().database.work() as session:
            numbers = [past.number for past in found.tickets]
            note_look(session, actor(), numbers, "list", now())
    return found


def draft_key(typed: Any, once: str) -> str:
    """A call has one draft, whichever window it was typed in."""
    return str(typed.get("call_id") or once)[:64]


def restored(draft: Draft) -> Form[Any]:
    """What was typed, under the request key it had: a ticket logged meanwhile stays one."""
    typed = dict(draft.typed)
    return Form(values=typed, once=typed.pop("once"))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _shown(draft: Draft) -> dict[str, Any]:
    return {
        "form": draft.form,
        "saved_at": draft.saved_at,
        "heading": next((said for said in map(draft.typed.get, HEADING) if said), "").strip()[:20],
    }
