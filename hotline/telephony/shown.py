"""One call by its id, with the caller's number for those alone to whom the call has come."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists
from sqlmodel import Session, col, select

from hotline.people.access_log import AccessLog
from hotline.people.rights import Actor
from hotline.telephony.calls import Call, CallCaller
from hotline.telephony.events import CallProgress


@dataclass(frozen=True, slots=True)
class ShownCall:
    """`number` is blank for who was not shown it, and with `masked` where it was withheld."""

    call_id: str
    at: datetime
    dialled: str
    caller_hash: str
    masked: str
    number: str
    state: str  # blank before the switch has told anything of it
    answered_at: datetime | None
    over_at: datetime | None


def shown_call(session: Session, call_id: str, *, actor: Actor) -> ShownCall | None:
    """The call, if it is known; that a screen pop showed it to the actor is on record."""
    shown = exists().where(
        col(AccessLog.call_id) == call_id,
        col(AccessLog.actor) == actor.id,
    )
    query = (
        select(Call, CallCaller, CallProgress, shown)
        .outerjoin(CallCaller, col(CallCaller.call_id) == Call.call_id)
        .outerjoin(CallProgress, col(CallProgress.call_id) == Call.call_id)
        .where(Call.call_id == call_id)
    )
    row = session.exec(query).first()
    return row and _shown(*row)


def _shown(
    call: Call, caller: CallCaller | None, progress: CallProgress | None, shown: bool
) -> ShownCall:
    return ShownCall(
        call_id=call.call_id,
        at=call.at,
        dialled=call.dialled,
        caller_hash=call.caller_hash if shown else "",
        masked=caller.masked if caller else "",
        number=caller.number if caller and shown else "",
        state=progress.state if progress else "",
        answered_at=progress.answered_at if progress else None,
        over_at=progress.over_at if progress else None,
    )
