"""The tables of a ticket's life; personal data stands apart, in rows that can be erased.

Whatever has a ticket's id knows the `ticket` too, so that one flush stores the ticket first.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, literal, text
from sqlmodel import Field, Relationship, UniqueConstraint

from hotline.tables import Stored, moment, partial_index
from hotline.tickets.words import Status, Urgency

# Written out, not bound: only so does a database see that an index of a few rows will do.
BLANK = literal("", literal_execute=True)


class Ticket(Stored, table=True):
    """One matter of one requester, and where it stands now."""

    __tablename__ = "ticket"
    __table_args__ = (
        partial_index("ticket_critical", "urgency", where="urgency = 'critical'"),
        Index("ticket_logged", "logged_at", "id"),
        Index("ticket_nearby", "territory", "logged_at", "place"),
        partial_index("ticket_written_to", "addressee", where="addressee <> ''"),
        partial_index("ticket_of_call", "call_id", where="call_id <> ''"),
        partial_index("ticket_of_batch", "batch", where="batch <> ''"),
        partial_index("ticket_merged", "merged_into", where="merged_into IS NOT NULL"),
        partial_index("ticket_unsolved", "id", where="unsolved"),
    )
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=24, unique=True)
    query_code: str = Field(max_length=8)
    status: str = Field(default=Status.LOGGED, max_length=20, index=True)
    channel: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    urgency: str = Field(default=Urgency.NORMAL, max_length=10)
    line: str = Field(default="", max_length=20)  # key of the dialled legacy line
    # The unit to whose leader it was written: evidence like a line that was dialled, no verdict.
    addressee: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    call_id: str = Field(default="", max_length=64)
    territory: str = Field(default="", max_length=20)
    place: str = Field(default="", max_length=40)
    path: str = Field(default="", max_length=12, sa_column_kwargs={"server_default": ""})
    confidential: bool = False
    anonymous: bool = False
    disposition: str = Field(default="", max_length=12)
    service: str = Field(default="", max_length=12)  # the emergency or retained line handed over to
    decision: str = Field(default="", max_length=8)
    candidates: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    excluded: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    lead_unit: str = Field(default="", max_length=40, index=True)  # last accountable unit
    rework_count: int = 0
    # Somebody who was told its reply says that nothing is solved, and nobody has acted on that.
    unsolved: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    merged_into: int | None = Field(default=None, foreign_key="ticket.id")
    batch: str = Field(default="", max_length=40)  # the import or replay it came with
    logged_at: datetime = moment()
    accepted_at: datetime | None = moment(nullable=True)
    promised_at: datetime | None = moment(nullable=True)
    closed_at: datetime | None = moment(nullable=True)
    last_seq: int = 0
    head_hash: str = Field(default="", max_length=64)
    assignments: list["Assignment"] = Relationship(
        sa_relationship_kwargs={"order_by": "Assignment.id"}
    )


class Source(Stored, table=True):
    """What a ticket is called where it came from: a case of 110, a message of the board."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("channel", "reference"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    channel: str = Field(max_length=20)
    reference: str = Field(max_length=60)
    told: bool | None = None  # whether the requester knows that it was handed over
    ticket: Ticket = Relationship()


