"""A dialled number is known in any spelling; anything else is simply not a line of ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shipped_files import TABLES

from hotline.registry.directory import lines
from hotline.registry.numbers import Lines, canonical

SEPARATORS = st.text(" -‐–—.·()（）[]【】/\u3000\u00a0\u200b", max_size=2)
PREFIXES = st.sampled_from(
    ["", "0832", "(0832) ", "（０８３２）", "+86", "+86 0832", "+86-832-", "0086", "0086 832 ",
     "86 0832 ", "tel:", "tel:+86-832-", "TEL:", "＋８６"]
)  # fmt: skip
NUMBERS = st.sampled_from(["110", "119", "120", "122", "12345", "12319", "95598", "96119"])
LOCAL = st.from_regex(r"[2-7][0-9]{6}", fullmatch=True)


@st.composite
def spellings(draw: st.DrawFn, numbers: st.SearchStrategy[str]) -> tuple[str, str]:
    number = draw(numbers)
    wide = draw(st.booleans())
    shown = number.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}) if wide else number
    spaced = "".join(draw(SEPARATORS) + digit for digit in shown) + draw(SEPARATORS)
    return number, draw(PREFIXES) + spaced


@given(spellings(st.one_of(NUMBERS, LOCAL)))
def test_any_spelling_of_a_number_is_that_number(case: tuple[str, str]):
    number, spelling = case
    assert canonical(spelling) == number


@given(spellings(st.one_of(NUMBERS, LOCAL)))
def test_the_canonical_form_is_its_own_canonical_form(case: tuple[str, str]):
    once = canonical(case[1])
    assert once is not None
    assert canonical(once) == once


@given(st.text(max_size=80))
def test_no_text_is_too_strange_to_look_up(text: str):
    found = canonical(text)
    assert found is None or found.removeprefix("+").isdigit()


@pytest.mark.parametrize(
    "text",
    ["", " ", "热线", "abc", "110a", "+", "+86", "0086", "tel:", "1" * 21, "一一〇", "12345x"],
)
def test_what_is_no_number_is_none(text: str):
    assert canonical(text) is None


@pytest.mark.parametrize(
    ("spelling", "number"),
    [
        ("028-12345", "02812345"),  # Chengdu's line is not ours
        ("8321234", "8321234"),  # a local number that begins like the area code
        ("+86 8321234", "8321234"),
        ("0832", "0832"),
        ("+852 2123 4567", "+85221234567"),
        ("sip:110@10.0.0.1:5060", "110"),
        ("tel:12319;phone-context=+86", "12319"),
        ("\u202d12319\u202c", "12319"),
    ],
)
def test_only_our_area_and_country_code_fall_away(spelling: str, number: str):
    assert canonical(spelling) == number


@pytest.fixture(scope="module")
def known() -> Lines:
    return Lines.of(lines(TABLES))


def test_each_of_the_51_known_numbers_finds_its_line(known: Lines):
    numbers = [row["number"] for row in TABLES["legacy_lines.csv"].rows if row["number"]]
    assert len(numbers) == 51
    for number in numbers:
        assert known.find(f"0832-{number}").key == number


@pytest.mark.parametrize("dialled", ["12345", "0832 12345", "12399", "", "local-01", "028-12319"])
def test_our_own_number_and_unknown_ones_are_no_line(known: Lines, dialled: str):
    assert known.find(dialled) is None
