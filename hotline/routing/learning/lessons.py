"""Labelled cases made ready to learn from, or refused with the row and the remedy."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hotline.errors import HotlineError
from hotline.routing.fold import fold
from hotline.routing.ranking import Evidence, Ranking
from hotline.routing.types import Case

# Fewer prove nothing, not even a threshold.
FEWEST = 30
# Of more than these the common units' older ones are left out: 200,000 tickets take minutes.
MOST = 40_000
# These are kept whatever their unit, since they say how sure to be.
NEWEST = 8_000

Rows = NDArray[np.int64]


class Unteachable(HotlineError):
    """Labelled cases that nothing can be learned from."""

    code, status = "unteachable", 422


@dataclass(frozen=True, slots=True)
class Lesson:
    """A case and its folded words; `label` is the unit it is learned for, `right` all that do."""

    case: Case
    title: str
    text: str
    label: int
    right: tuple[int, ...]


def prepare(cases: Iterable[Case], ranking: Ranking) -> list[Lesson]:
    """The cases of kind unit, in their order, MOST at most; territories are the gazetteer's.

    Of several right units a case is learned for the one that the directory puts first.
    """
    places = {unit: place for place, unit in enumerate(ranking.departments)}
    known = [_known(case, places) for case in cases if case.kind == "unit"]
    if len(known) < FEWEST:
        raise Unteachable(
            f"kind 列为 unit 的案例只有 {len(known)} 条，训练至少要 {FEWEST} 条；请补充案例。",
            field="kind",
        )
    lessons = [_lesson(known[row], ranking, places) for row in _kept(known)]
    labels = {lesson.label for lesson in lessons}
    if len(labels) == 1:
        unit = ranking.departments[labels.pop()]
        raise Unteachable(
            f"unit 列只有「{unit}」一个单位，无从比较；请补充其他单位的案例。", field="unit"
        )
    return lessons


def _kept(cases: Sequence[Case]) -> list[int]:
    labels = [case.units[0] for case in cases]
    newest = range(max(0, len(cases) - NEWEST), len(cases))
    return sorted({*thinned(np.arange(len(cases)), labels, MOST - NEWEST).tolist(), *newest})


def thinned(rows: Rows, labels: Sequence[object], at_most: int) -> Rows:
    """At most so many of the rows: the newest of each unit, big units giving way first."""
    if len(rows) <= at_most:
        return rows
    nth: Counter[object] = Counter()
    turns = np.empty(len(rows), int)
    for i, label in reversed(list(enumerate(labels))):
        turns[i] = nth[label]
        nth[label] += 1
    return rows[np.sort(np.argsort(turns, kind="stable")[:at_most])]


def evidence_of(case: Case, ranking: Ranking) -> Evidence:
    """What there is to weigh before anything learned has a say."""
    return ranking.evidence(fold(case.title), fold(case.body), case.dialled, case.earlier)


def _known(case: Case, places: Mapping[str, int]) -> Case:
    for unit in case.units:
        if unit not in places:
            raise Unteachable(
                f"编号「{case.id[:40]}」的案例，unit 列的「{unit[:40]}」不是派单目录中的部门；"
                "请改用目录中的部门名称，或删去这一行。",
                field="unit",
            )
    return case


def _lesson(case: Case, ranking: Ranking, places: Mapping[str, int]) -> Lesson:
    label = case.units[0]
    if len(case.units) > 1:
        scores = evidence_of(case, ranking).scores()
        label = max(case.units, key=lambda unit: scores.get(unit, 0.0))
    title, text = fold(case.title).text, fold(case.body).text
    return Lesson(case, title, text, places[label], tuple(places[unit] for unit in case.units))
