"""How often the router is right, on labelled cases."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.routing.router import Router
from hotline.routing.types import Decision, Suggestion

RARE = 15  # a unit with at most so many rows
BINS = 10


@dataclass(frozen=True, slots=True)
class Figures:
    """Over rows of kind `unit`; those of a town or street are only counted, in `territory_n`."""

    n: int
    top1: float
    top3: float
    macro_f1: float
    rare_top1: float
    ece: float  # expected calibration error of the first candidate, in ten equal bins
    auto_share: float
    auto_precision: float | None
    p50_ms: float
    p99_ms: float
    by_source: dict[str, dict[str, float]]
    territory_n: int


@dataclass(frozen=True, slots=True)
class Judged:
    """One case: what was right, what was said, and how long it took."""

    right: tuple[str, ...]
    said: tuple[str, ...]
    confidence: float
    auto: bool
    seconds: float
    source: str

    @property
    def first(self) -> bool:
        return self.said[0] in self.right

    @property
    def among(self) -> bool:
        return bool(set(self.said) & set(self.right))

    @property
    def label(self) -> str:
        """With several right answers, the one that was said, else the first."""
        return self.said[0] if self.first else self.right[0]


def evaluate(
    router: Router, cases: Iterable[Mapping[str, str]], *, timer: Callable[[], float]
) -> Figures:
    """Asks the router about each case; `timer` gives seconds."""
    judged, territory_n = [], 0
    for case in cases:
        if case["kind"] != "unit":
            territory_n += 1
            continue
        start = timer()
        suggestion = router.suggest(case["body"], title=case["title"])
        judged.append(_judge(case, suggestion, timer() - start))
    return _figures(judged, territory_n)


def _judge(case: Mapping[str, str], suggestion: Suggestion, seconds: float) -> Judged:
    return Judged(
        right=tuple(case["unit"].split("|")),
        said=tuple(candidate.unit for candidate in suggestion.candidates),
        confidence=suggestion.candidates[0].confidence,
        auto=suggestion.decision is Decision.AUTO,
        seconds=seconds,
        source=case["source"],
    )


def _figures(judged: list[Judged], territory_n: int) -> Figures:
    auto = [each for each in judged if each.auto]
    times = sorted(each.seconds * 1000 for each in judged) or [0.0]
    return Figures(
        n=len(judged),
        top1=_share(each.first for each in judged),
        top3=_share(each.among for each in judged),
        macro_f1=_macro_f1(judged),
        rare_top1=_share(each.first for each in _rare(judged)),
        ece=_ece(judged),
        auto_share=_share(each.auto for each in judged),
        auto_precision=_share(each.first for each in auto) if auto else None,
        p50_ms=round(times[len(times) // 2], 2),
        p99_ms=round(times[int(len(times) * 0.99)], 2),
        by_source=_by_source(judged),
        territory_n=territory_n,
    )


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _macro_f1(judged: list[Judged]) -> float:
    """The mean of each unit's F1, over the units that are the label of any case."""
    right, said, hit = defaultdict(int), defaultdict(int), defaultdict(int)
    for each in judged:
        right[each.label] += 1
        said[each.said[0]] += 1
        hit[each.label] += each.first
    scores = [2 * hit[unit] / (right[unit] + said[unit]) for unit in right]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _rare(judged: list[Judged]) -> list[Judged]:
    rows: dict[str, int] = defaultdict(int)
    for each in judged:
        rows[each.label] += 1
    return [each for each in judged if rows[each.label] <= RARE]


def _ece(judged: list[Judged]) -> float:
    bins: dict[int, list[Judged]] = defaultdict(list)
    for each in judged:
        bins[min(int(each.confidence * BINS), BINS - 1)].append(each)
    gaps = [
        abs(sum(each.confidence for each in some) - sum(each.first for each in some))
        for some in bins.values()
    ]
    return round(sum(gaps) / len(judged), 4) if judged else 0.0


def _by_source(judged: list[Judged]) -> dict[str, dict[str, Any]]:
    sources: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        sources[each.source].append(each)
    return {
        source: {
            "n": len(some),
            "top1": _share(each.first for each in some),
            "top3": _share(each.among for each in some),
        }
        for source, some in sorted(sources.items())
    }
