"""What speaks for a unit beside the words: whom it was told to, tickets of caller and place."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from hotline.routing.corrections import ALIKE, APART
from hotline.routing.fold import Folded, fold
from hotline.routing.types import Earlier, Line, LineCategory, Reason
from hotline.routing.wording import pairs

# Kinds of reasons, each with the points that it brings at its strongest where nothing was learned,
# and how sure it makes us where there are no words to go by. Proposals, measured on nothing: the
# requests of routing.md tell neither callers nor lines. Closed tickets do: a model brings its own
# (learning/fusion: `fit` and `alone`).
POINTS = {"line": 0.25, "caller": 0.35, "place": 0.15, "addressee": 0.25}
ALONE = {"line": 0.5, "caller": 0.5, "place": 0.2, "addressee": 0.5}
KINDS = tuple(POINTS)
# People dial the wrong line, write to the wrong leader and ask for something new: all together
# part near-equals, and never beat clear words.
MOST = 0.5
# The same caller's ticket on another matter, and one on this matter that is done, beside an open
# one on this matter, which counts 1.
OTHER_MATTER, DONE = 0.2, 0.6
# After so many days a ticket of the caller, or of the place, counts half.
FADING = {"caller": 60.0, "place": 3.0}
READ = 120
SAME_MATTER = 0.5

By = Mapping[str, Sequence[Reason]]


def written_to(unit: str) -> Line | None:
    """What it says that a letter was written to the leader of a unit: a line without a key."""
    return Line("", "", f"写给{unit}领导", unit, LineCategory.MERGED) if unit else None


class Circumstances:
    """`matter` takes the names of places out of a text: who lives there does not ask for the same.

    Units other than `departments` are left out.
    """

    def __init__(self, departments: Collection[str], matter: Callable[[str], str]) -> None:
        self._departments, self._matter = frozenset(departments), matter

    def reasons(
        self, title: Folded, text: Folded, dialled: Line | None, earlier: Iterable[Earlier]
    ) -> By:
        """Of each unit at most one reason a kind; its points are its strength, 0 to 1."""
        found: dict[str, dict[str, Reason]] = defaultdict(dict)
        if dialled and dialled.department in self._departments:
            kind = "line" if dialled.key else "addressee"
            found[dialled.department][kind] = Reason(kind, dialled.name, 1.0)
        known = [each for each in earlier if each.unit in self._departments]
        said = self._pairs(title, text) if known else frozenset()
        for each in known:
            reason = _reason(each, _likeness(said, self._pairs(fold(""), fold(each.text[:READ]))))
            best = found[each.unit].get(reason.kind)
            if reason.points and (best is None or reason.points > best.points):
                found[each.unit][reason.kind] = reason
        return {unit: tuple(of.values()) for unit, of in found.items() if of}

    def _pairs(self, title: Folded, text: Folded) -> frozenset[str]:
        said = self._matter(f"{title.text}。{text.text[:READ]}")
        return frozenset(pair for pair in pairs(said) if pair.isalnum())


def bounded(reasons: Sequence[Reason]) -> list[Reason]:
    """With the points of POINTS, MOST at most together."""
    points = [POINTS[reason.kind] * reason.points for reason in reasons]
    share = min(1.0, MOST / (sum(points) or 1))
    return [
        Reason(reason.kind, reason.text, share * point)
        for reason, point in zip(reasons, points, strict=True)
    ]


def sure_alone(reasons: Iterable[Reason], alone: Mapping[str, float]) -> float:
    """`alone`: how sure each kind makes us at its strongest."""
    return max(alone[reason.kind] * reason.points for reason in reasons)


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    if not one or not other:
        return 0.0
    common = len(one & other) / math.sqrt(len(one) * len(other))
    return min(1.0, max(0.0, (common - APART) / (ALIKE - APART)))


def _reason(ticket: Earlier, alike: float) -> Reason:
    """Of the caller's own any ticket counts, of the place's those on the same matter alone."""
    kind = "caller" if ticket.of_caller else "place"
    strength = OTHER_MATTER + (1 - OTHER_MATTER) * alike if ticket.of_caller else alike
    if not (ticket.of_caller and ticket.open):
        strength *= 0.5 ** (ticket.days / FADING[kind])
    if not ticket.open:
        strength *= DONE
    return Reason(kind, _sentence(ticket, alike >= SAME_MATTER), strength)


def _sentence(ticket: Earlier, same: bool) -> str:
    """Says of others no more than that some unit of late had the like."""
    done = "正由" if ticket.open else "由"
    if not ticket.of_caller:
        return f"当地近期同类诉求{done}{ticket.unit}办理"
    return f"来电人{_when(ticket.days)}的{'同类' if same else ''}诉求{done}{ticket.unit}办理"


def _when(days: float) -> str:
    if days < 1:
        return "一天内"
    if days < 30:
        return f"{days:.0f}天前"
    return "一个多月前" if days < 60 else f"{days / 30:.0f}个月前"
