"""The kinds of lists that can be brought in: a department's past, and the message board."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hotline.db import Session
from hotline.errors import Invalid
from hotline.people.rights import Actor
from hotline.routing.types import Suggestion
from hotline.tickets import board, past, past_intake, sources
from hotline.tickets.board import Posted
from hotline.tickets.listed import RowError
from hotline.tickets.past import PastRow
from hotline.tickets.past_files import PastFile
from hotline.tickets.words import Channel
from hotline.web.current import City


@dataclass(frozen=True, slots=True)
class PastList:
    """A department's old list, as tickets that are settled or go on."""

    city: City
    key: bytes
    file: PastFile
    unit: str
    by: Actor
    now: datetime
    fields = past.FIELDS

    def columns(self, header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
        return past.mapping(header, said)

    def read(
        self, number: int, cells: Mapping[str, str], columns: Mapping[str, str]
    ) -> tuple[str, PastRow] | RowError:
        """The row with its unit by the name it has today."""
        row = past.read(number, cells, columns, unit=self.unit, now=self.now)
        if isinstance(row, RowError):
            return row
        try:
            row = row.of_unit(self.city.unit(row.unit))
        except Invalid as error:
            return RowError(number, columns.get("unit", "承办单位"), error)
        return past_intake.identity(row, self.file.sha256), row

    def known(self, session: Session, ids: Sequence[str]) -> set[str]:
        return past_intake.known(session, ids)

    def think(self, row: PastRow) -> Suggestion:
        return past_intake.thought(row, self.city.router.suggest(row.text, title=row.title))

    def take(self, session: Session, id: str, row: PastRow, thought: Suggestion) -> None:
        past_intake.bring_in(
            session, row, thought, id=id, batch=f"import-{self.file.sha256[:16]}",
            calendar=self.city.calendar, key=self.key, brought_by=self.by, now=self.now,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Board:
    """领导留言板, as it is exported: open messages, once by the number that they have there."""

    city: City
    key: bytes
    file: PastFile
    by: Actor
    now: datetime
    fields = board.FIELDS

    def columns(self, header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
        return board.mapping(header, said)

    def read(
        self, number: int, cells: Mapping[str, str], columns: Mapping[str, str]
    ) -> tuple[str, Posted] | RowError:
        row = board.read(number, cells, columns, now=self.now)
        if isinstance(row, RowError):
            return row
        return row.own_id, replace(row, to=self._named(row.to))

    def known(self, session: Session, ids: Sequence[str]) -> set[str]:
        return sources.known(session, Channel.MESSAGE_BOARD, ids)

    def think(self, row: Posted) -> Suggestion:
        return self.city.suggest(row.text, title=row.title, addressee=row.to)

    def take(self, session: Session, id: str, row: Posted, thought: Suggestion) -> None:
        board.take_in(
            session, row, thought, batch=f"board-{self.file.sha256[:16]}", key=self.key,
            brought_by=self.by, now=self.now,
        )  # fmt: skip

    def _named(self, to: str) -> str:
        """东兴区 of 东兴区委书记; blank for a leader of the city, whose unit is none of ours."""
        if found := self.city.find_unit(to):
            return found
        names = [unit.name for unit in self.city.directory.units if unit.name in to]
        return max(names, key=len, default="")
