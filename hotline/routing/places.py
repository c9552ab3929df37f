"""Where it is: the territorial unit and the town that a text names."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Hit, Scanner
from hotline.routing.types import Place, Reason

# A zone lies inside a district and wins over it; a town says more than a county.
POINTS = {"zone": 9.0, "county": 3.0, "town": 4.0, "village": 2.0}
# "I live in …" says where the matter is; "I come from …" does not.
HERE = re.compile(r"(?:在|住|位于|地址|地点|发生于|这边|我们)[是为::]?.{0,4}$")
FROM = re.compile(r"(?:来自|老家|户籍|户口|从|籍贯)[是在为::]?.{0,4}$")
HERE_POINTS, FROM_POINTS = 1.5, -2.0
# A place of another city: 乐山市中区, 成都高新区, 自贡市…; our own city and county-level city stay.
ELSEWHERE = re.compile(
    r"(?:(?<!内江)(?<!隆昌)市|成都|重庆|自贡|泸州|宜宾|乐山|资阳|眉山|绵阳|德阳|南充|遂宁|广安|达州"
    r"|雅安|巴中|广元|攀枝花|凉山|阿坝|甘孜|上海|北京|广州|深圳|杭州|西安|武汉|贵阳|昆明)[省市]?的?$"
)
BESIDE = 12  # characters within which a county and its town are one address


@dataclass(frozen=True, slots=True)
class Found:
    """The territory, and the town where one is named; both None when the text leaves it open."""

    territory: str | None = None
    town: str | None = None
    reasons: tuple[Reason, ...] = ()


class Gazetteer:
    """All names of places, and the places that each may mean."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            for name in {fold_phrase(name) for name in place.names}:
                self._by_name[name].append(place)
        self._scanner = Scanner(self._by_name)

    def find(self, folded: Folded) -> Found:
        """The territory with the most to say for it; a tie is left open."""
        hits = _longest(self._scanner.hits(folded.text))
        named = [(hit, self._by_name[hit.phrase]) for hit in hits if not _elsewhere(folded, hit)]
        points = self._points(folded.text, named)
        if not points:
            return Found()
        best, *others = sorted(points, key=lambda territory: -points[territory])
        if points[best] <= 0 or (others and points[others[0]] == points[best]):
            return Found()
        ours = [(hit, place) for hit, some in named for place in some if place.territory == best]
        return Found(best, _town(ours), _reasons(folded, ours, points[best]))

    def _points(self, text: str, named: list[tuple[Hit, list[Place]]]) -> dict[str, float]:
        """A name shared by several territories counts only beside one of them named otherwise."""
        points: dict[str, float] = defaultdict(float)
        counties = [
            (hit, place.territory)
            for hit, some in named for place in some if place.level in ("county", "zone")
        ]  # fmt: skip
        seen: set[str] = set()
        for hit, some in named:
            possible = {place.territory for place in some}
            beside = {
                t for other, t in counties if t in possible and 0 <= hit.start - other.end <= BESIDE
            }
            meant = beside or possible
            if hit.phrase in seen or (len(meant) > 1 and not beside):
                continue
            seen.add(hit.phrase)
            territory = next(iter(meant))
            points[territory] += max(POINTS[place.level] for place in some)
            points[territory] += _cue(text[: hit.start])
        return points


def _cue(before: str) -> float:
    near = before[-8:]
    if FROM.search(near):
        return FROM_POINTS
    return HERE_POINTS if HERE.search(near) else 0.0


def _elsewhere(folded: Folded, hit: Hit) -> bool:
    return ELSEWHERE.search(folded.text[max(0, hit.start - 6) : hit.start]) is not None


def _longest(hits: Iterable[Hit]) -> list[Hit]:
    """Without names inside a longer name: 内江经开区 is not also 经开区."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept


def _town(ours: list[tuple[Hit, Place]]) -> str | None:
    towns = [place.name for _, place in ours if place.level == "town"]
    of_villages = [place.town for _, place in ours if place.level == "village" and place.town]
    return next(iter(towns + of_villages), None)


def _reasons(folded: Folded, ours: list[tuple[Hit, Place]], points: float) -> tuple[Reason, ...]:
    return tuple(
        Reason("place", hit.phrase, points, (folded.mark(hit.start, hit.end),)) for hit, _ in ours
    )
