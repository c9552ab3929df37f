"""The API: JSON over HTTP under /api/v1, described at /api/v1/openapi.json."""

from flask import request
from flask_openapi3 import APIBlueprint
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from hotline.web.api import citizens, desk, inbox, tickets


def api_blueprint() -> APIBlueprint:
    api = APIBlueprint("api", __name__, url_prefix="/api/v1", abp_security=[{"key": []}])
    api.before_request(_readable)
    for part in (tickets, inbox, desk, citizens):
        part.add_routes(api)
    return api


def _readable() -> None:
    """A body that is not JSON is named as such, not as a field that is missing."""
    if request.method != "POST":
        return
    if not request.is_json:
        raise UnsupportedMediaType
    if not isinstance(request.get_json(), dict):
        raise BadRequest
