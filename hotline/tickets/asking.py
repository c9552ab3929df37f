"""Reads what was typed into the search box: ticket numbers, a caller's number, words."""

import re
from dataclasses import dataclass

from hotline.errors import Invalid
from hotline.people.privacy import keyed_hash
from hotline.registry.numbers import canonical
from hotline.tickets.pairs import from_behind, pairs_of, runs

MOST_WORDS = 10
# A word of this many characters is rare enough to be looked for in all years.
LONG = 3

_NUMBER = re.compile(r"(?:nj)?([0-9]{14,15})")
# Mobile numbers, local ones without our area code, those of other areas.
_CALLER = re.compile(r"1[3-9][0-9]{9}|[2-8][0-9]{6}|0[0-9]{9,11}")
_TAIL = re.compile(r"[0-9]{4,13}")


@dataclass(frozen=True, slots=True)
class Needle:
    """Neighbouring entries of the index; only of a `whole` one does the last one end there."""

    entries: tuple[str, ...]
    whole: bool = True

    @property
    def pattern(self) -> str:
        """What stands, sign for sign, in the pairs of every ticket that has it."""
        return f" {' '.join(self.entries)}" + " " * self.whole


@dataclass(frozen=True, slots=True)
class Asked:
    """What a ticket must have to be found: all of it, but of each word one of its readings."""

    words: tuple[tuple[Needle, ...], ...] = ()
    numbers: tuple[str, ...] = ()
    callers: tuple[str, ...] = ()  # keyed hashes
    brief: bool = False  # nothing but words of one or two characters


def read(query: str, key: bytes) -> Asked:
    """A ticket number, else a caller's (found by its hash under `key`), else words."""
    numbers, callers, found = [], [], []
    for word in [query] if _caller(query) else query.split():
        letters = runs(word)
        if number := _NUMBER.fullmatch("".join(letters)):
            numbers.append(f"NJ{number[1]}")
        elif caller := _caller(word):
            callers.append(keyed_hash(key, caller))
        else:
            found += letters
    if query.strip() and not (numbers or callers or found):
        raise Invalid("请输入文字、工单编号或电话号码。", field="q")
    if len(found) > MOST_WORDS:
        raise Invalid("一次最多查 %(n)d 个词，请减少。", field="q", n=MOST_WORDS)
    brief = bool(found) and not (numbers or callers) and max(map(len, found)) < LONG
    return Asked(tuple(map(_readings, found)), tuple(numbers), tuple(callers), brief)


def _caller(spelling: str) -> str | None:
    number = canonical(spelling)
    return number if number and _CALLER.fullmatch(number) else None


def _readings(word: str) -> tuple[Needle, ...]:
    # Of a single character only the beginning of an entry is known.
    needle = Needle(tuple(pairs_of(word)[:-1])) if len(word) > 1 else Needle((word,), whole=False)
    if not _TAIL.fullmatch(word):
        return (needle,)
    return needle, Needle((from_behind(word),), whole=False)
