"""Every refusal as an RFC 9457 problem document for programs, or a plain page for people."""

from typing import Any
from urllib.parse import urlencode

import structlog
from flask import (
    Flask,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from hotline.errors import HotlineError, Invalid, NotSignedIn, PasswordStale
from hotline.repeats import Replayed
from hotline.web.languages import said
from hotline.web.problem_document import HEADERS, problem

log = structlog.get_logger()

SENTENCES = {
    400: "请求内容无法解析，请检查格式（应为 UTF-8 编码的 JSON）。",
    404: "没有这个地址，请核对。",
    405: "这个地址不支持此种请求方法。",
    413: "内容过大（文字最多 256 KB，附件共 256 MB），请压缩或分几次再提交。",
    429: "操作太频繁了，请过一会儿再试。",
    415: "请以 application/json 提交。",
}
FIELD_SENTENCES = {
    "missing": "此项必填。",
    "string_too_long": "内容过长，最多 {max_length} 字。",
    "string_too_short": "内容过短，至少 {min_length} 字。",
    "extra_forbidden": "不认识此项，请删去或核对名称。",
    "enum": "取值须为 {expected} 之一。",
    "literal_error": "取值须为 {expected} 之一。",
    "string_unicode": "文字编码有误，请用 UTF-8。",
    "string_type": "须为文字。",
    "bool_type": "须为 true 或 false。",
    "bool_parsing": "须为 true 或 false。",
    "int_parsing": "须为整数。",
    "int_type": "须为整数。",
    "int_from_float": "须为整数。",
    "int_parsing_size": "数值过大。",
    "finite_number": "须为整数。",
    "greater_than_equal": "不能小于 {ge}。",
    "less_than_equal": "不能大于 {le}。",
    "date_from_datetime_parsing": "须为日期，如 2018-07-25。",
    "date_from_datetime_inexact": "须为日期，如 2018-07-25。",
    "model_type": "须为 JSON 对象。",
    "model_attributes_type": "须为 JSON 对象。",
    "value_error": "{error}。",
}
PATTERN_SENTENCES = {
    "phone": "须为电话号码，只用数字、空格和 + - ( )，最多 32 位。",
    "email": "须为电子邮箱地址，如 name@example.com。",
    "month": "须为年月，如 2018-07。",
}


def invalid_fields(error: ValidationError) -> Response:
    """Names every wrong field of a body, path or query, and what to write instead."""
    return problem(422, Invalid.code, _(Invalid.sentence), remedies(error))


def remedies(error: ValidationError) -> list[dict[str, str]]:
    """Each wrong field, and what to write instead."""
    return [
        {
            "field": ".".join(str(part) for part in item["loc"]) or "body",
            "remedy": _remedy(item["type"], item["loc"], item.get("ctx", {})),
        }
        for item in error.errors(include_url=False, include_input=False)
    ]


def _remedy(kind: str, place: tuple[Any, ...], facts: dict[str, Any]) -> str:
    if kind == "string_pattern_mismatch":
        return _(PATTERN_SENTENCES[place[-1]])
    if kind == "string_too_short" and facts["min_length"] == 1:
        kind = "missing"  # left blank, as a form sends it
    if kind == "value_error":
        # Our own validators speak Chinese, as everything below the web does.
        facts = {"error": _(str(facts["error"]))}
    return _(FIELD_SENTENCES.get(kind, "格式不对。")).format(**facts)


def register(app: Flask) -> None:
    app.register_error_handler(HotlineError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(500, _failed)


def _refused(error: HotlineError) -> Response:
    if isinstance(error, Replayed):
        response = make_response(jsonify(error.reply), error.status)
        response.headers["Idempotency-Replayed"] = "true"
        return response
    if error.status >= 500:
        log.error("refused", code=error.code, path=request.path, cause=repr(error.__cause__))
    if request.endpoint and not _for_program() and isinstance(error, (NotSignedIn, PasswordStale)):
        return _to_the_door(error)
    sentence = said(error)
    errors = [{"field": error.field, "remedy": sentence}] if error.field else []
    return _for_reader(error.status, error.code, sentence, errors)


def _to_the_door(error: HotlineError) -> Response:
    """To the page where one signs in (or changes a password), and then back to the page asked for.

    A page that asks by itself is told so instead: what is typed in it stays where it is.
    """
    if isinstance(error, PasswordStale):
        return make_response(redirect("/account"))
    if request.method != "GET" or "HX-Request" in request.headers:
        return make_response(render_template("problem.html", sentence=said(error), status=401), 401)
    return make_response(redirect(f"/sign-in?{urlencode({'next': request.full_path.rstrip('?')})}"))


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    status = error.code or 500
    sentence = _(SENTENCES.get(status, "请求有误，请检查后重试。"))
    if isinstance(error, CSRFError):
        sentence = _("页面已过期，内容未提交。请返回上一页，刷新后再提交。")
    response = _for_reader(status, f"http-{status}", sentence, [])
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            response.headers[name] = value
    return response


def _failed(error: Exception) -> Response:
    log.exception("failed", path=request.path)
    return _for_reader(500, "error", _(HotlineError.sentence), [])


def _for_reader(status: int, code: str, sentence: str, errors: list[dict[str, str]]) -> Response:
    if _for_program():
        return problem(status, code, sentence, errors)
    page = make_response(render_template("problem.html", sentence=sentence, status=status), status)
    page.headers.update(HEADERS.get(status, {}))
    return page


def _for_program() -> bool:
    return request.path.startswith(("/api/", "/live")) or not request.accept_mimetypes.accept_html
