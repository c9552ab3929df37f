"""Pours staged lives into their moulds: a set of rows for each table."""

from itertools import chain
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    FromClause,
    Insert,
    Integer,
    Table,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
)

from hotline.cli.simulation.moulds import Element, Field, Relative
from hotline.cli.simulation.patterns import OF_MATTER
from hotline.cli.simulation.staging import POSITION, Staging, mark, one_fact
from hotline.cli.simulation.stores import COUNTED, Store, last_id
from hotline.db import Session, take_turn
from hotline.errors import Unavailable
from hotline.tickets.feed import PLACER_LOCK
from hotline.tickets.models import Ticket

TICKET: Table = Ticket.__table__
# Facts that a matter and a story make together.
JOINED = {"text", "pairs"}


class Pouring:
    """The statements of a run, one a table; used for each chunk."""

    def __init__(self, staging: Staging, store: Store, batch: str) -> None:
        self._staging, self._store, self._batch = staging, store, batch
        self._statements = [self._statement(table) for table in staging.moulds]

    def pour(self, session: Session, packed: bytes, first_id: int) -> None:
        """Rendered tickets, from this id on; their events get places in the feed."""
        connection = session.connection()
        self._store.stage(session, self._staging.life, packed)
        last = {f"last_{name}": last_id(session, name) for name in COUNTED}
        take_turn(session, PLACER_LOCK)
        newest = connection.scalar(select(func.coalesce(func.max(POSITION), 0)))
        last |= {"last_ticket": first_id - 1, "newest": newest}
        for statement in self._statements:
            connection.execute(statement, last)

    def _statement(self, table: Table) -> Insert:
        mould, life = self._staging.moulds[table], self._staging.life
        values = [self._value(column, mould) for column in table.columns]
        rows: FromClause = life.join(mould, mould.c.mould == life.c.mould)
        for said in self._said(table):
            rows = rows.join(said, said.c.number == life.c[said.name])
        names = [column.name for column in table.columns]
        return insert(table).from_select(names, select(*values).select_from(rows))

    def _said(self, table: Table) -> list[Table]:
        """Which of the tables of what is said it takes facts from."""
        gaps = chain.from_iterable(self._staging.gaps[column] for column in table.columns)
        facts = {gap.name for gap in gaps if isinstance(gap, Field)}
        if facts & JOINED:
            return [self._staging.matter, self._staging.story]
        return [self._staging.matter] if facts & set(OF_MATTER) else []

    def _value(self, column: Column[Any], mould: Table) -> ColumnElement[Any]:
        gaps, life = self._staging.gaps[column], self._staging.life.c
        if column is POSITION:
            return _param("newest") + life.before_ticket_event + mould.c.nth
        if fact := one_fact(gaps):
            return self._fact(fact)
        kept, placed = mould.c[column.name], next(filter(_is_placed, gaps), None)
        if isinstance(placed, Relative):
            return _param(f"last_{placed.table}") + life[f"before_{placed.table}"] + kept
        if isinstance(placed, Element):
            return self._store.element(life[placed.array], kept)
        facts = sorted({gap.name for gap in gaps if isinstance(gap, Field)})
        whens = [(kept == mark(fact, kept), self._fact(fact)) for fact in facts]
        return case(*whens, else_=kept) if whens else kept

    def _fact(self, name: str) -> ColumnElement[Any]:
        life, matter, story = (
            self._staging.life.c, self._staging.matter.c, self._staging.story.c,
        )  # fmt: skip
        if name == "batch":
            return literal(self._batch)
        if name == "text":
            return matter.text + story.text
        if name == "pairs":
            # As `pairs` puts them together.
            return " " + life.found_by + " " + matter.pairs + " " + story.pairs + " "
        return matter[name] if name in OF_MATTER else life[name]


def _param(name: str) -> ColumnElement[int]:
    return bindparam(name, type_=Integer)


def _is_placed(gap: Any) -> bool:
    return isinstance(gap, Relative | Element)


def refuse_taken(session: Session, first_id: int, tickets: int) -> None:
    """SQLite cannot keep ids for later; hashes hold them, so they cannot be changed any more."""
    theirs = select(TICKET.c.id).where(TICKET.c.id.between(first_id, first_id + tickets - 1))
    if session.execute(theirs.limit(1)).first():
        raise Unavailable("生成期间有人登记了工单,请先停下服务再生成;什么也没有写入。")
