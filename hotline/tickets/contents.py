"""Free text of a ticket, in rows that can be erased."""

import secrets

from sqlmodel import Session

from hotline.tickets.models import Content, Ticket


def add_content(session: Session, ticket: Ticket, text: str, *, title: str = "") -> Content:
    """Stores the text with the salt under which events keep its hash."""
    content = Content(ticket_id=ticket.id, title=title, text=text, salt=secrets.token_hex(16))
    session.add(content)
    return content
