"""What the router says, into JSON: the same on every surface (docs: contracts)."""

from typing import Any

from hotline.routing.explaining import Separation, separation
from hotline.routing.types import Emergency, Lead, Mark, Reason, Suggestion

EMERGENCY_SENTENCE = (
    "如情况正在发生，请立即拨打 {service}。您的留言已同时提交，值班人员会马上查看。"
)


def emergency(found: Emergency | None) -> dict[str, Any] | None:
    """The number to dial, in a sentence that can be shown or read out at once."""
    if found is None:
        return None
    return dial(found.service) | {
        "words": list(found.words),
        "marks": _marks(found.marks),
    }


def dial(service: str) -> dict[str, Any]:
    return {"service": service, "sentence": EMERGENCY_SENTENCE.format(service=service)}


def suggested(suggestion: Suggestion) -> dict[str, Any]:
    """The router's answer, the same on every surface (design: contracts)."""
    return {
        "disposition": suggestion.disposition,
        "service": suggestion.service,
        "territory": suggestion.territory,
        "place": suggestion.place,
        "decision": suggestion.decision,
        "candidates": [
            {
                "unit": candidate.unit,
                "confidence": round(candidate.confidence, 4),
                "reasons": [_reason(reason) for reason in candidate.reasons],
            }
            for candidate in suggestion.candidates
        ],
        "runner_up": _runner_up(separation(suggestion)),
        "past": [
            {"ticket": past.id, "unit": past.unit, "likeness": round(past.likeness, 3)}
            for past in suggestion.past
        ],
        "lead": _lead(suggestion.lead),
        "excluded": list(suggestion.excluded),
        "emergency": emergency(suggestion.emergency),
        "guidance": _guidance(suggestion),
        "reasons": [_reason(reason) for reason in suggestion.reasons],
    }


def _runner_up(found: Separation | None) -> dict[str, Any] | None:
    return found and {
        "unit": found.runner_up,
        "behind": found.behind,
        "because": [_reason(reason) for reason in found.because],
    }


def _lead(found: Lead | None) -> dict[str, Any] | None:
    return found and {
        "unit": found.unit,
        "assist": found.assist,
        "reason": found.sentence,
        "basis": found.basis,
    }


def _guidance(suggestion: Suggestion) -> dict[str, Any] | None:
    told = suggestion.guidance
    if told is None:
        return None
    return {
        "code": told.code,
        "matter": told.matter,
        "target": told.target,
        "service": told.service or None,
        "sentence": told.sentence,
    }


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "text": reason.text,
        "points": round(reason.points, 3),
        "marks": _marks(reason.marks),
    }


def _marks(marks: tuple[Mark, ...]) -> list[list[int]]:
    return [[mark.start, mark.end] for mark in marks]
