"""Everything of one ticket that a page tells, in a fixed number of statements."""

from dataclasses import dataclass

from sqlalchemy import exists
from sqlmodel import Session, col, select

from hotline.people.rights import Action
from hotline.tickets import extensions, opinions, queries, ratings, sources, supervision
from hotline.tickets.extensions import Extension
from hotline.tickets.models import (
    Assignment,
    Contact,
    Content,
    FollowUp,
    Objection,
    Reply,
    Source,
    Ticket,
    TicketEvent,
)
from hotline.tickets.opinions import Opinion
from hotline.tickets.reopening import BY_MERGED
from hotline.tickets.steps import content_hash
from hotline.tickets.supervision import SupervisionOrder
from hotline.tickets.words import Status


@dataclass(frozen=True, slots=True)
class Story:
    """One ticket with its matter, its requester and all that happened to it.

    `texts` and `objections` are by the `seq` of their event; an erased text is missing.
    """

    ticket: Ticket
    matter: Content
    requester: Contact
    assignments: list[Assignment]
    events: list[TicketEvent]
    texts: dict[int, str]
    objections: dict[int, Objection]
    reply: Reply | None  # the newest; of a merged ticket its parent's, once that may leave
    reply_text: str
    answered: Ticket  # by whose reply its requester is told: itself, or what it was merged into
    reopened_by: list[str]  # numbers of those merged into it that had it reopened
    followers: list[str]  # numbers of the tickets merged into it
    extension: Extension | None
    orders: list[SupervisionOrder]
    reminded: dict[str, int]  # how often, by kind of reminder
    ratings: list[FollowUp]
    opinion: Opinion | None
    source: Source | None  # what it is called where it came from

    @property
    def merged_into(self) -> str:
        """Number of the ticket that it follows, blank while it stands alone."""
        return self.answered.number if self.answered is not self.ticket else ""

    @property
    def told(self) -> bool:
        """Whether there is a reply for the requester to rate; a merged one has the parent's."""
        return self.answered.status == Status.DELIVERED


def story(session: Session, ticket: Ticket) -> Story:
    events = queries.events(session, ticket)
    taken, reasons = {event.action for event in events}, {event.reason for event in events}
    contents = _of(session, Content, ticket)
    reply, reply_text = _reply(session, ticket)
    reopeners = _reopeners(session, ticket) if BY_MERGED in reasons else []
    said = contents + _of_open_ones(session, reopeners)
    return Story(
        ticket=ticket,
        matter=contents[0],
        requester=queries.contact(session, ticket),
        assignments=ticket.assignments,
        events=events,
        texts=_texts(events, said),
        objections=_objections(events, _of(session, Objection, ticket)),
        reply=reply,
        reply_text=reply_text,
        answered=queries.answered_with(session, ticket),
        reopened_by=[each.number for each in reopeners],
        followers=_followers(session, ticket),
        # Asked for only where the events tell that there are any: most tickets have none.
        extension=extensions.of(session, ticket) if Action.ASK_EXTENSION in taken else None,
        orders=supervision.orders_of(session, ticket) if Action.SUPERVISE in taken else [],
        reminded=supervision.reminded(session, ticket) if Action.REMIND in taken else {},
        ratings=ratings.of(session, ticket),
        opinion=opinions.of(session, ticket),
        source=sources.of(session, ticket),
    )


def _of(session: Session, table: type, ticket: Ticket) -> list:
    query = select(table).where(table.ticket_id == ticket.id)
    return list(session.exec(query.order_by(table.id)))


def _texts(events: list[TicketEvent], contents: list[Content]) -> dict[int, str]:
    """Events keep only the hash of their text; that is also how it is found again."""
    by_hash = {content_hash(content): content.text for content in contents}
    return {
        event.seq: by_hash[event.content_hash] for event in events if event.content_hash in by_hash
    }


def _objections(events: list[TicketEvent], rows: list[Objection]) -> dict[int, Objection]:
    by_moment = {row.raised_at: row for row in rows}
    return {
        event.seq: by_moment[event.at]
        for event in events
        if event.action == Action.OBJECT and event.at in by_moment
    }


def _reply(session: Session, ticket: Ticket) -> tuple[Reply | None, str]:
    query = (
        select(Reply, Content.text)
        .join(Content, col(Content.id) == Reply.content_id)
        .where(Reply.ticket_id == (ticket.merged_into or ticket.id))
        .where(col(Reply.interim).is_(False))
        .order_by(col(Reply.id).desc())
    )
    if ticket.merged_into:
        query = query.where(col(Reply.approved_at).is_not(None))
    return session.exec(query.limit(1)).first() or (None, "")


def _reopeners(session: Session, ticket: Ticket) -> list[Ticket]:
    reopened = exists().where(
        TicketEvent.ticket_id == Ticket.id, TicketEvent.action == Action.REOPEN
    )
    query = select(Ticket).where(Ticket.merged_into == ticket.id, reopened)
    return list(session.exec(query.order_by(col(Ticket.id))))


def _of_open_ones(session: Session, tickets: list[Ticket]) -> list[Content]:
    """What was said on these tickets.

    The words of who asked not to be known stay where they were said, which the desk alone reads.
    """
    ids = [ticket.id for ticket in tickets if not ticket.confidential]
    query = select(Content).where(col(Content.ticket_id).in_(ids))
    return list(session.exec(query)) if ids else []


def _followers(session: Session, ticket: Ticket) -> list[str]:
    """Numbers of those merged into it; who follows another is followed by nobody."""
    if ticket.merged_into:
        return []
    query = select(Ticket.number).where(Ticket.merged_into == ticket.id)
    return list(session.exec(query.order_by(col(Ticket.id))))
