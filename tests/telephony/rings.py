"""Calls as the line records them, and what the switch tells of them."""

from datetime import datetime, timedelta

from builders import CALENDAR, NOON
from sqlmodel import Session

from hotline.telephony import events
from hotline.telephony.events import CallProgress, SwitchEvent
from hotline.telephony.journal import CallRecord
from hotline.telephony.words import CallEventKind

KEY = b"k" * 32


def ring(
    call_id: str, *, caller: str = "13800000001", dialled: str = "12319", at: datetime = NOON
) -> CallRecord:
    return CallRecord(call_id, caller, dialled, "intake", "12345", "12319", at)


def told(
    kind: str, second: float = 0, *, call_id: str = "a", extension: str = "", to: str = "",
    recording: str = "",
) -> SwitchEvent:  # fmt: skip
    """An event so many seconds after noon."""
    at = NOON + timedelta(seconds=second)
    return SwitchEvent(call_id, CallEventKind(kind), at, extension, to, recording)


def tell(session: Session, *happened: SwitchEvent, now: datetime = NOON) -> CallProgress:
    """Stores the events in this order; how the call of the last one stands."""
    for event in happened:
        progress = events.record(session, event, limits=CALENDAR.limits, key=KEY, now=now)
    return progress


def a_talk(call_id: str = "a", extension: str = "8007", begin: float = 0) -> list[SwitchEvent]:
    """A caller who waits 12 seconds and talks for a minute and a half."""
    return [
        told("queued", begin, call_id=call_id),
        told("offered", begin + 9, call_id=call_id, extension=extension),
        told("answered", begin + 12, call_id=call_id, extension=extension),
        told("ended", begin + 102, call_id=call_id, extension=extension),
        told("recorded", begin + 103, call_id=call_id, recording=f"{call_id}.wav"),
    ]
