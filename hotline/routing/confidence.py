"""From scores to confidences, and from confidence to a decision."""

import math
from collections.abc import Sequence

from hotline.routing.types import Decision

# Logistic curve over the lead of the first unit and the points that speak for it. A day-zero
# curve on public requests of other cities; each city's own closed tickets shall replace it.
BASE, LEAD, POINTS = -2.0, 1.7, 0.6
AUTO_FROM = 0.86
ASK_BELOW = 0.30


def confidences(totals: Sequence[float], points: float) -> list[float]:
    """One confidence a unit, best first; together they do not exceed 1."""
    lead = totals[0] - (totals[1] if len(totals) > 1 else 0.0)
    first = 1 / (1 + math.exp(-(BASE + LEAD * lead + POINTS * math.log1p(points))))
    rest = sum(total**3 for total in totals[1:])
    shares = [total**3 / rest if rest else 0.0 for total in totals[1:]]
    return [first, *(min(first, (1 - first) * share) for share in shares)]


def decide(confidence: float, *, plain: bool) -> Decision:
    """自动, 三选一 or 请派单员定; a tip-off or a redirected matter (not `plain`) is never auto."""
    if confidence >= AUTO_FROM and plain:
        return Decision.AUTO
    return Decision.CHOOSE if confidence >= ASK_BELOW else Decision.ASK
