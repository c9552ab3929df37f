"""The switch's routes on the web process: the line's own, what became of a call, free seats."""

import re
from typing import Annotated, Any

from flask import Blueprint, Response, jsonify
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from hotline.errors import Invalid
from hotline.registry.numbers import Lines
from hotline.settings import Settings
from hotline.telephony import calls, events, seats, words
from hotline.telephony.dialplan import answer
from hotline.telephony.events import SwitchEvent
from hotline.telephony.journal import CallRecord
from hotline.telephony.words import CallEventKind
from hotline.web.current import city, current, now
from hotline.web.line import calls as line

CALL_ID = r"[\x21-\x7e]{1,64}"
EXTENSION = r"^[0-9]*$"
NUMBER = r"^\+?[0-9]*$"
KINDS = {"type": "string", "enum": list(CallEventKind)}
# What each kind cannot do without; and a caller is of no use without the dialled number.
NEEDED = {
    CallEventKind.OFFERED: "extension",
    CallEventKind.ANSWERED: "extension",
    CallEventKind.TRANSFERRED: "to",
    CallEventKind.RECORDED: "recording",
}


class EventBody(BaseModel):
    """What became of a call; `at` tells the order of events and a repeat from a new one.

    `queued` and `offered` may repeat caller and dialled number, so that no page waits for them.
    """

    model_config = ConfigDict(strict=True)
    kind: Annotated[CallEventKind, WithJsonSchema(KINDS)]
    at: AwareDatetime = Field(ge=line.EARLIEST, lt=line.LATEST)
    extension: str = Field(default="", max_length=12, pattern=EXTENSION)
    to: str = Field(default="", max_length=20, pattern=NUMBER)
    recording: str = Field(default="", max_length=events.RECORDING_LENGTH, pattern=line.NO_CONTROLS)
    caller: str = Field(default="", max_length=64, pattern=line.NO_CONTROLS)
    dialled: str = Field(default="", max_length=64, pattern=line.NO_CONTROLS)


EVENT_DESCRIPTION: dict[str, Any] = {
    "summary": "What became of a call; safe to repeat, in any order",
    "security": [{"switch": []}],
    "parameters": [
        {"name": "call_id", "in": "path", "required": True, "schema": {"type": "string"}}
    ],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": EventBody.model_json_schema()}},
    },
    "responses": {"200": {"description": "call_id, state, state_name"}},
}
SEATS_DESCRIPTION: dict[str, Any] = {
    "summary": "Extensions where somebody sits, and whether a call may be offered there",
    "security": [{"switch": []}],
    "responses": {"200": {"description": "seats: extension, state, state_name"}},
}
PATHS = {
    "/api/v1/calls": {"post": line.DESCRIPTION},
    "/api/v1/calls/{call_id}/events": {"post": EVENT_DESCRIPTION},
    "/api/v1/calls/seats": {"get": SEATS_DESCRIPTION},
}


def calls_blueprint(settings: Settings) -> Blueprint:
    """All that the switch may ask or tell, guarded by the secret shared with it."""
    blueprint = line.calls_blueprint(settings)
    password = line.password_of(settings)

    @blueprint.post("/calls/<path:call_id>/events")
    def post_event(call_id: str) -> Response:
        line.check_secret(password)
        body = line.body_as(EventBody)
        told = _told(call_id, body)
        database, key = current().database, current().contact_key
        if not body.dialled:
            calls.find_in_journal(database, settings.data_dir / "journal", call_id, key=key)
        with database.work() as session:
            if body.dialled:
                calls.add_calls(session, [_record(told, body)], key=key)
            stands = events.record(session, told, limits=city().calendar.limits, key=key, now=now())
            state = words.CallState(stands.state)
        return jsonify(call_id=call_id, state=state, state_name=words.STATES[state])

    @blueprint.get("/calls/seats")
    def list_seats() -> Response:
        line.check_secret(password)
        with current().database.read() as session:
            rows = seats.seats(session, now())
        return jsonify(seats=[_seat(row) for row in rows.values()])

    return blueprint


def _told(call_id: str, body: EventBody) -> SwitchEvent:
    if not re.fullmatch(CALL_ID, call_id):
        raise Invalid("call_id 须为 64 个以内的可见字符，请核对地址。", field="call_id")
    for field in NEEDED.get(body.kind), body.caller and "dialled":
        if field and not getattr(body, field):
            raise Invalid("%(name)s 必填，请补上。", field=field, name=field)
    return SwitchEvent(
        call_id=call_id,
        kind=body.kind,
        at=body.at,
        extension=body.extension,
        to=body.to,
        recording=body.recording,
    )


def _record(told: SwitchEvent, body: EventBody) -> CallRecord:
    """The call as the line will have answered it, or would have."""
    given = answer(Lines.of(city().directory.lines), body.dialled)
    return CallRecord(
        call_id=told.call_id,
        caller=body.caller.strip(),
        dialled=body.dialled,
        action=given.action,
        to=given.to,
        line=given.line or "",
        at=told.at,
    )


def _seat(row: seats.SeatView) -> dict[str, str]:
    return {
        "extension": row.extension,
        "state": row.state,
        "state_name": words.SEATS[row.state],
    }
