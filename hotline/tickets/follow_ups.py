"""回访抽样: everyone is asked in writing; whom the desk calls besides, and until when."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import Field, Relationship, Session, col, select

from hotline.db import among
from hotline.errors import NotFound, StepRefused
from hotline.people.rights import Action, Actor, scope_of
from hotline.registry.limits import Limits
from hotline.storing import insert_all
from hotline.tables import Stored, moment, partial_index
from hotline.tickets.models import Contact, Ticket
from hotline.tickets.supervision import SupervisionOrder
from hotline.tickets.words import CallGround, CallOutcome, Status

LOTS = 10_000
SHOWN = 50


class FollowUpCall(Stored, table=True):
    """A requester who was told a reply, and whom the desk may have to ask about it by telephone.

    `lot` is drawn from the ticket's number, so that nobody can choose who is called; `id` runs in
    the order of delivery. Who was merged into another ticket is called about that one's reply.
    """

    __tablename__ = "follow_up_call"
    __table_args__ = (partial_index("follow_up_call_open", "id", where="ended_at IS NULL"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    lot: int
    delivered_at: datetime = moment()
    unsatisfied: bool = False  # says the requester in writing
    taken_by: str = Field(default="", max_length=60)
    taken_at: datetime | None = moment(nullable=True)
    tries: int = 0
    tried_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True, index=True)
    outcome: str = Field(default="", max_length=12)
    ticket: Ticket = Relationship()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One call to be made; the number itself is shown with the ticket alone."""

    id: int
    number: str
    unit: str
    phone: str
    delivered_at: datetime
    tries: int
    tried_at: datetime | None
    taken_by: str  # blank while nobody makes the call
    grounds: tuple[CallGround, ...]


def lot_of(number: str) -> int:
    """One of `LOTS`, the same for a number wherever and whenever it is drawn."""
    return zlib.crc32(f"follow-up {number}".encode()) % LOTS


def owe(session: Session, tickets: Sequence[Ticket | Row[Any]], now: datetime) -> None:
    """Replies have been told, to all who were merged as well: whom to ask, the list decides."""
    told = {ticket.id: ticket.number for ticket in tickets}
    merged = select(Ticket.id, Ticket.number).where(among(session, Ticket.merged_into, told))
    all_told = (*told.items(), *session.exec(merged))
    insert_all(
        session,
        [FollowUpCall(ticket_id=id, lot=lot_of(no), delivered_at=now) for id, no in all_told],
    )


def end(session: Session, ticket: Ticket, outcome: CallOutcome, now: datetime) -> None:
    """Nothing is left to call this requester about."""
    session.execute(_of(ticket).values(ended_at=now, outcome=outcome))


def end_all(session: Session, ticket: Ticket, now: datetime) -> None:
    """The ticket went on: nobody who was told its reply is called about that any more."""
    merged = update(FollowUpCall).where(
        col(FollowUpCall.ticket_id).in_(select(Ticket.id).where(Ticket.merged_into == ticket.id)),
        col(FollowUpCall.ended_at).is_(None),
    )
    for calls in (_of(ticket), merged):
        session.execute(calls.values(ended_at=now, outcome=CallOutcome.MOOT))


def note_unsatisfied(session: Session, ticket: Ticket) -> None:
    """The requester is not satisfied: the desk calls to hear why."""
    session.execute(_of(ticket).values(unsatisfied=True))


def waiting(
    session: Session,
    *,
    limits: Limits,
    actor: Actor,
    now: datetime,
    after: int = 0,
    limit: int = SHOWN,
) -> list[Waiting]:
    """The calls to be made, the longest told first; `after` is the id of the last row shown."""
    scope_of(actor, Action.FOLLOW_UP)
    grounds = _grounds(limits)
    query = (
        _chosen(
            select(
                FollowUpCall.id, Ticket.number, _TOLD.lead_unit, Contact.phone,
                FollowUpCall.delivered_at, FollowUpCall.tries, FollowUpCall.tried_at,
                FollowUpCall.taken_by, FollowUpCall.taken_at,
                *(condition.label(ground) for ground, condition in grounds.items()),
            ),
            limits,
        )
        .where(col(FollowUpCall.id) > after)
        .order_by(col(FollowUpCall.id))
        .limit(limit)
    )  # fmt: skip
    return [_row(row, limits, now) for row in session.execute(query)]


def count(session: Session, *, limits: Limits) -> int:
    """How many `waiting` would list without a limit."""
    return session.execute(_chosen(select(func.count()), limits)).scalar_one()


