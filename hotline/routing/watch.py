"""What is happening now: rules first, likeness to known emergencies second, a person last."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.routing.emergency import (
    LETTER,
    OFFICE,
    Place,
    emergency_of,
    signs,
    stated,
    without_idioms,
)
from hotline.routing.fold import Folded
from hotline.routing.likeness import Likeness
from hotline.routing.types import Emergency, Example

# Sentences, and pieces of those that are longer.
BREATH_LENGTH = 40
BREATH = re.compile(f"[^。!?;]{{1,{BREATH_LENGTH}}}")

# How near to 1 (see likeness.Score) an alarm takes: alone, where the words are those to an office,
# and where weak signs speak for it too. By cross-validation on the table of examples.
ALIKE, ALIKE_AT_OFFICE, ALIKE_WITH_SIGNS = -0.15, 0.0, -0.2


@dataclass(frozen=True, slots=True)
class Alike:
    """How like an emergency text[start:end] is, and like one of which service."""

    alarm: float
    start: int
    end: int
    service: str


class Watch:
    """Looks for emergencies; knows what people said in others. None never means all is well."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._likeness = Likeness(examples)

    def find(self, folded: Folded) -> Emergency | None:
        """A rule that holds always counts; where none does, weak signs and likeness are weighed."""
        text = without_idioms(folded.text)
        if ruled := stated(text):
            return emergency_of(folded, ruled)
        weak = signs(text)
        if not self._likeness.is_of_use:
            return emergency_of(folded, weak)
        at_office = bool(OFFICE.search(text))
        alike = self._most_alike(text, at_office)
        if alike is None:
            return emergency_of(folded, weak)
        if weak and alike.alarm >= ALIKE_WITH_SIGNS:
            return emergency_of(folded, weak)
        if alike.alarm < (ALIKE_AT_OFFICE if at_office else ALIKE):
            return None
        told = self._likeness.telling(text[alike.start : alike.end])
        places = [Place(alike.service, (alike.start + a, alike.start + b)) for a, b in told]
        return emergency_of(folded, places)

    def _most_alike(self, text: str, at_office: bool) -> Alike | None:
        """The breath that is most like an emergency; none where no breath says anything.

        None of a letter: the words of a story are those of an emergency. Nor of more than one
        breath that speaks as one does to an office.
        """
        if len(text) > (BREATH_LENGTH if at_office else LETTER):
            return None
        scored = (
            (self._likeness.score(breath.group()), breath.span())
            for breath in BREATH.finditer(text)
        )
        found = (Alike(score.alarm, *span, score.service) for score, span in scored if score)
        return max(found, key=lambda alike: alike.alarm, default=None)
