"""What to do with a request and whose it is: the one door into this room."""

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

from hotline.routing.boundaries import Boundaries
from hotline.routing.corrections import Correction, Corrections
from hotline.routing.dispositions import GuidanceBook, RetainedLines
from hotline.routing.emergency import find_emergency
from hotline.routing.fold import Folded, fold
from hotline.routing.places import Where
from hotline.routing.ranking import Ranking
from hotline.routing.tipoffs import TipOff, TipOffs
from hotline.routing.types import (
    Candidate,
    Decision,
    Directory,
    Disposition,
    Earlier,
    Emergency,
    Line,
    LineCategory,
    Reason,
    Suggestion,
    UnitKind,
)
from hotline.routing.watch import Watch

if TYPE_CHECKING:
    from hotline.routing.learning.model import Model

# Who takes a request that says nothing: the office that answers for the city as a whole.
LAST_RESORT = "市政府办公室"
BY_NOTHING = 0.02
# Of a tip-off's safe places: a rule chose them, no score.
SAFE_CONFIDENCE = (0.9, 0.06, 0.04)


class Router:
    """Immutable once built; safe to share between threads.

    Rules of emergencies, tip-offs, guidance and retained lines stand before what was learned.
    """

    def __init__(
        self,
        directory: Directory,
        model: "Model | None" = None,
        corrections: Sequence[Correction] = (),
    ) -> None:
        self._ranking = Ranking(directory, model)
        self._model = model
        kind = UnitKind.TERRITORY
        self._territories = tuple(unit.name for unit in directory.units if unit.kind is kind)
        self._landmarks = model and model.landmarks.within(self._territories)
        self._watch = Watch(directory.examples)
        self._boundaries = Boundaries(directory)
        self._gazetteer = self._ranking.gazetteer
        self._corrected = corrections
        self._corrections = Corrections(corrections, self._gazetteer.without_places)
        self._tip_offs = TipOffs(directory)
        self._retained = RetainedLines(directory)
        self._guidance = GuidanceBook(directory)
        names = [unit.name for unit in directory.units if unit.kind is UnitKind.DEPARTMENT]
        office = LAST_RESORT if LAST_RESORT in names else names[0]
        self._last_resort = Candidate(office, BY_NOTHING)

    @property
    def learned(self) -> bool:
        """Whether a model has its say."""
        return self._ranking.learned

    def make_ready(self) -> None:
        """Works out what the first question would otherwise have to wait for: a second's work."""
        self._ranking.make_ready()

    def taught(self, model: "Model | None") -> "Router":
        """The same router with this model's say, or without any."""
        other = copy(self)
        other._model, other._ranking = model, self._ranking.taught(model)
        other._landmarks = model and model.landmarks.within(self._territories)
        return other

    def recalling(self, corrections: Sequence[Correction]) -> "Router":
        """The same router with other corrections in mind."""
        other = copy(self)
        other._corrected = corrections
        other._corrections = self._corrections.renewed(corrections)
        return other

    def under(self, directory: Directory) -> "Router":
        """What was learned and corrected under another directory, to see what it would change."""
        return Router(directory, self._model, self._corrected)

    def locate(self, text: str, *, title: str = "") -> Where:
        """Where the matter lies, by its words alone: the gazetteer's names, then learned ones."""
        return self._locate(fold(title), fold(text))

    def suggest(
        self,
        text: str,
        *,
        title: str = "",
        dialled: Line | None = None,
        earlier: Iterable[Earlier] = (),
    ) -> Suggestion:
        """Any text gets an answer; what lies beyond the first 20,000 characters is not read."""
        heading, body = fold(title), fold(text)
        emergency = self._watch.find(body) or _without_marks(find_emergency(heading))
        where = self._locate(heading, body)
        if tip_off := self._tip_offs.find(heading, body):
            answer = _of_tip_off(tip_off, where.territory)
        else:
            answer = self._of_matter(heading, body, dialled, earlier)
        answer = replace(
            answer,
            territory=where.territory,
            place=where.town,
            reasons=answer.reasons + where.reasons,
        )
        answer = self._with_lead(answer, heading, body, where)
        if emergency:
            return _of_emergency(answer, emergency.service, emergency)
        if dialled and dialled.category is LineCategory.EMERGENCY:
            return _of_emergency(answer, dialled.number, None)
        return answer

    def _locate(self, heading: Folded, body: Folded) -> Where:
        where = self._gazetteer.locate(heading, body)
        return self._landmarks.locate(heading, body, where) if self._landmarks else where

    def _with_lead(
        self, answer: Suggestion, heading: Folded, body: Folded, where: Where
    ) -> Suggestion:
        """属地 or 职能, of what becomes a ticket."""
        first = answer.candidates[0]
        if answer.disposition is not Disposition.TICKET or first is self._last_resort:
            return answer
        lead, asked = self._boundaries.lead(heading, body, first, where)
        return replace(answer, lead=lead, reasons=answer.reasons + asked)

    def _of_matter(
        self, heading: Folded, body: Folded, dialled: Line | None, earlier: Iterable[Earlier]
    ) -> Suggestion:
        ranked = self._ranking.rank(heading, body, dialled, earlier)
        candidates = self._corrections.apply(ranked.candidates, heading, body)
        decision = ranked.decision
        if _first(candidates) != _first(ranked.candidates):
            # What a few people corrected is for a person to follow.
            decision = Decision.CHOOSE
        if not candidates:
            return Suggestion(Disposition.TICKET, Decision.ASK, (self._last_resort,))
        if found := self._guidance.find(heading, body):
            guidance, phrase, marks = found
            return Suggestion(
                Disposition.GUIDANCE,
                _at_most_choose(decision),
                candidates,
                service=guidance.service or None,
                guidance=guidance,
                reasons=(Reason("rule", phrase, 0.0, marks),),
                past=ranked.past,
            )
        if line := self._retained.find(candidates[0], heading, body, dialled):
            return Suggestion(
                Disposition.RETAINED,
                _at_most_choose(decision),
                candidates,
                service=line.number,
                past=ranked.past,
            )
        return Suggestion(Disposition.TICKET, decision, candidates, past=ranked.past)


def _of_tip_off(tip_off: TipOff, territory: str | None) -> Suggestion:
    """A person always sends it on; the accused, and their territory's unit, stand aside."""
    excluded = set(tip_off.accused)
    if tip_off.about_locals and territory:
        excluded.add(territory)
    candidates = [
        Candidate(unit, confidence, (tip_off.reason,))
        for unit, confidence in zip(tip_off.safe, SAFE_CONFIDENCE, strict=False)
    ]
    return Suggestion(
        Disposition.RETAINED,
        Decision.CHOOSE,
        tuple(candidates),
        service=tip_off.service,
        excluded=tuple(sorted(excluded)),
        reasons=(tip_off.reason,),
    )


def _of_emergency(answer: Suggestion, service: str, emergency: Emergency | None) -> Suggestion:
    """By words or by the line dialled: the hand-over comes first, a person decides the rest."""
    return replace(
        answer,
        disposition=Disposition.EMERGENCY,
        decision=_at_most_choose(answer.decision),
        service=service,
        emergency=emergency,
    )


def _without_marks(emergency: Emergency | None) -> Emergency | None:
    """Marks point into the text, and these words stand in the title."""
    return emergency and replace(emergency, marks=())


def _first(candidates: tuple[Candidate, ...]) -> str:
    return candidates[0].unit if candidates else ""


def _at_most_choose(decision: Decision) -> Decision:
    return Decision.CHOOSE if decision is Decision.AUTO else decision
