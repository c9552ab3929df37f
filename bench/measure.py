"""How things are measured: ours and its anchor by turns, so that a busy machine slows both."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
from typing import TypeVar

Case = TypeVar("Case")

ROUNDS = 3
# One case in this many is used to warm up, unmeasured.
WARM_UP = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; `ratio` is our time over the anchor's, below 1 where we are faster."""

    name: str
    ours: str
    anchor: str
    ratio: float


def rates(name: str, ours: Callable[[], int], anchor: Callable[[], int]) -> Row:
    """Each does some things and returns how many; the median of some rounds after one unmeasured.

    Both are called once more than `ROUNDS`.
    """
    ours(), anchor()
    rounds = [(_rate(ours), _rate(anchor)) for _ in range(ROUNDS)]
    mine, its = (median(column) for column in zip(*rounds, strict=True))
    return Row(name, f"{mine:,.0f} /s", f"{its:,.0f} /s", its / mine)


def latencies(
    name: str,
    ours: Callable[[Case], object],
    anchor: Callable[[Case], object],
    cases: Sequence[Case],
    anchor_every: int = 1,
) -> Row:
    """Milliseconds a case, p50 and p99; the ratio is of the p50.

    A slow anchor is asked for one case in `anchor_every` only.
    """
    for case in cases[: len(cases) // WARM_UP]:
        ours(case)
    anchor(cases[0])
    mine, its = [], []
    for number, case in enumerate(cases):
        mine.append(_milliseconds(ours, case))
        if number % anchor_every == 0:
            its.append(_milliseconds(anchor, case))
    return Row(name, _words(mine), _words(its), median(mine) / median(its))


def table(rows: Sequence[Row]) -> str:
    """The rows as text, in columns."""
    cells = [("name; anchor", "ours", "anchor", "ratio")]
    cells += [(row.name, row.ours, row.anchor, f"{row.ratio:.2f}") for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _rate(work: Callable[[], int]) -> float:
    begun = time.perf_counter()
    done = work()
    return done / (time.perf_counter() - begun)


def _milliseconds(work: Callable[[Case], object], case: Case) -> float:
    begun = time.perf_counter()
    work(case)
    return (time.perf_counter() - begun) * 1000


def _words(times: Sequence[float]) -> str:
    p99 = quantiles(times, n=100, method="inclusive")[98]
    return f"p50 {median(times):.3f}  p99 {p99:.3f} ms"
