"""漏接: who is to be called back, as the desk's list shows them."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from hotline.people.access_log import note_pop
from hotline.people.rights import Action, Actor, scope_of
from hotline.registry.limits import Limits
from hotline.telephony.calls import Call, CallCaller
from hotline.tickets import return_calls
from hotline.tickets.return_calls import ReturnCall

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Missed:
    """`number` is there for the agent who calls back alone; both are blank once it is erased."""

    id: int
    call_id: str
    masked: str
    number: str
    dialled: str
    missed_at: datetime
    due_at: datetime
    misses: int
    tries: int
    tried_at: datetime | None
    taken_by: str  # blank while nobody calls back


def waiting(
    session: Session, *, limits: Limits, actor: Actor, now: datetime, limit: int = SHOWN
) -> list[Missed]:
    """Those to be called back, the first due first."""
    scope_of(actor, Action.TAKE_CALLS)
    query = (
        select(ReturnCall, Call.dialled, CallCaller)
        .outerjoin(Call, col(Call.call_id) == ReturnCall.call_id)
        .outerjoin(CallCaller, col(CallCaller.call_id) == ReturnCall.call_id)
        .where(return_calls.is_waiting())
        .order_by(col(ReturnCall.due_at), col(ReturnCall.id))
        .limit(limit)
    )
    return [_missed(*row, limits, actor, now) for row in session.exec(query)]


def take(session: Session, id: int, *, limits: Limits, actor: Actor, now: datetime) -> ReturnCall:
    """Takes the call back; that the number is shown from now on is on record."""
    row = return_calls.take(session, id, limits=limits, actor=actor, now=now)
    note_pop(session, actor, [row.call_id], now)
    return row


def _missed(
    row: ReturnCall,
    dialled: str | None,
    caller: CallCaller | None,
    limits: Limits,
    actor: Actor,
    now: datetime,
) -> Missed:
    held = row.taken_by if return_calls.is_held(row, limits, now) else ""
    return Missed(
        id=row.id,
        call_id=row.call_id,
        masked=caller.masked if caller else "",
        number=caller.number if caller and held == actor.id else "",
        dialled=dialled or "",
        missed_at=row.missed_at,
        due_at=row.due_at,
        misses=row.misses,
        tries=row.tries,
        tried_at=row.tried_at,
        taken_by=held,
    )
