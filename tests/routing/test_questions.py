"""Questions are found by what people really type: other words, slips, pinyin, dialect."""

import pytest

from hotline.routing.questions import Entry, Questions

CODE, HOW_LONG, SECRET, EMERGENCY, FUND = range(1, 6)
QUESTIONS = Questions(
    [
        Entry(CODE, ("工单编号或查询码忘了怎么办？", "查询码丢了"), "请拨打热线核对。"),
        Entry(HOW_LONG, ("反映的事情多久能答复？", "多少天有结果"), "咨询三个工作日。"),
        Entry(SECRET, ("反映问题会不会泄露我的身份？", "怎么保密"), "电话回访时也不透露。"),
        Entry(EMERGENCY, ("遇到紧急情况该打哪个电话？", "着火了打什么电话"), "119 火警。"),
        Entry(FUND, ("公积金怎么提取？", "住房公积金取出来要什么材料"), "带身份证到窗口。"),
    ]
)


def first(text: str) -> int | None:
    return next(iter(QUESTIONS.find(text, 3)), None)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("查询码", CODE),
        ("查寻马丢了", CODE),  # sounds alike
        ("公积筋提取", FUND),
        ("查詢碼忘了", CODE),  # traditional
        ("chaxunma", CODE),  # pinyin, whole
        ("chaxumadiule", CODE),  # and with a slip
        ("cxm", CODE),  # its first letters
        ("gongdan编号", CODE),  # half of it chosen
        ("zhaohuo", EMERGENCY),
        ("好多天有结果", HOW_LONG),
        ("啥子时候才有结果哦，反映的事情好久答复", HOW_LONG),  # as it is spoken here
        ("怕被报复，要给我保密", SECRET),
        ("回访", SECRET),  # stands in the answer alone
    ],
)
def test_what_people_type_finds_the_question(text: str, found: int):
    assert first(text) == found


def test_a_long_text_finds_the_question_that_stands_in_it():
    text = (
        "来电人是一位老人，说小区里有人吵架，已经处理好了。另外他的查询码丢了，想问一下能不能再查。"
    )
    assert first(text) == CODE


@pytest.mark.parametrize("text", ["", "  ", "烧烤摊半夜很吵", "你好", "nihao", "???", "12345678"])
def test_what_nobody_asks_about_finds_nothing(text: str):
    assert QUESTIONS.find(text, 3) == []


def test_a_number_is_found_whole_and_not_by_its_first_digits():
    lines = Questions([Entry(1, ("12388 是什么电话",), ""), Entry(2, ("12345 是什么电话",), "")])
    assert lines.find("12388", 3) == [1]


def test_of_two_that_match_the_one_with_more_of_the_words_comes_first():
    both = Questions([Entry(1, ("承办单位",), ""), Entry(2, ("承办单位延期",), "")])
    assert both.find("问一下承办单位延期", 2) == [2, 1]


def test_a_base_without_articles_finds_nothing():
    assert Questions([]).find("查询码", 3) == []
