"""The one form of a refusal for programs, an RFC 9457 problem document; needs no database."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify

from hotline.errors import NotSignedIn, Unavailable

CONTENT_TYPE = "application/problem+json"
# What a program must know beyond the document: when to come again, how to sign in.
HEADERS = {
    Unavailable.status: {"Retry-After": "2"},
    NotSignedIn.status: {"WWW-Authenticate": "Bearer"},
}


def document(
    status: int, code: str, sentence: str, errors: Sequence[dict[str, str]] = ()
) -> dict[str, Any]:
    """The members of the document; `errors` name each field and its remedy."""
    body: dict[str, Any] = {
        "type": f"urn:hotline:{code}",
        "title": sentence,
        "status": status,
        "code": code,
    }
    return body | ({"errors": list(errors)} if errors else {})


def problem(
    status: int, code: str, sentence: str, errors: Sequence[dict[str, str]] = ()
) -> Response:
    """The document as an answer."""
    response = jsonify(document(status, code, sentence, errors))
    response.status_code = status
    response.content_type = CONTENT_TYPE
    response.headers.update(HEADERS.get(status, {}))
    return response
