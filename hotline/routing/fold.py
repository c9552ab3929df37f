"""Bring the spellings of one word together, remembering where each character stood."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from opencc import OpenCC

from hotline.routing.types import Mark

# Letters of citizens stay far below; more is an attack or a pasted file.
LIMIT = 20_000

# t2s leaves these, since both forms are words: 著火 is 着火. Phrases are folded alike.
VARIANTS = dict(zip("著覆乾係瞭藉衞枱痺妳喫", "着复干系了借卫台痹你吃", strict=True))

# Sichuan words, and what speech recognition makes of ours; domain.md 2.4.
SPOKEN = {
    "莫得": "没有",
    "没得": "没有",
    "啥子": "什么",
    "咋个": "怎么",
    "咋办": "怎么办",
    "娃儿": "孩子",
    "娃娃": "孩子",
    "老汉儿": "父亲",
    "屋头": "家里",
    "里头": "里面",
    "高头": "上面",
    "好多钱": "多少钱",
    "摆摊摊": "摆摊",
    "角孽": "打架",
    "扯皮": "纠纷",
    "晓不得": "不知道",
    "晓得": "知道",
    "啷个": "怎么",
    "朗个": "怎么",
    "莫法": "没办法",
    "才将": "刚才",
    "将才": "刚才",
    "屋里头": "家里",
    "灶房": "厨房",
    "茅厕": "厕所",
    "茅房": "厕所",
    "街沿": "人行道",
    "打锤": "打架",
    "扯筋": "纠纷",
    "敲竹杠": "敲诈",
    "摸包儿": "小偷",
    "讨口子": "乞丐",
    "叫花子": "乞丐",
    "堂客": "妻子",
    "婆娘": "妻子",
    "耗子": "老鼠",
    "偷油婆": "蟑螂",
    "树子": "树",
    "电杆杆": "电杆",
    "公鸡金": "公积金",
    "龙昌": "隆昌",
    "东新区": "东兴区",
    "自中县": "资中县",
    "威元县": "威远县",
}
SPOKEN_PATTERN = re.compile("|".join(map(re.escape, SPOKEN)))


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `origins[i]` is the position in the original of folded character i."""

    text: str
    origins: tuple[int, ...]

    def mark(self, start: int, end: int) -> Mark:
        """The stretch of the original that text[start:end] came from; `end` is after `start`."""
        return Mark(self.origins[start], self.origins[end - 1] + 1)


def fold(text: str) -> Folded:
    """Half-width, simplified, lower-case, no spaces or control characters, dialect put plain."""
    pieces = [fold_character(character) for character in text[:LIMIT]]
    origins = [i for i, piece in enumerate(pieces) for _ in piece]
    return _plain_speech("".join(pieces), origins)


def _plain_speech(text: str, origins: list[int]) -> Folded:
    parts: list[str] = []
    places: list[int] = []
    done = 0
    for match in SPOKEN_PATTERN.finditer(text):
        plain = SPOKEN[match.group()]
        last = match.end() - match.start() - 1
        steps = [min(i, last) for i in range(len(plain) - 1)] + [last]
        parts += [text[done : match.start()], plain]
        places += origins[done : match.start()] + [origins[match.start() + i] for i in steps]
        done = match.end()
    return Folded("".join([*parts, text[done:]]), tuple(places + origins[done:]))


# Each version of the directory brings nearly the same phrases again.
@lru_cache(maxsize=1 << 16)
def fold_phrase(phrase: str) -> str:
    """The text of `fold` alone, for tens of thousands of phrases at a start."""
    text = "".join(map(fold_character, phrase[:LIMIT]))
    return SPOKEN_PATTERN.sub(lambda word: SPOKEN[word.group()], text)


@lru_cache(maxsize=1 << 16)
def fold_character(character: str) -> str:
    """What one character becomes: one as a rule, none for a space, several for ㎡."""
    wide = unicodedata.normalize("NFKC", character)
    return "".join(_simplified(c) for c in wide if unicodedata.category(c)[0] not in "CZ")


def _simplified(character: str) -> str:
    simple = _converter().convert(character)
    # Where one character would become several it stays, so that places hold.
    simple = simple if len(simple) == 1 else character
    return VARIANTS.get(simple, simple).lower()


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")
