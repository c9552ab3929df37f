"""Pages that tell news by themselves: a stream of messages, the same by asking, and the seat."""

import json
import time
from collections.abc import Callable, Iterator
from queue import Empty
from typing import Annotated, Any, TypeVar, cast

from flask import Blueprint, Response, current_app, jsonify, request
from flask.blueprints import BlueprintSetupState
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from hotline import clock
from hotline.errors import Invalid, Unavailable
from hotline.telephony import seats
from hotline.telephony.words import SeatState
from hotline.web import news
from hotline.web.admission import still_known
from hotline.web.current import actor, city, current, now
from hotline.web.fields import LAST_CURSOR
from hotline.web.line.calls import body_as, invalid
from hotline.web.news import Message
from hotline.web.streams import Feeder, Listener

live = Blueprint("live", __name__, url_prefix="/live")

# Milliseconds after which a browser whose stream has ended asks again.
RETRY = 2000
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
B = TypeVar("B", bound=BaseModel)


class SeatBody(BaseModel):
    extension: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=12, pattern=r"^[0-9]+$")
    ]


class StateBody(BaseModel):
    state: SeatState = Field()


@live.record_once
def _install(state: BlueprintSetupState) -> None:
    parts = state.app.extensions["hotline"]
    state.app.extensions["live"] = Feeder(parts.database, parts.city)


def feeder() -> Feeder:
    return cast(Feeder, current_app.extensions["live"])


@live.get("")
def stream() -> Response:
    """Messages as they come; a page that comes back says in Last-Event-ID what it has had."""
    here = feeder()
    listener = here.subscribe(actor(), _cursor("Last-Event-ID", request.headers))
    messages = _written(here, listener, still_known())
    response = Response(messages, mimetype="text/event-stream", headers=HEADERS)
    response.call_on_close(lambda: here.leave(listener))
    return response


@live.get("/poll")
def poll() -> Response:
    """For pages that get no stream: what they would have been told after that position."""
    after, who = _cursor("after", request.args), actor()
    with current().database.read() as session:
        view = news.look(session, now())
        messages = news.opening(session, who, after, view, city=city(), now=now())
    news.note_shown(current().database, [(who, messages)], now())
    told = [{"event": each.name, "id": each.position, "data": each.data} for each in messages]
    return jsonify(cursor=view.position, messages=told)


@live.post("/seat")
def take_seat() -> Response:
    """签入."""
    body = _given(SeatBody)
    with current().database.work() as session:
        seats.take_seat(session, actor(), body.extension, now=now())
    return _own_seat()


@live.post("/seat/state")
def set_state() -> Response:
    """空闲 or 小休."""
    body = _given(StateBody)
    with current().database.work() as session:
        seats.set_state(session, actor(), body.state, now=now())
    return _own_seat()


@live.post("/seat/leave")
def leave_seat() -> Response:
    """签出."""
    with current().database.work() as session:
        seats.leave_seat(session, actor())
    return _own_seat()


def _own_seat() -> Response:
    with current().database.read() as session:
        return jsonify(news.seat(seats.seats(session, now()).get(actor().id)))


def _given(kind: type[B]) -> B:
    """The body of a program or the fields of a form."""
    if request.is_json:
        return body_as(kind)
    try:
        return kind.model_validate(request.form.to_dict())
    except ValidationError as error:
        raise invalid(error) from None


def _cursor(name: str, given: Any) -> int | None:
    text = given.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:12]) > LAST_CURSOR:
        raise Invalid("%(name)s 须为收到的最后一个编号，请刷新页面。", field=name, name=name)
    return int(text)


def _written(here: Feeder, listener: Listener, known: Callable[[], bool]) -> Iterator[str]:
    """Ends where the reader has signed out meanwhile, or lost key or role: no number is told then.

    That is asked before each caller's number, and otherwise as often as there is a sign of life.
    """
    # Something at once: gunicorn lets a stream without a first chunk hold up other requests.
    yield f"retry: {RETRY}\n\n"
    asked_at = time.monotonic()
    ends_at = asked_at + here.pace.longest
    while time.monotonic() < ends_at:
        try:
            message = listener.mailbox.get(timeout=here.pace.heartbeat)
        except Empty:
            message = Message("heartbeat", {"at": clock.now().isoformat()})
        if message is None:
            return
        if message.shown or time.monotonic() - asked_at >= here.pace.heartbeat:
            asked_at = time.monotonic()
            if not _goes_on(known, message):
                return
        yield _chunk(message)


def _goes_on(known: Callable[[], bool], message: Message) -> bool:
    """While nobody can be asked, whoever listens stays, but is told no caller's number.

    Its stream ends instead: the page comes back by itself and hears from there on.
    """
    try:
        return known()
    except Unavailable:
        return not message.shown


def _chunk(message: Message) -> str:
    """One server-sent event."""
    id = "" if message.position is None else f"id: {message.position}\n"
    data = json.dumps(message.data, ensure_ascii=False)
    return f"event: {message.name}\n{id}data: {data}\n\n"
