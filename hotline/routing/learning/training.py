"""Learn from closed tickets: machine and memory, how to weigh them, and how sure they make us."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from hotline.routing.learning import fusion
from hotline.routing.learning.calibration import Calibration, calibrate
from hotline.routing.learning.course import Course, Study, deal, plan
from hotline.routing.learning.fusion import Fusion, Scores
from hotline.routing.learning.landmarks import learn_landmarks
from hotline.routing.learning.lessons import NEWEST, Rows, evidence_of, prepare
from hotline.routing.learning.model import Facts, Model
from hotline.routing.ranking import Ranking
from hotline.routing.types import Case, Directory, UnitKind

# Few cases are all judged, in turns; of more than NEWEST the newest part alone, by what the
# older ones teach: that is how it goes in use, and further turns would cost minutes each.
FOLDS, HELD_OUT = 4, 0.25

Progress = Callable[[float, str], None]  # how much of the whole is done (0..1), and what is next


def silent(share: float, doing: str) -> None:
    """Tells nobody."""


def learn(
    cases: Iterable[Case], directory: Directory, *, seed: int, progress: Progress = silent
) -> Model:
    """A model of the cases, given oldest first; equal input gives an equal model.

    Units are learned from those of kind unit, names of places from all.

    Raises Unteachable, naming column, row and remedy.
    """
    progress(0.0, "读取案例")
    cases = list(cases)
    ranking = Ranking(directory)
    lessons = prepare(cases, ranking)
    progress(0.1, "建立词表和带口误、错字的副本")
    course = plan(lessons, directory, ranking, seed=seed)
    weighing, calibration, alone = _measured(course, progress)
    progress(0.8, "学习全部案例")
    study = course.study(np.arange(len(lessons)))
    progress(0.95, "学习地名")
    territories = (unit.name for unit in directory.units if unit.kind is UnitKind.TERRITORY)
    landmarks = learn_landmarks(cases, territories, ranking.gazetteer)
    progress(1.0, "完成")
    return Model(
        ranking.departments,
        course.vocabulary,
        study.weights,
        study.bias,
        study.memory,
        weighing,
        calibration,
        alone,
        landmarks,
        _facts(course),
    )


def judged_of(cases: int) -> tuple[int, int]:
    """How many of so many cases are judged, the newest, and in how many turns."""
    return (cases, FOLDS) if cases <= NEWEST else (min(NEWEST, int(HELD_OUT * cases)), 1)


def _facts(course: Course) -> Facts:
    first, last = course.lessons[0].case.id, course.lessons[-1].case.id
    return Facts(len(course.lessons), len(np.unique(course.labels)), course.seed, first, last)


def _measured(
    course: Course, progress: Progress
) -> tuple[Fusion, Calibration, Mapping[str, float]]:
    """Weights and certainty from the newest rows, each judged by a study that had not seen it."""
    folds = _folds(course)
    judged = np.flatnonzero(folds >= 0)[-NEWEST:]
    units = course.ranking.departments
    evidence = _unseen(course, folds, judged, progress)
    right = np.zeros(evidence.shape[:2], bool)
    for i, row in enumerate(judged):
        right[i, list(course.lessons[row].right)] = True
    weighing = fusion.fit(evidence, right, course.labels[judged])
    shares = weighing.shares(evidence)
    first = shares.argmax(axis=1)
    hits = right[np.arange(len(judged)), first]
    calibration = calibrate(shares.max(axis=1), hits, [units[place] for place in first])
    return weighing, calibration, fusion.alone(evidence, right)


def _unseen(course: Course, folds: Rows, judged: Rows, progress: Progress) -> Scores:
    """Of each judged row all evidence: rows by units by kinds."""
    evidence = np.zeros((len(judged), len(course.ranking.departments), len(fusion.KINDS)))
    turns = int(folds.max()) + 1
    for fold in range(turns):
        progress(0.2 + 0.6 * fold / turns, f"交叉检验 {fold + 1}/{turns}")
        study = course.study(np.flatnonzero(folds != fold))
        for i in np.flatnonzero(folds[judged] == fold):
            evidence[i] = _evidence(course, study, int(judged[i]))
    return evidence


def _evidence(course: Course, study: Study, row: int) -> Scores:
    units = course.ranking.departments
    found = evidence_of(course.lessons[row].case, course.ranking)
    scores = found.scores()
    return study.evidence(
        course.vectors[row],
        np.array([scores.get(unit, 0.0) for unit in units]),
        fusion.spread(found.beside, units),
    )


def _folds(course: Course) -> Rows:
    texts = [(lesson.title, lesson.text) for lesson in course.lessons]
    judged, folds = judged_of(len(texts))
    return deal(texts, course.labels.tolist(), judged=judged, folds=folds, seed=course.seed)
