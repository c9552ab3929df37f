"""By what a person sees why: the word that told, and what parted the first from the runner-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hotline.routing.types import Reason, Suggestion

MOST = 3


@dataclass(frozen=True, slots=True)
class Separation:
    """The runner-up, how far its confidence is behind, and what spoke for the first alone."""

    runner_up: str
    behind: float
    because: tuple[Reason, ...]


def separation(suggestion: Suggestion) -> Separation | None:
    """None where there is nobody to be ahead of."""
    if len(suggestion.candidates) < 2:
        return None
    first, second = suggestion.candidates[:2]
    theirs = {reason.text: reason.points for reason in second.reasons}
    ahead = sorted(first.reasons, key=lambda reason: theirs.get(reason.text, 0.0) - reason.points)
    alone = [reason for reason in ahead if reason.points > theirs.get(reason.text, 0.0)]
    behind = round(first.confidence - second.confidence, 4)
    return Separation(second.unit, behind, tuple(alone[:MOST]))


def shown_by(word: str, reasons: Sequence[Reason], phrases: Mapping[str, Reason]) -> Reason:
    """What shows a reader that a word told: the unit's own longest phrase with it, else another's.

    Without a word it is what tells most anyway.
    """
    if not word:
        return max(reasons, key=lambda reason: reason.points)
    own = [each for each in reasons if each.kind != "words" and word in each.text]
    if own:
        return min(own, key=_longest_first)
    longest = min((p for p in phrases.values() if word in p.text), key=_longest_first)
    return Reason("words", longest.text, 0.0, longest.marks)


def _longest_first(reason: Reason) -> tuple[int, float, str]:
    return -len(reason.text), -reason.points, reason.text
