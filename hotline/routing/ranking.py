"""Rank the departments for a text: phrases, wording, circumstances, and what was learned."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hotline.routing.circumstances import ALONE, By, Circumstances, bounded, sure_alone
from hotline.routing.confidence import AUTO, confidences, decide
from hotline.routing.explaining import shown_by
from hotline.routing.fold import Folded
from hotline.routing.heard import Heard
from hotline.routing.leaning import Leaning
from hotline.routing.misspelt import Misspelt
from hotline.routing.phrases import PhraseBook
from hotline.routing.places import Gazetteer
from hotline.routing.types import (
    Candidate,
    Decision,
    Directory,
    Earlier,
    Line,
    PastCase,
    Reason,
    UnitKind,
)
from hotline.routing.wording import Wording

if TYPE_CHECKING:
    from hotline.routing.learning.model import Model, Verdict

# The unit with the most phrase points gets 1, the one closest in wording 1.3, the one that the text
# leans to most 1, others in proportion.
WORDING = 1.3
# Where the directory is silent, only a past ticket at least so alike may speak.
KNOWN = 0.3

CANDIDATES = 3
REASONS = 7


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the directory says: each unit's reasons and its phrase points; and what stands beside.

    The points of a unit's reasons add up to its score; those `beside` hold strengths of 0 to 1.
    `telling` are title and text without everyday words.
    """

    reasons: dict[str, list[Reason]]
    substance: Mapping[str, float]
    telling: tuple[Folded, Folded]
    beside: By = field(default_factory=dict)

    def scores(self) -> dict[str, float]:
        return _sums(self.reasons)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The best departments, best first; none when neither words nor circumstances speak for any."""

    candidates: tuple[Candidate, ...]
    decision: Decision
    past: tuple[PastCase, ...] = ()


class Ranking:
    """Everything about the directory that can be worked out before a text is known."""

    def __init__(self, directory: Directory, model: "Model | None" = None) -> None:
        self.departments = tuple(u.name for u in directory.units if u.kind is UnitKind.DEPARTMENT)
        self.gazetteer = Gazetteer(directory)
        self._circumstances = Circumstances(self.departments, self.gazetteer.without_places)
        self._book = PhraseBook(directory)
        self._wording = Wording(directory)
        self._leaning = Leaning(directory, self.departments)
        self._misspelt, self._heard = Misspelt(self._book), Heard(self._book)
        self._model = model and model.aligned(self.departments)

    @property
    def learned(self) -> bool:
        return self._model is not None

    def make_ready(self) -> None:
        """Works out what the first question would otherwise have to wait for."""
        if self._model is None:
            _ = self._leaning.learned

    def taught(self, model: "Model | None") -> "Ranking":
        """The same with this model's say, or without any."""
        other = copy(self)
        other._model = model and model.aligned(self.departments)
        return other

    def rank(
        self, title: Folded, text: Folded, dialled: Line | None, earlier: Iterable[Earlier] = ()
    ) -> Ranked:
        """The points of a unit's reasons add up to its score, but for reasons too small to show."""
        evidence = self.evidence(title, text, dialled, earlier)
        if self._model is None:
            if evidence.reasons:
                self._add_leaning(evidence.reasons, *evidence.telling)
                return _by_fixed_sum(evidence)
            return _without_words(evidence.beside, ALONE)
        verdict = self._model.predict(title.text, text.text, evidence.scores(), evidence.beside)
        if evidence.reasons or any(past.likeness >= KNOWN for past in verdict.past):
            return _by_learning(self._model, verdict, evidence, text)
        return _without_words(evidence.beside, self._model.alone)

    def evidence(
        self, title: Folded, text: Folded, dialled: Line | None, earlier: Iterable[Earlier] = ()
    ) -> Evidence:
        """What there is to weigh before anything learned has a say."""
        reasons = self._phrases(title, text)
        substance = _sums(reasons)
        _scale(reasons, 1 / max(substance.values(), default=1))
        telling = self._book.telling(title), self._book.telling(text)
        self._add_wording(reasons, *telling)
        beside = self._circumstances.reasons(title, text, dialled, earlier)
        return Evidence(reasons, substance, telling, beside)

    def _phrases(self, title: Folded, text: Folded) -> dict[str, list[Reason]]:
        evidence = self._book.evidence(title, text)
        exact = {reason.text for reasons in evidence.values() for reason in reasons}
        said = f"{title.text}。{text.text}"
        inexact = self._heard.find(said, exact) | self._misspelt.find(said, exact)
        for phrase, worth in inexact.items():
            for unit in self._book.claims[phrase]:
                near = self._book.reason(phrase, unit, (), worth)
                evidence[unit].append(replace(near, kind="words"))
        return evidence

    def _add_wording(self, reasons: dict[str, list[Reason]], title: Folded, text: Folded) -> None:
        closeness = self._wording.closeness(title.text, text.text)
        closest = max((points for points, _ in closeness.values()), default=1)
        for unit, (points, duty) in closeness.items():
            share = Reason("words", duty, WORDING * points / closest)
            reasons.setdefault(unit, []).append(share)

    def _add_leaning(self, reasons: dict[str, list[Reason]], title: Folded, text: Folded) -> None:
        """Where nothing was learned; closed tickets teach the same better."""
        told = (reason for given in reasons.values() for reason in given)
        phrases = {reason.text: reason for reason in told if reason.kind != "words"}
        for unit, (points, word) in self._leaning.shares(title, text, phrases.keys()).items():
            if unit in reasons:
                shown = shown_by(word, reasons[unit], phrases)
                others = [reason for reason in reasons[unit] if reason is not shown]
                reasons[unit] = [*others, replace(shown, points=shown.points + points)]


