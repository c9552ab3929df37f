"""Forms of pages, checked by the same bodies that the API takes; nothing typed is ever lost."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from flask import request
from pydantic import ValidationError

from hotline.errors import HotlineError
from hotline.web.fields import Body
from hotline.web.languages import said
from hotline.web.problems import remedies

B = TypeVar("B", bound=Body)
NOT_OURS = ("csrf_token", "once", "next")
# A path, not another host: browsers read "/\x" and "/<tab>/x" as "//x".
OWN = re.compile(r"/(?![/\\])[^\s\\\x00-\x1f\x7f]*")


@dataclass
class Form(Generic[B]):
    """What was typed, what is wrong with it, and the body when nothing is.

    `once` makes a form that is sent twice count once.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    body: B | None = None
    once: str = field(default_factory=lambda: secrets.token_urlsafe(12))

    def value(self, name: str, default: Any = "") -> Any:
        return self.values.get(name, default)

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def refuse(self, refused: HotlineError) -> None:
        """Shows a refusal at its field, or above the form when it has none here."""
        self.errors[refused.field if refused.field in self.values else ""] = said(refused)


def filled(kind: type[B], /, **more: Any) -> Form[B]:
    """The form as sent: `requester.phone` is a field of a part; `more` is what the page knows."""
    once = request.form.get("once") or secrets.token_urlsafe(12)
    return _checked(Form[B](values=_typed(request.form), once=once), kind, more)


def asked(kind: type[B]) -> Form[B]:
    """The form of a page that changes nothing, read from its address; a blank field asks nothing.

    What the address holds besides is not ours to refuse.
    """
    known = {name: value for name, value in _typed(request.args).items() if value.strip()}
    given = {name: value for name, value in known.items() if name in kind.model_fields}
    return _checked(Form[B](values=given), kind, {})


def _typed(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in sent.items() if name not in NOT_OURS}


def _checked(form: Form[B], kind: type[B], more: dict[str, Any]) -> Form[B]:
    try:
        form.body = kind.model_validate(_nested(form.values) | more)
    except ValidationError as error:
        form.errors = {each["field"]: each["remedy"] for each in remedies(error)}
    return form


def own_address(address: str) -> str:
    """The address, if it is one of our own pages: a link from elsewhere leads nowhere else."""
    return address if OWN.fullmatch(address) else ""


def _nested(typed: Mapping[str, str]) -> dict[str, Any]:
    body: dict[str, Any] = {}
    for name, value in typed.items():
        part, dot, leaf = name.rpartition(".")
        if not dot:
            body[name] = value
        # What is sent as a field and as a part as well is no part, and refused as such.
        elif isinstance(whole := body.setdefault(part, {}), dict):
            whole[leaf] = value
    return body
