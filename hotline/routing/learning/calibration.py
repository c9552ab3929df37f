"""How sure a share makes us, measured on cases that the judged model had not seen."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of what is dispatched alone, so many shall be right (routing.md: promise 95 %).
AIM = 0.95
# Fewer suggestions prove nothing about a unit.
ENOUGH = 30
# Wrong rows imagined beside the measured ones, so that it takes 38 right ones to prove AIM.
DOUBT = 2
# Above every confidence: nothing is dispatched alone.
NEVER = 1.01
# The raw share counts as so many cases, so that a handful of rows makes no certainty.
RAW = 50
KNOTS = 50


@dataclass(frozen=True, slots=True)
class Record:
    """What a unit's suggestions proved: out-of-fold rows, those dispatched alone, those right."""

    rows: int
    alone: int
    right: int

    @property
    def precision(self) -> float:
        """Of those dispatched alone; 0 where there were none."""
        return self.right / self.alone if self.alone else 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve through (shares[i], confidences[i]), and from where on a unit goes alone."""

    shares: tuple[float, ...]
    confidences: tuple[float, ...]
    threshold: float
    thresholds: Mapping[str, float]  # of units with enough rows
    records: Mapping[str, Record]

    def confidence(self, share: float) -> float:
        return float(np.interp(share, self.shares, self.confidences))

    def goes_alone(self, unit: str, confidence: float) -> bool:
        return confidence >= self.thresholds.get(unit, self.threshold)


def calibrate(
    shares: NDArray[np.float64], right: NDArray[np.bool_], said: list[str]
) -> Calibration:
    """From the out-of-fold share of each first suggestion, whether it was right, and its unit."""
    knots, heights = _curve(shares, right)
    confidences = np.interp(shares, knots, heights)
    whole = threshold(confidences, right, doubt=DOUBT)
    # A unit that errs more than others needs more; none needs less, so few rows do no harm.
    own = {
        unit: max(whole, threshold(confidences[rows], right[rows], doubt=0))
        for unit, rows in _rows_of(said).items()
        if len(rows) >= ENOUGH
    }
    alone = [c >= own.get(unit, whole) for c, unit in zip(confidences.tolist(), said, strict=True)]
    return Calibration(
        tuple(map(float, knots)),
        tuple(map(float, heights)),
        whole,
        own,
        _records(said, alone, right.tolist()),
    )


def threshold(confidences: NDArray[np.float64], right: NDArray[np.bool_], *, doubt: int) -> float:
    """From which confidence on AIM of the rows are right, were `doubt` wrong ones among them.

    NEVER where there is no such confidence.
    """
    order = np.argsort(-confidences, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1 + doubt, len(order) + 1 + doubt)
    ranked = confidences[order]
    # A cut may not pass between rows of one confidence.
    ends = np.append(ranked[1:] < ranked[:-1], True)
    good = np.flatnonzero((precision >= AIM) & ends)
    return float(ranked[good[-1]]) if len(good) else NEVER


def _curve(
    shares: NDArray[np.float64], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Isotonic, drawn towards the share itself where there are few rows."""
    from sklearn.isotonic import IsotonicRegression

    knots = np.unique(np.quantile(shares, np.linspace(0, 1, KNOTS))) if len(shares) else np.empty(0)
    knots = np.union1d(knots, [0.0, 1.0])
    if not len(shares):
        return knots, knots
    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(shares, right)
    near = len(shares) / (len(shares) + RAW)
    return knots, near * fitted.predict(knots) + (1 - near) * knots


def _rows_of(said: Iterable[str]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, unit in enumerate(said):
        rows[unit].append(row)
    return rows


def _records(said: list[str], alone: list[bool], right: list[bool]) -> dict[str, Record]:
    return {
        unit: Record(
            len(rows),
            sum(alone[row] for row in rows),
            sum(alone[row] and right[row] for row in rows),
        )
        for unit, rows in sorted(_rows_of(said).items())
    }
