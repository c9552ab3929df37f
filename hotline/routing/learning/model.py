"""What was learned, as one immutable value, and what it says of a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hotline.routing.circumstances import By
from hotline.routing.fold import Folded
from hotline.routing.learning.calibration import Calibration
from hotline.routing.learning.features import Sparse, Vocabulary, name_of
from hotline.routing.learning.fusion import Fusion, Scores, gathered, spread
from hotline.routing.learning.landmarks import Landmarks
from hotline.routing.learning.memory import Memory, votes
from hotline.routing.types import Mark, PastCase, Reason

# What the margin says of a unit that was no answer when the model learned.
NO = -1.0
# Runs looked at for an explanation; most lie inside one another.
TELLING = 12


@dataclass(frozen=True, slots=True)
class Facts:
    """What a model was learned from; `first` and `last` are ids of the oldest and newest case."""

    cases: int
    units: int
    seed: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How likely each of the model's units is, and what that rests on."""

    units: tuple[str, ...]
    shares: Scores
    confidence: float  # of the first, calibrated
    alone: bool  # sure enough of the first to be dispatched alone
    vector: Sparse
    past: tuple[PastCase, ...]

    @property
    def order(self) -> list[int]:
        return np.argsort(-self.shares, kind="stable").tolist()

    def confidences(self, order: Sequence[int]) -> list[float]:
        """Of the units in order: what the first leaves is shared among the rest."""
        rest = (1 - self.confidence) / max(1 - float(self.shares[order[0]]), 1e-9)
        others = [min(self.confidence, float(self.shares[i]) * rest) for i in order[1:]]
        return [self.confidence, *others]


@dataclass(frozen=True, slots=True)
class Model:
    """`weights` is columns by units; everything is plain numbers and words."""

    units: tuple[str, ...]
    vocabulary: Vocabulary
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    memory: Memory
    fusion: Fusion
    calibration: Calibration
    alone: Mapping[str, float]  # how sure each circumstance makes us where words are missing
    landmarks: Landmarks
    facts: Facts

    def predict(self, title: str, text: str, directory: Mapping[str, float], beside: By) -> Verdict:
        """For a folded title and text; `directory` holds its scores without those `beside` it."""
        vector = self.vocabulary.vector(title, text)
        neighbours = self.memory.nearest(vector)
        shares = self.fusion.shares(
            gathered(
                np.array([directory.get(unit, 0.0) for unit in self.units]),
                self.margins(vector),
                *votes(neighbours, len(self.units)),
                spread(beside, self.units),
            )
        )
        first = int(shares.argmax())
        confidence = self.calibration.confidence(float(shares[first]))
        return Verdict(
            self.units,
            shares,
            confidence,
            self.calibration.goes_alone(self.units[first], confidence),
            vector,
            tuple(PastCase(n.case, self.units[n.unit], n.likeness) for n in neighbours),
        )

    def margins(self, vector: Sparse) -> Scores:
        """How far the text lies on each unit's side."""
        return (vector.values @ self.weights[vector.columns] + self.bias).astype(np.float64)

    def reasons(self, verdict: Verdict, place: int, text: Folded) -> list[Reason]:
        """The runs of characters and the past ticket that spoke most for a unit."""
        learned = self.fusion.weight("margin")
        reasons: list[Reason] = []
        for run, part in self._telling(verdict.vector, place):
            if not any(run in other.text for other in reasons):
                reasons.append(Reason("learned", run, part * learned, _marks(run, text)))
        past = next((each for each in verdict.past if each.unit == self.units[place]), None)
        if past:
            nearest = past.likeness * self.fusion.weight("nearest")
            reasons.append(Reason("case", past.id, nearest))
        return reasons

    def _telling(self, vector: Sparse, place: int) -> list[tuple[str, float]]:
        parts = vector.values * self.weights[vector.columns, place]
        best = np.argsort(-parts)[:TELLING]
        keys = self.vocabulary.keys[vector.columns[best]]
        runs = zip(map(name_of, keys.tolist()), parts[best].tolist(), strict=True)
        return [(run, part) for run, part in runs if part > 0 and run.isalnum() and len(run) > 1]

    def aligned(self, units: tuple[str, ...]) -> "Model":
        """For a directory with other units: those gone are forgotten, new ones start at NO."""
        if units == self.units:
            return self
        places = {unit: place for place, unit in enumerate(self.units)}
        new = [place for place, unit in enumerate(units) if unit in places]
        old = [places[units[place]] for place in new]
        weights = np.zeros((len(self.weights), len(units)), np.float32)
        bias = np.full(len(units), NO, np.float32)
        weights[:, new], bias[new] = self.weights[:, old], self.bias[old]
        # One place more than units: cases forgotten before, at -1, stay forgotten.
        moved = np.full(len(self.units) + 1, -1, np.int32)
        moved[old] = new
        memory = replace(self.memory, units=moved[self.memory.units])
        return replace(self, units=units, weights=weights, bias=bias, memory=memory)


def _marks(run: str, text: Folded) -> tuple[Mark, ...]:
    start = text.text.find(run)
    return (text.mark(start, start + len(run)),) if start >= 0 else ()
