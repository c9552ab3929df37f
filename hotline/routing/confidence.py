"""How likely each ranked unit is the right one, monotone in its score, and what to do then."""

import math

from hotline.routing.types import Decision

# On the requests of routing.md nine in ten of those above AUTO were right; below ASK, one in three.
AUTO = 0.86
ASK = 0.35

# Logistic curve of the first unit's lead over the second and of the points its phrases have;
# three numbers fitted once to the totals of letters and short questions together.
BASE, LEAD, SUBSTANCE = -1.8, 3.4, 0.4
# How steeply the rest is shared among the units behind the first.
STEEPNESS = 3.0


def confidences(scores: list[float], substance: float) -> list[float]:
    """For scores, best first, and the phrase points of the best: one number in 0..1 each."""
    if not scores:
        return []
    second = scores[1] if len(scores) > 1 else 0.0
    # Without phrases a lead in wording says next to nothing.
    lead = (1 - second / scores[0]) * substance / (1 + substance)
    first = 1 / (1 + math.exp(-(BASE + LEAD * lead + SUBSTANCE * math.log1p(substance))))
    pulls = [math.exp(STEEPNESS * score) for score in scores[1:]]
    rest = [min(first, (1 - first) * pull / sum(pulls)) for pull in pulls]
    return [first, *rest]


def decide(confidence: float, *, auto: bool) -> Decision:
    """For the first unit; `auto`: sure enough to be dispatched alone."""
    if auto:
        return Decision.AUTO
    return Decision.CHOOSE if confidence >= ASK else Decision.ASK
