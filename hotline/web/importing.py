"""Bringing in a department's old list: for page and command alike, in small transactions."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hotline.db import Database, take_turn
from hotline.errors import Invalid
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets import past, past_intake
from hotline.tickets.past import PastRow, RowError
from hotline.tickets.past_files import PastFile
from hotline.web.current import City

# Rows in one transaction: a row takes eight steps, and the desk writes in between.
CHUNK = 10
IMPORTING = 12345_12


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
    """One list of one unit, brought by somebody; the same list again changes nothing."""

    database: Database
    city: City
    key: bytes
    file: PastFile
    unit: str
    by: Actor
    now: datetime

    def run(
        self,
        said: Mapping[str, str],
        *,
        dry: bool,
        enough: Callable[[], bool] = lambda: False,
    ) -> Brought:
        """Reads every row, then takes in those that are sound and new, until it is `enough`."""
        scope_of(self.by, Action.ADMINISTER)
        columns = past.mapping(self.file.header, said)
        unused = [name for name in self.file.header if name not in columns.values()]
        done = Brought(columns, unused)
        sound = list(self._sound(columns, done))
        for start in range(0, len(sound), CHUNK):
            if enough():
                done.left = len(sound) - start
                break
            self._take(sound[start : start + CHUNK], done, dry=dry)
        return done

    def _sound(self, columns: Mapping[str, str], done: Brought) -> Iterator[tuple[str, PastRow]]:
        """Each row that can be taken in, with its identity; a row twice in one list counts once."""
        seen: set[str] = set()
        for number, cells in self.file.rows:
            row = past.read(number, cells, columns, unit=self.unit, now=self.now)
            if isinstance(row, PastRow):
                row = self._with_unit(row, columns)
            if isinstance(row, RowError):
                done.errors.append(row)
                continue
            id = past_intake.identity(row, self.file.sha256)
            if id in seen:
                done.errors.append(RowError(number, columns["own_id"], "与前面一行编号相同。"))
            else:
                seen.add(id)
                yield id, row

    def _with_unit(self, row: PastRow, columns: Mapping[str, str]) -> PastRow | RowError:
        """The unit by the name it has today."""
        try:
            return row.of_unit(self.city.unit(row.unit))
        except Invalid as error:
            return RowError(row.row, columns.get("unit", "承办单位"), error.sentence)

    def _take(self, rows: list[tuple[str, PastRow]], done: Brought, *, dry: bool) -> None:
        with self.database.read() as session:
            known = past_intake.known(session, [id for id, _ in rows])
        fresh = [(id, row) for id, row in rows if id not in known]
        done.known += len(known)
        if not dry and fresh:
            self._store(fresh, done)
        else:
            done.brought += len(fresh)

    def _store(self, rows: list[tuple[str, PastRow]], done: Brought) -> None:
        thought = [
            (id, row, past_intake.thought(row, self.city.router.suggest(row.text, title=row.title)))
            for id, row in rows
        ]
        with self.database.work() as session:
            # Somebody else may bring the same list at this moment.
            take_turn(session, IMPORTING)
            known = past_intake.known(session, [id for id, _ in rows])
            for id, row, suggestion in thought:
                if id not in known:
                    past_intake.bring_in(
                        session, row, suggestion, id=id, batch=f"import-{self.file.sha256[:16]}",
                        calendar=self.city.calendar, key=self.key, brought_by=self.by, now=self.now,
                    )  # fmt: skip
        done.brought += len(rows) - len(known)
        done.known += len(known)
