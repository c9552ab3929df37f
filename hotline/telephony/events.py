"""What the switch tells of a call: events, append-only, and how each call stands by them."""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, func, select

from hotline.db import take_turn
from hotline.people.privacy import keyed_hash
from hotline.registry.limits import Limits
from hotline.tables import moment
from hotline.telephony.calls import CALL_ID_LENGTH, EVENTS_TURN, Call
from hotline.telephony.standing import standing
from hotline.telephony.words import CallEventKind, CallState
from hotline.tickets import return_calls

RECORDING_LENGTH = 200


class CallEvent(SQLModel, table=True):
    """One event as the switch told it; told again it is no second row.

    `position` is a cursor that skips nothing: it is drawn in a turn that lasts until commit, so
    positions are in the order of commits. Calls may come before the journal: no foreign key.
    """

    __tablename__ = "call_event"
    __table_args__ = (Index("call_event_extension", "extension", "position"),)
    position: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(max_length=CALL_ID_LENGTH, index=True)
    kind: str = Field(max_length=12)
    at: datetime = moment()
    extension: str = Field(default="", max_length=12)
    transferred_to: str = Field(default="", max_length=20)
    digest: str = Field(max_length=64, unique=True)


class CallRecording(SQLModel, table=True):
    """Where the switch keeps a recording: erasable apart from the call, like the caller."""

    __tablename__ = "call_recording"
    id: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(max_length=CALL_ID_LENGTH, index=True)
    reference: str = Field(max_length=RECORDING_LENGTH)
    at: datetime = moment()


class CallProgress(SQLModel, table=True):
    """How a call stands, derived from its events; `heard_at` is when we last heard of it."""

    __tablename__ = "call_progress"
    __table_args__ = (Index("call_progress_state", "state", "extension"),)
    call_id: str = Field(primary_key=True, max_length=CALL_ID_LENGTH)
    state: str = Field(max_length=12)
    extension: str = Field(default="", max_length=12)
    asked_at: datetime | None = moment(nullable=True, index=True)
    answered_at: datetime | None = moment(nullable=True)
    over_at: datetime | None = moment(nullable=True)
    wait_seconds: int | None = None
    heard_at: datetime = moment()


@dataclass(frozen=True, slots=True)
class SwitchEvent:
    """What the switch says; `extension`, `to` and `recording` are blank where a kind has none."""

    call_id: str
    kind: CallEventKind
    at: datetime
    extension: str = ""
    to: str = ""
    recording: str = ""


def record(
    session: Session, told: SwitchEvent, *, limits: Limits, key: bytes, now: datetime
) -> CallProgress:
    """Stores the event, unless it was told before, and how its call stands now.

    Who gave up is to be called back, and who gets through later is not any more.
    """
    take_turn(session, EVENTS_TURN)
    digest = _digest(told, key)
    if session.exec(select(CallEvent.position).where(CallEvent.digest == digest)).first():
        return session.get_one(CallProgress, told.call_id)
    session.add(
        CallEvent(
            call_id=told.call_id,
            kind=told.kind,
            at=told.at,
            extension=told.extension,
            transferred_to=told.to,
            digest=digest,
        )
    )
    if told.recording:
        session.add(CallRecording(call_id=told.call_id, reference=told.recording, at=told.at))
    before = session.get(CallProgress, told.call_id)
    was = (before.state, before.answered_at) if before else ("", None)
    progress = _derived(session, told.call_id, now)
    if (progress.state, progress.answered_at) != was:
        _owe_return(session, progress, limits)
    return progress


def _owe_return(session: Session, progress: CallProgress, limits: Limits) -> None:
    call = session.get(Call, progress.call_id)
    caller = call.caller_hash if call else None
    if progress.answered_at and caller:
        return_calls.answered(session, call.call_id, caller, progress.answered_at)
    if progress.state == CallState.ABANDONED and not _got_through(session, caller, progress):
        return_calls.missed(
            session, progress.call_id, caller, progress.over_at or progress.heard_at, limits=limits
        )


def _got_through(session: Session, caller: str | None, progress: CallProgress) -> bool:
    """Whether the same caller was answered later: the switch may tell of calls in any order."""
    if not caller or progress.over_at is None:
        return False
    query = (
        select(Call.call_id)
        .join(CallProgress, col(CallProgress.call_id) == Call.call_id)
        .where(Call.caller_hash == caller, col(CallProgress.answered_at) >= progress.over_at)
    )
    return session.exec(query.limit(1)).first() is not None


def last_position(session: Session) -> int:
    return session.exec(select(func.max(CallEvent.position))).one() or 0


def _derived(session: Session, call_id: str, now: datetime) -> CallProgress:
    events = session.exec(select(CallEvent).where(CallEvent.call_id == call_id)).all()
    values = asdict(standing(events)) | {"call_id": call_id, "heard_at": now}
    return session.merge(CallProgress(**values))


def _digest(told: SwitchEvent, key: bytes) -> str:
    """Tells a repeat from a new event; keyed, since a recording's name may hold a number."""
    said = asdict(told) | {"at": told.at.astimezone(UTC).isoformat()}
    return keyed_hash(key, hashlib.sha256(json.dumps(said).encode()).hexdigest())
