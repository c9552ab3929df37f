"""The vocabulary names what there is, and each term once."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "vocabulary.md").read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| 中文")
]
SOURCE = "\n".join(path.read_text() for path in sorted((ROOT / "hotline").rglob("*.py")))
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[2])})


@pytest.mark.parametrize("name", NAMES)
def test_a_word_in_code_is_one_of_the_code(name: str):
    for part in re.findall(r"\w+", name):
        assert re.search(rf"\b{part.rstrip('_')}", SOURCE), name


def test_a_term_stands_once():
    terms = Counter(term for row in ROWS for term in row[0].split(" / "))
    assert [term for term, times in terms.items() if times > 1] == []
