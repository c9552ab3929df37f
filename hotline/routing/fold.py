"""Bring the spellings of one word together, remembering where each character stood."""

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

from hotline.routing.types import Mark

# Letters of citizens stay far below; more is an attack or a pasted file.
LIMIT = 20_000

# t2s leaves these, since both forms are words; phrases are folded too, so nothing is lost: 著火 is 着火.
VARIANTS = dict(zip("著覆乾係瞭藉衞枱痺妳喫", "着复干系了借卫台痹你吃", strict=True))


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origins[i]` is the position in the original of folded character i."""

    text: str
    origins: tuple[int, ...]

    def mark(self, start: int, end: int) -> Mark:
        """The stretch of the original that text[start:end] came from; `end` is after `start`."""
        return Mark(self.origins[start], self.origins[end - 1] + 1)


def fold(text: str) -> Folded:
    """Half-width, simplified, lower-case, without spaces and control characters."""
    pieces = [fold_character(character) for character in text[:LIMIT]]
    origins = [i for i, piece in enumerate(pieces) for _ in piece]
    return Folded("".join(pieces), tuple(origins))


def fold_phrase(phrase: str) -> str:
    return fold(phrase).text


@lru_cache(maxsize=1 << 16)
def fold_character(character: str) -> str:
    """What one character becomes: one as a rule, none for a space, several for ㎡."""
    wide = unicodedata.normalize("NFKC", character)
    return "".join(_simplified(c) for c in wide if unicodedata.category(c)[0] not in "CZ")


def _simplified(character: str) -> str:
    simple = _converter().convert(character)
    # A phrase of the converter's table may be longer; then the character stays, so that places hold.
    simple = simple if len(simple) == 1 else character
    return VARIANTS.get(simple, simple).lower()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
