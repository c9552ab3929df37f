"""Territory from the gazetteer: which of the seven territorial units the words name."""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Scanner
from hotline.routing.sounds import Sounds
from hotline.routing.types import Directory, Place, Reason, UnitKind

# What one name is worth; only the order matters. A name that several territories share supports
# each of them a little, so that two such names can decide together.
WORTH = {"county": 3.0, "town": 2.0, "village": 1.0}
SHARED = 0.5

# "I live in" says where the matter is, "I come from" does not.
HERE = re.compile(r"(?:在|住|位于|地址|地点|发生于|这边)[是为::]?[^,。!?;]{0,4}$")
FROM = re.compile(r"(?:来自|老家|户籍|户口|籍贯|我是)[是在为::]?[^,。!?;]{0,4}$")
HERE_WORTH, FROM_WORTH = 1.0, -1.5

# Words that hold the name of a place of ours and are not it; the longer one wins.
LOOK_ALIKES = frozenset(
    ("工资中", "投资中", "物资中", "融资中", "出资中", "外资中", "师资中", "集资中", "广西林")
)

# Cities whose districts and zones have the names of ours: 市中区, 高新区, 经开区.
OTHER_CITIES = (
    "成都|自贡|泸州|德阳|绵阳|广元|遂宁|乐山|南充|眉山|宜宾|广安|达州|雅安|巴中|资阳|攀枝花|西昌"
    "|重庆|西安|济南|枣庄|济宁|贵阳|昆明|武汉|长沙|合肥|郑州|杭州|苏州|南京|青岛|石家庄"
)
ANOTHER = re.compile(OTHER_CITIES)
ELSEWHERE = re.compile(rf"(?:(?:{OTHER_CITIES})市?的?|(?<!内江)(?<!隆昌)(?<![我本全在])市)$")

ROAD = re.compile(r"(?<= )\w{2,4}?(?:大道|路|街|巷|小区|花园|广场)")


@dataclass(frozen=True, slots=True)
class Where:
    territory: str | None = None
    town: str | None = None
    reasons: tuple[Reason, ...] = ()
    is_silent: bool = False  # no place is named at all, neither ours nor another city


@dataclass(frozen=True, slots=True)
class Named:
    """A name as it stands in the text, and all places that bear it."""

    name: str
    start: int
    end: int
    places: tuple[Place, ...]
    cue: float

    @property
    def territories(self) -> set[str]:
        return {place.territory for place in self.places}

    @property
    def level(self) -> str:
        return self.places[0].level


class Gazetteer:
    """Finds the places a text names; knows nothing of roads or estates."""

    def __init__(self, directory: Directory) -> None:
        self._places: dict[str, list[Place]] = defaultdict(list)
        every = (*directory.places, *_territories(directory))
        for place in every:
            for name in {place.name, *place.names}:
                self._places[fold_phrase(name)].append(place)
        self._scanner = Scanner({*self._places, *LOOK_ALIKES})
        self._sounds = Sounds(every)

    def locate(self, title: Folded, text: Folded) -> Where:
        """The one territory the names speak for; none when they speak for two alike."""
        here = self._named(text.text)
        named = [*here, *self._named(title.text)]
        territory = _zone(named) or _elected(named)
        if not territory:
            # Only then: what is spelt right is surer than what sounds right.
            here += self._sounding(text.text)
            named = [*here, *self._sounding(title.text), *named]
            territory = _elected(named)
        if not territory:
            silent = not named and not ANOTHER.search(f"{title.text}。{text.text}")
            return Where(town=_town(named), is_silent=silent)
        names = " ".join(dict.fromkeys(n.name for n in named if territory in n.territories))
        marks = tuple(text.mark(n.start, n.end) for n in here if territory in n.territories)
        return Where(territory, _town(named, territory), (Reason("rule", names, 0.0, marks),))

    def without_places(self, text: str) -> str:
        """The text with a gap where a place is named, and the road or estate right behind it."""
        return ROAD.sub(" ", self.with_gaps(text))

    def with_gaps(self, text: str) -> str:
        """The text with a gap where a place is named."""
        for start, end, _ in self._scanner.longest(text):
            text = text[:start] + " " * (end - start) + text[end:]
        return text

    def _sounding(self, text: str) -> list[Named]:
        found = [
            Named(text[start:end], start, end, places, _cue(text[max(0, start - 8) : start]))
            for start, end, places in self._sounds.named(text)
        ]
        return [each for each in found if not _is_elsewhere(each, text)]

    def _named(self, text: str) -> list[Named]:
        """The longest name at each place of the text."""
        named: list[Named] = []
        for start, end, name in self._scanner.longest(text):
            if name in LOOK_ALIKES:
                continue
            found = Named(
                name, start, end, tuple(self._places[name]), _cue(text[max(0, start - 8) : start])
            )
            if not _is_elsewhere(found, text) and not _is_countys_own(found, named):
                named.append(found)
        return named


def _territories(directory: Directory) -> list[Place]:
    """The units themselves: people say 东兴 and 东兴区政府."""
    zones = {place.territory for place in directory.places if place.level == "zone"}
    return [
        Place(
            unit.code,
            "zone" if unit.name in zones else "county",
            unit.name,
            (unit.short, *unit.names),
            unit.name,
        )
        for unit in directory.units
        if unit.kind is UnitKind.TERRITORY
    ]


def _cue(before: str) -> float:
    if FROM.search(before):
        return FROM_WORTH
    return HERE_WORTH if HERE.search(before) else 0.0


def _is_elsewhere(found: Named, text: str) -> bool:
    """乐山市中区 and 成都高新区 are not ours."""
    return bool(ELSEWHERE.search(text[max(0, found.start - 5) : found.start]))


def _is_countys_own(found: Named, before: list[Named]) -> bool:
    """资中经开区 is a zone of 资中县; the city's two zones lie in the two districts."""
    if found.level != "zone" or not before or before[-1].end != found.start:
        return False
    return before[-1].level != "zone" and not any(t.endswith("区") for t in before[-1].territories)


def _zone(named: list[Named]) -> str | None:
    """A zone wins over the district it lies in; two zones leave it open."""
    zones = {found.places[0].territory for found in named if found.level == "zone"}
    return zones.pop() if len(zones) == 1 else None


def _elected(named: list[Named]) -> str | None:
    votes: Counter[str] = Counter()
    for found in {n.name: n for n in named}.values():
        alone = len(found.territories) == 1
        for territory in found.territories:
            votes[territory] += WORTH.get(found.level, 0.0) + found.cue if alone else SHARED
    first, second = ([*votes.most_common(2), ("", 0.0), ("", 0.0)])[:2]
    # One shared name alone supports several territories alike, so it elects none.
    return first[0] if first[1] > second[1] else None


def _town(named: list[Named], territory: str | None = None) -> str | None:
    """The one town that is named; else the one town whose villages are."""
    for level in ("town", "village"):
        towns = {
            (place.territory, place.town or place.name)
            for found in named
            for place in found.places
            if place.level == level
        }
        inside = {town for owner, town in towns if owner == territory}
        names = inside or {town for _, town in towns}
        if len(names) == 1:
            return names.pop()
    return None
