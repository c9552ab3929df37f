"""One pass over a text finds every phrase of a list, however long the list."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import ahocorasick


class Hit(NamedTuple):
    """A phrase and where it stands: text[start:end] == phrase."""

    start: int
    end: int
    phrase: str


class Scanner:
    """Exact search for many phrases at once; its time grows with the text, not with the list."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._automaton = ahocorasick.Automaton()
        for phrase in phrases:
            self._automaton.add_word(phrase, phrase)
        self._automaton.make_automaton()

    def hits(self, text: str) -> Iterator[Hit]:
        """Overlapping hits too, by where they end."""
        return self._hits(self._automaton.iter, text)

    def longest(self, text: str) -> Iterator[Hit]:
        """The longest phrase at each place, then on behind it: 高桥街道 and not also 高桥."""
        return self._hits(self._automaton.iter_long, text)

    def _hits(self, search: Callable[[str], Iterator[tuple[int, str]]], text: str) -> Iterator[Hit]:
        # An automaton without words cannot be asked.
        if not self._automaton:
            return
        for last, phrase in search(text):
            yield Hit(last + 1 - len(phrase), last + 1, phrase)
