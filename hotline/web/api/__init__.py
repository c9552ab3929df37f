"""The API: JSON over HTTP under /api/v1, described at /api/v1/openapi.json."""

from flask import current_app, request
from flask_openapi3 import APIBlueprint
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

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

# What takes files and not JSON.
MULTIPART = ("api.attach",)


def api_blueprint() -> APIBlueprint:
    api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_security=[{"key": []}])
    api.before_request(_readable)
    for part in (tickets, handing_in, attachments, search, inbox, desk, citizens, knowledge):
        part.add_routes(api)
    return api


def _readable() -> None:
    """A body that is not JSON is named as such, not as a field that is missing."""
    if request.method != "POST" or request.endpoint in MULTIPART:
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
