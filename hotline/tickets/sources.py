"""What a ticket is called where it came from, so that nothing is handed in twice."""

import hashlib
from collections.abc import Sequence

from sqlmodel import Session, col, select

from hotline.db import take_turn
from hotline.errors import Invalid
from hotline.tickets.models import Source, Ticket
from hotline.tickets.words import CHINESE, Channel

# By which other systems hand in, each under a number of its own.
CHANNELS = (Channel.POLICE_HANDOVER, Channel.WECHAT, Channel.APP, Channel.MESSAGE_BOARD)


class AlreadyLogged(Invalid):
    code, status = "already-logged", 409


def find(session: Session, channel: str, reference: str) -> Ticket | None:
    """The ticket that has this reference."""
    query = select(Ticket).join(Source).where(Source.channel == channel)
    return session.exec(query.where(Source.reference == reference)).first()


def note(session: Session, ticket: Ticket, reference: str, *, told: bool | None = None) -> None:
    """Keeps the reference, which no other ticket of the channel may have.

    Whoever hands in the same at this moment waits for us.
    """
    if ticket.channel not in CHANNELS:
        raise Invalid(
            "渠道「%(channel)s」没有来源编号，请改渠道或删去编号。",
            field="reference",
            channel=CHINESE[Channel(ticket.channel)],
        )
    take_turn(session, _turn(ticket.channel, reference))
    if known := find(session, ticket.channel, reference):
        raise AlreadyLogged(
            "%(reference)s 已登记为工单 %(number)s，不用再登记。",
            field="reference",
            reference=reference,
            number=known.number,
        )
    session.add(Source(ticket=ticket, channel=ticket.channel, reference=reference, told=told))


def known(session: Session, channel: str, references: Sequence[str]) -> set[str]:
    """Those of the references that are tickets already."""
    query = select(Source.reference).where(Source.channel == channel)
    return set(session.exec(query.where(col(Source.reference).in_(references))))


def on_the_board(session: Session, ticket_ids: Sequence[int]) -> dict[int, str]:
    """Of these tickets the messages of the 领导留言板: by which reference each stands there."""
    query = select(Source.ticket_id, Source.reference).where(col(Source.ticket_id).in_(ticket_ids))
    return dict(session.exec(query.where(Source.channel == Channel.MESSAGE_BOARD)).all())


def of(session: Session, ticket: Ticket) -> Source | None:
    """Asked only where there may be one: most tickets come to the desk itself."""
    if ticket.channel not in CHANNELS:
        return None
    return session.exec(select(Source).where(Source.ticket_id == ticket.id)).first()


def _turn(channel: str, reference: str) -> int:
    digest = hashlib.sha256(f"{channel}\n{reference}".encode()).digest()
    return int.from_bytes(digest[:7], "big")
