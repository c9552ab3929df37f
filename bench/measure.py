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
class Figure:
    """How fast something was: things a second, milliseconds a thing, or both."""

    rate: float | None = None
    times: Sequence[float] = ()

    def quantile(self, percent: int) -> float:
        """Milliseconds within which so many in a hundred were done."""
        return quantiles(self.times, n=100, method="inclusive")[percent - 1]

    @property
    def cost(self) -> float:
        """What one thing takes, in milliseconds: by the rate, else the median."""
        return 1000 / self.rate if self.rate else median(self.times)

    def __str__(self) -> str:
        words = [f"{self.rate:,.0f} /s"] if self.rate else []
        words += [f"p{percent} {self.quantile(percent):.3g}" for percent in self._shown]
        return "  ".join(words) + (" ms" if self.times else "")

    @property
    def _shown(self) -> tuple[int, ...]:
        if not self.times:
            return ()
        return (99,) if self.rate else (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Aim:
    """What the house has set itself, on two cores; whatever is not given is no aim."""

    rate: float | None = None  # at least, a second
    within: tuple[int, float] | None = None  # percentile, and at most so many milliseconds

    def met(self, figure: Figure) -> bool:
        fast = self.rate is None or (figure.rate or 0) >= self.rate
        return fast and (self.within is None or figure.quantile(self.within[0]) <= self.within[1])

    def __str__(self) -> str:
        words = [f"≥ {self.rate:,.0f} /s"] if self.rate else []
        words += ["p{} ≤ {:g} ms".format(*self.within)] if self.within else []
        return "  ".join(words)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    name: str  # and what the anchor is
    ours: Figure
    anchor: Figure
    aim: Aim | None = None

    @property
    def ratio(self) -> float:
        """Our time over the anchor's, below 1 where we are faster."""
        return self.ours.cost / self.anchor.cost

    @property
    def cells(self) -> tuple[str, ...]:
        reached = ("yes" if self.aim.met(self.ours) else "NO") if self.aim else ""
        aim = str(self.aim or "")
        return self.name, aim, reached, str(self.ours), str(self.anchor), f"{self.ratio:.2f}"


def rates(
    name: str, ours: Callable[[], int], anchor: Callable[[], int], aim: Aim | None = None
) -> Row:
    """Each does some things and returns how many; the median of some rounds after one unmeasured.

    Both are called once more than `ROUNDS`.
    """
    ours(), anchor()
    rounds = [(_rate(ours), _rate(anchor)) for _ in range(ROUNDS)]
    mine, its = (median(column) for column in zip(*rounds, strict=True))
    return Row(name, Figure(mine), Figure(its), aim)


def latencies(
    name: str,
    ours: Callable[[Case], object],
    anchor: Callable[[Case], object],
    cases: Sequence[Case],
    anchor_every: int = 1,
    aim: Aim | None = None,
) -> Row:
    """Milliseconds a case. A slow anchor is asked for one case in `anchor_every` only."""
    for case in cases[: len(cases) // WARM_UP]:
        ours(case)
    anchor(cases[0])
    mine, its = [], []
    for number, case in enumerate(cases):
        mine.append(_milliseconds(ours, case))
        if number % anchor_every == 0:
            its.append(_milliseconds(anchor, case))
    return Row(name, Figure(times=mine), Figure(times=its), aim)


HEADINGS = ("name; anchor", "aim", "reached", "ours", "anchor", "ratio")


def table(rows: Sequence[Row]) -> str:
    """The rows as text, in columns."""
    return columns([HEADINGS, *(row.cells for row in rows)])


def columns(cells: Sequence[Sequence[str]]) -> str:
    """Cells one below the other, the first row their headings."""
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
