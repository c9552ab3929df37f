"""Estates, streets and the like that the gazetteer lacks, and where closed tickets say they lie."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hotline.routing.fold import Folded, fold
from hotline.routing.places import Gazetteer, Where
from hotline.routing.scan import Scanner
from hotline.routing.types import Case, Reason

# What such a name ends on, and how many characters it has before that.
ENDING = re.compile(
    "小区|花园|家园|新村|公寓|大厦|广场|市场|大道|社区|公园|车站|小学|中学|幼儿园|医院|[路街巷桥苑城府湾庭厂村]"
)
SHORTEST, LONGEST = 2, 6
WORD = re.compile("[\u4e00-\u9fff]+$")
# So many tickets at least must name it together with its territory, nearly all with the same one.
FEWEST, PURE = 5, 0.95
# How unlikely that must be for a word that says nothing of places: one in a million.
CHANCE = math.log(1e6)
# A longer name that stands in nearly all tickets of a shorter one is the whole of it.
WHOLE = 0.9
# The newest tickets, and how far each is read: where it is stands early.
NEWEST, READ = 50_000, 300


@dataclass(frozen=True, slots=True)
class Landmark:
    """Where a name lies, and in how many closed tickets the two stood together."""

    territory: str
    tickets: int


class Landmarks:
    """Speaks only where the gazetteer is silent, and of one territory alone."""

    def __init__(self, known: Mapping[str, Landmark]) -> None:
        self.known = known
        self._scanner = Scanner(known)

    def locate(self, title: Folded, text: Folded, where: Where) -> Where:
        """`where` itself unless it knows of no place; undecided when two territories are named."""
        if not where.is_silent:
            return where
        hits = list(self._scanner.longest(text.text[:READ]))
        names = [hit.phrase for hit in (*hits, *self._scanner.longest(title.text))]
        if len({self.known[name].territory for name in names}) != 1:
            return where
        best = max(names, key=lambda name: (self.known[name].tickets, name))
        marks = tuple(text.mark(hit.start, hit.end) for hit in hits)
        lies = self.known[best]
        reason = Reason("landmark", f"{best} × {lies.tickets}", 0.0, marks)
        return Where(lies.territory, reasons=(reason,))

    def within(self, territories: Iterable[str]) -> "Landmarks":
        """Without those of territories that are no more."""
        kept = frozenset(territories)
        known = {name: each for name, each in self.known.items() if each.territory in kept}
        return self if len(known) == len(self.known) else Landmarks(known)


def learn_landmarks(
    cases: Iterable[Case], territories: Iterable[str], gazetteer: Gazetteer
) -> Landmarks:
    """From cases that name their territory, or were settled by it; equal texts count once."""
    known = frozenset(territories)
    told: dict[str, str] = {}
    for case in list(cases)[-NEWEST:]:
        text = f"{case.title}。{case.body}"[:READ]
        if text not in told and (territory := _territory(case, known, gazetteer)):
            told[text] = territory
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for text, territory in told.items():
        for name in set(_names(gazetteer.with_gaps(fold(text).text))):
            found[name][territory] += 1
    return Landmarks(_proven(found, Counter(told.values())))


def _territory(case: Case, known: frozenset[str], gazetteer: Gazetteer) -> str | None:
    settled = case.units[0] if case.kind == "territory" else ""
    if settled in known:
        return settled
    # Never what landmarks said before: they would bear themselves out.
    return gazetteer.locate(fold(case.title), fold(case.body[:READ])).territory


def _names(text: str) -> Iterator[str]:
    """All that may be a name, from the shortest to the longest."""
    for ending in ENDING.finditer(text):
        before = WORD.search(text, max(0, ending.start() - LONGEST), ending.start())
        for length in range(SHORTEST, len(before.group()) + 1 if before else 0):
            yield text[ending.start() - length : ending.end()]


def _proven(found: Mapping[str, Counter[str]], base: Counter[str]) -> dict[str, Landmark]:
    held = {name: of.total() for name, of in found.items() if of.total() >= FEWEST}
    # With one character more in front it may stand in nearly all the same tickets.
    part = {name[1:] for name, n in held.items() if n >= WHOLE * held.get(name[1:], n + 1)}
    proven = {
        name: Landmark(territory, tickets)
        for name, n in held.items()
        for territory, tickets in found[name].most_common(1)
        if name not in part
        and tickets >= PURE * n
        and _surprise(tickets, n, base[territory] / base.total()) > CHANCE
    }
    return {name: each for name, each in proven.items() if not _ends_on(name, proven)}


def _surprise(hits: int, n: int, share: float) -> float:
    """How many times likelier, as a logarithm, `hits` of `n` are than by that share."""
    missed = n - hits
    surprise = hits * math.log(hits / (n * share)) if share < 1 else 0.0
    return surprise + (missed * math.log(missed / (n * (1 - share))) if missed else 0.0)


def _ends_on(name: str, others: Mapping[str, Landmark]) -> bool:
    return any(name[start:] in others for start in range(1, len(name) - SHORTEST))
