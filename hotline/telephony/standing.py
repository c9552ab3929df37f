"""How a call stands: folded from its events, in whatever order and however often they came."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hotline.telephony.words import CallEventKind, CallState

ORDER = {kind: n for n, kind in enumerate(CallEventKind)}
STATE_AFTER = {
    CallEventKind.QUEUED: CallState.WAITING,
    CallEventKind.OFFERED: CallState.RINGING,
    CallEventKind.ANSWERED: CallState.TALKING,
    CallEventKind.TRANSFERRED: CallState.TRANSFERRED,
}
# The first of these begins the wait: one that got lost must not lose the call.
ASKING = (CallEventKind.QUEUED, CallEventKind.OFFERED, CallEventKind.ANSWERED)
# After one of these a call has ended, whatever the switch's clocks say of the rest.
LAST = (CallEventKind.ABANDONED, CallEventKind.ENDED)


class Told(Protocol):
    """An event as far as it moves a call."""

    kind: str
    at: datetime
    extension: str


@dataclass(frozen=True, slots=True)
class Standing:
    """`extension` is where the call rings or was talked on last; `wait_seconds` are full ones.

    The wait runs from the first sign that a person was asked for until one answered or the
    call was over; None while it lasts, and for calls that asked for nobody here.
    """

    state: CallState
    extension: str
    asked_at: datetime | None
    answered_at: datetime | None
    over_at: datetime | None
    wait_seconds: int | None


def standing(events: Iterable[Told]) -> Standing:
    """The same for the same events, in any order."""
    told = sorted(events, key=lambda event: (event.at, ORDER[event.kind], event.extension))
    asked, over = _first(told, *ASKING), _first(told, *LAST)
    answered = _first(told, CallEventKind.ANSWERED)
    state, extension = _followed(told)
    if over:
        gave_up = asked and not answered and not _first(told, CallEventKind.TRANSFERRED)
        state = CallState.ABANDONED if gave_up else CallState.ENDED
    return Standing(state, extension, asked, answered, over, _wait(asked, answered or over))


def _first(told: list[Told], *kinds: CallEventKind) -> datetime | None:
    return min((event.at for event in told if event.kind in kinds), default=None)


def _followed(told: list[Told]) -> tuple[CallState, str]:
    """State and extension after all events; a lone recording tells of a call that is over."""
    state, extension = CallState.ENDED, ""
    for event in told:
        # Asking a colleague along does not take the call from who talks.
        asked_along = event.kind == CallEventKind.OFFERED and state is CallState.TALKING
        if event.kind in STATE_AFTER and not asked_along:
            state, extension = STATE_AFTER[event.kind], event.extension or extension
    return state, extension


def _wait(asked: datetime | None, until: datetime | None) -> int | None:
    if asked is None or until is None:
        return None
    return max(0, math.ceil((until - asked).total_seconds()))
