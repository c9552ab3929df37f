"""Tickets brought to where a test begins, by real steps, and what became of them."""

from collections.abc import Callable
from datetime import datetime

from builders import AGENT, CALENDAR, CITY, DISPATCHER, ENVIRONMENT, Desk, handler_of
from sqlmodel import select

from hotline import clock
from hotline.db import Database
from hotline.delivery import outbox
from hotline.people.rights import CHANNEL
from hotline.tickets import merging, objections, replies
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.words import Grievance, Ground


def objected(desk: Desk) -> Ticket:
    ticket = desk.dispatched()
    objections.object_to(
        desk.session, ticket, calendar=CALENDAR,
        ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT,
        note="油烟归环保", actor=handler_of(CITY), now=desk.now,
    )  # fmt: skip
    return ticket


def quarrelled(desk: Desk) -> Ticket:
    """Objected to by one unit, and then by the other: a joint ruling is due."""
    ticket = objected(desk)
    facts = {"calendar": CALENDAR, "now": desk.now}
    objections.rule(desk.session, ticket, granted=True, actor=DISPATCHER, **facts)
    objections.object_to(
        desk.session, ticket, ground=Ground.NOT_OUR_DUTY, right_unit=CITY,
        note="还是城管的", actor=handler_of(ENVIRONMENT), **facts,
    )  # fmt: skip
    return ticket


def approved(desk: Desk, **matter: object) -> Ticket:
    ticket = desk.replied(**matter)
    outbox.approve(desk.session, ticket, actor=DISPATCHER, now=desk.now)
    return ticket


def delivered(desk: Desk, **matter: object) -> Ticket:
    ticket = approved(desk, **matter)
    replies.deliver(desk.session, ticket, actor=CHANNEL, now=desk.now)
    return ticket


def answered(desk: Desk) -> Ticket:
    """By the desk itself, at once."""
    ticket = desk.accepted()
    outbox.answer(desk.session, ticket, "请到窗口办理。", actor=AGENT, now=desk.now)
    replies.deliver(desk.session, ticket, actor=CHANNEL, now=desk.now)
    return ticket


def unsolved(desk: Desk, told: Callable[[Desk], Ticket] = delivered) -> Ticket:
    """Says who was told the reply."""
    ticket = told(desk)
    replies.follow_up(
        desk.session, ticket, solved=False, satisfied=1, grievance=Grievance.NOT_SOLVED,
        actor=AGENT, now=desk.now,
    )  # fmt: skip
    return ticket


def closed(desk: Desk) -> Ticket:
    ticket = delivered(desk)
    replies.close(desk.session, ticket, actor=DISPATCHER, now=desk.now)
    return ticket


def merged(desk: Desk) -> Ticket:
    ticket = desk.dispatched()
    merging.merge(desk.session, ticket, desk.dispatched(), actor=DISPATCHER, now=desk.now)
    return ticket


def make(
    database: Database, walk: Callable[..., Ticket], now: datetime | None = None, **how: object
) -> str:
    """The number of a ticket that the walk made, by default a moment ago."""
    with database.work() as session:
        return walk(Desk(session, now or clock.now()), **how).number


def row(database: Database, number: str) -> Ticket:
    with database.read() as session:
        return session.exec(select(Ticket).where(Ticket.number == number)).one()


def events(database: Database, number: str) -> list[str]:
    with database.read() as session:
        of_ticket = select(TicketEvent.action).where(
            TicketEvent.ticket_id == row(database, number).id
        )
        return list(session.exec(of_ticket.order_by(TicketEvent.seq)))
