"""Sending what is owed: claim a batch, send it outside any transaction, record all results."""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, exists, select, update

from hotline.db import Database, among
from hotline.delivery.channels import Channel, Result
from hotline.delivery.letters import Notice
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.delivery.states import AFTER, TOLD, Outcome, State, wait_after
from hotline.people.rights import CHANNEL
from hotline.storing import insert_all
from hotline.tickets import replies
from hotline.tickets.models import Contact, Content, Reply, Ticket, TicketEvent
from hotline.tickets.words import Status

# Whoever left neither number nor address reads the reply by ticket number and query code.
PORTAL = "portal"
TO_BE_READ = Result(Outcome.DELIVERED, "未留联系方式，凭编号和查询码查看")
# No delivery is looked at in the session that changes it here.
UNSEEN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class Try:
    """One claimed delivery; the lease tells this try from any other of the same delivery."""

    notice: Notice
    event_id: int
    attempts: int
    lease_until: datetime


def drain(
    database: Database,
    channel: Channel,
    now: Callable[[], datetime],
    *,
    until: datetime | None = None,
) -> int:
    """Sends what is due, batch by batch until nothing is or it is late; gives how many tries."""
    done = 0
    while tries := _claimed(database, channel, now()):
        results = _send(channel, [each.notice for each in tries], now())
        with database.work() as session:
            _record(session, channel, tries, results, now())
        done += len(tries)
        if until and now() >= until:
            break
    return done


def tell(session: Session, channel: Channel, ids: Sequence[str], now: datetime) -> None:
    """Sends these in the caller's own transaction: for a channel that waits for nobody."""
    tries = _claim(session, channel, ids, now)
    _record(session, channel, tries, _send(channel, [each.notice for each in tries], now), now)


def due(session: Session, now: datetime) -> bool:
    """Whether anything waits to be sent."""
    return bool(session.exec(select(exists().where(*_due(now)))).one())


def finish(session: Session, event_ids: Collection[int], now: datetime) -> None:
    """反馈 for each of these events whose last requester has now been told."""
    # Locked before counting: of two who record for one event, the second sees what the first did.
    rows = session.exec(
        select(Ticket.__table__, col(TicketEvent.id).label("event_id"))
        .join(TicketEvent, col(TicketEvent.ticket_id) == Ticket.id)
        .where(among(session, col(TicketEvent.id), event_ids), TicketEvent.seq == Ticket.last_seq)
        .where(Ticket.status == Status.APPROVED)
        .order_by(col(Ticket.number))  # as whoever locks a ticket with those merged into it
        .with_for_update(of=Ticket)
    ).all()
    open_events = set(
        session.exec(
            select(Delivery.event_id).where(
                among(session, col(Delivery.event_id), event_ids),
                col(Delivery.state).not_in(TOLD),
            )
        )
    )
    told = [ticket for ticket in rows if ticket.event_id not in open_events]
    if told:
        replies.deliver_all(session, told, actor=CHANNEL, now=now)


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (col(Delivery.state) == State.QUEUED, col(Delivery.next_attempt_at) <= now)


def _claimed(database: Database, channel: Channel, now: datetime) -> list[Try]:
    with database.work() as session:
        ids = _next(session, channel, now)
        return _claim(session, channel, ids, now) if ids else []


def _next(session: Session, channel: Channel, now: datetime) -> Sequence[str]:
    earlier = aliased(Delivery)
    # A requester reads the replies of a ticket in the order in which they were approved.
    waits = exists().where(
        earlier.ticket_id == Delivery.ticket_id,
        earlier.contact_id == Delivery.contact_id,
        earlier.event_id < Delivery.event_id,
        col(earlier.state).in_((State.QUEUED, State.SENDING)),
    )
    return session.exec(
        select(Delivery.id)
        .where(*_due(now), ~waits)
        .order_by(col(Delivery.next_attempt_at), col(Delivery.event_id))
        .limit(channel.batch)
        .with_for_update(skip_locked=True)
    ).all()


def _claim(session: Session, channel: Channel, ids: Sequence[str], now: datetime) -> list[Try]:
    lease_until = now + channel.lease
    session.execute(
        update(Delivery)
        .where(among(session, col(Delivery.id), ids))
        .values(
            state=State.SENDING,
            channel=channel.name,
            attempts=Delivery.attempts + 1,
            lease_until=lease_until,
        ),
        execution_options=UNSEEN,
    )
    return [
        Try(_notice(row), row.event_id, row.attempts, lease_until)
        for row in session.execute(_facts(session, ids))
    ]


def _facts(session: Session, ids: Sequence[str]) -> Any:
    return (
        select(
            Delivery.id, Delivery.event_id, Delivery.attempts, Ticket.number, Ticket.query_code,
            Contact.name, Contact.phone, Contact.email, Reply.unit, Content.text,
            Reply.interim,
            (col(Contact.ticket_id) != Delivery.ticket_id).label("merged"),
        )
        .join(Contact, col(Contact.id) == Delivery.contact_id)
        # The requester's own ticket: one that was merged keeps its number and query code.
        .join(Ticket, col(Ticket.id) == Contact.ticket_id)
        .join(Reply, col(Reply.id) == Delivery.reply_id)
        .join(Content, col(Content.id) == Reply.content_id)
        # Claimed as they are: said, it leads PostgreSQL to the few that anybody sends just now.
        .where(among(session, col(Delivery.id), ids), Delivery.state == State.SENDING)
        .order_by(col(Delivery.event_id))
    )  # fmt: skip


def _notice(row: Any) -> Notice:
    return Notice(
        id=row.id, number=row.number, query_code=row.query_code, name=row.name,
        phone=row.phone.strip(), email=row.email.strip(), unit=row.unit, text=row.text,
        merged=row.merged, interim=row.interim,
    )  # fmt: skip


def _send(channel: Channel, notices: list[Notice], at: datetime) -> dict[str, Result]:
    addressed = [notice for notice in notices if notice.email or notice.phone]
    results = {notice.id: TO_BE_READ for notice in notices}
    sent = channel.send(addressed, at) if addressed else []
    return results | {notice.id: result for notice, result in zip(addressed, sent, strict=True)}


def _record(
    session: Session,
    channel: Channel,
    tries: list[Try],
    results: dict[str, Result],
    now: datetime,
) -> None:
    attempts = [
        DeliveryAttempt(delivery_id=id, at=now, result=result.outcome, detail=result.detail)
        for id, result in results.items()
    ]
    insert_all(session, attempts)
    alike: dict[tuple[tuple[str, Any], ...], list[str]] = defaultdict(list)
    for each in tries:
        change = _change(channel, each, results[each.notice.id], now)
        alike[tuple(change.items())].append(each.notice.id)
    # Not those taken back meanwhile by the sweeper or settled by a person.
    ours = Delivery.lease_until == tries[0].lease_until
    for change, ids in alike.items():
        those = update(Delivery).where(among(session, col(Delivery.id), ids), ours)
        session.execute(those.values(**dict(change)), execution_options=UNSEEN)
    finish(session, {each.event_id for each in tries}, now)


def _change(channel: Channel, each: Try, result: Result, now: datetime) -> dict[str, Any]:
    wait = wait_after(each.attempts)
    retry = result.outcome is Outcome.RETRY
    state = State.FAILED if retry and wait is None else AFTER[result.outcome]
    return {
        "state": state,
        "channel": PORTAL if result is TO_BE_READ else channel.name,
        "next_attempt_at": now + wait if wait else now,
        "lease_until": None,
        "done_at": None if state is State.QUEUED else now,
    }
