"""What separated the first candidate from the runner-up."""

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
