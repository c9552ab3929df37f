"""Directory, learned scores and past tickets become one score a unit, and a share."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hotline.routing import circumstances
from hotline.routing.circumstances import By

Scores = NDArray[np.float64]

# What each unit is known by, and the fixed sum that holds while there are few cases; the numbers
# are round ones near what cross-validation on the requests of routing.md gives. Of the last
# four those requests tell nothing (proposal).
PRIOR = {"directory": 1.3, "margin": 4.0, "nearest": 7.0, "votes": 0.0}
PRIOR |= {"line": 0.3, "caller": 1.0, "place": 0.3, "addressee": 0.3}
KINDS = tuple(PRIOR)
# Whatever the cases say of circumstances: clear words bring more than these together (proposal).
LARGEST = {"line": 1.0, "caller": 1.5, "place": 0.5, "addressee": 1.0}
# How many cases it takes to move a weight half-way off the fixed sum, roughly.
CLING = 10.0
# So many cases are imagined that bear out what is thought of a circumstance before any is known;
# and none is ever surer than SUREST: people ask for something new.
IMAGINED, SUREST = 20.0, 0.95
# A row counts by the -1/3rd power of its unit's cases, so that big units do not decide alone.
RARITY = 1 / 3


@dataclass(frozen=True, slots=True)
class Fusion:
    """A weight for each of PRIOR, in its order."""

    weights: tuple[float, ...]

    def weight(self, kind: str) -> float:
        """Log-odds that one point of this kind of evidence brings."""
        return self.weights[KINDS.index(kind)]

    def shares(self, evidence: Scores) -> Scores:
        """For each unit how likely it is, before calibration; they add up to 1."""
        return _softmax(evidence @ np.array(self.weights))


def gathered(
    directory: Scores, margins: Scores, nearest: Scores, votes: Scores, beside: Scores
) -> Scores:
    """Evidence of one text in the order of PRIOR: units by kinds."""
    return np.column_stack([directory, margins, nearest, votes, beside])


def spread(beside: By, units: Sequence[str]) -> Scores:
    """How strongly circumstances speak: units by their kinds."""
    strengths = np.zeros((len(units), len(circumstances.KINDS)))
    for place, unit in enumerate(units if beside else ()):
        for reason in beside.get(unit, ()):
            strengths[place, circumstances.KINDS.index(reason.kind)] = reason.points
    return strengths


def fit(evidence: Scores, right: NDArray[np.bool_], labels: NDArray[np.int32]) -> Fusion:
    """Weights from out-of-fold evidence (cases by units by kinds); all `right` units count alike.

    Maximum a posteriori of a conditional logit around the fixed sum.
    """
    from scipy.optimize import minimize

    prior = np.array(list(PRIOR.values()))
    # Kinds of evidence have different spans; the prior holds each by its own.
    span = evidence.reshape(-1, len(prior)).std(axis=0) + 1e-3
    weight = np.bincount(labels)[labels] ** -RARITY
    weight /= weight.mean()

    def loss(scaled: Scores) -> tuple[float, Scores]:
        share = _softmax(evidence @ (scaled / span))
        among = share * right
        hit = np.maximum(among.sum(axis=1), 1e-12)
        slope = np.einsum("nu,nuk->k", (share - among / hit[:, None]) * weight[:, None], evidence)
        off = scaled - prior * span
        value = -(weight * np.log(hit)).sum() + CLING / 2 * off @ off
        return float(value), slope / span + CLING * off

    bounds = [
        (0, LARGEST[kind] * span[i]) if kind in LARGEST else (None, None)
        for i, kind in enumerate(KINDS)
    ]
    found = minimize(loss, prior * span, jac=True, method="L-BFGS-B", bounds=bounds).x / span
    return Fusion(tuple(float(each) for each in found))


def alone(evidence: Scores, right: NDArray[np.bool_]) -> dict[str, float]:
    """How often each circumstance at its strongest named a right unit, whatever the words said.

    The line through nothing that comes closest to what was right at each strength, drawn towards
    what is thought beforehand where there are few cases.
    """
    told: dict[str, float] = {}
    for kind, prior in circumstances.ALONE.items():
        strength = evidence[:, :, KINDS.index(kind)]
        hits = float((strength * right).sum()) + IMAGINED * prior
        told[kind] = min(SUREST, hits / (float((strength**2).sum()) + IMAGINED))
    return told


def _softmax(scores: Scores) -> Scores:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
