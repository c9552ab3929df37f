"""Which unit a text leans to: a line between each unit's phrases and all others', least squares.

Learned from the directory alone, and asked for as long as no closed ticket teaches better.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.gradients import solved
from hotline.routing.learning.features import (
    LONGEST,
    MASK,
    Keys,
    Table,
    Vocabulary,
    key_of,
    weighed,
)
from hotline.routing.types import Directory

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Lines = NDArray[np.float32]

# By the requests of routing.md ridges of 5 to 20 and six to ten steps rank alike.
RIDGE, STEPS = 10.0, 8
# So many units at a time: all at once, what is worked with takes a hundred megabytes.
TOGETHER = 8


class Learned(NamedTuple):
    """What a run of characters weighs for each department: a line a run of the vocabulary."""

    vocabulary: Vocabulary
    lines: Lines


class Leaning:
    """Learned from phrases and the departments that hold them when first asked; immutable then."""

    def __init__(self, directory: Directory, departments: tuple[str, ...]) -> None:
        self._directory, self._departments = directory, departments

    @cached_property
    def learned(self) -> Learned:
        """Takes most of the second in which a router is made, and one with a model never asks."""
        places = {unit: place for place, unit in enumerate(self._departments)}
        held = [
            (fold_phrase(phrase), places[duty.unit], duty.weight)
            for duty in self._directory.duties
            if duty.unit in places
            for phrase in duty.phrases
        ]
        # A phrase added today counts, though no other has its characters.
        vocabulary, table = weighed([phrase for phrase, _, _ in held], seen=1)
        lines = _lines(
            _matrix(table, len(held), len(vocabulary.keys)),
            _wanted([at for _, at, _ in held], len(self._departments)),
            np.array([weight for _, _, weight in held], np.float32),
        )
        return Learned(vocabulary, lines)

    def shares(
        self, title: Folded, text: Folded, phrases: Collection[str]
    ) -> dict[str, tuple[float, str]]:
        """Of units that it leans to more than to most: how far, 1 at best, and by which phrase.

        `phrases` stand in the title or the text. None is named where runs alone tell that are no
        phrase: cut out of words, or of two words, they say nothing to a reader.
        """
        vocabulary, lines = self.learned
        if not len(vocabulary.keys):
            return {}
        vector = vocabulary.vector(title.text, text.text)
        keys = vocabulary.keys[vector.columns]
        if not (keys > MASK).any():
            return {}
        parts = vector.values[:, None] * lines[vector.columns]
        heights = parts.sum(axis=0)
        heights -= np.median(heights)
        told = _telling(_words(keys, phrases), parts)
        return {
            self._departments[at]: (float(heights[at] / heights.max()), told[at])
            for at in np.flatnonzero(heights > 0).tolist()
        }


def _words(keys: Keys, phrases: Collection[str]) -> dict[int, str]:
    """Which of the runs, in order, are phrases."""
    short = sorted(phrase for phrase in phrases if 1 < len(phrase) <= LONGEST)
    wanted = list(map(key_of, short))
    places = np.searchsorted(keys, np.array(wanted, np.uint64)).tolist()
    return {
        place: phrase
        for phrase, key, place in zip(short, wanted, places, strict=True)
        if place < len(keys) and int(keys[place]) == key
    }


def _telling(words: Mapping[int, str], parts: Lines) -> list[str]:
    """For each unit the word that brings it most; blank where none brings it anything."""
    if not words:
        return [""] * parts.shape[1]
    names, among = list(words.values()), parts[list(words)]
    best = zip(among.argmax(axis=0).tolist(), among.max(axis=0).tolist(), strict=True)
    return [names[place] if part > 0 else "" for place, part in best]


def _matrix(table: Table, height: int, width: int) -> "csr_matrix":
    # A seventh of a second to import, which commands that route nothing need not pay.
    from scipy.sparse import csr_matrix

    values = table.values.astype(np.float32)
    return csr_matrix((values, (table.rows, table.columns)), shape=(height, width))


def _wanted(places: Sequence[int], units: int) -> Lines:
    wanted = np.full((len(places), units), -1 / max(units, 1), np.float32)
    wanted[np.arange(len(places)), places] += 1
    return wanted


def _lines(rows: "csr_matrix", wanted: Lines, weights: Lines) -> Lines:
    """The weights, columns by units, that come closest to what is wanted of rows that count."""
    counts = (weights / (weights.mean() if len(weights) else 1))[:, None]
    turned = rows.T.tocsr()
    lines = np.empty((rows.shape[1], wanted.shape[1]), np.float32)
    for first in range(0, wanted.shape[1], TOGETHER):
        units = slice(first, first + TOGETHER)
        lines[:, units] = solved(
            lambda some: turned @ (counts * (rows @ some)) + RIDGE * some,
            turned @ (counts * wanted[:, units]),
            steps=STEPS,
        )
    return lines
