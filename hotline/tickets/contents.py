"""Free text of a ticket, in rows that can be erased."""

import secrets

from sqlalchemy import ColumnElement, ScalarSelect, func
from sqlalchemy.orm import aliased
from sqlmodel import Session, select

from hotline.tickets.models import Content, Ticket


def add_content(session: Session, ticket: Ticket, text: str, *, title: str = "") -> Content:
    """Stores the text with the salt under which events keep its hash."""
    content = Content(ticket_id=ticket.id, title=title, text=text, salt=secrets.token_hex(16))
    session.add(content)
    return content


def matter_of(ticket_id: ColumnElement[int]) -> ScalarSelect[int]:
    """The id of a ticket's matter, in a query: the requester's words are its first content."""
    content = aliased(Content)
    return select(func.min(content.id)).where(content.ticket_id == ticket_id).scalar_subquery()
