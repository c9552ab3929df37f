"""What the worker cannot settle alone: stuck rows, receipts, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func
from sqlmodel import Session, col, exists, select

from hotline.db import Database
from hotline.delivery.channels import Channel
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.delivery.states import CHINESE, NEEDING_PERSON, SETTLED, Settlement, State
from hotline.delivery.worker import finish
from hotline.errors import Invalid, NotFound, StepRefused
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets.models import Contact, Ticket, TicketEvent
from hotline.tickets.queries import of_batch
from hotline.tickets.words import Status

INTERRUPTED = "发送中断，期限内没有结果"
OUTCOMES = "、".join(Settlement)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A delivery that waits for a person, with the reason of its last try."""

    delivery: Delivery
    number: str
    detail: str


def sweep(database: Database, channel: Channel, now: datetime) -> list[Delivery]:
    """Frees what a dead worker left: back in the queue if that is safe, else unknown."""
    with database.work() as session:
        stuck = session.exec(
            select(Delivery)
            .where(Delivery.state == State.SENDING, col(Delivery.lease_until) < now)
            .with_for_update(skip_locked=True)
        ).all()
        for row in stuck:
            if channel.repeatable and row.channel == channel.name:
                row.state, row.next_attempt_at, row.lease_until = State.QUEUED, now, None
            else:
                # The lease stays: should that worker still live, its word is better than ours.
                row.state, row.done_at = State.UNKNOWN, now
            session.add_all((row, _note(row, row.state, INTERRUPTED, now)))
    return list(stuck)


def settle(
    session: Session, delivery_id: str, outcome: str, *, actor: Actor, now: datetime
) -> Delivery:
    """回执: what a receipt or a person says became of it, or that it shall be sent again."""
    scope_of(actor, Action.SETTLE_DELIVERY)
    if outcome not in list(Settlement):
        raise Invalid("回执结果须为 %(known)s 之一。", field="outcome", known=OUTCOMES)
    row = session.get(Delivery, delivery_id, with_for_update=True)
    if row is None:
        raise NotFound("没有这份反馈，请核对编号。", field="id")
    before, said = State(row.state), Settlement(outcome)
    if (before, said) not in SETTLED:
        raise StepRefused(
            "这份反馈现为「%(state)s」，不能登记 %(said)s。",
            field="outcome",
            state=CHINESE[before],
            said=str(said),
        )
    after = SETTLED[before, said]
    if after is not before:
        _move(session, row, after, now)
        session.add(_note(row, said, actor.id, now))
        session.flush()
        finish(session, [row.event_id], now)
    return row


def needing_person(session: Session, *, limit: int = 200) -> list[Trouble]:
    """Unknown and failed deliveries, oldest first."""
    query = (
        _troubles()
        .where(col(Delivery.state).in_(NEEDING_PERSON))
        .order_by(col(Delivery.done_at), col(Delivery.id))
    )
    return [Trouble(*row) for row in session.exec(query.limit(limit))]


def count_needing_person(session: Session) -> int:
    """How many `needing_person` would list without a limit."""
    query = select(func.count()).where(col(Delivery.state).in_(NEEDING_PERSON))
    return session.exec(query).one()


def trouble(session: Session, delivery_id: str) -> tuple[Trouble, Contact]:
    """One delivery as it stands, and whom it is for."""
    found = session.exec(_troubles().where(Delivery.id == delivery_id)).first()
    if found is None:
        raise NotFound("没有这份反馈，请核对编号。", field="id")
    return Trouble(*found), session.get_one(Contact, found[0].contact_id)


def _troubles() -> Select[Any]:
    last = (
        select(func.max(DeliveryAttempt.id))
        .where(DeliveryAttempt.delivery_id == Delivery.id)
        .correlate(Delivery)
        .scalar_subquery()
    )
    return (
        select(Delivery, Ticket.number, DeliveryAttempt.detail)
        .join(Ticket, col(Ticket.id) == Delivery.ticket_id)
        .join(DeliveryAttempt, col(DeliveryAttempt.id) == last)
    )


def unowed(session: Session, *, limit: int = 100) -> list[str]:
    """Numbers of approved tickets whose reply nobody is to be told: there must be none."""
    owed = exists().where(
        Delivery.ticket_id == Ticket.id,
        Delivery.event_id == TicketEvent.id,
        TicketEvent.seq == Ticket.last_seq,
    )
    query = select(Ticket.number).where(Ticket.status == Status.APPROVED, ~owed)
    return list(session.exec(query.order_by(col(Ticket.id)).limit(limit)))


def deliveries_of(session: Session, batch: str) -> list[str]:
    """The ids of all messages owed for tickets of an import or replay."""
    query = select(Delivery.id).join(Ticket, col(Ticket.id) == Delivery.ticket_id)
    return list(session.exec(query.where(of_batch(batch))))


def _move(session: Session, row: Delivery, after: State, now: datetime) -> None:
    row.state, row.lease_until = after, None
    if after is State.QUEUED:
        row.attempts, row.next_attempt_at, row.done_at = 0, now, None
    else:
        row.done_at = now
    session.add(row)


def _note(row: Delivery, result: str, detail: str, now: datetime) -> DeliveryAttempt:
    return DeliveryAttempt(delivery_id=row.id, at=now, result=result, detail=detail)
