"""A text as a sparse vector: TF-IDF over one to three characters, in plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]

# Beyond this a letter repeats itself; both bound the work for one text.
READ_TITLE, READ_TEXT = 200, 2_000
# The title says in few words what the letter is about.
TITLE = 2
# A run of characters seen in one ticket only says nothing of the next.
SEEN = 2
# A code point has 21 bits, so three of them fit one number, and none is mistaken for another.
BITS = np.uint64(21)
MASK = (1 << 21) - 1
ZERO, NINE = ord("0"), ord("9")


@dataclass(frozen=True, slots=True)
class Sparse:
    """`values[i]` stands in column `columns[i]`; columns rise, the length is 1 or 0."""

    columns: NDArray[np.int32]
    values: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The runs that count, in order, and how rare each is."""

    keys: Keys
    rarity: NDArray[np.float32]

    def vector(self, title: str, text: str) -> Sparse:
        return self.weigh(*counted(title, text))

    def weigh(self, keys: Keys, counts: NDArray[np.int64]) -> Sparse:
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        known = self.keys[places] == keys
        columns = places[known].astype(np.int32)
        values = (1 + np.log(counts[known])).astype(np.float32) * self.rarity[columns]
        length = float(np.sqrt(values @ values))
        return Sparse(columns, values / np.float32(length or 1))


def counted(title: str, text: str) -> tuple[Keys, NDArray[np.int64]]:
    """The runs of a folded title and text, each once, and how often they stand there."""
    heading = runs(title[:READ_TITLE])
    keys, counts = np.unique(
        np.concatenate([heading] * TITLE + [runs(text[:READ_TEXT])]), return_counts=True
    )
    return keys, counts


def runs(text: str) -> Keys:
    """Every run of one, two and three characters as a number; all digits are one digit."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    # Numbers of phones and houses belong to one person, and are never learned.
    codes[(codes >= ZERO) & (codes <= NINE)] = ZERO
    two = codes[:-1] << BITS | codes[1:]
    three = two[:-1] << BITS | codes[2:]
    return np.concatenate([codes, two, three])


def learn_vocabulary(seen: Sequence[Keys], *, at_most: int) -> Vocabulary:
    """From the runs of each text; where they are too many, the more common ones stay."""
    keys, held = np.unique(np.concatenate([*seen, np.empty(0, np.uint64)]), return_counts=True)
    order = np.lexsort((keys, -held))[:at_most]
    kept = np.sort(order[held[order] >= SEEN])
    rarity = 1 + np.log((1 + len(seen)) / (1 + held[kept]))
    return Vocabulary(keys[kept], rarity.astype(np.float32))


def name_of(key: int) -> str:
    """The characters that a number stands for."""
    return "".join(chr(code) for code in (key >> 42, key >> 21 & MASK, key & MASK) if code)
