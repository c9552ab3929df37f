"""Asks for words in each database's own way: FTS5 in SQLite, a GIN index in PostgreSQL."""

from dataclasses import dataclass

from sqlalchemy import (
    CTE,
    ColumnElement,
    and_,
    cast,
    column,
    func,
    literal_column,
    or_,
    select,
    table,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlmodel import Session, col

from hotline.tickets.asking import Needle
from hotline.tickets.pairs import BLOCK, Searchable, block_of

Words = tuple[tuple[Needle, ...], ...]

INDEX = "searchable_pairs"
# More blocks cost more than they spare.
MOST_BLOCKS = 20
_FTS5 = table(INDEX, column("rowid"), column("pairs"))


@dataclass(frozen=True, slots=True)
class Signs:
    """How a query to an index is written."""

    all_of: str
    any_of: str
    entry: str
    beginning: str


_OF_FTS5 = Signs(" AND ", " OR ", '"{}"', '"{}"*')
_OF_GIN = Signs(" & ", " | ", "'{}'", "'{}':*")


def hits(session: Session, words: Words, lowest: int, highest: int) -> CTE:
    """Ids between these two of the tickets that hold the words, found by the index.

    SQLite hands them out one by one, from the highest if so asked; PostgreSQL all at once.
    """
    if on_sqlite(session):
        match = literal_column(INDEX).op("MATCH")(_query(words, _OF_FTS5))
        ids, pairs = _FTS5.c.rowid, _FTS5.c.pairs
    else:
        asked = cast(_query(words, _OF_GIN) + _within(lowest, highest), TSQUERY)
        ids, pairs = col(Searchable.ticket_id), col(Searchable.pairs)
        match = cast(pairs, TSVECTOR).op("@@")(asked)
    query = select(ids.label("id")).where(match, ids.between(lowest, highest))
    query = query.where(hold(session, pairs, words))
    return query.cte("hits").prefix_with("MATERIALIZED", dialect="postgresql")


def hold(session: Session, pairs: ColumnElement[str], words: Words) -> ColumnElement[bool]:
    """Whether a ticket's pairs hold the words, found by reading them through."""
    place = func.instr if on_sqlite(session) else func.strpos
    return and_(
        *(or_(*(place(pairs, needle.pattern) > 0 for needle in readings)) for readings in words)
    )


def tidy(session: Session) -> int:
    """Sorts in what was logged of late; returns of how many pages.

    PostgreSQL only notes down new entries, which every search must read through, until its list
    is full (some 1,000 tickets): then whoever logs the next one sorts them all. SQLite sorts a few
    with each ticket.
    """
    if on_sqlite(session):
        return 0
    return session.execute(select(func.gin_clean_pending_list(INDEX))).scalar_one()


def on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _query(words: Words, signs: Signs) -> str:
    # Entries are letters and digits alone: there is no sign in them that either would misread.
    return signs.all_of.join(
        f"({signs.any_of.join(_needle(needle, signs) for needle in readings)})"
        for readings in words
    )


def _within(lowest: int, highest: int) -> str:
    """Only in these blocks of tickets: else the index would list its hits of all years."""
    blocks = range(lowest // BLOCK, highest // BLOCK + 1)
    if len(blocks) > MOST_BLOCKS:
        return ""
    return f" & ({' | '.join(block_of(number * BLOCK) for number in blocks)})"


def _needle(needle: Needle, signs: Signs) -> str:
    form = signs.entry if needle.whole else signs.beginning
    return f"({signs.all_of.join(form.format(entry) for entry in needle.entries)})"
