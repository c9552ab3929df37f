"""Made-up requests: seeded sentences around the phrases of the dispatch directory."""

from collections.abc import Sequence
from random import Random

from hotline.routing.types import Directory

# Around the phrases, so that a text holds words that lead nowhere, as real ones do.
OPENINGS = ("你好，我想问一下", "我家附近", "上个月开始", "请问", "我们小区", "昨天下午")
ENDINGS = ("的事没人管。", "怎么办理？", "一直得不到解决，希望尽快处理。", "找谁？", "已经很久了。")


def phrases_of(directory: Directory) -> list[str]:
    return sorted({phrase for duty in directory.duties for phrase in duty.phrases})


def sentence(pick: Random, phrases: Sequence[str]) -> str:
    return pick.choice(OPENINGS) + pick.choice(phrases) + pick.choice(ENDINGS)


def request(pick: Random, phrases: Sequence[str], length: int) -> str:
    """As many sentences as fill exactly this many characters."""
    text = ""
    while len(text) < length:
        text += sentence(pick, phrases)
    return text[:length]
