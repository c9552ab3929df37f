"""What people corrected of late: near requests follow it at once, long before the next training."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hotline.routing.fold import Folded, fold
from hotline.routing.types import Candidate, Reason
from hotline.routing.wording import pairs

# Cosine of pairs of characters: below the first another matter, above the second the same one.
APART, ALIKE = 0.25, 0.45
# How much of what the others have goes over to the unit of a correction of the same matter. One
# person's opinion parts two near-equals; two who agree, or a ruling, outweigh the directory.
OPINION, AGREED = 0.35, 0.9
# Pairs of a text that are asked for, the rarest first, and cases compared: bounds the work.
PAIRS, COMPARED = 64, 40
READ = 1_000
CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Correction:
    """A ticket that people took from one unit and gave to another, by choice or by a ruling."""

    ticket: str  # its number
    title: str
    text: str
    unit: str
    instead_of: str
    by: str
    ruled: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """What the corrections near a request say for one unit: 0 to 1, and which is the nearest."""

    share: float
    nearest: Correction
    agreed: bool


class Corrections:
    """Immutable; an index from pairs of characters to the corrections that hold them.

    `matter` takes the names of places out of a text: neighbours do not ask for the same.
    """

    def __init__(
        self,
        cases: Iterable[Correction],
        matter: Callable[[str], str],
        cut: Mapping[Correction, frozenset[str]] = MappingProxyType({}),
    ) -> None:
        self._matter = matter
        self._cut = {case: cut.get(case) or self._cut_up(case) for case in cases}
        self._cases, self._pairs = list(self._cut), list(self._cut.values())
        self._holders: dict[str, list[int]] = defaultdict(list)
        for number, held in enumerate(self._pairs):
            for pair in held:
                self._holders[pair].append(number)

    def renewed(self, cases: Iterable[Correction]) -> "Corrections":
        """These cases instead; those that are known already are not cut into pairs again."""
        return Corrections(cases, self._matter, self._cut)

    def apply(
        self, candidates: tuple[Candidate, ...], title: Folded, text: Folded
    ) -> tuple[Candidate, ...]:
        """The candidates with what near corrections say; their confidences never exceed one."""
        voices = sorted(self._voices(title, text).items(), key=lambda item: item[1].share)
        # The loudest last, so that nobody takes from it.
        for unit, voice in voices[-CANDIDATES:]:
            candidates = _heard(candidates, unit, voice)
        return candidates[:CANDIDATES]

    def _voices(self, title: Folded, text: Folded) -> dict[str, Voice]:
        near: dict[str, list[tuple[float, Correction]]] = defaultdict(list)
        for closeness, case in self._near(self._pairs_of(title, text)):
            near[case.unit].append((closeness, case))
        return {unit: _voice(cases) for unit, cases in near.items()}

    def _near(self, asked: frozenset[str]) -> Iterable[tuple[float, Correction]]:
        known = sorted((pair for pair in asked if pair in self._holders), key=self._rank)
        shared = Counter(number for pair in known[:PAIRS] for number in self._holders[pair])
        for number, _ in shared.most_common(COMPARED):
            held = self._pairs[number]
            common = len(asked & held) / math.sqrt(len(asked) * len(held))
            if common > APART:
                yield min(1.0, (common - APART) / (ALIKE - APART)), self._cases[number]

    def _rank(self, pair: str) -> tuple[int, str]:
        return len(self._holders[pair]), pair

    def _cut_up(self, case: Correction) -> frozenset[str]:
        return self._pairs_of(fold(case.title), fold(case.text[:READ]))

    def _pairs_of(self, title: Folded, text: Folded) -> frozenset[str]:
        said = self._matter(f"{title.text}。{text.text[:READ]}")
        return frozenset(pair for pair in pairs(said) if pair.isalnum())


def _voice(cases: Sequence[tuple[float, Correction]]) -> Voice:
    closest, nearest = max(cases, key=lambda found: found[0])
    # Those who speak of nearly the same matter as the nearest one are heard together.
    heard = [case for closeness, case in cases if closeness > closest / 2]
    agreed = any(case.ruled for case in heard) or len({case.by for case in heard}) > 1
    return Voice(closest * (AGREED if agreed else OPINION), nearest, agreed)


def _heard(candidates: tuple[Candidate, ...], unit: str, voice: Voice) -> tuple[Candidate, ...]:
    """The unit gets its share of what is left to it; the others keep their order."""
    before = next((c for c in candidates if c.unit == unit), Candidate(unit, 0.0))
    others = (c for c in candidates if c.unit != unit)
    kept = [_with(c, c.confidence * (1 - voice.share)) for c in others]
    share = before.confidence + voice.share * (1 - before.confidence)
    reason = Reason("ruling" if voice.agreed else "correction", voice.nearest.ticket, voice.share)
    lifted = Candidate(unit, round(share, 4), (reason, *before.reasons))
    return tuple(sorted((lifted, *kept), key=lambda c: -c.confidence))


def _with(candidate: Candidate, confidence: float) -> Candidate:
    return Candidate(candidate.unit, round(confidence, 4), candidate.reasons)
