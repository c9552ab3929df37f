"""Bringing in a list from elsewhere: for pages and commands alike, in small transactions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from hotline.db import Database, Session, take_turn
from hotline.errors import Invalid
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets.listed import Fields, RowError
from hotline.tickets.past_files import PastFile

# Rows in one transaction: a row takes up to eight steps, and the desk writes in between.
CHUNK = 10
IMPORTING = 12345_12


class Kind(Protocol):
    """What differs from one kind of list to another; a row is known by its identity."""

    fields: Fields

    def columns(self, header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]: ...

    def read(
        self, number: int, cells: Mapping[str, str], columns: Mapping[str, str]
    ) -> tuple[str, Any] | RowError: ...

    def known(self, session: Session, ids: Sequence[str]) -> set[str]: ...

    def think(self, row: Any) -> Any: ...

    def take(self, session: Session, id: str, row: Any, thought: Any) -> None: ...


@dataclass
class Brought:
    """What became of the rows; `left` are those that the time did not suffice for."""

    columns: dict[str, str]  # field → column
    unused: list[str]
    brought: int = 0
    known: int = 0
    left: int = 0
    errors: list[RowError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Import:
    """One list, brought by somebody; the same list again changes nothing."""

    database: Database
    file: PastFile
    kind: Kind
    by: Actor

    def run(
        self,
        said: Mapping[str, str],
        *,
        dry: bool,
        enough: Callable[[], bool] = lambda: False,
    ) -> Brought:
        """Reads every row, then takes in those that are sound and new, until it is `enough`."""
        scope_of(self.by, Action.ADMINISTER)
        columns = self.kind.columns(self.file.header, said)
        unused = [name for name in self.file.header if name not in columns.values()]
        done = Brought(columns, unused)
        sound = list(self._sound(columns, done))
        for start in range(0, len(sound), CHUNK):
            if enough():
                done.left = len(sound) - start
                break
            self._take(sound[start : start + CHUNK], done, dry=dry)
        return done

    def _sound(self, columns: Mapping[str, str], done: Brought) -> Iterator[tuple[str, Any]]:
        """Each row that can be taken in, with its identity; a row twice in one list counts once."""
        seen: set[str] = set()
        for number, cells in self.file.rows:
            found = self.kind.read(number, cells, columns)
            if isinstance(found, RowError):
                done.errors.append(found)
            elif found[0] in seen:
                twice = Invalid("与前面一行编号相同。")
                done.errors.append(RowError(number, columns["own_id"], twice))
            else:
                seen.add(found[0])
                yield found

    def _take(self, rows: list[tuple[str, Any]], done: Brought, *, dry: bool) -> None:
        with self.database.read() as session:
            known = self.kind.known(session, [id for id, _ in rows])
        fresh = [(id, row) for id, row in rows if id not in known]
        done.known += len(known)
        if not dry and fresh:
            self._store(fresh, done)
        else:
            done.brought += len(fresh)

    def _store(self, rows: list[tuple[str, Any]], done: Brought) -> None:
        thought = [(id, row, self.kind.think(row)) for id, row in rows]
        with self.database.work() as session:
            # Somebody else may bring the same list at this moment.
            take_turn(session, IMPORTING)
            known = self.kind.known(session, [id for id, _ in rows])
            for id, row, suggestion in thought:
                if id not in known:
                    self.kind.take(session, id, row, suggestion)
        done.brought += len(rows) - len(known)
        done.known += len(known)
