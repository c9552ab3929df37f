"""A duty's phrase is known by its sound, at half its worth, where the characters are others."""

import pytest

from hotline.routing.heard import Heard
from hotline.routing.phrases import PhraseBook
from hotline.routing.router import Router
from hotline.routing.types import Directory


def first(router: Router, text: str) -> str:
    return router.suggest(text).candidates[0].unit


@pytest.mark.parametrize(
    ("written", "heard", "unit"),
    [
        ("想问一下公积金提取", "想问一下公机金提取", "市住房公积金管理中心"),
        ("我要办低保申请", "我要办低宝申请", "市民政局"),
        ("小区电梯年检过期", "小区电梯年捡过期", "市质监局"),
    ],
)
def test_a_phrase_with_a_homophone_leads_to_the_same_unit(
    router: Router, written: str, heard: str, unit: str
):
    assert first(router, written) == first(router, heard) == unit


def test_what_sounds_so_is_shown_as_the_phrase_it_stands_for_and_as_inexact(router: Router):
    def kinds(text: str) -> set[str]:
        (best, *_) = router.suggest(text).candidates
        return {reason.kind for reason in best.reasons if "公积金" in reason.text}

    assert "phrase" in kinds("公积金提取")
    assert kinds("公机金提取") == {"words"}


def test_a_word_of_which_most_characters_are_others_is_another_word(directory: Directory):
    heard = Heard(PhraseBook(directory))
    assert "公积金" in heard.find("公机金", set())
    assert "公积金" not in heard.find("恭机巾", set())
    assert "公积金" not in heard.find("公积金", {"公积金"})
