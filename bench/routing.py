"""One suggestion, beside a naive fuzzy search through the same phrases."""

from collections.abc import Iterator

from rapidfuzz import process

from bench.measure import Row, latencies
from bench.sentences import request
from bench.stage import Stage

LENGTHS = (20, 60, 500)
TEXTS = 200
# The anchor needs up to half a second a text.
ANCHOR_EVERY = 10


def rows(stage: Stage) -> Iterator[Row]:
    phrases = stage.phrases
    router = stage.city.router
    for length in LENGTHS:
        texts = [request(stage.pick, phrases, length) for _ in range(TEXTS)]
        yield latencies(
            f"suggestion, {length} characters; rapidfuzz extract",
            router.suggest,
            lambda text: process.extract(text, phrases, limit=3),
            texts,
            anchor_every=ANCHOR_EVERY,
        )
