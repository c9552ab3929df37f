"""Which past tickets another directory would send another way, and which way was right."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from hotline.routing.router import Router
from hotline.routing.types import Case, Line


class Turn(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Change:
    """A ticket whose first suggestion would be another; `final` is the unit that has it.

    `before` and `after` are a unit, or where the caller would be led to instead.
    """

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
    lines: Mapping[str, Line],
    timer: Callable[[], float],
    seconds: float,
) -> Preview:
    """Asks both about the cases in their order, until so many seconds after the first are over.

    The first answer waits until all that a router leans on is built. `lines` are by key those of
    the other directory, in which a line may be another's.
    """
    ends, asked, changes = None, 0, []
    for case in cases:
        if ends is not None and timer() > ends:
            break
        asked += 1
        dialled = lines.get(case.dialled.key) if case.dialled else None
        one, other = _first(before, case), _first(after, replace(case, dialled=dialled))
        if one != other:
            changes.append(Change(case.id, one, other, case.units[0]))
        ends = timer() + seconds if ends is None else ends
    return Preview(asked, tuple(changes))


def _first(router: Router, case: Case) -> str:
    """What a dispatcher is offered first: the guidance, the territory that leads, the unit."""
    suggestion = router.suggest(
        case.body, title=case.title, dialled=case.dialled, earlier=case.earlier
    )
    if suggestion.guidance:
        return f"引导：{suggestion.guidance.target}"
    lead = suggestion.lead
    return lead.unit if lead and lead.assist else suggestion.candidates[0].unit
