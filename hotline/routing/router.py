"""Words, dialled line and place in; what to do and whose it is out."""

from dataclasses import dataclass

import numpy as np

from hotline.routing import confidence
from hotline.routing.bigrams import BigramScorer
from hotline.routing.emergency import find_emergency
from hotline.routing.fold import Folded, fold, fold_phrase
from hotline.routing.phrases import Evidence, PhraseScorer
from hotline.routing.places import Found, Gazetteer
from hotline.routing.scan import Scanner
from hotline.routing.tipoffs import TipOff, TipOffs
from hotline.routing.types import (
    Candidate,
    Decision,
    Directory,
    Disposition,
    Emergency,
    Guidance,
    Line,
    LineCategory,
    Reason,
    Suggestion,
    UnitKind,
)

# The parts are brought to 0..1 and added; the line that was dialled is a hint, not a verdict.
BIGRAMS = 1.0
DIALLED = 0.25
CANDIDATES = 3
REASONS = 8
# A letter says whose it is in its first pages; more would only cost time.
SCORED = 6000
# By words, what a retained line alone may take: courts, prosecution, party, discipline.
RETAINED_LINES = {
    "市中级人民法院": "12368",
    "市人民检察院": "12309",
    "市委组织部": "12371",
    "市纪委监委": "12388",
}
RETAINED_FROM = 0.5
TIP_OFF_CONFIDENCE = (0.9, 0.06, 0.03)
# Whom the desk asks when nothing at all speaks for anyone.
NOBODY = "市政府办公室"


@dataclass(frozen=True, slots=True)
class Ranked:
    """The departments by what speaks for them, best first."""

    candidates: tuple[Candidate, ...]
    found: bool


