"""How alike a text is to known emergencies: a line between example sentences, and their services.

Least squares over TF-IDF of one to three characters, solved by conjugate gradients: plain arrays,
a few hundredths of a second for some thousands of sentences, the same every time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from hotline.routing.emergency import without_idioms
from hotline.routing.fold import fold_phrase
from hotline.routing.gradients import Vector, solved
from hotline.routing.learning.features import MASK, Sparse, Table, runs, weighed
from hotline.routing.types import Example

Span = tuple[int, int]

# By cross-validation on the table; the range of .5 to 2 is within half a point.
RIDGE = 0.7
# What a text needs to be told by: about eight characters. Of less, the less there is, the less
# it is like anything.
LEAST = 12.0
STEPS = 30
# So many runs of characters are shown as the words that decided.
TOLD = 3


@dataclass(frozen=True, slots=True)
class Score:
    """`alarm` is near 1 for what is like the emergencies of the table, near -1 for the rest."""

    alarm: float
    service: str


class Likeness:
    """Learned once from the table of examples; of no use where it has one kind only."""

    def __init__(self, examples: Sequence[Example]) -> None:
        texts = [without_idioms(fold_phrase(example.text)) for example in examples]
        self._vocabulary, table = weighed(texts, least=LEAST)
        self.is_of_use = len({bool(e.service) for e in examples}) > 1 < len(self._vocabulary.keys)
        if not self.is_of_use:
            return
        rows = _Rows(table, len(texts), len(self._vocabulary.keys))
        happening = np.array([bool(example.service) for example in examples])
        self._alarm = _line(rows, np.where(happening, 1.0, -1.0), np.ones(len(texts)))
        self._services = sorted({example.service for example in examples} - {""})
        of = np.array([example.service for example in examples])
        self._lines = [
            _line(rows, np.where(of == service, 1.0, -1.0), happening.astype(float))
            for service in self._services
        ]

    def score(self, text: str) -> Score | None:
        """Of a folded text, best a sentence or two; meaningful where the table is of use.

        None of single characters, such as the 了 that a cut leaves over: they say nothing.
        """
        vector = self._vocabulary.vector("", text)
        if not (self._vocabulary.keys[vector.columns] > MASK).any():
            return None
        points = [_height(line, vector) for line in self._lines]
        return Score(_height(self._alarm, vector), self._services[int(np.argmax(points))])

    def telling(self, text: str) -> list[Span]:
        """Where the characters stand that speak most for an emergency."""
        keys = runs(text)
        places = np.searchsorted(self._vocabulary.keys, keys)
        places[places == len(self._vocabulary.keys)] = 0
        known = self._vocabulary.keys[places] == keys
        weights = self._alarm[places] * self._vocabulary.rarity[places] * known
        best = (_span(int(n), len(text)) for n in np.argsort(-weights, kind="stable"))
        words = (span for span in best if span[1] - span[0] > 1 and text[slice(*span)].isalnum())
        return _joined(islice(words, TOLD)) or [(0, len(text))]


class _Rows:
    """Sparse rows with a constant 1 beside them."""

    def __init__(self, table: Table, height: int, width: int) -> None:
        self.height, self.width = height, width
        self._row, self._column, self._value = table.rows, table.columns, table.values

    def times(self, weights: Vector) -> Vector:
        parts = self._value * weights[self._column]
        return np.bincount(self._row, parts, self.height) + weights[-1]

    def back(self, heights: Vector) -> Vector:
        sums = np.bincount(self._column, self._value * heights[self._row], self.width)
        return np.append(sums, heights.sum())


def _line(rows: _Rows, wanted: Vector, counts: Vector) -> Vector:
    """The weights, the constant last, that come closest to what is wanted of rows that count."""
    return solved(
        lambda weights: rows.back(counts * rows.times(weights)) + RIDGE * weights,
        rows.back(counts * wanted),
        steps=STEPS,
    )


def _height(line: Vector, vector: Sparse) -> float:
    return float(line[vector.columns] @ vector.values + line[-1])


def _span(number: int, length: int) -> Span:
    """Where the run of that number stands: first all of one character, then of two, of three."""
    for size in (1, 2, 3):
        if number <= length - size:
            return number, number + size
        number -= max(length - size + 1, 0)
    raise IndexError(number)


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, those that touch as one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            before = joined.pop()
            start, end = before[0], max(end, before[1])
        joined.append((start, end))
    return joined
