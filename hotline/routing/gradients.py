"""Conjugate gradients: what a positive matrix turns into what is wanted, in a few steps."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

CLOSE, TINY = 1e-6, 1e-12


def solved(matrix: Callable[[Vector], Vector], wanted: Vector, *, steps: int) -> Vector:
    """For one vector, or for each column of several at once."""
    solution, rest = np.zeros_like(wanted), wanted.copy()
    way, length = rest.copy(), (rest**2).sum(axis=0)
    for _ in range(steps):
        if np.all(length < CLOSE):
            break
        image = matrix(way)
        step = length / np.maximum((way * image).sum(axis=0), TINY)
        solution, rest = solution + step * way, rest - step * image
        before, length = length, (rest**2).sum(axis=0)
        way = rest + length / np.maximum(before, TINY) * way
    return solution
