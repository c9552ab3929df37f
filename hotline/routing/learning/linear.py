"""One line a unit between its cases and all others: a linear support vector machine."""

from typing import TYPE_CHECKING
from warnings import catch_warnings, simplefilter

import numpy as np
from numpy.typing import NDArray

from hotline.routing.learning.features import Sparse
from hotline.routing.learning.model import NO

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

# By cross-validation on the requests of routing.md; the whole range of .4 to 1.5 is within a point.
SLACK = 0.7
# Coarse is enough for a ranking: by the same measure five rounds and forty are within 0.2 points.
# How often cases are looked at a unit bounds the time.
TOLERANCE = 0.1
ROUNDS, LOOKS = 6, 300_000


def matrix(vectors: list[Sparse], *, columns: int) -> "csr_matrix":
    from scipy.sparse import csr_matrix

    starts = np.cumsum([0, *(len(vector.columns) for vector in vectors)])
    places = np.concatenate([v.columns for v in vectors] or [np.empty(0, np.int32)])
    values = np.concatenate([v.values for v in vectors] or [np.empty(0, np.float32)])
    return csr_matrix((values, places, starts), shape=(len(vectors), columns))


def separate(
    vectors: list[Sparse], labels: NDArray[np.int32], *, columns: int, units: int, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (columns by units) and bias; units without a case get none, and NO as bias."""
    # To import them takes a second, which only those who train shall pay.
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    rounds = min(ROUNDS, 1 + LOOKS // len(vectors))
    machine = LinearSVC(
        C=SLACK, class_weight="balanced", tol=TOLERANCE, max_iter=rounds, random_state=seed
    )
    with catch_warnings():
        # Stopping early is meant.
        simplefilter("ignore", ConvergenceWarning)
        machine.fit(matrix(vectors, columns=columns), labels)
    weights = np.zeros((columns, units), np.float32)
    bias = np.full(units, NO, np.float32)
    # Of two classes scikit-learn keeps the line of the second alone.
    two = len(machine.classes_) == 2
    lines, offsets = machine.coef_, machine.intercept_
    if two:
        lines, offsets = np.vstack([-lines, lines]), np.concatenate([-offsets, offsets])
    weights[:, machine.classes_], bias[machine.classes_] = lines.T, offsets
    return weights, bias
