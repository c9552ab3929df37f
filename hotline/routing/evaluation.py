"""How often the router is right on labelled requests."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from hotline.routing.intervals import bootstrap, wilson
from hotline.routing.router import Router
from hotline.routing.types import Case, Decision, Suggestion

# A unit with no more rows than this is rare.
RARE = 15
BINS = 10
# Pairs of units shown as taken for one another.
CONFUSIONS = 12

Interval = tuple[float, float]
Timer = Callable[[], float]  # seconds, like time.perf_counter


@dataclass(frozen=True, slots=True)
class SourceFigures:
    n: int
    top1: float
    top3: float
    auto_share: float
    auto_precision: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """So many rows of `right` were given to `said`."""

    right: str
    said: str
    n: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 over rows of kind unit, times in milliseconds; territory rows are counted.

    `intervals` hold 95 % of what another draw of such rows would give.
    """

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
    rare_n: int
    rare_top3: float
    intervals: Mapping[str, Interval]
    confusions: tuple[Confusion, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the router said of a case, and how long that took."""

    case: Case
    suggestion: Suggestion
    milliseconds: float

    @property
    def first(self) -> str:
        return self.suggestion.candidates[0].unit

    @property
    def confidence(self) -> float:
        return self.suggestion.candidates[0].confidence

    @property
    def right(self) -> bool:
        return self.first in self.case.units

    @property
    def right_of_three(self) -> bool:
        return any(candidate.unit in self.case.units for candidate in self.suggestion.candidates)

    @property
    def alone(self) -> bool:
        return self.suggestion.decision is Decision.AUTO

    @property
    def label(self) -> str:
        """The unit this row counts for: the suggested one where that is right, else the first."""
        return self.first if self.right else self.case.units[0]


def evaluate(router: Router, cases: Iterable[Case], timer: Timer) -> Figures:
    cases = list(cases)
    return figures(ask(router, cases, timer), territory_n=territories(cases))


def ask(router: Router, cases: Iterable[Case], timer: Timer) -> list[Answer]:
    """The cases of kind unit; the timer is read around each suggestion."""
    return [_ask(router, case, timer) for case in cases if case.kind == "unit"]


def territories(cases: Iterable[Case]) -> int:
    return sum(case.kind == "territory" for case in cases)


def figures(answers: list[Answer], *, territory_n: int) -> Figures:
    rows = Counter(answer.label for answer in answers)
    rare = [answer for answer in answers if rows[answer.label] <= RARE]
    alone = [answer for answer in answers if answer.alone]
    times = sorted(answer.milliseconds for answer in answers)
    return Figures(
        n=len(answers),
        top1=_share(a.right for a in answers),
        top3=_share(a.right_of_three for a in answers),
        macro_f1=_macro_f1(answers),
        rare_top1=_share(a.right for a in rare),
        ece=_calibration_error(answers),
        auto_share=_share(a.alone for a in answers),
        auto_precision=_share(a.right for a in alone),
        p50_ms=_percentile(times, 50),
        p99_ms=_percentile(times, 99),
        by_source=_by_source(answers),
        territory_n=territory_n,
        rare_n=len(rare),
        rare_top3=_share(a.right_of_three for a in rare),
        intervals={
            "top1": wilson(a.right for a in answers),
            "top3": wilson(a.right_of_three for a in answers),
            "macro_f1": bootstrap(answers, _macro_f1),
            "rare_top1": wilson(a.right for a in rare),
            "rare_top3": wilson(a.right_of_three for a in rare),
            "ece": bootstrap(answers, _calibration_error),
            "auto_share": wilson(a.alone for a in answers),
            "auto_precision": wilson(a.right for a in alone),
        },
        confusions=_confusions(answers),
    )


def _ask(router: Router, case: Case, timer: Timer) -> Answer:
    began = timer()
    suggestion = router.suggest(
        case.body, title=case.title, dialled=case.dialled, earlier=case.earlier
    )
    return Answer(case, suggestion, 1000 * (timer() - began))


def _by_source(answers: list[Answer]) -> dict[str, SourceFigures]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        groups[answer.case.source].append(answer)
    return {source: _of_source(group) for source, group in sorted(groups.items())}


def _of_source(group: list[Answer]) -> SourceFigures:
    return SourceFigures(
        len(group),
        _share(a.right for a in group),
        _share(a.right_of_three for a in group),
        _share(a.alone for a in group),
        _share(a.right for a in group if a.alone),
    )


def _confusions(answers: list[Answer]) -> tuple[Confusion, ...]:
    pairs = Counter((answer.label, answer.first) for answer in answers if not answer.right)
    most = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))[:CONFUSIONS]
    return tuple(Confusion(right, said, n) for (right, said), n in most)


def _macro_f1(answers: list[Answer]) -> float:
    """Mean over the units that some row counts for."""
    labels = Counter(answer.label for answer in answers)
    guesses = Counter(answer.first for answer in answers)
    hits = Counter(answer.first for answer in answers if answer.right)
    scores = [2 * hits[unit] / (labels[unit] + guesses[unit]) for unit in labels]
    return round(sum(scores) / len(scores), 4) if scores else 0.0


def _calibration_error(answers: list[Answer]) -> float:
    """Expected calibration error of the first candidate, in ten bins of equal width."""
    gaps: dict[int, float] = defaultdict(float)
    for answer in answers:
        confidence = answer.confidence
        gaps[min(int(confidence * BINS), BINS - 1)] += confidence - answer.right
    return round(sum(map(abs, gaps.values())) / max(len(answers), 1), 4)


def _share(flags: Iterable[bool]) -> float:
    flags = list(flags)
    return round(sum(flags) / len(flags), 4) if flags else 0.0


def _percentile(ordered: list[float], percent: int) -> float:
    if not ordered:
        return 0.0
    return round(ordered[min(len(ordered) - 1, len(ordered) * percent // 100)], 3)
