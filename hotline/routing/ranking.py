"""Rank the departments for a text: a fixed sum of phrases, wording and the dialled line."""

from collections.abc import Mapping
from dataclasses import replace

from hotline.routing.confidence import confidences
from hotline.routing.fold import Folded
from hotline.routing.misspelt import Misspelt
from hotline.routing.phrases import PhraseBook
from hotline.routing.types import Candidate, Directory, Line, Reason, UnitKind
from hotline.routing.wording import Wording

# The unit with the most phrase points gets 1, the one closest in wording 1.3, others in proportion.
WORDING = 1.3
# People dial the wrong line: enough to part two near-equals, never to beat clear words.
DIALLED = 0.25
# With no words to go by, the line is right about every other time.
BY_LINE_ALONE = 0.5

CANDIDATES = 3
REASONS = 6


class Ranking:
    """Everything about the directory that can be worked out before a text is known."""

    def __init__(self, directory: Directory) -> None:
        self._departments = {u.name for u in directory.units if u.kind is UnitKind.DEPARTMENT}
        self._book = PhraseBook(directory)
        self._wording = Wording(directory)
        self._misspelt = Misspelt(self._book)

    def rank(self, title: Folded, text: Folded, dialled: Line | None) -> tuple[Candidate, ...]:
        """The best departments, best first; none when neither words nor line speak for any.

        The points of a unit's reasons add up to its score, but for reasons too small to show.
        """
        reasons = self._phrases(title, text)
        substance = _sums(reasons)
        _scale(reasons, 1 / max(substance.values(), default=1))
        self._add_wording(reasons, title, text)
        if dialled and dialled.department in self._departments:
            line = Reason("line", dialled.name, DIALLED)
            if not reasons:
                return (Candidate(dialled.department, BY_LINE_ALONE, (line,)),)
            reasons.setdefault(dialled.department, []).append(line)
        return _candidates(reasons, substance)

    def _phrases(self, title: Folded, text: Folded) -> dict[str, list[Reason]]:
        evidence = self._book.evidence(title, text)
        exact = {reason.text for reasons in evidence.values() for reason in reasons}
        for phrase, worth in self._misspelt.find(f"{title.text}。{text.text}", exact).items():
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


def _candidates(
    reasons: Mapping[str, list[Reason]], substance: Mapping[str, float]
) -> tuple[Candidate, ...]:
    scores = _sums(reasons)
    units = sorted(scores, key=lambda unit: (-scores[unit], unit))
    first = substance.get(units[0], 0.0) if units else 0.0
    sure = confidences([scores[unit] for unit in units], first)
    best = zip(units[:CANDIDATES], sure, strict=False)
    return tuple(Candidate(unit, round(p, 4), _shown(reasons[unit])) for unit, p in best)


def _shown(reasons: list[Reason]) -> tuple[Reason, ...]:
    ranked = sorted(reasons, key=lambda reason: -reason.points)[:REASONS]
    return tuple(replace(reason, points=round(reason.points, 3)) for reason in ranked)


def _sums(reasons: Mapping[str, list[Reason]]) -> dict[str, float]:
    return {unit: sum(reason.points for reason in given) for unit, given in reasons.items()}


def _scale(reasons: dict[str, list[Reason]], factor: float) -> None:
    for unit, given in reasons.items():
        reasons[unit] = [replace(reason, points=reason.points * factor) for reason in given]
