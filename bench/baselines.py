"""What the router is held against: each plain method ranks the units for a text."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import LinearSVC

from hotline.routing.types import Case, Directory

Scores = NDArray[np.float64]
Score = Callable[[str], Scores]  # for a text, of each unit in the order of `units_of`
Rank = Callable[[Case], list[str]]  # the units, best first

# Robertson's usual numbers.
K1, B = 1.2, 0.75
NEAREST = 15
FOLDS = 3
FARTHEST = -2.0


def text_of(case: Case) -> str:
    return f"{case.title}。{case.body}"


def units_of(directory: Directory) -> list[str]:
    return sorted({duty.unit for duty in directory.duties})


def ranking(score: Score, units: Sequence[str]) -> Rank:

    def rank(case: Case) -> list[str]:
        return [units[place] for place in np.argsort(-score(text_of(case)), kind="stable")]

    return rank


def joined_duties(directory: Directory) -> Score:
    """rapidfuzz token_set_ratio against all duties of a unit in one text, in pairs of characters.

    Chinese has no spaces to tell words by.
    """
    words = [_paired(said) for said in _words(directory).values()]
    return lambda text: cdist([_paired(text)], words, scorer=fuzz.token_set_ratio)[0]


def best_phrase(directory: Directory) -> Score:
    """rapidfuzz partial_ratio of a unit's best phrase."""
    phrases, owners = _phrases(directory)

    def score(text: str) -> Scores:
        best = np.zeros(len(units_of_phrases))
        np.maximum.at(best, owners, cdist([text], phrases, scorer=fuzz.partial_ratio)[0])
        return best

    units_of_phrases = units_of(directory)
    return score


def phrase_hits(directory: Directory) -> Score:
    """The phrases that stand in the text, each as much as it is long."""
    phrases, owners = _phrases(directory)
    units = len(units_of(directory))

    def score(text: str) -> Scores:
        hits = [len(phrase) if phrase in text else 0 for phrase in phrases]
        return np.bincount(owners, weights=hits, minlength=units)

    return score


def bm25(directory: Directory) -> Score:
    """BM25 on pairs of characters, the duties of a unit one document."""
    counter = CountVectorizer(analyzer="char", ngram_range=(2, 2))
    counts = counter.fit_transform(_words(directory).values()).astype(float)
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    held = np.asarray((counts > 0).sum(axis=0)).ravel()
    rarity = np.log(1 + (len(lengths) - held + 0.5) / (held + 0.5))
    damping = K1 * (1 - B + B * lengths / lengths.mean())
    rows, columns = counts.nonzero()
    times = counts.data
    points = rarity[columns] * times * (K1 + 1) / (times + damping[rows])
    weights = csr_matrix((points, (rows, columns)), counts.shape)
    return lambda text: (weights @ (counter.transform([text]) > 0).T).toarray().ravel()


def summed(*scores: Score) -> Score:
    """Each brought to one at its best."""
    return lambda text: sum(_scaled(score(text)) for score in scores)


def machine() -> Pipeline:
    """Characters 1-3, TF-IDF, a linear support vector machine."""
    return make_pipeline(_characters(), LinearSVC(C=0.5))


def regression() -> Pipeline:
    return make_pipeline(_characters(), LogisticRegression(C=20, max_iter=200))


def neighbours() -> Pipeline:
    return make_pipeline(_characters(), KNeighborsClassifier(NEAREST, metric="cosine"))


def taught(pipeline: Pipeline, cases: Sequence[Case]) -> Rank:
    """Learned for the first of the right units."""
    pipeline.fit([text_of(case) for case in cases], [case.units[0] for case in cases])
    units = list(pipeline.classes_)
    return ranking(lambda text: _said(pipeline, [text])[0], units)


def reranked(cases: Sequence[Case], directory: Directory) -> Rank:
    """A logistic regression over pairs of text and unit: machine, neighbours, hits and BM25."""
    units, texts = units_of(directory), [text_of(case) for case in cases]
    labels = [case.units[0] for case in cases]
    learners, plain = (machine(), neighbours()), (phrase_hits(directory), bm25(directory))
    known = [units.index(unit) for unit in sorted(set(labels))]
    unseen = [_unseen(learner, texts, labels) for learner in learners]
    evidence = np.stack([*(_spread(s, known, len(units)) for s in unseen), *_plain(plain, texts)])
    right = np.array([[unit in case.units for unit in units] for case in cases])
    judge = LogisticRegression(class_weight="balanced", max_iter=300)
    judge.fit(evidence.reshape(len(evidence), -1).T, right.ravel())
    for learner in learners:
        learner.fit(texts, labels)

    def score(text: str) -> Scores:
        said = [_spread(_said(learner, [text]), known, len(units)) for learner in learners]
        return judge.coef_[0] @ np.stack([*said, *_plain(plain, [text])])[:, 0]

    return ranking(score, units)


def _unseen(learner: Pipeline, texts: list[str], labels: list[str]) -> Scores:
    """What it says of each text when it has learned from the others."""
    method = "decision_function" if hasattr(learner[-1], "decision_function") else "predict_proba"
    with warnings.catch_warnings():
        # Of a unit with fewer cases than parts; it is then as far as a unit can be.
        warnings.simplefilter("ignore")
        found = cross_val_predict(learner, texts, labels, cv=FOLDS, method=method)
    return np.maximum(found, FARTHEST)


def _said(learner: Pipeline, texts: list[str]) -> Scores:
    given = getattr(learner, "decision_function", None) or learner.predict_proba
    scores = given(texts)
    # Of two classes scikit-learn tells the second one's side alone.
    return np.column_stack([-scores, scores]) if scores.ndim == 1 else scores


def _spread(scores: Scores, known: list[int], units: int) -> Scores:
    """For all units; one that was never seen is as far as the farthest."""
    whole = np.repeat(scores.min(axis=1, keepdims=True), units, axis=1)
    whole[:, known] = scores
    return whole


def _plain(scores: Iterable[Score], texts: list[str]) -> list[Scores]:
    return [np.stack([_scaled(score(text)) for text in texts]) for score in scores]


def _characters() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)


def _phrases(directory: Directory) -> tuple[list[str], NDArray[np.int64]]:
    """The phrases, and the place of the unit of each."""
    units = units_of(directory)
    pairs = [
        (phrase, units.index(duty.unit)) for duty in directory.duties for phrase in duty.phrases
    ]
    return [phrase for phrase, _ in pairs], np.array([place for _, place in pairs])


def _words(directory: Directory) -> dict[str, str]:
    said: dict[str, list[str]] = defaultdict(list)
    for duty in directory.duties:
        said[duty.unit] += duty.phrases
    return {unit: " ".join(said[unit]) for unit in units_of(directory)}


def _paired(text: str) -> str:
    return " ".join(map("".join, pairwise(text.replace(" ", ""))))


def _scaled(scores: Scores) -> Scores:
    return scores / (scores.max() or 1)
