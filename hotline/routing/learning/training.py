"""Learn from closed tickets: machine and memory, how to weigh them, and how sure they make us."""

from collections.abc import Callable, Iterable

import numpy as np

from hotline.routing.learning import fusion
from hotline.routing.learning.calibration import Calibration, calibrate
from hotline.routing.learning.course import Course, Study, deal, plan
from hotline.routing.learning.fusion import Fusion, Scores
from hotline.routing.learning.lessons import NEWEST, Rows, evidence_of, prepare
from hotline.routing.learning.model import Facts, Model
from hotline.routing.ranking import Ranking
from hotline.routing.types import Case, Directory

FOLDS = 4

Progress = Callable[[float, str], None]  # how much of the whole is done (0..1), and what is next


def silent(share: float, doing: str) -> None:
    """Tells nobody."""


def learn(
    cases: Iterable[Case], directory: Directory, *, seed: int, progress: Progress = silent
) -> Model:
    """A model of the cases of kind unit, given oldest first; equal input gives an equal model.

    Raises Unteachable, naming column, row and remedy.
    """
    progress(0.0, "读取案例")
    ranking = Ranking(directory)
    lessons = prepare(cases, ranking)
    progress(0.1, "建立词表和带口误、错字的副本")
    course = plan(lessons, directory, ranking, seed=seed)
    weighing, calibration = _measured(course, progress)
    progress(0.8, "学习全部案例")
    study = course.study(np.arange(len(lessons)))
    progress(1.0, "完成")
    return Model(
        ranking.departments,
        course.vocabulary,
        study.weights,
        study.bias,
        study.memory,
        weighing,
        calibration,
        _facts(course),
    )


def _facts(course: Course) -> Facts:
    first, last = course.lessons[0].case.id, course.lessons[-1].case.id
    return Facts(len(course.lessons), len(np.unique(course.labels)), course.seed, first, last)


def _measured(course: Course, progress: Progress) -> tuple[Fusion, Calibration]:
    """Weights and certainty from the newest rows, each judged by a study that had not seen it."""
    folds = _folds(course)
    judged = np.flatnonzero(folds >= 0)[-NEWEST:]
    units = course.ranking.departments
    evidence = np.zeros((len(judged), len(units), len(fusion.KINDS)))
    for fold in range(FOLDS):
        progress(0.2 + 0.6 * fold / FOLDS, f"交叉检验 {fold + 1}/{FOLDS}")
        study = course.study(np.flatnonzero(folds != fold))
        for i in np.flatnonzero(folds[judged] == fold):
            evidence[i] = _evidence(course, study, int(judged[i]))
    right = np.zeros(evidence.shape[:2], bool)
    for i, row in enumerate(judged):
        right[i, list(course.lessons[row].right)] = True
    weighing = fusion.fit(evidence, right, course.labels[judged])
    shares = weighing.shares(evidence)
    first = shares.argmax(axis=1)
    hits = right[np.arange(len(judged)), first]
    return weighing, calibrate(shares.max(axis=1), hits, [units[place] for place in first])


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
    labels = course.labels.tolist()
    return deal(texts, labels, judged=NEWEST, folds=FOLDS, seed=course.seed)
