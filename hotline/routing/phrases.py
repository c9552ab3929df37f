"""Points for the directory's phrases that stand in a text, by how long and how rare they are."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Hit, Scanner
from hotline.routing.types import Directory, Mark, Reason

# What a row's weight is worth: 1 shared with other units, 2 mostly this one's, 3 its alone.
WORTH = {1.0: 0.5, 2.0: 1.0, 3.0: 1.5}
# A line's own words and a unit's names, which have no row of their own, count as "mostly".
UNROWED = 2.0
# A phrase said four times counts twice.
REPETITION = 0.5
TITLE = 2.0
# Slips of the pen are looked for only where little was found, in texts as short as a spoken one.
FUZZY_BELOW = 6.0
FUZZY_TEXT = 60
FUZZY_LENGTH = 4
FUZZY_CANDIDATES = 200
FUZZY_SCORE = 74
FUZZY_WORTH = 0.5


@dataclass(slots=True)
class Evidence:
    """What speaks for one unit: points, and the phrases that gave them."""

    points: float = 0.0
    reasons: list[Reason] = field(default_factory=list)


class PhraseScorer:
    """Knows all phrases of one directory, and to which units each speaks."""

    def __init__(self, directory: Directory) -> None:
        self._owners: dict[str, dict[str, float]] = defaultdict(dict)
        self._look_alikes: dict[str, set[str]] = defaultdict(set)
        for duty in directory.duties:
            self._own(duty.unit, duty.phrases, duty.weight)
            for phrase in map(fold_phrase, duty.look_alikes):
                self._look_alikes[phrase].add(duty.unit)
        for line in directory.lines:
            self._own(line.department, line.words, UNROWED, only_new=True)
        for unit in directory.units:
            self._own(unit.name, (unit.name, *unit.names), UNROWED, only_new=True)
        self._territories = {unit.name for unit in directory.units if unit.kind == "territory"}
        self._scanner = Scanner(self._owners.keys() | self._look_alikes.keys())
        self._by_bigram = _by_bigram(self._owners)

    def _own(
        self, unit: str, phrases: Iterable[str], weight: float, *, only_new: bool = False
    ) -> None:
        for phrase in map(fold_phrase, phrases):
            if phrase and not (only_new and unit in self._owners[phrase]):
                self._owners[phrase][unit] = max(weight, self._owners[phrase].get(unit, 0.0))

    def phrases_of(self) -> dict[str, dict[str, float]]:
        """Every phrase with the units it speaks for and the weight for each."""
        return {phrase: owners for phrase, owners in self._owners.items() if owners}

    def score(self, title: Folded, text: Folded) -> dict[str, Evidence]:
        """Evidence for each unit that any phrase speaks for; territories are another question."""
        counted = self._counted(title, text)
        found: dict[str, Evidence] = defaultdict(Evidence)
        for unit, phrases in counted.items():
            for phrase, (times, marks) in phrases.items():
                points = self._points(unit, phrase) * times**REPETITION
                found[unit].points += points
                found[unit].reasons.append(Reason("phrase", phrase, points, tuple(marks)))
        if max((each.points for each in found.values()), default=0.0) < FUZZY_BELOW:
            self._add_near_misses(found, text)
        for each in found.values():
            each.reasons.sort(key=lambda reason: -reason.points)
        return found

    def _counted(
        self, title: Folded, text: Folded
    ) -> dict[str, dict[str, tuple[float, list[Mark]]]]:
        counted: dict[str, dict[str, tuple[float, list[Mark]]]] = defaultdict(dict)
        for part, weight in ((title, TITLE), (text, 1.0)):
            for unit, hit in self._own_hits(part.text):
                times, marks = counted[unit].get(hit.phrase, (0.0, []))
                if part is text:
                    marks.append(part.mark(hit.start, hit.end))
                counted[unit][hit.phrase] = times + weight, marks
        return counted

    def _own_hits(self, text: str) -> Iterator[tuple[str, Hit]]:
        """Hits for each unit, without those inside a longer phrase or a look-alike of its own."""
        reach: dict[str, int] = {}
        for hit in sorted(self._scanner.hits(text), key=lambda hit: (hit.start, -hit.end)):
            for unit in self._look_alikes.get(hit.phrase, ()):
                reach[unit] = max(hit.end, reach.get(unit, 0))
            for unit in self._owners.get(hit.phrase, ()):
                if unit not in self._territories and reach.get(unit, 0) < hit.end:
                    reach[unit] = hit.end
                    yield unit, hit

    def _points(self, unit: str, phrase: str) -> float:
        owners = self._owners[phrase]
        return WORTH.get(owners[unit], owners[unit] / 2) * len(phrase) / len(owners)

    def _add_near_misses(self, found: dict[str, Evidence], text: Folded) -> None:
        if not FUZZY_LENGTH <= len(text.text) <= FUZZY_TEXT:
            return
        near = self._near(text.text)
        for phrase, score, _ in process.extract(
            text.text, near, scorer=fuzz.partial_ratio, score_cutoff=FUZZY_SCORE, limit=8
        ):
            for unit in self._owners[phrase]:
                points = FUZZY_WORTH * self._points(unit, phrase) * score / 100
                found[unit].points += points
                found[unit].reasons.append(Reason("near", phrase, points))

    def _near(self, text: str) -> list[str]:
        """Longer phrases that share a pair of characters with the text but do not stand in it."""
        shared: dict[str, int] = defaultdict(int)
        for i in range(len(text) - 1):
            for phrase in self._by_bigram.get(text[i : i + 2], ()):
                shared[phrase] += 1
        close = [phrase for phrase in shared if phrase not in text]
        close.sort(key=lambda phrase: len(phrase) - shared[phrase])
        return close[:FUZZY_CANDIDATES]


def _by_bigram(phrases: Iterable[str]) -> dict[str, list[str]]:
    index: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        if len(phrase) >= FUZZY_LENGTH:
            for pair in {phrase[i : i + 2] for i in range(len(phrase) - 1)}:
                index[pair].append(phrase)
    return index
