"""What a ticket is found by: its number, place and matter, cut into pairs of characters."""

import re

from sqlalchemy import Index, text
from sqlmodel import Field, Relationship

from hotline.routing.fold import fold_character
from hotline.tables import Stored
from hotline.tickets.models import Content, Ticket

# Tickets whose ids differ in what is left of this only are a block, some days of a city.
BLOCK = 1 << 14
_RUN = re.compile(r"[^\W_]+")


class Searchable(Stored, table=True):
    """The pairs of one ticket between blanks; as personal, and as erasable, as the matter itself.

    Each database keeps an index of the single pairs in step with these rows by itself.
    """

    __tablename__ = "searchable"
    __table_args__ = (
        # SQLite has a table of the same name for it, which the migration makes.
        Index(
            "searchable_pairs",
            text("CAST(pairs AS tsvector)"),
            postgresql_using="gin",
        ).ddl_if(dialect="postgresql"),
    )
    ticket_id: int = Field(primary_key=True, foreign_key="ticket.id")
    pairs: str
    ticket: Ticket = Relationship()


def searchable(ticket: Ticket, matter: Content) -> Searchable:
    texts = (ticket.territory + ticket.place, matter.title, matter.text)
    return Searchable(ticket_id=ticket.id, pairs=pairs(ticket.id, ticket.number, *texts))


def pairs(ticket_id: int, number: str, *texts: str) -> str:
    """What is stored for a ticket: its block, its number from behind, the pairs of every text."""
    cut = [pair for text in texts for run in runs(text) for pair in pairs_of(run)]
    return f" {' '.join([block_of(ticket_id), from_behind(number), *cut])} "


def runs(text: str) -> list[str]:
    """The stretches of letters and digits, half-width, simplified, in small letters."""
    return _RUN.findall("".join(map(fold_character, text)))


def pairs_of(run: str) -> list[str]:
    """小区门口 is 小区 区门 门口 口: every character begins one, so that it is found alone too."""
    return [run[at : at + 2] for at in range(len(run))]


def from_behind(number: str) -> str:
    """People read out the end of a number; turned round, an end is a beginning."""
    return number[::-1].lower()


def block_of(ticket_id: int) -> str:
    """An entry shared by the tickets logged about the same time; no text has one so long."""
    return f"block{ticket_id // BLOCK}"
