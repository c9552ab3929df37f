"""`POST /calls`: the switch tells who rings and what was dialled, and is told what to do."""

import hmac
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, jsonify, request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from hotline.clock import now
from hotline.errors import HotlineError, Invalid, NotSignedIn
from hotline.people.privacy import secret
from hotline.settings import Settings
from hotline.telephony.answering import Answerer
from hotline.telephony.journal import Journal
from hotline.telephony.snapshot import LineBook

Model = TypeVar("Model", bound=BaseModel)

BODY_LIMIT = 64 * 1024
SECRET = "line"
VISIBLE = r"^[\x21-\x7e]+$"
NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"
REMEDIES = {
    "missing": "必填，请补上",
    "string_too_long": "过长，最多 {max_length} 个字符",
    "string_too_short": "不能为空",
    "string_type": "须为文字",
    "string_unicode": "编码有误，请用 UTF-8",
    "string_pattern_mismatch": "含有不允许的字符，请删去",
    "enum": "须为 {expected} 之一",
    "model_type": "须为 JSON 对象",
    "json_invalid": "无法解析，须为 UTF-8 编码的 JSON 对象",
}
# A clock beyond these is broken, and a day there could not be counted.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
BAD_MOMENT = "须为带时区的当今时间，如 2018-07-25T12:00:00+08:00"


class TooLarge(HotlineError):
    code, status, sentence = "too-large", 413, "内容超过 64 KB，来电请求只有几项，请核对后重发。"


class CallBody(BaseModel):
    """One ringing call; `caller` is empty when the number is withheld, `at` defaults to now."""

    model_config = ConfigDict(strict=True)
    call_id: str = Field(min_length=1, max_length=64, pattern=VISIBLE)
    caller: str = Field(max_length=64, pattern=NO_CONTROLS)
    dialled: str = Field(min_length=1, max_length=64, pattern=NO_CONTROLS)
    at: AwareDatetime | None = Field(default=None, ge=EARLIEST, lt=LATEST)


# For openapi.json; this blueprint itself must not need the library that writes it.
DESCRIPTION: dict[str, Any] = {
    "summary": "A call rings: pass through, transfer or intake",
    "security": [{"switch": []}],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": CallBody.model_json_schema()}},
    },
    "responses": {"200": {"description": "action, to, line, call_id"}},
}


def answerer(settings: Settings) -> Answerer:
    """Answers from the snapshot on disk and keeps its own journal file."""
    return Answerer(LineBook(settings.data_dir), Journal(settings.data_dir / "journal"))


def calls_blueprint(settings: Settings, answer: Answerer | None = None) -> Blueprint:
    """The route for the switch, guarded by a secret shared with it."""
    calls = Blueprint("calls", __name__)
    answer = answer or answerer(settings)
    password = password_of(settings)

    @calls.post("/calls")
    def post_call() -> Response:
        check_secret(password)
        body = body_as(CallBody)
        given = answer(
            call_id=body.call_id,
            caller=body.caller.strip(),
            dialled=body.dialled,
            at=body.at or now(),
        )
        return jsonify(action=given.action, to=given.to, line=given.line, call_id=body.call_id)

    return calls


def password_of(settings: Settings) -> str:
    """The secret that we share with the switch."""
    return secret(settings.data_dir, SECRET).hex()


def check_secret(password: str) -> None:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.encode(), password.encode()):
        raise NotSignedIn("请用 Authorization: Bearer 提供交换机密钥（数据目录 secrets/line）。")


def body_as(kind: type[Model]) -> Model:
    """The JSON of this request; refuses by the name of the first wrong field."""
    request.max_content_length = BODY_LIMIT
    try:
        body = request.get_data()
    except RequestEntityTooLarge:
        raise TooLarge from None
    # A body sent in chunks is not refused but cut off at the limit.
    if len(body) >= BODY_LIMIT:
        raise TooLarge
    try:
        return kind.model_validate_json(body)
    except ValidationError as error:
        raise invalid(error) from None


def invalid(error: ValidationError) -> Invalid:
    """Names the first wrong field and what to write instead."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "body"
    remedy = REMEDIES.get(first["type"], BAD_MOMENT if field == "at" else "格式不对")
    return Invalid(f"{field} {remedy.format(**first.get('ctx', {}))}。", field=field)
