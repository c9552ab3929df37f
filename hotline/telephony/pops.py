"""来电弹屏: what an agent's page needs while a call rings or is talked on at the extension."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import Session, col, func, select

from hotline.telephony.calls import Call, CallCaller
from hotline.telephony.desk import in_sight
from hotline.telephony.dialplan import CallAction
from hotline.telephony.events import CallEvent, CallProgress
from hotline.telephony.seats import SeatView
from hotline.telephony.words import CallEventKind, CallState

# By these a call comes to an extension; the others only tell what became of it.
COMING = (CallEventKind.OFFERED, CallEventKind.ANSWERED)


@dataclass(frozen=True, slots=True)
class ScreenPop:
    """An event of a call with what is known of the call now; the caller's number in full.

    Blank where it is not known: the caller who withheld the number, the line of 12345 itself.
    `rang` holds each extension the call came to so far, with the position of the last time.
    """

    position: int
    kind: CallEventKind
    at: datetime
    call_id: str
    state: CallState
    extension: str
    caller: str
    dialled: str
    line: str
    action: str
    service: str
    started_at: datetime | None
    answered_at: datetime | None
    rang: Mapping[str, int]

    def shows_caller(self, seat: SeatView) -> bool:
        """Only to whom the call has come, and not what became of it after it went on."""
        return self.kind in COMING and self.extension == seat.extension and self.caller != ""

    def concerns(self, seat: SeatView) -> bool:
        """Whether the call came to this seat, in the time of who sits there now."""
        return self.rang.get(seat.extension, 0) > seat.position


def news(session: Session, after: int, upto: int) -> list[ScreenPop]:
    """Everything that happened after one position up to another, in order."""
    return _pops(session, session.exec(_happened(after, upto)).all())


def news_of(session: Session, seat: SeatView, after: int, upto: int) -> list[ScreenPop]:
    """The same for one seat: what `news` has and `concerns` lets through."""
    came = select(CallEvent.call_id).where(_came_to(seat))
    rows = session.exec(_happened(after, upto).where(col(CallEvent.call_id).in_(came))).all()
    return [pop for pop in _pops(session, rows) if pop.concerns(seat)]


def before_present_call(session: Session, seat: SeatView, now: datetime) -> int | None:
    """The position from which a page just opened learns of the call at its seat, if any."""
    query = (
        select(func.min(CallEvent.position))
        .join(CallProgress, col(CallProgress.call_id) == CallEvent.call_id)
        .where(
            CallProgress.extension == seat.extension,
            col(CallProgress.state).in_([CallState.RINGING, CallState.TALKING]),
            in_sight(now),
            _came_to(seat),
        )
    )
    first = session.exec(query).one()
    return None if first is None else first - 1


def _came_to(seat: SeatView) -> ColumnElement[bool]:
    return and_(
        col(CallEvent.extension) == seat.extension,
        col(CallEvent.position) > seat.position,
        col(CallEvent.kind).in_(COMING),
    )


def _happened(after: int, upto: int) -> Any:
    # A recording comes after the talk and changes nothing on the page.
    return (
        select(CallEvent, CallProgress, Call, CallCaller.number)
        .join(CallProgress, col(CallProgress.call_id) == CallEvent.call_id)
        .outerjoin(Call, col(Call.call_id) == CallEvent.call_id)
        .outerjoin(CallCaller, col(CallCaller.call_id) == CallEvent.call_id)
        .where(CallEvent.kind != CallEventKind.RECORDED)
        .where(col(CallEvent.position) > after, col(CallEvent.position) <= upto)
        .order_by(col(CallEvent.position))
    )


Happened = tuple[CallEvent, CallProgress, Call | None, str | None]


def _pops(session: Session, rows: Iterable[Happened]) -> list[ScreenPop]:
    rows = list(rows)
    touched = _touched(session, {event.call_id for event, *_ in rows})
    return [_pop(*row, touched[row[0].call_id]) for row in rows]


def _touched(session: Session, call_ids: set[str]) -> Mapping[str, list[tuple[int, str]]]:
    """When each call came to which extension, in order."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    if call_ids:
        query = (
            select(CallEvent.call_id, CallEvent.position, CallEvent.extension)
            .where(col(CallEvent.call_id).in_(call_ids), col(CallEvent.kind).in_(COMING))
            .order_by(col(CallEvent.position))
        )
        for call_id, position, extension in session.exec(query):
            found[call_id].append((position, extension))
    return found


def _pop(
    event: CallEvent,
    progress: CallProgress,
    call: Call | None,
    caller: str | None,
    touched: list[tuple[int, str]],
) -> ScreenPop:
    emergency = call is not None and call.action == CallAction.PASS_THROUGH
    return ScreenPop(
        position=event.position,
        kind=CallEventKind(event.kind),
        at=event.at,
        call_id=event.call_id,
        state=CallState(progress.state),
        extension=event.extension or progress.extension,
        caller=caller or "",
        dialled=call.dialled if call else "",
        line=call.line if call else "",
        action=call.action if call else "",
        service=call.connected_to if emergency else "",
        started_at=call.at if call else None,
        answered_at=progress.answered_at,
        rang={at: position for position, at in touched if position <= event.position},
    )
