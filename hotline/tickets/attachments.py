"""Files that belong to a ticket: who may add, see and take out which."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Field, Relationship, Session, col, select

from hotline.errors import Invalid, NotAllowed, NotFound, StepRefused
from hotline.people.rights import Actor, Role
from hotline.tables import Stored, moment
from hotline.tickets import queries, replies
from hotline.tickets.file_kinds import KINDS, OF_A_TICKET, FileKind
from hotline.tickets.file_store import Kept
from hotline.tickets.models import Content, Ticket
from hotline.tickets.words import Status

# Who takes the matter down: the place where a photo was taken may be the place of the matter.
SEES_ORIGINAL = (Role.AGENT, Role.DISPATCHER)


# Where nothing is decided any more, a requester has nothing to add.
OVER = (Status.CLOSED, Status.REDIRECTED, Status.WITHDRAWN)


class Place(StrEnum):
    """What a file belongs to; working material is for desk and units alone."""

    MATTER = "matter"
    REPLY = "reply"
    WORK = "work"

    @classmethod
    def of(cls, actor: Actor) -> "Place":
        """Where an actor's files usually go."""
        return cls.WORK if actor.role is Role.HANDLER else cls.MATTER


class Attachment(Stored, table=True):
    """One file of a ticket; erasable: the row goes, and the sweep takes the file.

    `content_id` is the matter or the reply that it comes with, if any. `shown` is the copy for
    those who do not see the original.
    """

    __tablename__ = "attachment"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    content_id: int | None = Field(default=None, foreign_key="content.id", index=True)
    name: str = Field(max_length=120)
    kind: str = Field(max_length=8)
    size: int  # bytes, as it was sent
    sha256: str = Field(max_length=64, index=True)
    shown: str = Field(max_length=64, index=True)
    place: str = Field(max_length=8)
    proof: bool = False  # of contact with the requester
    sent_by: str = Field(max_length=60)
    role: str = Field(max_length=20)
    unit: str = Field(default="", max_length=40)
    at: datetime = moment()
    ticket: Ticket = Relationship()
    content: Content | None = Relationship()

    @property
    def file_kind(self) -> FileKind:
        return KINDS[self.kind]

    @property
    def from_requester(self) -> bool:
        return self.place == Place.MATTER


def add(
    session: Session,
    ticket: Ticket,
    files: Sequence[Kept],
    *,
    place: Place,
    proof: bool = False,
    actor: Actor,
    now: datetime,
) -> list[Attachment]:
    """Rows for files that are kept already; refuses more than a ticket may have."""
    _check(session, ticket, len(files), actor)
    content = _content(session, ticket, place, actor)
    rows = [
        Attachment(
            ticket_id=ticket.id, content_id=content and content.id, name=file.name,
            kind=file.kind, size=file.size, sha256=file.sha256, shown=file.shown, place=place,
            proof=proof, sent_by=actor.id, role=actor.role, unit=actor.unit, at=now,
        )
        for file in files
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    return rows


def _check(session: Session, ticket: Ticket, more: int, actor: Actor) -> None:
    session.flush()
    if actor.role is Role.CITIZEN and ticket.status in OVER:
        raise StepRefused(
            "这件事项已经办完，不能再补附件；需要再办请先要求重启。", field="attachments"
        )
    query = select(func.count()).select_from(Attachment)
    there = session.exec(query.where(col(Attachment.ticket_id) == ticket.id)).one()
    if there + more > OF_A_TICKET:
        raise Invalid(
            "一件工单最多 %(n)d 个附件，请只留要紧的。", field="attachments", n=OF_A_TICKET
        )


def _content(session: Session, ticket: Ticket, place: Place, actor: Actor) -> Content | None:
    """What the files come with, if this actor may add to it now."""
    if place is Place.WORK:
        return None
    if place is not (Place.REPLY if actor.role is Role.HANDLER else Place.MATTER):
        raise NotAllowed(
            "诉求的附件由诉求人或话务台添加，答复的附件由承办单位添加。", field="place"
        )
    if place is Place.MATTER:
        return queries.matter(session, ticket)
    if ticket.status != Status.REPLIED:
        raise StepRefused("只有待审核的答复可以加附件。", field="place")
    written = replies.last_reply(session, ticket)
    if written.unit != actor.unit:
        raise NotAllowed(
            "答复的附件由写答复的单位（%(unit)s）添加。", field="place", unit=written.unit
        )
    return written.content


def of_ticket(session: Session, ticket: Ticket) -> list[Attachment]:
    """All of a ticket, for staff in whose scope it lies."""
    return _listed(session, col(Attachment.ticket_id) == ticket.id)


def of_requester(session: Session, ticket: Ticket) -> list[Attachment]:
    """What the requester sent, and what came with the answer given; never a proof of contact.

    A merged ticket has its parent's answer.
    """
    answered = queries.approved_reply(session, ticket)
    theirs = col(Attachment.content_id) == queries.matter(session, ticket).id
    if answered:
        in_answer = col(Attachment.content_id) == answered[1].id
        theirs = or_(theirs, and_(in_answer, col(Attachment.proof).is_(False)))
    return _listed(session, theirs)


def one(session: Session, ticket: Ticket, id: int) -> Attachment:
    """One of the ticket, for staff in whose scope the ticket lies."""
    return _found(of_ticket(session, ticket), id)


def one_of_requester(session: Session, ticket: Ticket, id: int) -> Attachment:
    return _found(of_requester(session, ticket), id)


def erase(session: Session, attachment: Attachment) -> None:
    """Takes it out for good; the file goes with the next sweep, if no other row speaks of it."""
    session.delete(attachment)


def file_for(attachment: Attachment, reader: Actor) -> str:
    """The hash of the file that this reader gets: original or bare copy."""
    return attachment.sha256 if reader.role in SEES_ORIGINAL else attachment.shown


def name_for(attachment: Attachment, ticket: Ticket, reader: Actor) -> str:
    """What the reader sees it called: a name may tell who a confidential requester is."""
    hidden = ticket.confidential and attachment.from_requester
    if hidden and reader.role not in (*SEES_ORIGINAL, Role.CITIZEN):
        return f"附件{attachment.id}.{attachment.kind}"
    return attachment.name


def unreferenced(session: Session, hashes: Sequence[str]) -> list[str]:
    """Those of which no row speaks."""
    spoken: set[str] = set()
    for column in (Attachment.sha256, Attachment.shown):
        spoken |= set(session.exec(select(column).where(col(column).in_(hashes))))
    return [sha256 for sha256 in hashes if sha256 not in spoken]


def _listed(session: Session, which: ColumnElement[bool]) -> list[Attachment]:
    return list(session.exec(select(Attachment).where(which).order_by(col(Attachment.id))))


def _found(rows: Sequence[Attachment], id: int) -> Attachment:
    found = next((row for row in rows if row.id == id), None)
    if found is None:
        raise NotFound("没有这个附件，可能已被删去。", field="attachment")
    return found
