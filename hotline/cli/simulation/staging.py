"""Temporary tables that rows are poured from: lives, what they say, and their moulds."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Integer, MetaData, String, Table, insert

from hotline.cli.simulation.moulds import TABLES, Element, Field, Mould, Relative
from hotline.cli.simulation.patterns import ARRAYS, FIELDS, OF_MATTER
from hotline.cli.simulation.planning import Planner
from hotline.cli.simulation.rendering import facts_of, pairs_in
from hotline.cli.simulation.stores import Store
from hotline.cli.simulation.wording import Matter, Story
from hotline.db import Session
from hotline.tickets.models import TicketEvent

POSITION: Column[Any] = TicketEvent.__table__.c.position
# Beyond the last element of any array: stands for an empty text.
NOTHING = 99


class Staging:
    """The tables, and the gaps of the moulds by the column that they stand in."""

    def __init__(self, planner: Planner, moulds: Mapping[int, Mould], store: Store) -> None:
        self._planner, self._moulds = planner, moulds
        self.gaps = {
            column: [
                row[column.name] for mould in moulds.values() for row in mould.rows[table.name]
            ]
            for table in TABLES
            for column in table.columns
        }
        kinds = self._kinds()
        self.life = _temporary("life", _life(kinds, store))
        self.matter = _temporary("matter", _said({name: kinds[name] for name in OF_MATTER}))
        self.story = _temporary("story", _said({}))
        # Nothing ever stands in a table that no specimen has a row of.
        self.moulds = {
            table: _temporary(f"mould_of_{table.name}", self._mould(table))
            for table in TABLES
            if self.gaps[next(iter(table.columns))]
        }

    def lay(self, session: Session) -> None:
        """Makes and fills, for this transaction, all but the lives."""
        _lay(session, self.matter, list(map(_matter_row, self._planner.matters)))
        _lay(session, self.story, list(map(_story_row, self._planner.stories)))
        for table, mould in self.moulds.items():
            _lay(session, mould, list(self._rows(table, mould)))

    def _kinds(self) -> dict[str, Any]:
        """Of each fact and each element: the kind of the column that it fills."""
        return {
            gap[0]: column.type
            for column, gaps in self.gaps.items()
            for gap in gaps
            if isinstance(gap, Field | Element)
        }

    def _mould(self, table: Table) -> Iterator[Column[Any]]:
        """Whatever is not the same fact in every row."""
        yield Column("mould", Integer, primary_key=True, autoincrement=False)
        yield Column("nth", Integer, primary_key=True, autoincrement=False)
        for column in table.columns:
            gaps = self.gaps[column]
            if column is not POSITION and not one_fact(gaps):
                placed = any(isinstance(gap, Relative | Element) for gap in gaps)
                yield Column(column.name, Integer() if placed else column.type)

    def _rows(self, table: Table, laid: Table) -> Iterator[dict[str, Any]]:
        names = [column.name for column in laid.columns][2:]
        for number, mould in self._moulds.items():
            for nth, row in enumerate(mould.rows[table.name], start=1):
                kept = {name: _kept(row[name], laid.c[name]) for name in names}
                yield {"mould": number, "nth": nth} | kept


def one_fact(gaps: Sequence[Any]) -> str:
    """The one fact that fills a column in every row; blank when there is none."""
    first = gaps[0]
    return first.name if isinstance(first, Field) and all(gap == first for gap in gaps) else ""


def mark(fact: str, kept: Column[Any]) -> Any:
    """Stands for a fact among constants; no column of numbers has more than one."""
    return -1 if isinstance(kept.type, Integer) else f"<{fact}>"


def _kept(gap: Any, kept: Column[Any]) -> Any:
    match gap:
        case Field():
            return mark(gap.name, kept)
        case Element() | Relative():
            return gap[1]
        case "" if isinstance(kept.type, Integer):
            return NOTHING
    return gap


def _life(kinds: Mapping[str, Any], store: Store) -> Iterator[Column[Any]]:
    """As it is rendered."""
    own = {"matter": Integer(), "story": Integer(), "found_by": String()}
    yield Column("mould", Integer)
    yield from (Column(f"before_{table.name}", Integer) for table in TABLES)
    yield from (Column(name, (kinds | own)[name]) for name in FIELDS)
    yield from (store.array(name, kinds[name]) for name in ARRAYS)


def _said(kinds: Mapping[str, Any]) -> Iterator[Column[Any]]:
    yield Column("number", Integer, primary_key=True, autoincrement=False)
    yield Column("text", String)
    yield Column("pairs", String)
    yield from (Column(name, kind) for name, kind in kinds.items())


def _matter_row(matter: Matter) -> dict[str, Any]:
    given = matter.given
    heading = (given.territory or "") + (given.place or "")
    pairs = pairs_in(heading, matter.title, matter.text)
    return {"number": matter.number, "text": matter.text, "pairs": pairs} | facts_of(matter)


def _story_row(story: Story) -> dict[str, Any]:
    return {"number": story.number, "text": story.text, "pairs": pairs_in(story.text)}


def _temporary(name: str, columns: Iterator[Column[Any]]) -> Table:
    return Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])


def _lay(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    connection = session.connection()
    table.drop(connection, checkfirst=True)
    table.create(connection)
    connection.execute(insert(table), rows)
