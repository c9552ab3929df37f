"""Approved tickets to be told about, and a reader for what arrived."""

import mailbox
from datetime import datetime
from email.header import decode_header, make_header
from email.message import Message
from pathlib import Path

from builders import CALENDAR, CITY, DISPATCHER, Desk, handler_of
from sqlmodel import Session, select

from hotline.db import Database
from hotline.delivery import outbox
from hotline.delivery.letters import Notice
from hotline.delivery.maildir import Maildir
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.people.rights import CHANNEL
from hotline.tickets import replies
from hotline.tickets.models import Ticket

SENDER = "12345@hotline.invalid"
NOTICE = Notice(
    id="0123456789abcdef01234567",
    number="NJ20180725000011",
    query_code="ABC234",
    name="李某",
    phone="13800000832",
    email="li@example.invalid",
    unit="市城管执法局",
    text="已责令整改。",
    merged=False,
)


def approve(session: Session, at: datetime, **matter: object) -> Ticket:
    ticket = Desk(session, at).replied(**matter)
    outbox.approve(session, ticket, actor=DISPATCHER, now=at)
    return ticket


def approve_again(session: Session, ticket: Ticket, at: datetime) -> None:
    """From an approved reply through rework to the approval of a second one."""
    replies.deliver(session, ticket, actor=CHANNEL, now=at)
    replies.send_for_rework(session, ticket, "未解决", calendar=CALENDAR, actor=DISPATCHER, now=at)
    replies.reply(session, ticket, "已拆除。", actor=handler_of(CITY), now=at)
    outbox.approve(session, ticket, actor=DISPATCHER, now=at)


def approve_many(database: Database, at: datetime, n: int, **matter: object) -> list[str]:
    with database.work() as session:
        return [approve(session, at, **matter).number for _ in range(n)]


def rows(database: Database) -> list[Delivery]:
    with database.read() as session:
        return list(session.exec(select(Delivery).order_by(Delivery.event_id, Delivery.contact_id)))


def row(database: Database) -> Delivery:
    (only,) = rows(database)
    return only


def attempts(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(DeliveryAttempt.result).order_by(DeliveryAttempt.id)))


def statuses(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(Ticket.status).order_by(Ticket.id)))


def maildir(folder: Path) -> Maildir:
    return Maildir(folder / "maildir", SENDER)


def letters(folder: Path) -> list[Message]:
    """Everything in the Maildir, as a mail reader sees it."""
    return list(mailbox.Maildir(folder / "maildir", create=False))


def subject(message: Message) -> str:
    return str(make_header(decode_header(message["Subject"])))


def body(message: Message) -> str:
    return message.get_payload(decode=True).decode()
