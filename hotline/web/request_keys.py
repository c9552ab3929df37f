"""What a caller says so that the same request, sent twice, is done once."""

from flask import request

from hotline.errors import Invalid
from hotline.repeats import RequestKey
from hotline.web.current import actor


def request_key() -> RequestKey | None:
    """The caller's `Idempotency-Key` for this very request; a page sends it as `once`."""
    key = request.headers.get("Idempotency-Key", "") or request.form.get("once", "")
    if not key:
        return None
    if len(key) > 200 or not key.isprintable():
        raise Invalid("Idempotency-Key 须为 200 字以内的可见字符。", field="Idempotency-Key")
    # Citizens are one actor: the number of the ticket keeps their keys apart.
    who = actor().id + actor().ticket
    return RequestKey(who, f"{request.method} {request.path}", key, _sent())


def _sent() -> bytes:
    return repr(sorted(request.form.items(multi=True))).encode() if request.form else request.data
