"""BM25 over pairs of characters: how much a text as a whole sounds like a unit's duties."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

K1 = 1.2  # the usual value; lengths are not evened out, a unit with many duties is likelier
TITLE = 2.0


class BigramScorer:
    """A table of pairs × units, so that one text costs one small product."""

    def __init__(self, phrases: Mapping[str, Mapping[str, float]], units: Sequence[str]) -> None:
        self._units = list(units)
        self._rows, self._table = self._build(phrases)

    def score(self, title: str, text: str) -> np.ndarray:
        """One value a unit, in the order of `units`; 0 where nothing is shared."""
        counts = _pairs(text)
        for pair, times in _pairs(title).items():
            counts[pair] += TITLE * times
        known = [(self._rows[pair], times) for pair, times in counts.items() if pair in self._rows]
        if not known:
            return np.zeros(len(self._units), dtype=np.float32)
        rows = np.fromiter((row for row, _ in known), dtype=np.int64)
        weights = np.fromiter((1 + math.log(times) for _, times in known), dtype=np.float32)
        return weights @ self._table[rows]

    def _build(
        self, phrases: Mapping[str, Mapping[str, float]]
    ) -> tuple[dict[str, int], np.ndarray]:
        frequency = self._frequencies(phrases)
        rows = {pair: row for row, pair in enumerate(frequency)}
        columns = {unit: column for column, unit in enumerate(self._units)}
        table = np.zeros((len(rows), len(columns)), dtype=np.float32)
        for pair, units in frequency.items():
            rarity = math.log(1 + (len(columns) - len(units) + 0.5) / (len(units) + 0.5))
            for unit, times in units.items():
                table[rows[pair], columns[unit]] = rarity * times * (K1 + 1) / (times + K1)
        return rows, table

    def _frequencies(
        self, phrases: Mapping[str, Mapping[str, float]]
    ) -> dict[str, dict[str, float]]:
        known = set(self._units)
        frequency: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        for phrase, owners in phrases.items():
            for unit in owners.keys() & known:
                for pair, times in _pairs(phrase).items():
                    frequency[pair][unit] += times * owners[unit] / 2
        return frequency


def _pairs(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1))
