"""The outbox: one row for each message owed to a requester, one row for each try."""

import secrets
from datetime import datetime

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from hotline.delivery.states import State
from hotline.tables import Stored, moment

REPLY, INTERIM = "reply", "interim"


def new_id() -> str:
    """Ninety-six random bits in hex: safe as a file name, a Message-ID and a part of a URL."""
    return secrets.token_hex(12)


class Delivery(SQLModel, table=True):
    """A message owed; the address is read from the contact when it is sent, never copied."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "contact_id", "kind"),
        Index("delivery_due", "state", "next_attempt_at", "event_id"),
    )
    id: str = Field(default_factory=new_id, primary_key=True, max_length=24)
    event_id: int = Field(foreign_key="ticket_event.id")
    contact_id: int = Field(foreign_key="contact.id")
    kind: str = Field(max_length=12)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    reply_id: int = Field(foreign_key="reply.id")
    channel: str = Field(default="", max_length=12)  # what last carried it; blank before a try
    state: str = Field(default=State.QUEUED, max_length=10)
    attempts: int = 0
    next_attempt_at: datetime = moment()
    lease_until: datetime | None = moment(nullable=True)  # also tells whose try a result is of
    done_at: datetime | None = moment(nullable=True)


class DeliveryAttempt(Stored, table=True):
    """One try, receipt or ruling about a delivery; `detail` never holds personal data."""

    __tablename__ = "delivery_attempt"
    id: int | None = Field(default=None, primary_key=True)
    delivery_id: str = Field(foreign_key="delivery.id", index=True, max_length=24)
    at: datetime = moment()
    result: str = Field(max_length=12)
    detail: str = Field(default="", max_length=120)
