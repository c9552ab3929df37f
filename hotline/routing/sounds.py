"""Names of counties and towns as they sound: what speech recognition and hurried fingers write."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

from pypinyin import lazy_pinyin

from hotline.routing.scan import Scanner
from hotline.routing.types import Place

# Sichuan speech does not part these.
ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"))
ENDINGS = {"county": "县|市|区|城里|城区|城头", "town": "镇|乡|街道"}
ENDING = re.compile(f"(?:{'|'.join(ENDINGS.values())})$")
SHORTEST = 2
# A letter names its place early; this also bounds the work.
READ = 2_000
UNHEARD = "\0"


class Sounds:
    """Only a name with its 县, 镇 or the like is looked for: 委员 sounds like 威远."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: dict[str, list[tuple[Place, re.Pattern[str]]]] = defaultdict(list)
        stems = [(ENDING.sub("", place.name), place) for place in places if place.level in ENDINGS]
        syllables = sorted({syllable(c) for stem, _ in stems for c in stem})
        self._signs = {each: chr(0xE000 + n) for n, each in enumerate(syllables)}
        for stem, place in stems:
            if len(stem) >= SHORTEST:
                ending = re.compile(ENDINGS[place.level])
                self._places[self._heard(stem)].append((place, ending))
        self._scanner = Scanner(self._places)

    def named(self, text: str) -> Iterator[tuple[int, int, tuple[Place, ...]]]:
        """Where a folded text names places that sound so, and which."""
        for start, end, heard in self._scanner.hits(self._heard(text[:READ])):
            places = tuple(
                place for place, ending in self._places[heard] if ending.match(text, end)
            )
            if places:
                yield start, end, places

    def _heard(self, text: str) -> str:
        return "".join(self._signs.get(syllable(c), UNHEARD) for c in text)


@lru_cache(maxsize=1 << 14)
def syllable(character: str) -> str:
    """How a character is said, without its tone; what is no Chinese stays as it is."""
    said = lazy_pinyin(character)[0]
    for spelt, folded in ALIKE:
        said = said.replace(spelt, folded)
    return said
