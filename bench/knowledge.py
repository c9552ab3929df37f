"""Articles found while the agent types, beside a fuzzy search through the same questions."""

from collections.abc import Iterator
from functools import partial

from rapidfuzz import fuzz, process

from bench.measure import Aim, Row, latencies
from bench.sentences import request
from bench.stage import Stage
from hotline.routing.questions import Entry, Questions
from hotline.routing.spellings import spelt

ARTICLES, WAYS, SAID = 5000, 4, 12
TEXTS = 200
SHOWN = 4
# The anchor needs up to half a second a text.
ANCHOR_EVERY = 20
AIM = Aim(within=(99, 50))
ENDINGS = ("怎么办", "找谁", "要什么材料", "多久能办好")


def rows(stage: Stage) -> Iterator[Row]:
    entries = [_entry(stage, number) for number in range(ARTICLES)]
    questions = Questions(entries)
    asked = [way for entry in entries for way in entry.asked]
    for name, texts in _cases(stage):
        yield latencies(
            f"knowledge, {ARTICLES:,} articles, {name}; rapidfuzz extract",
            partial(questions.find, limit=SHOWN),
            lambda text: process.extract(text, asked, scorer=fuzz.partial_ratio, limit=SHOWN),
            texts,
            anchor_every=ANCHOR_EVERY,
            aim=AIM,
        )


def _cases(stage: Stage) -> Iterator[tuple[str, list[str]]]:
    names = stage.pick.choices(stage.phrases, k=TEXTS)
    yield "a few words", names
    yield "pinyin", list(map(spelt, names))
    yield "pinyin with a slip", [f"{spelt(name)[:-1]}x" for name in names]
    for length in (60, 500):
        texts = [request(stage.pick, stage.phrases, length) for _ in range(TEXTS)]
        yield f"{length} characters", texts


def _entry(stage: Stage, number: int) -> Entry:
    """Two duties and how people ask, in several ways, with an answer that names a dozen."""
    pick, phrases = stage.pick, stage.phrases
    ways = ("".join(pick.sample(phrases, 2)) + pick.choice(ENDINGS) for _ in range(WAYS))
    return Entry(number, tuple(ways), ",".join(pick.sample(phrases, SAID)))
