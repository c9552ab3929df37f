"""What is shown as the reason of a suggestion is read by people: whole words of their own text."""

import pytest

from hotline.routing.fold import fold
from hotline.routing.misspelt import Misspelt
from hotline.routing.phrases import PhraseBook
from hotline.routing.router import Router
from hotline.routing.types import Candidate, Directory

SAID = (
    "小区楼下烧烤店油烟扰民",
    "天然气灶打不燃火\uff0c气压很低",
    "自来水发黄有股怪味",
    "出租车拒载还乱喊价",
    "身份证到期了换新的",
    "幼儿园乱收费还不开发票",
    "加油站加的油有问题",
    "公园里面的厕所太脏",
    "房产证办了一年多还没下来",
    "小区外面的路灯坏了半个月没人修",
    "养老金这个月没有到账",
    "低保怎么申请",
)


@pytest.fixture(scope="module")
def book(directory: Directory) -> PhraseBook:
    return PhraseBook(directory)


def units(router: Router, text: str) -> list[str]:
    return [candidate.unit for candidate in router.suggest(text).candidates]


def first(router: Router, text: str) -> Candidate:
    return router.suggest(text).candidates[0]


@pytest.mark.parametrize("text", SAID)
def test_what_is_marked_is_a_phrase_of_the_directory_and_none_is_cut_out_of_a_word(
    router: Router, book: PhraseBook, text: str
):
    for candidate in router.suggest(text).candidates:
        for reason in candidate.reasons:
            marked = {fold(text[mark.start : mark.end]).text for mark in reason.marks}
            assert marked <= {reason.text}
            assert not marked or reason.text in book.claims


@pytest.mark.parametrize("text", SAID)
def test_what_is_not_marked_is_a_duty_or_a_phrase_that_resembles(
    router: Router, directory: Directory, book: PhraseBook, text: str
):
    duties = {duty.duty for duty in directory.duties}
    reasons = [each for found in router.suggest(text).candidates for each in found.reasons]
    assert {each.text for each in reasons if not each.marks} <= duties | book.claims.keys()


def test_a_run_within_a_phrase_is_shown_as_the_units_own_phrase(router: Router):
    found = first(router, "天然气灶打不燃火")
    assert [each.text for each in found.reasons if "气" in each.text and each.marks] == ["天然气"]


def test_a_word_of_anothers_phrase_is_shown_as_that_phrase(router: Router):
    pensions, civil, *_ = router.suggest("养老金没有到账").candidates
    assert (pensions.unit, civil.unit) == ("市人力资源社会保障局", "市民政局")
    assert [each.text for each in civil.reasons if each.marks] == ["养老金"]


@pytest.mark.parametrize("text", ["狗不牵绳到处拉屎", "小区楼下烧烤店油烟扰民"])
def test_points_that_no_word_shows_are_not_lost(router: Router, text: str):
    # First in phrases, wording and leaning: 1, 1.3 and 1.
    points = sum(reason.points for reason in first(router, text).reasons)
    assert points == pytest.approx(3.3, abs=0.02)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("有人在河里电鱼", "市公安局"),
        ("水费这个月突然多了好几百", "市政务服务中心"),
        ("烟花爆竹哪里可以放", "市住房公积金管理中心"),
        ("公园里面的厕所太脏", "市国土资源局"),
        ("变电箱声音太大吵到家里", "市经济和信息化委"),
    ],
)
def test_words_of_everyday_speech_bring_no_unit(router: Router, text: str, absent: str):
    assert absent not in units(router, text)


@pytest.mark.parametrize(
    ("text", "next_in_line"),
    [
        ("水费这个月突然多了好几百", "市发展改革委"),
        ("小区外面的路灯坏了半个月没人修", "市住房城乡建设局"),
        ("烟花爆竹哪里可以放", "市公安局"),
    ],
)
def test_who_shares_the_matter_comes_second(router: Router, text: str, next_in_line: str):
    assert units(router, text)[1] == next_in_line


def test_everyday_words_leave_gaps_and_nothing_moves(book: PhraseBook):
    text = fold("我们这里的路灯坏了没有人管")
    assert book.telling(text).text == "     路灯坏了   管"
    assert book.telling(text).origins == text.origins


def test_an_everyday_word_within_a_phrase_stays(book: PhraseBook):
    assert "加的油" in book.claims
    assert book.telling(fold("这里加的油")).text == "  加的油"


def test_the_end_of_a_text_is_not_taken_for_the_end_of_a_phrase(book: PhraseBook):
    assert "公墓多少钱" in book.claims
    assert "公墓多少钱" in Misspelt(book).find("公莫多少钱", set())
    assert "公墓多少钱" not in Misspelt(book).find("开户费要多少钱", set())
