"""BM25 on pairs of characters: how close a text's wording is to each unit's duties."""

import math
from collections import Counter, defaultdict

from hotline.routing.fold import fold_phrase
from hotline.routing.types import Directory, Duty

# Robertson's usual saturation; a duty with many phrases is little less to the point for it.
K1 = 1.2
LENGTH = 0.4
# Repeats in the text count by their square root, a pair in the title twice.
REPEATS = 0.5
TITLE = 2
# A request speaks of few duties; the rest of a big unit's rows would only add noise.
BEST_DUTIES = 5
# Distinct pairs looked at; a letter of 1,000 characters has fewer.
PAIRS = 3_000


def pairs(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


class Wording:
    """An inverted index from pairs of characters to duties, each duty a document."""

    def __init__(self, directory: Directory) -> None:
        self._duties = directory.duties
        documents = [_document(duty) for duty in directory.duties]
        holders: dict[str, set[str]] = defaultdict(set)
        for duty, document in zip(directory.duties, documents, strict=True):
            for pair in document:
                holders[pair].add(duty.unit)
        self._postings = _postings(documents, holders, units=len(directory.units))

    def closeness(self, title: str, text: str) -> dict[str, tuple[float, str]]:
        """For each unit its points, and the duty that brought most of them."""
        duties = self._duty_points(title, text)
        by_unit: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for number, points in duties.items():
            by_unit[self._duties[number].unit].append((points, self._duties[number].duty))
        return {unit: _best(ranked) for unit, ranked in by_unit.items()}

    def _duty_points(self, title: str, text: str) -> dict[int, float]:
        counts = Counter(pairs(text))
        for pair in pairs(title):
            counts[pair] += TITLE
        points: dict[int, float] = defaultdict(float)
        for pair in list(counts)[:PAIRS]:
            times = counts[pair] ** REPEATS
            for number, value in self._postings.get(pair, ()):
                points[number] += value * times
        return points


def _document(duty: Duty) -> Counter[str]:
    document: Counter[str] = Counter()
    for phrase in duty.phrases:
        for pair in pairs(fold_phrase(phrase)):
            document[pair] += duty.weight
    return document


def _postings(
    documents: list[Counter[str]], holders: dict[str, set[str]], *, units: int
) -> dict[str, list[tuple[int, float]]]:
    average = sum(map(Counter.total, documents)) / max(len(documents), 1)
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for number, document in enumerate(documents):
        damping = K1 * (1 - LENGTH + LENGTH * document.total() / (average or 1))
        for pair, times in document.items():
            held = len(holders[pair])
            rarity = math.log(1 + (units - held + 0.5) / (held + 0.5))
            postings[pair].append((number, rarity * times * (K1 + 1) / (times + damping)))
    return postings


def _best(duties: list[tuple[float, str]]) -> tuple[float, str]:
    duties.sort(reverse=True)
    return sum(points for points, _ in duties[:BEST_DUTIES]), duties[0][1]
