"""Old requests become tickets by the real steps, each once, however often a list is brought."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Field, Relationship, Session, col, select

from hotline.people.rights import CHANNEL, Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.routing.types import Candidate, Decision, Disposition, Suggestion
from hotline.tables import Stored, moment
from hotline.tickets import dispatch, intake, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.models import Ticket
from hotline.tickets.past import PastRow
from hotline.tickets.words import Channel

# The steps are told as taken by the import; who brought the list stands in its rows.
DESK = Actor("批量导入", Role.DISPATCHER)
NO_REPLY = "（原系统没有留下答复内容。）"
HANDLER = "原经办人"


class PastTicket(Stored, table=True):
    """Which row of which list became which ticket; a row that came before is left alone."""

    __tablename__ = "past_ticket"
    id: str = Field(primary_key=True, max_length=64)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    brought_by: str = Field(max_length=60)
    at: datetime = moment()
    ticket: Ticket = Relationship()


def identity(row: PastRow, file: str) -> str:
    """By the department's own number, else by the file's hash and the row's number."""
    own = f"{row.unit}\n{row.own_id}" if row.own_id else f"{file}\n{row.row}"
    return hashlib.sha256(own.encode()).hexdigest()


def known(session: Session, ids: Sequence[str]) -> set[str]:
    """Those that are tickets already."""
    return set(session.exec(select(PastTicket.id).where(col(PastTicket.id).in_(ids))))


def thought(row: PastRow, suggestion: Suggestion) -> Suggestion:
    """The place from the router, the unit from the list: nothing here is news or an emergency."""
    return Suggestion(
        Disposition.TICKET,
        Decision.CHOOSE,
        (Candidate(row.unit, 1.0),),
        territory=suggestion.territory,
        place=suggestion.place,
    )


def bring_in(
    session: Session,
    row: PastRow,
    suggestion: Suggestion,
    *,
    id: str,
    batch: str,
    calendar: WorkCalendar,
    key: bytes,
    brought_by: Actor,
    now: datetime,
) -> Ticket:
    """A settled row with the times of the list; an open one is dispatched now, with its full time.

    Nobody is told anything: what a list says was answered, was answered then.
    """
    matter = _matter(row, batch)
    ticket = intake.log(session, matter, suggestion, actor=DESK, key=key, now=row.received)
    begun = row.received if row.closed else now
    intake.accept(session, ticket, calendar=calendar, actor=DESK, now=begun)
    dispatch.dispatch(session, ticket, row.unit, calendar=calendar, actor=DESK, now=begun)
    if row.closed:
        _settle(session, ticket, row, row.closed, calendar)
    session.add(PastTicket(id=id, ticket=ticket, brought_by=brought_by.id, at=now))
    return ticket


def _settle(
    session: Session, ticket: Ticket, row: PastRow, closed: datetime, calendar: WorkCalendar
) -> None:
    unit = Actor(f"{row.unit}（导入）", Role.HANDLER, unit=row.unit)
    dispatch.claim(
        session, ticket, handler=HANDLER, calendar=calendar, actor=unit, now=row.received
    )
    replies.reply(session, ticket, row.reply or NO_REPLY, actor=unit, now=closed)
    replies.approve(session, ticket, actor=DESK, now=closed)
    replies.deliver(session, ticket, actor=CHANNEL, now=closed)
    replies.close(session, ticket, actor=DESK, now=closed)


def _matter(row: PastRow, batch: str) -> Matter:
    return Matter(
        text=row.text,
        title=row.title,
        kind=row.kind,
        channel=Channel.IMPORT,
        requester=Requester(name=row.name, phone=row.phone, address=row.address),
        batch=batch,
    )
