"""The API: JSON over HTTP under /api/v1, described at /api/v1/openapi.json."""

from flask import current_app, request
from flask_openapi3 import APIBlueprint
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from hotline.errors import Invalid
from hotline.web.api import (
    attachments,
    citizens,
    desk,
    handing_in,
    inbox,
    knowledge,
    search,
    tickets,
)

# What takes files and not JSON; beside them stand single words.
MULTIPART = ("api.attach",)
LONGEST_WORD = 200


def api_blueprint() -> APIBlueprint:
    api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_security=[{"key": []}])
    api.before_request(_readable)
    for part in (tickets, handing_in, attachments, search, inbox, desk, citizens, knowledge):
        part.add_routes(api)
    return api


def _readable() -> None:
    """A body that is not JSON is named as such, not as a field that is missing."""
    if request.method != "POST":
        return
    if request.endpoint in MULTIPART:
        _refuse_long_words()
        return
    if not request.is_json:
        raise UnsupportedMediaType
    # A body sent in chunks is not refused but cut off at the limit.
    if len(request.get_data()) >= current_app.config["MAX_CONTENT_LENGTH"]:
        raise RequestEntityTooLarge
    try:
        body = request.get_json()
    except RecursionError:  # brackets in brackets, too deep for any reader
        raise BadRequest from None
    if not isinstance(body, dict):
        raise BadRequest


def _refuse_long_words() -> None:
    # The library reads each as JSON: a number or brackets without an end would break it.
    for name, value in request.form.items():
        if len(value) > LONGEST_WORD:
            raise Invalid("内容过长，最多 %(n)d 字。", field=name[:LONGEST_WORD], n=LONGEST_WORD)
