"""Words that corrected tickets share: proposed to an editor as phrases, never added by itself."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hotline.routing.corrections import Correction
from hotline.routing.everyday import PARTICLES
from hotline.routing.fold import fold, fold_phrase
from hotline.routing.phrases import PhraseBook
from hotline.routing.scan import Scanner
from hotline.routing.types import Case, Directory

# A phrase has so many characters, and stands in so many tickets corrected to its unit.
SHORTEST, LONGEST = 2, 6
LEAST = 3
# Of all tickets with the words, so many must be the unit's own.
OWN = 0.8
# What matters is said early; bounds the work.
READ = 200
# An editor reads them one by one.
MOST = 50
# So many times the tickets that an editor did not believe make it a new proposal.
GROWN = 2
STOP = "。"
# Words that begin or end no phrase; what a request says to be polite is in every unit's tickets.
EDGES = frozenset(f"{STOP}{PARTICLES}")
CHINESE = re.compile(r"[\u4e00-\u9fff]+")

Grams = Mapping[str, frozenset[str]]  # the tickets in which each stands


@dataclass(frozen=True, slots=True)
class Proposal:
    """A phrase that a unit's directory lacks, and the corrected tickets that show it."""

    phrase: str
    unit: str
    tickets: tuple[str, ...]
    elsewhere: int  # tickets of other units that hold it too
    known_to: tuple[str, ...]  # other units whose phrase it is already


@dataclass(frozen=True, slots=True)
class _Text:
    ticket: str
    unit: str
    words: str  # runs of Chinese characters with stops between them


def mine(
    corrections: Sequence[Correction],
    others: Iterable[Case],
    directory: Directory,
    refused: Mapping[tuple[str, str], int] = MappingProxyType({}),
) -> list[Proposal]:
    """The best founded first; `others` are past tickets against which the words must stand out.

    `refused` are those that an editor refused, by unit and phrase, with how many tickets they had.
    """
    places = Scanner(fold_phrase(name) for place in directory.places for name in place.names)
    units = {unit.name for unit in directory.units}
    # The last word on each ticket counts; a unit that is no more can have no phrase.
    last = {each.ticket: each for each in corrections if each.unit in units}
    corrected = [_text(c.ticket, c.unit, c.title, c.text, places) for c in last.values()]
    past = [_text(case.id, case.units[0], case.title, case.body, places) for case in others]
    grams = {unit: _of_unit(unit, corrected) for unit in {text.unit for text in corrected}}
    holders = _holders({phrase for held in grams.values() for phrase in held}, corrected + past)
    known = _Known(directory)
    found = [
        _proposal(unit, phrase, tickets, holders[phrase], known)
        for unit, held in grams.items()
        for phrase, tickets in held.items()
        if not known.has(unit, phrase) and len(tickets) >= GROWN * refused.get((unit, phrase), 0)
    ]
    return sorted(filter(_own, found), key=_rank)[:MOST]


def _proposal(
    unit: str, phrase: str, tickets: frozenset[str], holders: Counter[str], known: "_Known"
) -> Proposal:
    elsewhere = holders.total() - holders[unit]
    return Proposal(phrase, unit, tuple(sorted(tickets)), elsewhere, known.holders(phrase))


class _Known:
    """What the directory says already."""

    def __init__(self, directory: Directory) -> None:
        self._claims = PhraseBook(directory).claims
        self._refused = defaultdict(set)
        for duty in directory.duties:
            self._refused[duty.unit].update(map(fold_phrase, duty.look_alikes))

    def has(self, unit: str, phrase: str) -> bool:
        return unit in self._claims.get(phrase, {}) or phrase in self._refused[unit]

    def holders(self, phrase: str) -> tuple[str, ...]:
        return tuple(sorted(self._claims.get(phrase, {})))


def _of_unit(unit: str, corrected: Iterable[_Text]) -> Grams:
    return dict(_maximal(_whole([text for text in corrected if text.unit == unit])))


def _holders(phrases: Iterable[str], texts: Iterable[_Text]) -> Mapping[str, Counter[str]]:
    """How many tickets of each unit hold a phrase."""
    scanner = Scanner(phrases)
    holders: dict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        for phrase in {hit.phrase for hit in scanner.hits(text.words)}:
            holders[phrase][text.unit] += 1
    return holders


def _own(proposal: Proposal) -> bool:
    own = len(proposal.tickets)
    return own >= OWN * (own + proposal.elsewhere)


def _rank(proposal: Proposal) -> tuple[int, int, int, str, str]:
    count = len(proposal.tickets)
    return -count, proposal.elsewhere, -len(proposal.phrase), proposal.unit, proposal.phrase


def _text(ticket: str, unit: str, title: str, body: str, places: Scanner) -> _Text:
    """No phrase reaches over a stop, a figure or the name of a place."""
    folded = f"{fold(title).text}{STOP}{fold(body[:READ]).text}"
    for hit in places.longest(folded):
        folded = folded[: hit.start] + STOP * len(hit.phrase) + folded[hit.end :]
    return _Text(ticket, unit, STOP.join(CHINESE.findall(folded)))


def _whole(texts: Sequence[_Text]) -> Grams:
    """The runs of characters in enough tickets that are not always part of the same longer one."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(set(_grams(text.words)))
    scanner = Scanner(gram for gram, held in counts.items() if held >= LEAST)
    tickets, before, after = defaultdict(set), defaultdict(set), defaultdict(set)
    for text in texts:
        bounded = f"{STOP}{text.words}{STOP}"
        for start, end, gram in scanner.hits(bounded):
            tickets[gram].add(text.ticket)
            before[gram].add(bounded[start - 1])
            after[gram].add(bounded[end])
    return {
        gram: frozenset(held)
        for gram, held in tickets.items()
        if _free(before[gram]) and _free(after[gram])
    }


def _grams(words: str) -> Iterator[str]:
    for run in words.split(STOP):
        for start in range(len(run)):
            for end in range(start + SHORTEST, min(start + LONGEST, len(run)) + 1):
                if run[start] not in EDGES and run[end - 1] not in EDGES:
                    yield run[start:end]


def _free(neighbours: set[str]) -> bool:
    return len(neighbours) > 1 or not neighbours.isdisjoint(EDGES)


def _maximal(grams: Grams) -> Iterator[tuple[str, frozenset[str]]]:
    """The longest first; a shorter one counts only the tickets in which it stands by itself."""
    kept: list[tuple[str, frozenset[str]]] = []
    for gram in sorted(grams, key=lambda gram: (-len(gram), -len(grams[gram]), gram)):
        covered = [held for longer, held in kept if gram in longer]
        left = grams[gram].difference(*covered)
        if len(left) >= LEAST:
            kept.append((gram, left))
            yield gram, left
