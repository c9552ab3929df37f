"""Dialled numbers: one canonical form for every spelling, and the line each belongs to."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from hotline.routing.types import Line

OWN_NUMBER = "12345"  # the platform's own: one intake, no department
AREA_CODE = "0832"

# What people and switches put around digits; NFKC has made full-width signs narrow before.
# The invisible ones come along when a number is copied from a contact list.
_AROUND = re.compile(r"^(?:tel|sips?):|[@;].*$")
_BETWEEN = re.compile(
    r"[\s()\[\]{}【】<>《》〈〉「」.,·・•_/\-‐‑‒–—―−~\u200b-\u200f\u202a-\u202e\u2060\ufeff]+"
)
_DIGITS = re.compile(r"\+?[0-9]{1,20}")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=0832))")
# The area code falls only where a whole number follows: 110, 12345, or a local one.
_AREA = re.compile(r"^0?832(?=(?:[0-9]{3}|[0-9]{5,})$)")


def canonical(spelling: str) -> str | None:
    """The number without separators, country code and our area code; None if it is no number."""
    text = _BETWEEN.sub("", unicodedata.normalize("NFKC", spelling).lower())
    text = _AROUND.sub("", text)
    if not _DIGITS.fullmatch(text):
        return None
    national = _COUNTRY.sub("", text)
    if national != text or national.startswith(AREA_CODE):
        national = _AREA.sub("", national)
    return national or None


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines by number; a line whose number is unknown cannot be dialled."""

    by_number: MappingProxyType[str, Line]

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        return cls(MappingProxyType({line.number: line for line in lines if line.number}))

    def find(self, dialled: str) -> Line | None:
        """The line that was dialled, in any spelling; None for 12345 itself and the unknown."""
        return self.by_number.get(canonical(dialled) or "")
