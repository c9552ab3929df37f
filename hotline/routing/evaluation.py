"""How often the router is right on labelled requests."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hotline.routing.router import Router
from hotline.routing.types import Decision, Suggestion

# A unit with no more rows than this is rare.
RARE = 15
BINS = 10


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled request; `units` are all that would be right, `kind` is unit or territory."""

    id: str
    title: str
    body: str
    units: tuple[str, ...]
    kind: str
    source: str


@dataclass(frozen=True, slots=True)
class SourceFigures:
    n: int
    top1: float
    top3: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 over rows of kind unit, times in milliseconds; territory rows are counted."""

    n: int
    top1: float
    top3: float
    macro_f1: float
    rare_top1: float
    ece: float
    auto_share: float
    auto_precision: float
    p50_ms: float
    p99_ms: float
    by_source: Mapping[str, SourceFigures]
    territory_n: int


@dataclass(frozen=True, slots=True)
class _Answer:
    case: Case
    suggestion: Suggestion
    milliseconds: float

    @property
    def first(self) -> str:
        return self.suggestion.candidates[0].unit

    @property
    def right(self) -> bool:
        return self.first in self.case.units

    @property
    def right_of_three(self) -> bool:
        return any(candidate.unit in self.case.units for candidate in self.suggestion.candidates)

    @property
    def label(self) -> str:
        """The unit this row counts for: the suggested one where that is right, else the first."""
        return self.first if self.right else self.case.units[0]


def evaluate(router: Router, cases: Iterable[Case], timer: Callable[[], float]) -> Figures:
    """`timer` gives seconds, like time.perf_counter; it is read around each suggestion."""
    cases = list(cases)
    answers = [_ask(router, case, timer) for case in cases if case.kind == "unit"]
    auto = [a for a in answers if a.suggestion.decision is Decision.AUTO]
    rows = Counter(answer.label for answer in answers)
    rare = [answer for answer in answers if rows[answer.label] <= RARE]
    times = sorted(answer.milliseconds for answer in answers)
    return Figures(
        n=len(answers),
        top1=_share(a.right for a in answers),
        top3=_share(a.right_of_three for a in answers),
        macro_f1=_macro_f1(answers),
        rare_top1=_share(a.right for a in rare),
        ece=_calibration_error(answers),
        auto_share=_share(a.suggestion.decision is Decision.AUTO for a in answers),
        auto_precision=_share(a.right for a in auto),
        p50_ms=_percentile(times, 50),
        p99_ms=_percentile(times, 99),
        by_source=_by_source(answers),
        territory_n=sum(case.kind == "territory" for case in cases),
    )


def _ask(router: Router, case: Case, timer: Callable[[], float]) -> _Answer:
    began = timer()
    suggestion = router.suggest(case.body, title=case.title)
    return _Answer(case, suggestion, 1000 * (timer() - began))


def _by_source(answers: list[_Answer]) -> dict[str, SourceFigures]:
    groups: dict[str, list[_Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.case.source].append(answer)
    return {
        source: SourceFigures(
            len(group),
            _share(a.right for a in group),
            _share(a.right_of_three for a in group),
        )
        for source, group in sorted(groups.items())
    }


def _macro_f1(answers: list[_Answer]) -> float:
    """Mean over the units that some row counts for."""
    labels = Counter(answer.label for answer in answers)
    guesses = Counter(answer.first for answer in answers)
    hits = Counter(answer.first for answer in answers if answer.right)
    scores = [2 * hits[unit] / (labels[unit] + guesses[unit]) for unit in labels]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _calibration_error(answers: list[_Answer]) -> float:
    """Expected calibration error of the first candidate, in ten bins of equal width."""
    bins: dict[int, list[_Answer]] = defaultdict(list)
    for answer in answers:
        confidence = answer.suggestion.candidates[0].confidence
        bins[min(int(confidence * BINS), BINS - 1)].append(answer)
    gaps = [
        abs(sum(a.suggestion.candidates[0].confidence - a.right for a in group))
        for group in bins.values()
    ]
    return round(sum(gaps) / max(len(answers), 1), 4)


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _percentile(ordered: list[float], percent: int) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 3)
