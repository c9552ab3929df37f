"""Why the router said so, shown in the citizen's own words."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from hotline.routing.types import Candidate, Mark, Suggestion

Piece = tuple[str, str]  # words, and "" | "why" | "danger"


@dataclass(frozen=True, slots=True)
class Marked:
    """The matter in pieces, and the phrases that spoke for the unit."""

    pieces: list[Piece]
    unit: str
    phrases: list[str]


def marked(text: str, suggestion: Suggestion, unit: str) -> Marked:
    """Marks what speaks for the unit (else for the first candidate), and what sounds urgent."""
    chosen = _chosen(suggestion.candidates, unit)
    spans = [(mark, "why") for reason in chosen.reasons for mark in reason.marks]
    if suggestion.emergency:
        spans = [(mark, "danger") for mark in suggestion.emergency.marks] + spans
    phrases = [reason.text for reason in chosen.reasons if reason.marks]
    return Marked(pieces(text, spans), chosen.unit, list(dict.fromkeys(phrases)))


def pieces(text: str, spans: Iterable[tuple[Mark, str]]) -> list[Piece]:
    """The text cut at the marks; where two overlap the one named first keeps the signs."""
    tones = [""] * len(text)
    for mark, tone in reversed(list(spans)):
        tones[mark.start : mark.end] = [tone] * (mark.end - mark.start)
    runs = groupby(zip(text, tones, strict=True), key=itemgetter(1))
    return [("".join(sign for sign, _ in run), tone) for tone, run in runs]


def _chosen(candidates: tuple[Candidate, ...], unit: str) -> Candidate:
    return next((each for each in candidates if each.unit == unit), candidates[0])
