"""How far a figure would move with another draw of the same kind of rows."""

import math
from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import TypeVar

# Two-sided 95 % of the normal distribution.
Z = 1.96
DRAWS = 200
SEED = 95

Row = TypeVar("Row")


def wilson(flags: Iterable[bool]) -> tuple[float, float]:
    """Of a share; without rows nothing is known."""
    flags = list(flags)
    n = len(flags)
    if not n:
        return 0.0, 1.0
    share, room = sum(flags) / n, Z * Z / n
    middle = (share + room / 2) / (1 + room)
    half = Z * math.sqrt(share * (1 - share) / n + room / (4 * n)) / (1 + room)
    return round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)


def bootstrap(rows: Sequence[Row], figure: Callable[[list[Row]], float]) -> tuple[float, float]:
    """Of any other figure: the middle 95 % over draws with replacement, the same each time."""
    if not rows:
        return 0.0, 1.0
    random = Random(SEED)
    drawn = sorted(figure(random.choices(rows, k=len(rows))) for _ in range(DRAWS))
    tail = round(DRAWS * 0.025)
    return drawn[tail], drawn[-1 - tail]
