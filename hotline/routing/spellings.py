"""Phrases found by their pinyin: in full, by first letters, half of it chosen, or with a slip."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz

from hotline.routing.sounds import ALIKE

LETTERS = re.compile(r"[a-z]+")
LEAST = 3
# Between two that hold what was typed, the one of which it is a larger share goes first.
SHARE = 0.15
# Shorter ones resemble too much with a slip in them; so many are compared, and must be so alike.
LONG, PIECE, COMPARED, ALIKE_ENOUGH = 9, 3, 500, 85


class Spellings:
    """The pinyin of many phrases."""

    def __init__(self, phrases: Sequence[str]) -> None:
        spellings = [_spellings(phrase) for phrase in phrases]
        self._whole = _Strings([whole for whole, _ in spellings])
        self._initials = _Strings([firsts for _, firsts in spellings])

    def find(self, asked: str) -> dict[int, float]:
        """Which phrases are spelt so, and how closely: about 1 where all of it stands in them."""
        letters = spelt(asked)
        best = dict.fromkeys(self._initials.holding(asked), 1.0)
        for at in self._whole.holding(letters):
            best[at] = 1 + SHARE * len(letters) / len(self._whole.strings[at])
        return best or self._misspelt(letters)

    def _misspelt(self, letters: str) -> dict[int, float]:
        if len(letters) < LONG:
            return {}
        # A slip spoils two neighbours at most of four pieces, or of three; no piece is too short.
        pieces = min(len(letters) // PIECE, 4)
        cuts = [len(letters) * n // pieces for n in range(pieces + 1)]
        intact = np.zeros(len(self._whole.strings))
        for start, end in pairwise(cuts):
            intact[self._whole.holding(letters[start:end])] += 1
        return {
            at: fuzz.partial_ratio(letters, self._whole.strings[at], score_cutoff=ALIKE_ENOUGH)
            / 100
            for at in highest(intact, COMPARED)
            if intact[at] >= pieces // 2 and len(self._whole.strings[at]) >= LONG
        }


class _Strings:
    """Many strings run together, so that one pass finds those that hold a piece."""

    def __init__(self, strings: Sequence[str]) -> None:
        self.strings = strings
        self._whole = "\n".join(strings)
        self._starts = np.cumsum([0, *(len(each) + 1 for each in strings)])

    def holding(self, piece: str) -> list[int]:
        found = [match.start() for match in re.finditer(re.escape(piece), self._whole)]
        return np.unique(np.searchsorted(self._starts, found, side="right") - 1).tolist()


def is_spelt(text: str) -> bool:
    """Mostly letters, as an input method left off half way writes it."""
    letters = sum(map(len, LETTERS.findall(text)))
    return letters >= LEAST and 2 * letters > len(text)


def spelt(text: str) -> str:
    """The pinyin of the whole, run together; letters stay."""
    letters = "".join(lazy_pinyin(text))
    for written, folded in ALIKE:
        letters = letters.replace(written, folded)
    return letters


def highest(scores: NDArray[np.float64], count: int) -> NDArray[Any]:
    """Where the highest stand, so many at most, in any order."""
    return np.argpartition(-scores, min(count, len(scores)) - 1)[:count]


# Each version brings nearly the same phrases again.
@lru_cache(maxsize=1 << 16)
def _spellings(phrase: str) -> tuple[str, str]:
    """In full, and the first letters."""
    return spelt(phrase), "".join(said[:1] for said in lazy_pinyin(phrase))