def to_be_called_about(limits: Limits) -> Select[Any]:
    """The ids of tickets about whose reply somebody is still to be called."""
    return _chosen(select(_TOLD.id), limits)


def take(
    session: Session, number: str, *, limits: Limits, actor: Actor, now: datetime
) -> FollowUpCall:
    """One agent makes the call; a colleague meanwhile is told so, until it counts as forgotten."""
    call = open_call(session, number, actor=actor, lock=True)
    if call.taken_by not in ("", actor.id) and _held(call.taken_at, limits, now):
        raise StepRefused(
            "工单 %(number)s 正由同事回访，请先打别的。", field="number", number=number
        )
    call.taken_by, call.taken_at = actor.id, now
    session.add(call)
    return call


def not_reached(
    session: Session, number: str, *, limits: Limits, actor: Actor, now: datetime
) -> FollowUpCall:
    """没打通: once more later; after `call_tries` it counts as not reached."""
    call = open_call(session, number, actor=actor, lock=True)
    if call.taken_by != actor.id:
        raise StepRefused("请先点「打这个」，再记没打通。", field="number")
    call.tries, call.tried_at = call.tries + 1, now
    call.taken_by, call.taken_at = "", None
    if call.tries >= limits.number("call_tries"):
        call.ended_at, call.outcome = now, CallOutcome.NOT_REACHED
    session.add(call)
    return call


def open_call(session: Session, number: str, *, actor: Actor, lock: bool = False) -> FollowUpCall:
    """The call that is to be made about the ticket."""
    scope_of(actor, Action.FOLLOW_UP)
    query = (
        select(FollowUpCall)
        .join(Ticket, col(Ticket.id) == FollowUpCall.ticket_id)
        .join(_TOLD, _WHOSE_REPLY)
        .where(Ticket.number == number, _OPEN)
    )
    found = session.exec(query.with_for_update(of=FollowUpCall) if lock else query).first()
    if found is None:
        raise NotFound("工单 %(number)s 没有待打的回访电话。", field="number", number=number[:30])
    return found


# The ticket whose reply was told: the requester's own, or the one that it was merged into.
_TOLD = aliased(Ticket)
_WHOSE_REPLY = col(_TOLD.id) == func.coalesce(Ticket.merged_into, Ticket.id)
_OPEN = and_(col(FollowUpCall.ended_at).is_(None), col(_TOLD.status) == Status.DELIVERED)


def _grounds(limits: Limits) -> dict[CallGround, ColumnElement[bool]]:
    """Why somebody is called; domain: a sample, and all that went badly before."""
    ordered = exists().where(col(SupervisionOrder.ticket_id) == col(_TOLD.id))
    return {
        CallGround.UNSATISFIED: col(FollowUpCall.unsatisfied),
        CallGround.SUPERVISED: ordered,
        CallGround.REWORKED: col(_TOLD.rework_count) > 0,
        CallGround.NO_ADDRESS: col(Contact.email) == "",
        CallGround.SAMPLED: col(FollowUpCall.lot) < round(limits.share("follow_up_share") * LOTS),
    }


def _chosen(query: Select, limits: Limits) -> Select:
    return (
        query.select_from(FollowUpCall)
        .join(Ticket, col(Ticket.id) == FollowUpCall.ticket_id)
        .join(_TOLD, _WHOSE_REPLY)
        .join(Contact, col(Contact.ticket_id) == col(Ticket.id))
        .where(_OPEN, col(Contact.phone) != "", or_(*_grounds(limits).values()))
    )


def _row(row: tuple, limits: Limits, now: datetime) -> Waiting:
    *facts, taken_by, taken_at, unsatisfied, supervised, reworked, no_address, sampled = row
    found = (unsatisfied, supervised, reworked, no_address, sampled)
    grounds = tuple(ground for ground, holds in zip(_SHOWN_GROUNDS, found, strict=True) if holds)
    return Waiting(*facts, taken_by if _held(taken_at, limits, now) else "", grounds)


_SHOWN_GROUNDS = (
    CallGround.UNSATISFIED, CallGround.SUPERVISED, CallGround.REWORKED, CallGround.NO_ADDRESS,
    CallGround.SAMPLED,
)  # fmt: skip


def _held(taken_at: datetime | None, limits: Limits, now: datetime) -> bool:
    return taken_at is not None and now - taken_at < limits.span("call_held")


def _of(ticket: Ticket):  # noqa: ANN202 (an update has no short name)
    return update(FollowUpCall).where(
        col(FollowUpCall.ticket_id) == ticket.id, col(FollowUpCall.ended_at).is_(None)
    )
