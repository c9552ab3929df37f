"""Which past tickets another directory would suggest to another unit, and who was right."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from hotline.routing.router import Router
from hotline.routing.types import Case


class Turn(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket whose first suggestion would be another; `final` is the unit that has it."""

    ticket: str
    before: str
    after: str
    final: str

    @property
    def turn(self) -> Turn:
        if self.final == self.after:
            return Turn.BETTER
        return Turn.WORSE if self.final == self.before else Turn.NEITHER


@dataclass(frozen=True, slots=True)
class Preview:
    """So many tickets were asked about, and these would change."""

    asked: int
    changes: tuple[Change, ...]

    def count(self, turn: str) -> int:
        return sum(change.turn == turn for change in self.changes)


def compare(
    before: Router,
    after: Router,
    cases: Iterable[Case],
    *,
    timer: Callable[[], float],
    seconds: float,
) -> Preview:
    """Asks both about the cases in their order, until so many seconds are over."""
    ends, asked, changes = timer() + seconds, 0, []
    for case in cases:
        if timer() > ends:
            break
        asked += 1
        one, other = _first(before, case), _first(after, case)
        if one != other:
            changes.append(Change(case.id, one, other, case.units[0]))
    return Preview(asked, tuple(changes))


def _first(router: Router, case: Case) -> str:
    suggestion = router.suggest(case.body, title=case.title, dialled=case.dialled)
    return suggestion.candidates[0].unit
