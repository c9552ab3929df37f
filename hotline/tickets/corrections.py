"""What people did where the router was wrong: each change of unit, and each ruling, is kept."""

from datetime import datetime

from sqlmodel import Field, Relationship, Session, SQLModel, col, select

from hotline.people.rights import Actor
from hotline.routing.corrections import Correction
from hotline.tables import moment
from hotline.tickets.contents import matter_of
from hotline.tickets.models import Content, Ticket

# Older ones are in the model that is learned each night from closed tickets.
REMEMBERED = 1000


class CorrectionRow(SQLModel, table=True):
    """Whose a ticket is and whose it is not, by one person's choice or by a ruling (裁定)."""

    __tablename__ = "correction"
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    unit: str = Field(max_length=40)
    instead_of: str = Field(max_length=40)
    actor: str = Field(max_length=60)
    ruled: bool
    at: datetime = moment()
    ticket: Ticket = Relationship()


def correct(
    session: Session,
    ticket: Ticket,
    unit: str,
    *,
    instead_of: str,
    actor: Actor,
    now: datetime,
    ruled: bool = False,
) -> None:
    """Notes that the ticket is the one unit's and not the other's; nothing where they agree.

    A ticket that goes to its territory (属地) says nothing about whose matter it is.
    """
    if not instead_of or instead_of == unit or ticket.territory in (unit, instead_of):
        return
    session.add(
        CorrectionRow(
            ticket=ticket, unit=unit, instead_of=instead_of, actor=actor.id, ruled=ruled, at=now
        )
    )


def newest_corrections(session: Session) -> tuple[Correction, ...]:
    """Oldest first, with the words of their tickets; what was erased is left out."""
    query = (
        select(
            Ticket.number,
            Content.title,
            Content.text,
            CorrectionRow.unit,
            CorrectionRow.instead_of,
            CorrectionRow.actor,
            CorrectionRow.ruled,
        )
        .join_from(CorrectionRow, Ticket, col(Ticket.id) == CorrectionRow.ticket_id)
        .join(Content, col(Content.id) == matter_of(col(CorrectionRow.ticket_id)))
        .where(col(Content.text) != "")
        .order_by(col(CorrectionRow.id).desc())
        .limit(REMEMBERED)
    )
    return tuple(Correction(*row) for row in reversed(session.execute(query).all()))