def _without_words(beside: By, alone: Mapping[str, float]) -> Ranked:
    if not beside:
        return Ranked((), Decision.ASK)
    found = [
        Candidate(unit, round(sure_alone(reasons, alone), 4), _shown(bounded(reasons)))
        for unit, reasons in beside.items()
    ]
    found.sort(key=lambda candidate: (-candidate.confidence, candidate.unit))
    return Ranked(tuple(found[:CANDIDATES]), decide(found[0].confidence, auto=False))


def _by_fixed_sum(evidence: Evidence) -> Ranked:
    reasons = {unit: list(given) for unit, given in evidence.reasons.items()}
    for unit, given in evidence.beside.items():
        reasons.setdefault(unit, []).extend(bounded(given))
    scores = _sums(reasons)
    units = sorted(scores, key=lambda unit: (-scores[unit], unit))
    first = evidence.substance.get(units[0], 0.0)
    sure = confidences([scores[unit] for unit in units], first)
    best = zip(units[:CANDIDATES], sure, strict=False)
    candidates = tuple(Candidate(unit, round(p, 4), _shown(reasons[unit])) for unit, p in best)
    return Ranked(candidates, decide(sure[0], auto=sure[0] >= AUTO))


def _by_learning(model: "Model", verdict: "Verdict", evidence: Evidence, text: Folded) -> Ranked:
    """Points are log-odds here, the directory's own brought to the same measure."""
    order = verdict.order[:CANDIDATES]
    directory = model.fusion.weight("directory")
    candidates = []
    for place, sure in zip(order, verdict.confidences(order), strict=True):
        unit = verdict.units[place]
        reasons = [
            replace(reason, points=reason.points * directory)
            for reason in evidence.reasons.get(unit, ())
        ]
        reasons += [
            replace(reason, points=reason.points * model.fusion.weight(reason.kind))
            for reason in evidence.beside.get(unit, ())
        ]
        reasons += model.reasons(verdict, place, text)
        candidates.append(Candidate(unit, round(sure, 4), _shown(reasons)))
    decision = decide(verdict.confidence, auto=verdict.alone)
    return Ranked(tuple(candidates), decision, verdict.past[:CANDIDATES])


def _shown(reasons: list[Reason]) -> tuple[Reason, ...]:
    ranked = sorted(reasons, key=lambda reason: (-reason.points, reason.text))[:REASONS]
    return tuple(replace(reason, points=round(reason.points, 3)) for reason in ranked)


def _sums(reasons: Mapping[str, list[Reason]]) -> dict[str, float]:
    return {unit: sum(reason.points for reason in given) for unit, given in reasons.items()}


def _scale(reasons: dict[str, list[Reason]], factor: float) -> None:
    for unit, given in reasons.items():
        reasons[unit] = [replace(reason, points=reason.points * factor) for reason in given]
