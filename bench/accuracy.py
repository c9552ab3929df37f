"""How often the router is right on labelled cases, beside the plain methods, and at what cost.

`python -m bench.accuracy [CASES.csv]` prints it alone, by default for sentences of our own.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from bench import baselines
from bench.baselines import Rank, ranking
from bench.measure import columns
from hotline.cli.cases import labelled
from hotline.registry.directory import build_directory
from hotline.registry.loading import read_shipped, read_tables
from hotline.routing.learning.judging import parted
from hotline.routing.learning.training import learn
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory
from hotline.settings import Settings

OWN = Path(__file__).parent.parent / "tests" / "routing" / "spoken.csv"
SEED = 12345
OURS = "router"
# A tenth of a second and more a text: asked about some of the cases only.
PARTIAL = "rapidfuzz partial_ratio, best phrase"
AT_MOST = 200
HEADINGS = ("method", "top-1", "top-3", "p50 ms", "wrong firsts", "time")
FOOT = "Last two columns: the router's over the method's, below 1 where the router is better."

# For the cases to learn from, a way to rank units; of the first kind, without looking at them.
UNTAUGHT: dict[str, Callable[[Directory], Rank]] = {
    "rapidfuzz token_set_ratio, joined duties": lambda d: _plain(d, baselines.joined_duties(d)),
    PARTIAL: lambda d: _plain(d, baselines.best_phrase(d)),
    "phrase hits": lambda d: _plain(d, baselines.phrase_hits(d)),
    "BM25, pairs of characters": lambda d: _plain(d, baselines.bm25(d)),
    "phrase hits + BM25": lambda d: _plain(
        d, baselines.summed(baselines.phrase_hits(d), baselines.bm25(d))
    ),
    OURS: lambda d: _of_router(Router(d)),
}
TAUGHT: dict[str, Callable[[Directory, Sequence[Case]], Rank]] = {
    "15 nearest neighbours, TF-IDF": lambda d, c: baselines.taught(baselines.neighbours(), c),
    "TF-IDF 1-3 + logistic regression": lambda d, c: baselines.taught(baselines.regression(), c),
    "TF-IDF 1-3 + LinearSVC": lambda d, c: baselines.taught(baselines.machine(), c),
    "re-ranker over SVC, neighbours, hits, BM25": lambda d, c: baselines.reranked(c, d),
    OURS: lambda d, c: _of_router(Router(d, learn(c, d, seed=SEED))),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the first unit was right, whether one of three was, and how long it took."""

    first: bool
    of_three: bool
    milliseconds: float


def tables(path: Path | None = None) -> Iterator[str]:
    """One table without learning, one by cross-validation: never asked about what was taught."""
    path = path or OWN
    directory = build_directory(read_tables(read_shipped()), on=Settings().registry_date, version=1)
    cases = [case for case in labelled(path) if case.kind == "unit"]
    yield f"{path.name}, {len(cases)} cases, nothing learned"
    yield _table(
        {
            name: _asked([(make(directory), _some(cases) if name == PARTIAL else cases)])
            for name, make in UNTAUGHT.items()
        }
    )
    parts = parted(cases, seed=SEED)
    yield f"{path.name}, {len(cases)} cases, learned from the others in {len(parts)} parts"
    yield _table(
        {
            name: _asked((make(directory, taught), asked) for taught, asked in parts)
            for name, make in TAUGHT.items()
        }
    )
    yield FOOT


def _some(cases: Sequence[Case]) -> Sequence[Case]:
    return cases[:: max(1, len(cases) // AT_MOST)]


def _plain(directory: Directory, score: baselines.Score) -> Rank:
    return ranking(score, baselines.units_of(directory))


def _of_router(router: Router) -> Rank:
    def rank(case: Case) -> list[str]:
        given = router.suggest(case.body, title=case.title, dialled=case.dialled)
        return [candidate.unit for candidate in given.candidates]

    return rank


def _asked(parts: Iterable[tuple[Rank, Sequence[Case]]]) -> list[Answer]:
    return [_answer(rank, case) for rank, cases in parts for case in cases]


def _answer(rank: Rank, case: Case) -> Answer:
    begun = time.perf_counter()
    units = rank(case)
    took = 1000 * (time.perf_counter() - begun)
    return Answer(units[0] in case.units, not {*case.units}.isdisjoint(units[:3]), took)


def _table(answers: Mapping[str, Sequence[Answer]]) -> str:
    ours = answers[OURS]
    return columns([HEADINGS, *(_cells(name, each, ours) for name, each in answers.items())])


def _cells(name: str, theirs: Sequence[Answer], ours: Sequence[Answer]) -> tuple[str, ...]:
    return (
        name,
        f"{mean(each.first for each in theirs):.3f}",
        f"{mean(each.of_three for each in theirs):.3f}",
        f"{_middle(theirs):.2f}",
        f"{_wrong(ours) / (_wrong(theirs) or 1):.2f}",
        f"{_middle(ours) / _middle(theirs):.2f}",
    )


def _wrong(answers: Sequence[Answer]) -> float:
    return mean(not each.first for each in answers)


def _middle(answers: Sequence[Answer]) -> float:
    return median(each.milliseconds for each in answers)


if __name__ == "__main__":
    for part in tables(Path(sys.argv[1]) if sys.argv[1:] else None):
        print(part, flush=True)