class Contact(Stored, table=True):
    """The requester of one ticket; erasable. Found by keyed hash, never by plain text."""

    __tablename__ = "contact"
    __table_args__ = (partial_index("contact_email", "email_hash", where="email_hash <> ''"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    name: str = Field(default="", max_length=40)
    phone: str = Field(default="", max_length=32)
    email: str = Field(default="", max_length=254)
    address: str = Field(default="", max_length=200)
    phone_hash: str = Field(default="", max_length=64, index=True)
    email_hash: str = Field(default="", max_length=64)
    ticket: Ticket = Relationship()


class Content(Stored, table=True):
    """Free text: a matter, a reply, a note; erasable. Events keep only its salted hash."""

    __tablename__ = "content"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    title: str = Field(default="", max_length=200)
    text: str
    salt: str = Field(max_length=32)
    ticket: Ticket = Relationship()


class Assignment(Stored, table=True):
    """A ticket standing with a unit, as lead or assistant; its clock runs from dispatch."""

    __tablename__ = "assignment"
    __table_args__ = (
        partial_index(
            "one_open_lead", "ticket_id", where="ended_at IS NULL AND part = 'lead'", unique=True
        ),
        Index("unit_open", "unit", "ended_at", "due_at"),
        Index("unit_tickets", "unit", "ticket_id", "outcome"),
        partial_index(
            "open_leads", "due_at", "unit", "ticket_id", where="ended_at IS NULL AND part = 'lead'"
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit: str = Field(max_length=40)
    part: str = Field(max_length=8)
    handler: str = Field(default="", max_length=60)
    dispatched_at: datetime = moment()
    warn_at: datetime = moment()
    due_at: datetime = moment()
    claimed_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    outcome: str = Field(default="", max_length=10)
    overdue: bool = False
    advice_id: int | None = None  # the content in which an assistant says its part


class Objection(Stored, table=True):
    """A unit says a ticket is not its own and whose it is; the ruling stands in the same row."""

    __tablename__ = "objection"
    __table_args__ = (Index("objection_between", "unit", "right_unit", "ruled_unit", "ruled_at"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    assignment_id: int = Field(foreign_key="assignment.id")
    unit: str = Field(max_length=40)
    right_unit: str = Field(max_length=40)
    ground: str = Field(max_length=20)
    content_id: int = Field(foreign_key="content.id")
    raised_at: datetime = moment()
    granted: bool | None = None
    ruled_unit: str = Field(default="", max_length=40)
    ruled_by: str = Field(default="", max_length=60)
    ruled_at: datetime | None = moment(nullable=True, index=True)
    # A second one on a ticket is ruled on jointly (会商), and by then.
    joint_by: datetime | None = moment(nullable=True)
    basis_id: int | None = None  # the content that says why it was so ruled
    content: Content = Relationship()
    assignment: Assignment = Relationship()
    ticket: Ticket = Relationship()


class Reply(Stored, table=True):
    """What a unit (or the desk itself) answers; only an approved one may leave."""

    __tablename__ = "reply"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit: str = Field(max_length=40)  # blank: answered by the desk at once
    content_id: int = Field(foreign_key="content.id")
    written_by: str = Field(max_length=60)
    written_at: datetime = moment()
    approved_by: str = Field(default="", max_length=60)
    approved_at: datetime | None = moment(nullable=True)
    # What whoever approved it looked for; None where nobody was asked.
    answers_matter: bool | None = None
    contact_proved: bool | None = None
    # 阶段性答复: tells how things stand, and is no answer yet.
    interim: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    content: Content = Relationship()
    ticket: Ticket = Relationship()


class FollowUp(Stored, table=True):
    """What the requester says afterwards: solved and satisfied are asked apart."""

    __tablename__ = "follow_up"
    __table_args__ = (
        partial_index("rating_undecided", "id", where="grievance <> '' AND fault = ''"),
    )
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    solved: bool
    satisfied: int  # 5 very satisfied .. 1 very dissatisfied
    asked_by: str = Field(max_length=60)
    at: datetime = moment()
    unit: str = Field(default="", max_length=40)  # that is rated; blank: the desk itself
    # A later rating of the same reply counts in its place.
    superseded: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    grievance: str = Field(default="", max_length=20)  # why not satisfied
    content_id: int | None = None  # the requester's words
    # Whose it was, as a third side decided.
    fault: str = Field(default="", max_length=16)
    reviewed_by: str = Field(default="", max_length=60)
    reviewed_at: datetime | None = moment(nullable=True)
    content: Content = Relationship(
        sa_relationship_kwargs={"primaryjoin": "foreign(FollowUp.content_id) == Content.id"}
    )
    ticket: Ticket = Relationship()


class Alarm(Stored, table=True):
    """Emergency words in a written message: rings at the desk until someone takes it."""

    __tablename__ = "alarm"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", unique=True)
    service: str = Field(max_length=12)
    raised_at: datetime = moment()
    taken_by: str = Field(default="", max_length=60)
    taken_at: datetime | None = moment(nullable=True)
    ticket: Ticket = Relationship()


class TicketEvent(Stored, table=True):
    """One step, append-only and chained: history, audit, outbox and tally delta at once."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        Index("event_tally", "action", "at"),
        Index("event_of_ticket", "ticket_id", "position"),
        partial_index("event_unplaced", "id", where="position IS NULL"),
    )
    id: int | None = Field(default=None, primary_key=True)
    position: int | None = Field(default=None, unique=True)  # order of the feed, given after commit
    ticket_id: int = Field(foreign_key="ticket.id")
    seq: int
    at: datetime = moment()
    actor: str = Field(max_length=60)
    role: str = Field(max_length=20)
    action: str = Field(max_length=20)
    status: str = Field(max_length=20)  # after the step
    unit: str = Field(default="", max_length=40)
    channel: str = Field(max_length=20)
    kind: str = Field(max_length=20)
    line: str = Field(default="", max_length=20)
    territory: str = Field(default="", max_length=20)
    reason: str = Field(default="", max_length=40)
    solved: bool | None = None
    satisfied: int | None = None
    content_hash: str = Field(default="", max_length=64)
    previous: str = Field(default="", max_length=64)
    hash: str = Field(max_length=64)
    ticket: Ticket = Relationship()


class DaySerial(Stored, table=True):
    """The last serial counted on a day; below zero, what to take off PostgreSQL's sequence."""

    __tablename__ = "day_serial"
    day: str = Field(primary_key=True, max_length=8)
    last: int
