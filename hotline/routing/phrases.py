"""Find the directory's phrases in a text, and what each says for which unit."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from hotline.routing import everyday
from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Scanner
from hotline.routing.types import Directory, Mark, Reason, UnitKind

# A duty row brings its own weight (1 shared, 3 the unit's alone); names and line words have none.
WEIGHT_OF_NAME = 2.5
WEIGHT_OF_LINE_WORD = 1.0
# Points fall with the number of units that hold a phrase, and grow slowly with its repeats.
RARITY = 0.5
SATURATION = 0.7
# A title says in few words what the letter is about.
TITLE = 2.0
# In no folded text.
GAP = " "

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit's claim on a phrase; it fails where the phrase stands inside a look-alike."""

    kind: str  # phrase | name | line
    weight: float
    look_alikes: frozenset[str] = frozenset()


class PhraseBook:
    """All phrases of the directory, found in one pass over a text."""

    def __init__(self, directory: Directory) -> None:
        self.claims: dict[str, dict[str, Claim]] = defaultdict(dict)
        for phrase, unit, claim in _claims(directory):
            # Duties come first, so a name or a line's word never doubles a phrase of the same unit.
            self.claims[phrase].setdefault(unit, claim)
        self._everyday = everyday.WORDS - self.claims.keys()
        look_alikes = (c.look_alikes for claims in self.claims.values() for c in claims.values())
        self._scanner = Scanner(set(self.claims).union(everyday.WORDS, *look_alikes))

    def spans(self, text: str) -> dict[str, list[Span]]:
        """Where each phrase, each look-alike and each everyday word stands."""
        found: dict[str, list[Span]] = defaultdict(list)
        for start, end, phrase in self._scanner.hits(text):
            found[phrase].append((start, end))
        return found

    def telling(self, text: Folded) -> Folded:
        """With gaps where everyday words stand outside of phrases, so that no run has them."""
        held, empty = bytearray(len(text.text)), []
        for start, end, word in self._scanner.hits(text.text):
            if word in self._everyday:
                empty.append((start, end))
            elif word in self.claims:
                held[start:end] = b"\1" * (end - start)
        signs = list(text.text)
        for start, end in empty:
            if not any(held[start:end]):
                signs[start:end] = GAP * (end - start)
        return Folded("".join(signs), text.origins)

    def evidence(self, title: Folded, text: Folded) -> dict[str, list[Reason]]:
        """Each unit's phrases with their points; marks point into the text, not the title."""
        in_title, in_text = self.spans(title.text), self.spans(text.text)
        evidence: dict[str, list[Reason]] = defaultdict(list)
        for phrase in in_title.keys() | in_text.keys():
            for unit, claim in self.claims.get(phrase, {}).items():
                kept = _outside(claim, phrase, in_text)
                times = TITLE * len(_outside(claim, phrase, in_title)) + len(kept)
                if times:
                    marks = tuple(text.mark(*span) for span in kept)
                    evidence[unit].append(self.reason(phrase, unit, marks, times**SATURATION))
        return evidence

    def reason(self, phrase: str, unit: str, marks: tuple[Mark, ...], times: float) -> Reason:
        claims = self.claims[phrase]
        points = claims[unit].weight * len(phrase) * len(claims) ** -RARITY * times
        return Reason(claims[unit].kind, phrase, points, marks)


def _claims(directory: Directory) -> Iterator[tuple[str, str, Claim]]:
    for duty in directory.duties:
        claim = Claim("phrase", duty.weight, frozenset(map(fold_phrase, duty.look_alikes)))
        yield from ((fold_phrase(phrase), duty.unit, claim) for phrase in duty.phrases)
    for unit in directory.units:
        if unit.kind is UnitKind.DEPARTMENT:
            for name in (unit.name, unit.short, *unit.names):
                yield fold_phrase(name), unit.name, Claim("name", WEIGHT_OF_NAME)
    for line in directory.lines:
        for word in line.words:
            yield fold_phrase(word), line.department, Claim("line", WEIGHT_OF_LINE_WORD)


def _outside(claim: Claim, phrase: str, found: dict[str, list[Span]]) -> list[Span]:
    """The places of the phrase that no look-alike of the claim covers."""
    covers = [span for look_alike in claim.look_alikes for span in found.get(look_alike, ())]
    return [
        (start, end)
        for start, end in found.get(phrase, ())
        if not any(left <= start and end <= right for left, right in covers)
    ]
