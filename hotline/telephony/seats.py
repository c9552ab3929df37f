"""Seats: which agent answers at which extension, and whether a call may be offered there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists
from sqlmodel import Field, Session, SQLModel, col, select

from hotline.db import take_turn
from hotline.errors import HotlineError, Invalid, NotFound
from hotline.people.rights import Action, Actor, scope_of
from hotline.tables import moment
from hotline.telephony.desk import in_sight
from hotline.telephony.events import CallProgress, last_position
from hotline.telephony.words import CallState, SeatState

SEATS_TURN = 12345_05
# Custom (proposal): who forgot to leave holds the extension no longer than two shifts.
LONGEST = timedelta(hours=12)


class Seat(SQLModel, table=True):
    """One agent at one extension; calls up to `position` rang for whoever sat there before.

    Whether the seat is busy is not stored: the calls tell.
    """

    __tablename__ = "seat"
    actor: str = Field(primary_key=True, max_length=60)
    extension: str = Field(max_length=12, unique=True)
    paused: bool = False
    taken_at: datetime = moment()
    since: datetime = moment()
    position: int


@dataclass(frozen=True, slots=True)
class SeatView:
    """`since` is when the agent took the seat, or last paused or came back."""

    actor: str
    extension: str
    state: SeatState
    since: datetime
    position: int


class SeatTaken(HotlineError):
    code, status = "seat-taken", 409


def take_seat(session: Session, actor: Actor, extension: str, *, now: datetime) -> None:
    """签入: one agent an extension, one extension an agent; again is no change."""
    scope_of(actor, Action.TAKE_CALLS)
    take_turn(session, SEATS_TURN)
    own = session.get(Seat, actor.id, with_for_update=True)
    if own and own.extension != extension:
        raise SeatTaken(
            "您已签入分机 %(own)s，请先签出再换分机。", field="extension", own=own.extension
        )
    if own:
        return
    _make_room(session, extension, now)
    session.add(
        Seat(
            actor=actor.id,
            extension=extension,
            taken_at=now,
            since=now,
            position=last_position(session),
        )
    )


def leave_seat(session: Session, actor: Actor) -> None:
    """签出; without a seat there is nothing to do."""
    own = session.get(Seat, actor.id, with_for_update=True)
    if own:
        session.delete(own)
        session.flush()


def set_state(session: Session, actor: Actor, state: SeatState, *, now: datetime) -> None:
    """空闲 or 小休; a pause asked for during a call begins when it is over."""
    if state is SeatState.BUSY:
        raise Invalid("通话中由交换机告知，只能设为空闲或小休。", field="state")
    own = session.get(Seat, actor.id, with_for_update=True)
    if own is None:
        raise NotFound("您还没有签入分机，请先签入。", field="extension")
    paused = state is SeatState.PAUSED
    if own.paused != paused:
        own.paused, own.since = paused, now
        session.add(own)


def seats(session: Session, now: datetime) -> dict[str, SeatView]:
    """Every seat by its agent, in the order of extensions."""
    busy = exists().where(
        CallProgress.extension == Seat.extension,
        col(CallProgress.state).in_([CallState.RINGING, CallState.TALKING]),
        in_sight(now),
    )
    rows = session.exec(select(Seat, busy).order_by(col(Seat.extension)))
    return {seat.actor: _view(seat, busy) for seat, busy in rows}


def _make_room(session: Session, extension: str, now: datetime) -> None:
    """Refuses while a colleague sits there, unless for so long that it was forgotten."""
    taken = select(Seat).where(Seat.extension == extension).with_for_update()
    other = session.exec(taken).first()
    if other is None:
        return
    if now - other.taken_at <= LONGEST:
        raise SeatTaken(
            "分机 %(extension)s 已由「%(who)s」签入，请换一个分机，或请对方先签出。",
            field="extension",
            extension=extension,
            who=other.actor,
        )
    session.delete(other)
    session.flush()


def _view(seat: Seat, busy: bool) -> SeatView:
    state = SeatState.BUSY if busy else SeatState.PAUSED if seat.paused else SeatState.FREE
    return SeatView(seat.actor, seat.extension, state, seat.since, seat.position)
