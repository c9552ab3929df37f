"""Slips of speech and typing: seeded, of the right size, and harmless to any text."""

from random import Random

import pytest

from hotline.routing.learning import noise

TEXT = "小区门口的路灯坏了三天没有人修，晚上老人出门很不安全，希望尽快处理。" * 4


@pytest.mark.parametrize("kind", [*noise.KINDS.values(), noise.cut_off], ids=lambda f: f.__name__)
def test_equal_seeds_make_equal_slips_and_any_text_is_taken(kind: noise.Noise):
    assert kind(TEXT, Random(1)) == kind(TEXT, Random(1)) != TEXT
    for odd in ("", "水", "😀\x00", "ABC 123"):
        assert isinstance(kind(odd, Random(1)), str)


def test_typos_change_about_one_character_in_sixteen():
    text = "路灯坏了" * 1000
    drawn = Random(1)
    slips = sum(noise.typos(c, drawn) != c for c in text)
    assert 0.04 < slips / len(text) < 0.08


def test_homophones_sound_alike_and_keep_the_length():
    changed = noise.homophones(TEXT, Random(1))
    assert len(changed) == len(TEXT)
    wrong = [(a, b) for a, b in zip(TEXT, changed, strict=True) if a != b]
    assert 0.1 < len(wrong) / len(TEXT) < 0.25
    assert all(noise._sound(a) == noise._sound(b) for a, b in wrong)


def test_oral_words_are_added_and_none_is_taken_away():
    said = iter(noise.oral(TEXT, Random(1)))
    assert all(character in said for character in TEXT)


def test_traditional_and_short():
    assert noise.traditional("电梯坏了", Random(1)) == "電梯壞了"
    assert noise.short(TEXT, Random(1)) == TEXT[:30]


def test_a_cut_off_text_is_a_stretch_of_it():
    random = Random(1)
    assert all(noise.cut_off(TEXT, random) in TEXT for _ in range(50))
