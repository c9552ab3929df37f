"""Parts of an address that name one of few; with any other name it leads nowhere."""

from collections.abc import Callable
from typing import TypeVar

from flask import abort

N = TypeVar("N")


def one_of(known: Callable[[str], N], name: str) -> N:
    """What the name stands for; 404 when it stands for nothing."""
    try:
        return known(name)
    except (ValueError, KeyError):
        abort(404)
