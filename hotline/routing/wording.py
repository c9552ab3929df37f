"""BM25 on pairs of characters: how close a text's wording is to each unit's duties."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hotline.routing.fold import fold_phrase
from hotline.routing.types import Directory, Duty

Points = NDArray[np.float64]
Numbers = NDArray[np.int64]

# Robertson's usual saturation; a duty with many phrases is little less to the point for it.
K1 = 1.2
LENGTH = 0.4
# Repeats in the text count by their square root, a pair in the title twice.
REPEATS = 0.5
TITLE = 2
# A request speaks of few duties; the rest of a big unit's rows would only add noise.
BEST_DUTIES = 5
# Distinct pairs looked at; a letter of 1,000 characters has fewer.
PAIRS = 3_000


def pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


class Wording:
    """How close a text is to each duty, and to each unit by the best of its own."""

    def __init__(self, directory: Directory) -> None:
        self._names = [duty.duty for duty in directory.duties]
        own: dict[str, list[int]] = defaultdict(list)
        for number, duty in enumerate(directory.duties):
            own[duty.unit].append(number)
        self._units = tuple(own)
        self._grid = _grid(own.values(), blank=len(self._names))
        self._postings = _Postings(directory.duties, units=len(directory.units))

    def closeness(self, title: str, text: str) -> dict[str, tuple[float, str]]:
        """For each unit its points, and the duty that brought most of them."""
        points = self._postings.points(_asked(title, text))[self._grid]
        best = self._grid[np.arange(len(points)), points.argmax(axis=1)]
        sums = np.sort(points, axis=1)[:, -BEST_DUTIES:].sum(axis=1)
        return {
            self._units[at]: (float(sums[at]), self._names[best[at]])
            for at in np.flatnonzero(sums).tolist()
        }


class _Postings:
    """For each pair of characters the duties that hold it, and what it says for each.

    Those of pair n stand from starts[n] to starts[n + 1].
    """

    def __init__(self, duties: Sequence[Duty], *, units: int) -> None:
        documents = [_document(duty) for duty in duties]
        self._ids = {pair: n for n, pair in enumerate(dict.fromkeys(chain(*documents)))}
        sizes = [len(document) for document in documents]
        number = np.repeat(np.arange(len(duties)), sizes)
        pair = np.array([self._ids[each] for each in chain(*documents)], int)
        counts = np.array([n for document in documents for n in document.values()], float)
        values = _bm25(duties, number, pair, counts, units=units)
        order = np.argsort(pair, kind="stable")
        self._starts = np.searchsorted(pair[order], np.arange(len(self._ids) + 1))
        self._numbers, self._values, self._duties = number[order], values[order], len(duties)

    def points(self, asked: Counter[str]) -> Points:
        """Of each duty, and a nought behind them."""
        known = [(self._ids[each], n) for each, n in asked.items() if each in self._ids]
        ids = np.array([at for at, _ in known], int)
        begin = self._starts[ids]
        held = self._starts[ids + 1] - begin
        # The stretches of all pairs one behind the other, as one list of places.
        places = np.repeat(begin - np.cumsum(held) + held, held) + np.arange(held.sum())
        times = np.repeat(np.array([n for _, n in known], float) ** REPEATS, held)
        parts = self._values[places] * times
        return np.bincount(self._numbers[places], parts, self._duties + 1)


def _grid(own: Iterable[Sequence[int]], *, blank: int) -> Numbers:
    """A row a unit of the numbers of its duties, filled up with `blank`."""
    rows = list(own)
    grid = np.full((len(rows), max(map(len, rows), default=1)), blank)
    for row, numbers in zip(grid, rows, strict=True):
        row[: len(numbers)] = numbers
    return grid


def _asked(title: str, text: str) -> Counter[str]:
    counts = Counter(pairs(text))
    for pair in pairs(title):
        counts[pair] += TITLE
    return Counter(dict(list(counts.items())[:PAIRS])) if len(counts) > PAIRS else counts


def _document(duty: Duty) -> Counter[str]:
    """How often each pair stands in the duty's phrases."""
    return Counter(pair for phrase in duty.phrases for pair in pairs(fold_phrase(phrase)))


def _bm25(
    duties: Sequence[Duty], number: Numbers, pair: Numbers, counts: Points, *, units: int
) -> Points:
    """What each pair says for each duty that holds it; a rare one is held by few units."""
    named = list(dict.fromkeys(duty.unit for duty in duties))
    unit = np.array([named.index(duty.unit) for duty in duties], int)
    # Each pair once a unit, however many of its duties hold it.
    once = np.unique(pair * (len(named) + 1) + unit[number]) // (len(named) + 1)
    held = np.bincount(once, minlength=1)
    rarity = np.log(1 + (units - held + 0.5) / (held + 0.5))
    times = counts * np.array([duty.weight for duty in duties])[number]
    sizes = np.bincount(number, times, len(duties))
    damping = K1 * (1 - LENGTH + LENGTH * sizes / (sizes.mean() or 1)) if len(duties) else sizes
    return rarity[pair] * times * (K1 + 1) / (times + damping[number])
