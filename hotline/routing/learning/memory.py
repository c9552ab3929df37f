"""Past tickets that resemble a text: what they became, and which they are."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hotline.routing.learning.features import Sparse

# A ticket is told by its rarest runs; the rest costs time and says little.
RUNS = 64
NEAREST = 15
# Votes fall with the square of the likeness; a vote of nothing keeps far ones from deciding.
SILENCE = 0.02


@dataclass(frozen=True, slots=True)
class Neighbour:
    case: str
    unit: int
    likeness: float  # cosine, 0..1


@dataclass(frozen=True, slots=True)
class Memory:
    """For each column the cases that hold it: cases[starts[c]:starts[c + 1]], and how strongly."""

    ids: tuple[str, ...]
    units: NDArray[np.int32]
    starts: NDArray[np.int64]
    cases: NDArray[np.int32]
    values: NDArray[np.float32]

    def nearest(self, vector: Sparse) -> list[Neighbour]:
        """The most alike, best first; none that shares nothing."""
        if not self.ids:
            return []
        likeness = self._likeness(told(vector))
        best = np.argsort(-likeness, kind="stable")[:NEAREST]
        return [
            Neighbour(self.ids[i], int(self.units[i]), float(likeness[i]))
            for i in best
            if likeness[i] > 0 and self.units[i] >= 0
        ]

    def _likeness(self, vector: Sparse) -> NDArray[np.float64]:
        begin = self.starts[vector.columns]
        held = self.starts[vector.columns + 1] - begin
        # The stretches of all columns one behind the other, as one list of places.
        shift = np.repeat(begin - np.cumsum(held) + held, held)
        places = shift + np.arange(len(shift))
        parts = self.values[places] * np.repeat(vector.values, held)
        return np.bincount(self.cases[places], weights=parts, minlength=len(self.ids))


def told(vector: Sparse) -> Sparse:
    """The runs of most weight alone, at length 1 again."""
    if len(vector.columns) <= RUNS:
        return vector
    kept = np.sort(np.argpartition(-vector.values, RUNS)[:RUNS])
    values = vector.values[kept]
    return Sparse(vector.columns[kept], values / np.sqrt(values @ values))


def remember(
    ids: tuple[str, ...], units: NDArray[np.int32], vectors: list[Sparse], *, columns: int
) -> Memory:
    """Turns the vectors of cases about: from column to cases."""
    short = [told(vector) for vector in vectors]
    column = np.concatenate([v.columns for v in short] or [np.empty(0, np.int32)])
    case = np.repeat(np.arange(len(short), dtype=np.int32), [len(v.columns) for v in short])
    values = np.concatenate([v.values for v in short] or [np.empty(0, np.float32)])
    order = np.argsort(column, kind="stable")
    starts = np.searchsorted(column[order], np.arange(columns + 1))
    return Memory(ids, units, starts.astype(np.int64), case[order], values[order])


def votes(neighbours: list[Neighbour], units: int) -> tuple[NDArray[np.float64], ...]:
    """For each unit the likeness of its nearest case, and its share of all votes."""
    nearest, shares = np.zeros(units), np.zeros(units)
    for each in neighbours:
        nearest[each.unit] = max(nearest[each.unit], each.likeness)
        shares[each.unit] += each.likeness**2
    return nearest, shares / (shares.sum() + SILENCE)
