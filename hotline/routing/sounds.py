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


class Signs(dict[int, str]):
    """One sign for each syllable of known words, so that what sounds alike is written alike.

    Filled character by character as `str.translate` asks.
    """

    def __init__(self, words: Iterable[str]) -> None:
        syllables = sorted({syllable(c) for c in set("".join(words))})
        self._signs = {each: chr(0xE000 + n) for n, each in enumerate(syllables)}

    def of(self, text: str) -> str:
        """As long as the text; what none of the words sounds like is UNHEARD."""
        return text.translate(self)

    def __missing__(self, code: int) -> str:
        self[code] = self._signs.get(syllable(chr(code)), UNHEARD)
        return self[code]


class Sounds:
    """Only a name with its 县, 镇 or the like is looked for: 委员 sounds like 威远."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: dict[str, list[tuple[Place, re.Pattern[str]]]] = defaultdict(list)
        stems = [(ENDING.sub("", place.name), place) for place in places if place.level in ENDINGS]
        self._signs = Signs(stem for stem, _ in stems)
        for stem, place in stems:
            if len(stem) >= SHORTEST:
                ending = re.compile(ENDINGS[place.level])
                self._places[self._signs.of(stem)].append((place, ending))
        self._scanner = Scanner(self._places)

    def named(self, text: str) -> Iterator[tuple[int, int, tuple[Place, ...]]]:
        """Where a folded text names places that sound so, and which."""
        for start, end, heard in self._scanner.hits(self._signs.of(text[:READ])):
            places = tuple(
                place for place, ending in self._places[heard] if ending.match(text, end)
            )
            if places:
                yield start, end, places


@lru_cache(maxsize=1 << 14)
def syllable(character: str) -> str:
    """How a character is said, without its tone; what is no Chinese stays as it is."""
    said = lazy_pinyin(character)[0]
    for spelt, folded in ALIKE:
        said = said.replace(spelt, folded)
    return said
