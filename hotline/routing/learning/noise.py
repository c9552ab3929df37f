"""Copies of a text with the slips of speech and typing, all from a seed."""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from random import Random

from opencc import OpenCC
from pypinyin import Style, lazy_pinyin

# Shares of characters, as routing.md measured them.
TYPOS, HOMOPHONES, ORAL = 0.06, 0.20, 0.08
# Who is short tells the start of it.
SHORT = 30

# The everyday characters: GB 2312 level one, sixteenth to fifty-fifth row.
LEVEL_ONE = range(0xB0, 0xD8)
FILLERS = ("嗯", "那个", "就是说", "然后", "这个", "反正", "你看嘛", "是不是", "哎呀", "对头")
OPENINGS = ("喂,你好,", "你好,我想问一下,", "我反映个情况,", "麻烦问一下,", "是这样的,")
BREAKS = ",。!?;、,!?;"

Noise = Callable[[str, Random], str]


def typos(text: str, random: Random) -> str:
    """Characters left out, doubled, swapped with the next, or another one in their place."""
    written = list(text)
    for i, character in enumerate(text):
        if random.random() < TYPOS and character.strip():
            written[i] = random.choice(_slips(text, i, random))
    return "".join(written)


def _slips(text: str, i: int, random: Random) -> tuple[str, ...]:
    return ("", text[i] * 2, random.choice(_everyday()), text[i + 1 : i + 2] + text[i])


def homophones(text: str, random: Random) -> str:
    """Characters that sound the same, as input methods and speech recognition mistake them."""
    return "".join(
        random.choice(_sounding_like(c)) if random.random() < HOMOPHONES else c for c in text
    )


def oral(text: str, random: Random) -> str:
    """As spoken: an opening, and fillers between and within the clauses."""
    said = [random.choice(OPENINGS)]
    for character in text:
        said.append(character)
        if random.random() < ORAL * (3 if character in BREAKS else 0.5):
            said.append(random.choice(FILLERS))
    return "".join(said)


def traditional(text: str, random: Random) -> str:
    """Written as in Hong Kong or Taiwan; nothing is left to chance."""
    return _to_traditional().convert(text)


def short(text: str, random: Random) -> str:
    """The start alone, always of the same length."""
    return text[:SHORT]


def cut_off(text: str, random: Random) -> str:
    """A stretch from anywhere, as when a line is bad or a form too small."""
    if len(text) <= SHORT:
        return text
    start = random.randrange(len(text) - SHORT) if random.random() < 0.5 else 0
    return text[start : start + random.randint(SHORT // 2, 4 * SHORT)]


KINDS: dict[str, Noise] = {
    "typos": typos,
    "homophones": homophones,
    "oral": oral,
    "traditional": traditional,
    "short": short,
}
# What a learner sees beside the clean text; traditional characters are folded before it looks.
LEARNED_FROM: tuple[Noise, ...] = (cut_off, homophones, oral, typos)


@cache
def _everyday() -> tuple[str, ...]:
    codes = (bytes([row, cell]) for row in LEVEL_ONE for cell in range(0xA1, 0xFF))
    return tuple(c for code in codes if (c := code.decode("gb2312", "ignore")))


@cache
def _by_sound() -> dict[str, list[str]]:
    alike: dict[str, list[str]] = defaultdict(list)
    for character in _everyday():
        alike[_sound(character)].append(character)
    return alike


@cache
def _sounding_like(character: str) -> list[str]:
    return _by_sound().get(_sound(character)) or [character]


def _sound(character: str) -> str:
    return lazy_pinyin(character, style=Style.NORMAL)[0]


@cache
def _to_traditional() -> OpenCC:
    return OpenCC("s2t")
