"""Parts of an address that name one of few; with any other name it leads nowhere."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import abort
from werkzeug.routing import IntegerConverter

from hotline.web.fields import LAST_CURSOR

N = TypeVar("N")


class Id(IntegerConverter):
    """An id in an address; a number wider than the database counts leads nowhere."""

    def __init__(self, *of: Any, **rules: Any) -> None:
        super().__init__(*of, **{"max": LAST_CURSOR, **rules})


def one_of(known: Callable[[str], N], name: str) -> N:
    """What the name stands for; 404 when it stands for nothing."""
    try:
        return known(name)
    except (ValueError, KeyError):
        abort(404)
