"""Calls as the line records them."""

from datetime import datetime

from builders import NOON

from hotline.telephony.journal import CallRecord


def ring(
    call_id: str, *, caller: str = "13800000001", dialled: str = "12319", at: datetime = NOON
) -> CallRecord:
    return CallRecord(call_id, caller, dialled, "intake", "12345", "12319", at)
