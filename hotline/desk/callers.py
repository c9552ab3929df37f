"""此人: what the same person has asked before, found by the keyed hash of a phone number."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, case, func, select
from sqlmodel import Session, col

from hotline.people.privacy import keyed_hash
from hotline.people.rights import Action, Actor
from hotline.registry.numbers import canonical
from hotline.tickets.merging import TOO_LATE
from hotline.tickets.models import Contact, Content, Ticket
from hotline.tickets.queries import visible
from hotline.tickets.words import Status

SHOWN = 8
HEADING = 40
# Nothing more is owed on these, so they stand behind the open ones.
DONE = (Status.CLOSED, Status.REDIRECTED, Status.WITHDRAWN, Status.MERGED)


@dataclass(frozen=True, slots=True)
class Past:
    """A ticket of the same person; `heading` is its title, else the beginning of the matter."""

    number: str
    kind: str
    status: str
    unit: str
    promised_at: datetime | None
    logged_at: datetime
    closed_at: datetime | None
    heading: str

    @property
    def open(self) -> bool:
        return self.status not in DONE

    @property
    def takes_others(self) -> bool:
        """Whether what the same person says again may be merged into it."""
        return self.status not in TOO_LATE


@dataclass(frozen=True, slots=True)
class History:
    """How many tickets there are in all, and the first of them: open ones, then the newest."""

    count: int = 0
    tickets: tuple[Past, ...] = ()


def phone_hash(key: bytes, phone: str) -> str:
    """The hash under which the tickets of this number are found, in whatever spelling."""
    return keyed_hash(key, canonical(phone) or phone) if phone.strip() else ""


def history(session: Session, phone_hash: str, *, actor: Actor) -> History:
    """The tickets of whoever has this number; nothing for a number that was withheld."""
    rows = session.execute(_tickets(phone_hash, actor)).all() if phone_hash else []
    return History(rows[0].of if rows else 0, tuple(map(_past, rows)))


def _tickets(phone_hash: str, actor: Actor) -> Select[tuple[Ticket, str, int]]:
    done = case((col(Ticket.status).in_(DONE), 1), else_=0)
    return (
        select(Ticket, _heading().label("heading"), func.count().over().label("of"))
        .join(Contact, col(Contact.ticket_id) == col(Ticket.id))
        .where(col(Contact.phone_hash) == phone_hash, visible(actor, Action.READ))
        .order_by(done, col(Ticket.id).desc())
        .limit(SHOWN)
    )


def _heading():  # noqa: ANN202 (a scalar subquery has no short name)
    """The matter is a ticket's first content."""
    first = (
        select(func.min(col(Content.id)))
        .where(col(Content.ticket_id) == col(Ticket.id))
        .correlate(Ticket)
        .scalar_subquery()
    )
    begun = func.substr(col(Content.text), 1, HEADING)
    heading = case((col(Content.title) != "", col(Content.title)), else_=begun)
    return select(heading).where(col(Content.id) == first).correlate(Ticket).scalar_subquery()


def _past(row: Row[tuple[Ticket, str, int]]) -> Past:
    ticket = row.Ticket
    return Past(
        number=ticket.number,
        kind=ticket.kind,
        status=ticket.status,
        unit=ticket.lead_unit,
        promised_at=ticket.promised_at,
        logged_at=ticket.logged_at,
        closed_at=ticket.closed_at,
        heading=row.heading or "",
    )