class Router:
    """One version of the directory, ready to think; built once, then only read."""

    def __init__(self, directory: Directory) -> None:
        departments = [u for u in directory.units if u.kind is UnitKind.DEPARTMENT]
        self._departments = [unit.name for unit in departments]
        self._phrases = PhraseScorer(directory)
        self._bigrams = BigramScorer(self._phrases.phrases_of(), self._departments)
        self._gazetteer = Gazetteer(directory.places)
        self._tip_offs = TipOffs(directory.units)
        self._guidance = {
            fold_phrase(phrase): row for row in directory.guidance for phrase in row.phrases
        }
        self._guidance_scanner = Scanner(self._guidance)

    def suggest(self, text: str, *, title: str = "", dialled: Line | None = None) -> Suggestion:
        """The whole answer; emergency words are looked for before anything else is computed."""
        heading, folded = fold(title), fold(text)
        whole = fold(f"{title}。{text}") if title else folded
        emergency = find_emergency(folded) or find_emergency(heading)
        place = self._place(heading, folded)
        ranked = self._rank(heading, folded, dialled)
        if tip_off := self._tip_offs.find(whole, place.territory):
            return self._tip_off(tip_off, ranked, emergency, place)
        return self._ordinary(ranked, whole, emergency, place, dialled)

    def _place(self, heading: Folded, folded: Folded) -> Found:
        found = self._gazetteer.find(folded)
        return found if found.territory else self._gazetteer.find(heading)

    def _rank(self, heading: Folded, folded: Folded, dialled: Line | None) -> Ranked:
        folded = Folded(folded.text[:SCORED], folded.origins[:SCORED])
        evidence = self._phrases.score(heading, folded)
        totals = self._totals(evidence, self._bigrams.score(heading.text, folded.text), dialled)
        order = sorted(totals, key=lambda unit: -totals[unit]) or [NOBODY]
        best = evidence.get(order[0], Evidence()).points
        sure = confidence.confidences([totals.get(unit, 0.0) for unit in order], best)
        candidates = tuple(
            Candidate(unit, value, self._reasons(unit, evidence, dialled))
            for unit, value in zip(order[:CANDIDATES], sure, strict=False)
        )
        return Ranked(candidates, found=bool(totals))

    def _totals(
        self, evidence: dict[str, Evidence], sounds: np.ndarray, dialled: Line | None
    ) -> dict[str, float]:
        most = max((each.points for each in evidence.values()), default=0.0) or 1.0
        totals = {unit: each.points / most for unit, each in evidence.items()}
        loudest = float(sounds.max(initial=0.0)) or 1.0
        for column in np.flatnonzero(sounds):
            unit = self._departments[column]
            totals[unit] = totals.get(unit, 0.0) + BIGRAMS * float(sounds[column]) / loudest
        if dialled and dialled.department in self._departments:
            totals[dialled.department] = totals.get(dialled.department, 0.0) + DIALLED
        return totals

    def _reasons(
        self, unit: str, evidence: dict[str, Evidence], dialled: Line | None
    ) -> tuple[Reason, ...]:
        reasons = evidence.get(unit, Evidence()).reasons[:REASONS]
        if dialled and dialled.department == unit:
            reasons = [*reasons, Reason("line", f"拨打 {dialled.number} {dialled.name}", DIALLED)]
        return tuple(reasons) or (Reason("words", "用词相近"),)

    def _tip_off(
        self, tip_off: TipOff, ranked: Ranked, emergency: Emergency | None, place: Found
    ) -> Suggestion:
        safe = [unit for unit in tip_off.units if unit not in tip_off.excluded]
        candidates = tuple(
            Candidate(unit, value, (tip_off.reason,))
            for unit, value in zip(safe, TIP_OFF_CONFIDENCE, strict=False)
        )
        return Suggestion(
            disposition=Disposition.EMERGENCY if emergency else Disposition.RETAINED,
            decision=Decision.CHOOSE,
            candidates=candidates,
            service=emergency.service if emergency else tip_off.service,
            territory=place.territory,
            place=place.town,
            emergency=emergency,
            excluded=tip_off.excluded,
            reasons=(tip_off.reason, *place.reasons),
        )

    def _ordinary(
        self,
        ranked: Ranked,
        whole: Folded,
        emergency: Emergency | None,
        place: Found,
        dialled: Line | None,
    ) -> Suggestion:
        guidance = self._guided(whole)
        retained = self._retained(ranked, dialled)
        disposition, service = _disposition(emergency, guidance, retained, dialled)
        sure = ranked.candidates[0].confidence
        plain = disposition is Disposition.TICKET
        return Suggestion(
            disposition=disposition,
            decision=confidence.decide(sure, plain=plain),
            candidates=ranked.candidates,
            service=service,
            territory=place.territory,
            place=place.town,
            emergency=emergency,
            guidance=guidance,
            reasons=place.reasons,
        )

    def _guided(self, whole: Folded) -> Guidance | None:
        longest = max(
            self._guidance_scanner.hits(whole.text), key=lambda hit: len(hit.phrase), default=None
        )
        return self._guidance[longest.phrase] if longest else None

    def _retained(self, ranked: Ranked, dialled: Line | None) -> str | None:
        first = ranked.candidates[0]
        if first.unit in RETAINED_LINES and first.confidence >= RETAINED_FROM:
            return RETAINED_LINES[first.unit]
        silent = not any(reason.kind == "phrase" for reason in first.reasons)
        if dialled and dialled.category is LineCategory.RETAINED and silent:
            return dialled.number
        return None


def _disposition(
    emergency: Emergency | None,
    guidance: Guidance | None,
    retained: str | None,
    dialled: Line | None,
) -> tuple[Disposition, str | None]:
    """Emergency first, by words or by the number dialled; then guidance, then a retained line."""
    if emergency:
        return Disposition.EMERGENCY, emergency.service
    if dialled and dialled.category is LineCategory.EMERGENCY:
        return Disposition.EMERGENCY, dialled.number
    if guidance:
        return Disposition.GUIDANCE, guidance.service or None
    if retained:
        return Disposition.RETAINED, retained
    return Disposition.TICKET, None
