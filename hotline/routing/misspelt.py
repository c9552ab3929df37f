"""Phrases that stand in the text with a slip of the pen, where exact ones say little."""

from collections import Counter, defaultdict

from rapidfuzz import fuzz

from hotline.routing.phrases import PhraseBook
from hotline.routing.wording import pairs

# Shorter phrases resemble too much; 75 is three characters right of four.
LONG_ENOUGH = 4
ALIKE = 75
# Enough exact phrases settle the ranking, and a letter has enough; both also bound the work.
FEW = 3
SHORT = 300
AT_MOST = 40
# At the edges of a text only a part of a phrase would be compared: 多少钱 of 公墓多少钱.
GAP = " " * 100


class Misspelt:
    """Finds near-hits among the long phrases that share most pairs of characters with a text."""

    def __init__(self, book: PhraseBook) -> None:
        self._holders: dict[str, list[str]] = defaultdict(list)
        for phrase in book.claims:
            if len(phrase) >= LONG_ENOUGH:
                for pair in set(pairs(phrase)):
                    self._holders[pair].append(phrase)

    def find(self, text: str, exact: set[str]) -> dict[str, float]:
        """Near-hits and how much of an exact one each is worth, below 1."""
        if len(exact) > FEW or len(text) > SHORT:
            return {}
        near = [phrase for phrase in self._shared(text) if phrase not in exact]
        within = f"{GAP}{text}{GAP}"
        ratios = {p: fuzz.partial_ratio(p, within, score_cutoff=ALIKE) for p in near[:AT_MOST]}
        # A bare pass is worth a tenth, a full match a third: exact phrases stay far ahead.
        return {p: (ratio - ALIKE + 10) / 100 for p, ratio in ratios.items() if ratio}

    def _shared(self, text: str) -> list[str]:
        """Phrases that at most two of whose pairs are missing: one slip spoils two."""
        shared: Counter[str] = Counter()
        for pair in set(pairs(text)):
            shared.update(self._holders.get(pair, ()))
        enough = [phrase for phrase, n in shared.items() if n >= len(phrase) - 3]
        return sorted(enough, key=lambda phrase: (-shared[phrase] / len(phrase), phrase))
