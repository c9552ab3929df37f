"""Phrases that stand in the text as they sound: what speech recognition makes of them."""

from collections import defaultdict

from hotline.routing.phrases import PhraseBook
from hotline.routing.scan import Scanner
from hotline.routing.sounds import Signs

# Shorter phrases sound like too much else.
LONG_ENOUGH = 3
# Where more than half of the characters are others, it is rather another word.
OTHERS = 0.5
# What such a phrase is worth beside an exact one. By the requests of routing.md: .3 to .9 give
# back half of what homophones cost and cost clean texts nothing.
WORTH = 0.5
# A letter names its matter early; this also bounds the work.
READ = 2_000


class Heard:
    """Finds the phrases of a book by their syllables, without tones."""

    def __init__(self, book: PhraseBook) -> None:
        phrases = [phrase for phrase in book.claims if len(phrase) >= LONG_ENOUGH]
        self._signs = Signs(phrases)
        self._phrases: dict[str, list[str]] = defaultdict(list)
        for phrase in phrases:
            self._phrases[self._signs.of(phrase)].append(phrase)
        self._scanner = Scanner(self._phrases)

    def find(self, text: str, exact: set[str]) -> dict[str, float]:
        """Phrases that are not among the exact ones, and how much of one each is worth."""
        return {
            phrase: WORTH
            for start, end, heard in self._scanner.hits(self._signs.of(text[:READ]))
            for phrase in self._phrases[heard]
            if phrase not in exact and _resembles(phrase, text[start:end])
        }


def _resembles(phrase: str, written: str) -> bool:
    others = sum(a != b for a, b in zip(phrase, written, strict=True))
    return others <= OTHERS * len(phrase)
