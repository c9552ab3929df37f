"""Spellings of one word fold alike, and each character still knows where it stood."""

import pytest

from hotline.routing.fold import LIMIT, fold, fold_phrase


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("樓下著火了", "楼下着火了"),
        ("１２３４５　ＡＢＣ", "12345abc"),
        ("消 防\t通\n道", "消防通道"),
        ("消\u200b防\x00通道", "消防通道"),
        ("十㎡", "十m2"),
        ("屋头莫得水", "家里没有水"),
        ("公鸡金咋个取", "公积金怎么取"),
        ("\ud800", ""),
    ],
)
def test_spellings_of_one_word_fold_alike(written: str, folded: str):
    assert fold_phrase(written) == folded


@pytest.mark.parametrize(
    ("written", "word", "original"),
    [
        ("我 們　小區 樓 道 著 火 了", "着火了", "著 火 了"),
        ("问一下：莫得水咋个办", "没有", "莫得"),
        ("面积１００㎡,漏水", "m2", "㎡"),
        ("屋头漏水", "漏水", "漏水"),
    ],
)
def test_a_mark_points_at_the_characters_as_they_were_written(
    written: str, word: str, original: str
):
    folded = fold(written)
    start = folded.text.index(word)
    mark = folded.mark(start, start + len(word))
    assert written[mark.start : mark.end] == original


def test_every_folded_character_has_its_origin():
    folded = fold("老漢兒㎡ 里头😀啥子\x01" * 50)
    assert len(folded.text) == len(folded.origins)
    assert list(folded.origins) == sorted(folded.origins)


def test_what_lies_beyond_the_limit_is_not_read():
    assert len(fold("水" * (LIMIT + 500)).text) == LIMIT
