"""Which of many known questions a typed text comes closest to: by words, by slips, by sounds."""

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from hotline.routing.fold import fold
from hotline.routing.sounds import syllable
from hotline.routing.spellings import Spellings, highest, is_spelt

# A letter says early what it is about; this also bounds the work.
READ = 400
# How people ask says nothing of what they ask about; nor do signs.
ASKING = re.compile(
    r"请问|我想|想问|问一下|一下|怎么办|怎么样|怎么|怎样|如何|什么|可以|能不能|有没有|吗|呢|吧|了|的"
    r"|[^\w]|_"
)
# A number is one word: 12388 has nothing of 12345.
WORDS = re.compile(r"\d+|.")
# The share of the wording that must be found, the shorter of the two as the measure.
LEAST = 0.5
# A slip leaves three characters of four; what is found only so counts less.
SLIP, SLIP_LENGTH, SLIP_WORTH = 75, 4, 0.8
# So many of the closest by wording are compared for slips.
COMPARED = 60
# Of a pair, half is how it is written and half how it sounds: 查寻码 is nearly 查询码.
WRITTEN, SOUNDED = 0.5, 0.5
# What only the answer says, and pinyin, count less than the question itself.
ANSWERED, SPELT = 0.6, 0.9
# Between two that match as well, the one that matches more words goes first.
MORE = 0.15

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that is asked for in several ways, and what is answered."""

    id: int
    asked: tuple[str, ...]
    answer: str


class Questions:
    """Built once for a set of entries; finding reads nothing else."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        entries = tuple(entries)
        asked = [(plain(way), entry.id) for entry in entries for way in entry.asked]
        self._phrases = [phrase for phrase, _ in asked]
        self._owners = [owner for _, owner in asked]
        self._written = _Index(map(pairs, self._phrases))
        self._sounded = _Index(map(sounds, self._phrases))
        # One common pair says little, even where it is all that was asked.
        self._floor = 2 * self._written.rarest
        whole = WRITTEN * self._written.weights() + SOUNDED * self._sounded.weights()
        self._whole = np.maximum(whole, self._floor)
        self._answers = _Index(pairs(plain(entry.answer)) for entry in entries)
        self._answer_owners = [entry.id for entry in entries]
        heard = {syllable(sign) for phrase in self._phrases for sign in phrase}
        self._signs = {said: chr(0xE000 + n) for n, said in enumerate(sorted(heard))}
        self._heard = [self._hear(phrase) for phrase in self._phrases]
        self._spellings = Spellings(self._phrases)

    def find(self, text: str, limit: int) -> list[int]:
        """Ids of the entries that come close enough, the closest first."""
        asked = plain(text[:READ])
        if not asked or not self._phrases:
            return []
        scores = self._by_letters(asked) if is_spelt(asked) else self._by_words(asked)
        ranked = sorted(scores.items(), key=lambda each: (-each[1], each[0]))
        return [id for id, score in ranked[:limit] if score >= LEAST]

    def _by_words(self, asked: str) -> dict[int, float]:
        written, sounded = set(pairs(asked)), set(sounds(asked))
        if not written:
            return self._by_character(asked)
        points = WRITTEN * self._written.points(written) + SOUNDED * self._sounded.points(sounded)
        total = WRITTEN * self._written.sum(written) + SOUNDED * self._sounded.sum(sounded)
        scores = points / np.minimum(self._whole, total) + MORE * points / (points + self._floor)
        best, heard = self._by_answers(written), self._hear(asked)
        for at in highest(scores, COMPARED):
            if points[at]:
                close = max(float(scores[at]), self._slip(at, asked, heard))
                best[self._owners[at]] = max(best[self._owners[at]], close)
        return best

    def _by_letters(self, asked: str) -> dict[int, float]:
        best: dict[int, float] = defaultdict(float)
        for at, close in self._spellings.find(asked).items():
            best[self._owners[at]] = max(best[self._owners[at]], SPELT * close)
        return best

    def _by_answers(self, written: set[str]) -> dict[int, float]:
        said = ANSWERED * self._answers.points(written) / self._answers.sum(written)
        close = np.flatnonzero(said >= LEAST)
        return defaultdict(float, {self._answer_owners[at]: float(said[at]) for at in close})

    def _by_character(self, asked: str) -> dict[int, float]:
        """A single character or number has no pair; it is found where it stands."""
        asking = zip(self._phrases, self._owners, strict=True)
        return {owner: LEAST for phrase, owner in asking if asked in phrase}

    def _slip(self, at: int, asked: str, heard: str) -> float:
        """Short phrases resemble too much, and nothing long is one slip."""
        phrase = self._phrases[at]
        if min(len(phrase), len(asked)) < SLIP_LENGTH:
            return 0.0
        seen = fuzz.partial_ratio(phrase, asked, score_cutoff=SLIP)
        alike = max(seen, fuzz.partial_ratio(self._heard[at], heard, score_cutoff=SLIP))
        return SLIP_WORTH * alike / 100

    def _hear(self, text: str) -> str:
        """One sign a syllable, so that what sounds alike is alike; blank for what nobody asks."""
        return "".join(self._signs.get(syllable(sign), " ") for sign in text)


class _Index:
    """Which documents hold a term; a rare term weighs more."""

    def __init__(self, documents: Iterable[Sequence[str]]) -> None:
        holders: dict[str, list[int]] = defaultdict(list)
        self._count = 0
        for number, document in enumerate(documents):
            self._count += 1
            for term in dict.fromkeys(document):
                holders[term].append(number)
        self._holders = {term: np.array(each) for term, each in holders.items()}
        self.rarest = self._weight(1)

    def points(self, terms: Iterable[str]) -> Points:
        """Of each document, what those of these terms weigh that it holds."""
        points = np.zeros(self._count)
        for term in terms:
            if term in self._holders:
                points[self._holders[term]] += self._weight(len(self._holders[term]))
        return points

    def weights(self) -> Points:
        """Of each document, what all its terms weigh."""
        return self.points(self._holders)

    def sum(self, terms: Iterable[str]) -> float:
        """What the terms weigh; one that nobody knows as much as the rarest."""
        return sum(self._weight(len(self._holders.get(term, (0,)))) for term in terms)

    def _weight(self, held: int) -> float:
        return math.log(1 + (self._count - held + 0.5) / (held + 0.5))


def plain(text: str) -> str:
    """Folded as routing folds, without signs and without the words of asking."""
    folded = fold(text).text
    return ASKING.sub("", folded) or folded


def pairs(text: str) -> list[str]:
    """Of characters, a number being one."""
    return [first + second for first, second in pairwise(WORDS.findall(text))]


def sounds(text: str) -> list[str]:
    """Pairs of syllables, without tones and without what Sichuan does not part."""
    said = [word if word.isdigit() else syllable(word) for word in WORDS.findall(text)]
    return [f"{first} {second}" for first, second in pairwise(said)]
