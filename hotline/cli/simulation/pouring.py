"""Pours staged lives into their moulds: a set of rows for each table."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    Table,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
)

from hotline.cli.simulation.moulds import TABLES, Element, Field, Mould, Relative
from hotline.cli.simulation.rendering import ARRAYS, FIELDS
from hotline.cli.simulation.stores import COUNTED, Store, last_id
from hotline.db import Session, take_turn
from hotline.errors import Unavailable
from hotline.tickets.feed import PLACER_LOCK
from hotline.tickets.models import Ticket, TicketEvent

TICKET: Table = Ticket.__table__
EVENT: Table = TicketEvent.__table__
# Beyond the last element of any array: stands for an empty text.
NOTHING = 99


class Pouring:
    """The statements of a run: laid out once in a transaction, then used for each chunk."""

    def __init__(self, moulds: Sequence[Mould], store: Store, batch: str) -> None:
        self._moulds, self._store, self._batch = moulds, store, batch
        self._gaps = {
            column: [row[column.name] for mould in moulds for row in mould.rows[table.name]]
            for table in TABLES
            for column in table.columns
        }
        self._life = _temporary("life", self._staged())
        self._laid = {
            table: _temporary(f"mould_of_{table.name}", self._kept(table)) for table in TABLES
        }
        self._statements = [self._statement(table) for table in TABLES]

    def open(self, session: Session) -> None:
        """Lays out the moulds for this transaction."""
        connection = session.connection()
        for table, laid in self._laid.items():
            laid.drop(connection, checkfirst=True)
            laid.create(connection)
            connection.execute(insert(laid), list(self._rows(table, laid)))

    def pour(self, session: Session, packed: Any, first_id: int, tickets: int) -> None:
        """So many staged tickets, from this id on; their events get their places in the feed."""
        _refuse_taken(session, first_id, tickets)
        connection = session.connection()
        self._life.create(connection)
        self._store.stage(session, self._life, packed)
        before = {f"last_{name}": last_id(session, name) for name in COUNTED}
        take_turn(session, PLACER_LOCK)
        newest = select(func.coalesce(func.max(EVENT.c.position), 0))
        before |= {"last_ticket": first_id - 1, "newest": connection.scalar(newest)}
        for statement in self._statements:
            connection.execute(statement, before)
        self._life.drop(connection)

    def _staged(self) -> Iterator[Column[Any]]:
        """The columns of a rendered life in its order, each of the kind of what it fills."""
        kinds = {
            gap[0]: column.type
            for column, gaps in self._gaps.items()
            for gap in gaps
            if isinstance(gap, Field | Element)
        }
        yield Column("mould", Integer)
        yield from (Column(f"before_{table.name}", Integer) for table in TABLES)
        yield from (Column(name, kinds[name]) for name in FIELDS)
        yield from (self._store.array(name, kinds[name]) for name in ARRAYS)

    def _kept(self, table: Table) -> Iterator[Column[Any]]:
        """What the mould's own table holds: whatever is not the same for all rows."""
        yield Column("mould", Integer, primary_key=True, autoincrement=False)
        yield Column("nth", Integer, primary_key=True, autoincrement=False)
        for column in table.columns:
            gaps = self._gaps[column]
            if column is not EVENT.c.position and not _one_field(gaps):
                yield Column(
                    column.name, Integer() if _first(gaps, Relative | Element) else column.type
                )

    def _rows(self, table: Table, laid: Table) -> Iterator[dict[str, Any]]:
        names = [column.name for column in laid.columns][2:]
        for mould in self._moulds:
            for nth, row in enumerate(mould.rows[table.name], start=1):
                kept = {name: _keep(row[name], laid.c[name]) for name in names}
                yield {"mould": mould.number, "nth": nth} | kept

    def _statement(self, table: Table) -> Insert:
        laid = self._laid[table]
        values = [self._value(column, laid) for column in table.columns]
        joined = self._life.join(laid, laid.c.mould == self._life.c.mould)
        return insert(table).from_select(
            [column.name for column in table.columns], select(*values).select_from(joined)
        )

    def _value(self, column: Column[Any], laid: Table) -> ColumnElement[Any]:
        gaps, life = self._gaps[column], self._life.c
        if column is EVENT.c.position:
            return bindparam("newest", type_=Integer) + life.before_ticket_event + laid.c.nth
        if field := _one_field(gaps):
            return literal(self._batch) if field == "batch" else life[field]
        kept = laid.c[column.name]
        if relative := _first(gaps, Relative):
            last = bindparam(f"last_{relative.table}", type_=Integer)
            return last + life[f"before_{relative.table}"] + kept
        if element := _first(gaps, Element):
            return self._store.element(life[element.array], kept)
        fields = {gap.name for gap in gaps if isinstance(gap, Field)}
        whens = [(kept == _mark(name, kept), life[name]) for name in sorted(fields)]
        return case(*whens, else_=kept) if whens else kept


def _temporary(name: str, columns: Iterator[Column[Any]]) -> Table:
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])


def _one_field(gaps: Sequence[Any]) -> str:
    """The one fact that fills a column in every row; blank when there is none."""
    first = gaps[0]
    return first.name if isinstance(first, Field) and all(gap == first for gap in gaps) else ""


def _first(gaps: Sequence[Any], kind: Any) -> Any:
    return next((gap for gap in gaps if isinstance(gap, kind)), None)


def _keep(gap: Any, kept: Column[Any]) -> Any:
    match gap:
        case Field():
            return _mark(gap.name, kept)
        case Element() | Relative():
            return gap[1]
        case "" if isinstance(kept.type, Integer):
            return NOTHING
    return gap


def _mark(field: str, kept: Column[Any]) -> Any:
    """Stands for a fact among constants; no column of numbers has more than one."""
    return -1 if isinstance(kept.type, Integer) else f"<{field}>"


def _refuse_taken(session: Session, first_id: int, tickets: int) -> None:
    """SQLite cannot keep ids for later; hashes hold them, so they cannot be changed any more."""
    theirs = select(TICKET.c.id).where(TICKET.c.id.between(first_id, first_id + tickets - 1))
    if session.execute(theirs.limit(1)).first():
        raise Unavailable("生成期间有人登记了工单,请先停下服务再生成;已写入的部分完整可用。")
