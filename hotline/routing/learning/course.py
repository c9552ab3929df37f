"""Cases as vectors with noisy copies beside them, and what studying some of the rows gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from hotline.routing.fold import fold_phrase
from hotline.routing.learning.features import Sparse, Vocabulary, counted, learn_vocabulary
from hotline.routing.learning.fusion import Scores, gathered
from hotline.routing.learning.lessons import Lesson, Rows, thinned
from hotline.routing.learning.linear import separate
from hotline.routing.learning.memory import Memory, remember, votes
from hotline.routing.learning.noise import LEARNED_FROM
from hotline.routing.ranking import Ranking
from hotline.routing.types import Directory

# Bounds that keep a model at some megabytes, and noise from doubling the work on many cases.
COLUMNS = 60_000
REMEMBERED = 20_000
COPIED = 5_000
# Noisy copies of a case.
COPIES = 2


@dataclass(frozen=True, slots=True)
class Study:
    """What was learned from some of the rows."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    memory: Memory

    def evidence(self, vector: Sparse, directory: Scores, beside: Scores) -> Scores:
        margins = vector.values @ self.weights[vector.columns] + self.bias
        spoken = votes(self.memory.nearest(vector), len(self.bias))
        return gathered(directory, margins, *spoken, beside)


@dataclass(frozen=True, slots=True)
class Course:
    """All cases as vectors, their noisy copies by row, and the directory's own words."""

    lessons: list[Lesson]
    labels: NDArray[np.int32]
    ranking: Ranking
    seed: int
    vocabulary: Vocabulary
    vectors: list[Sparse]
    copies: dict[int, list[Sparse]]
    duties: list[tuple[Sparse, int]]

    def study(self, rows: Rows) -> Study:
        """Learns from these rows."""
        seen = [(self.vectors[row], self.labels[row]) for row in rows.tolist()]
        seen += [
            (copy, self.labels[row]) for row in rows.tolist() for copy in self.copies.get(row, ())
        ]
        # The directory's words teach units that have few cases, or none.
        seen += self.duties
        weights, bias = separate(
            [vector for vector, _ in seen],
            np.array([label for _, label in seen], np.int32),
            columns=len(self.vocabulary.keys),
            units=len(self.ranking.departments),
            seed=self.seed,
        )
        return Study(weights, bias, self._memory(rows))

    def _memory(self, rows: Rows) -> Memory:
        rows = thinned(rows, self.labels[rows], REMEMBERED)
        return remember(
            tuple(self.lessons[row].case.id for row in rows),
            self.labels[rows],
            [self.vectors[row] for row in rows],
            columns=len(self.vocabulary.keys),
        )


def plan(lessons: list[Lesson], directory: Directory, ranking: Ranking, *, seed: int) -> Course:
    """Reads what is to be learned; the noise comes from the seed."""
    random = Random(seed)
    labels = np.array([lesson.label for lesson in lessons], np.int32)
    duties = _duties(directory, ranking)
    vocabulary = _vocabulary(lessons, duties)
    copied = thinned(np.arange(len(lessons)), labels, COPIED)
    return Course(
        lessons,
        labels,
        ranking,
        seed,
        vocabulary,
        [vocabulary.vector(lesson.title, lesson.text) for lesson in lessons],
        {row: _copies(lessons[row], vocabulary, random) for row in copied.tolist()},
        [(vocabulary.vector("", text), unit) for text, unit in duties],
    )


def deal(
    texts: Sequence[tuple[str, str]], labels: Sequence[int], *, judged: int, folds: int, seed: int
) -> Rows:
    """The fold of each row: the newest are dealt out unit by unit, older ones get -1.

    Equal texts share a fold, so that none is judged by what has seen its twin.
    """
    random = Random(seed)
    newest = range(max(0, len(texts) - judged), len(texts))
    order = sorted(newest, key=lambda row: (labels[row], random.random()))
    fold_of: dict[tuple[str, str], int] = {}
    for row in order:
        fold_of.setdefault(texts[row], len(fold_of) % folds)
    return np.array([fold_of.get(text, -1) for text in texts], int)


def _duties(directory: Directory, ranking: Ranking) -> list[tuple[str, int]]:
    places = {unit: place for place, unit in enumerate(ranking.departments)}
    return [
        ("。".join(map(fold_phrase, (duty.duty, *duty.phrases))), places[duty.unit])
        for duty in directory.duties
        if duty.unit in places
    ]


def _vocabulary(lessons: list[Lesson], duties: list[tuple[str, int]]) -> Vocabulary:
    texts = [(lesson.title, lesson.text) for lesson in lessons] + [("", text) for text, _ in duties]
    return learn_vocabulary([counted(*text)[0] for text in texts], at_most=COLUMNS)


def _copies(lesson: Lesson, vocabulary: Vocabulary, random: Random) -> list[Sparse]:
    return [
        vocabulary.vector(lesson.title, noise(lesson.text, random))
        for noise in random.sample(LEARNED_FROM, COPIES)
    ]
