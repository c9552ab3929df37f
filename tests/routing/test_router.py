"""From words to a disposition, a territory and up to three departments with reasons."""

import pytest

from hotline.routing.router import LAST_RESORT, Router
from hotline.routing.types import (
    Decision,
    Directory,
    Disposition,
    Duty,
    Line,
    Unit,
    UnitKind,
)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("东兴区西林大道路灯不亮", "市城管执法局"),
        ("隆昌古湖街道自来水停了", "市水务局"),
        ("公积金咋个提取", "市住房公积金管理中心"),
        ("威远严陵镇低保咋个申请", "市民政局"),
        ("娃儿读书划片咋个划的", "市教育局"),
        ("出租车不打表绕路", "市交通运输局"),
        ("老板跑了不给工钱", "市人力资源社会保障局"),
        ("電梯年檢過期還在用", "市质监局"),
        ("买到假种子，庄稼绝收", "市农业局"),
        ("快递丢了快递公司不赔", "市邮政管理局"),
        ("家里停电了什么时候来电", "国网内江供电公司"),
        ("房产证办不下来", "市国土资源局"),
    ],
)
def test_a_spoken_matter_finds_its_department(router: Router, text: str, unit: str):
    suggestion = router.suggest(text)
    assert suggestion.candidates[0].unit == unit
    assert suggestion.disposition is Disposition.TICKET


def test_barbecue_noise_dialled_to_12319_goes_to_city_management(
    router: Router, lines: dict[str, Line]
):
    text = "小区楼下烧烤摊半夜还在吵，油烟也大"
    suggestion = router.suggest(text, dialled=lines["12319"])
    first = suggestion.candidates[0]
    assert first.unit == "市城管执法局"
    marked = {text[m.start : m.end] for reason in first.reasons for m in reason.marks}
    assert {"烧烤", "油烟"} <= marked
    assert any(reason.kind == "line" for reason in first.reasons)


def test_the_wrong_line_does_not_beat_clear_words(router: Router, lines: dict[str, Line]):
    suggestion = router.suggest("公积金怎么提取", dialled=lines["12319"])
    assert suggestion.candidates[0].unit == "市住房公积金管理中心"


def test_silence_on_a_merged_line_is_its_departments(router: Router, lines: dict[str, Line]):
    suggestion = router.suggest("", dialled=lines["12319"])
    assert [candidate.unit for candidate in suggestion.candidates] == ["市城管执法局"]
    assert suggestion.disposition is Disposition.TICKET


def test_silence_on_a_retained_line_is_put_through_to_it(router: Router, lines: dict[str, Line]):
    suggestion = router.suggest("你好", dialled=lines["12366"])
    assert (suggestion.disposition, suggestion.service) == (Disposition.RETAINED, "12366")


def test_an_emergency_line_is_an_emergency_whatever_is_said(router: Router, lines: dict[str, Line]):
    suggestion = router.suggest("喂", dialled=lines["119"])
    assert (suggestion.disposition, suggestion.service) == (Disposition.EMERGENCY, "119")


def test_an_emergency_is_handed_over_and_still_has_its_units(router: Router):
    suggestion = router.suggest("东兴区电梯困人了，物业不管")
    assert (suggestion.disposition, suggestion.service) == (Disposition.EMERGENCY, "119")
    assert suggestion.territory == "东兴区"
    assert suggestion.candidates
    assert suggestion.decision is not Decision.AUTO


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("开庭时间怎么查", "12368"),
        ("入党要啥子条件", "12371"),
        ("吃空饷怎么举报", "12310"),
    ],
)
def test_what_a_retained_line_alone_may_take_is_transferred(
    router: Router, text: str, service: str
):
    suggestion = router.suggest(text)
    assert (suggestion.disposition, suggestion.service) == (Disposition.RETAINED, service)


@pytest.mark.parametrize(
    "text", ["社保断缴了怎么补", "商家不给退款", "发票丢了怎么补开", "电费多扣了"]
)
def test_matters_of_the_big_retained_lines_are_tickets(router: Router, text: str):
    assert router.suggest(text).disposition is Disposition.TICKET


def test_guidance_tells_where_to_go_and_marks_its_phrase(router: Router):
    text = "请问依申请公开在哪里提交"
    suggestion = router.suggest(text)
    assert suggestion.disposition is Disposition.GUIDANCE
    assert suggestion.guidance.code == "disclosure"
    (mark,) = suggestion.reasons[0].marks
    assert text[mark.start : mark.end] == "依申请公开"


def test_a_letter_that_mentions_a_petition_in_passing_is_a_ticket(router: Router):
    letter = "小区物业长期不打扫卫生，电梯经常坏，业主多次反映没有结果。" * 6
    assert router.suggest(letter + "我的信访件也没有回音。").disposition is Disposition.TICKET


def test_a_title_counts_more_than_the_text(router: Router):
    text = "孩子上学要坐公交车，站台太远。"
    alone = router.suggest(text).candidates[0]
    titled = router.suggest(text, title="学校学区划片不合理").candidates[0]
    assert (alone.unit, titled.unit) == ("市交通运输局", "市教育局")


@pytest.mark.parametrize(
    "text",
    ["", "水", "?", "😀" * 300, "hello world", "\x00\x01\u200b", "\ud800", "停水" * 300_000],
)
def test_any_text_gets_one_to_three_departments(router: Router, directory: Directory, text: str):
    departments = {u.name for u in directory.units if u.kind is UnitKind.DEPARTMENT}
    suggestion = router.suggest(text)
    units = [candidate.unit for candidate in suggestion.candidates]
    assert 1 <= len(units) <= 3
    assert len(set(units)) == len(units)
    assert set(units) <= departments


def test_a_text_that_says_nothing_is_asked_about(router: Router):
    suggestion = router.suggest("😀")
    assert suggestion.decision is Decision.ASK
    assert suggestion.candidates[0].unit == LAST_RESORT


def test_confidence_falls_along_the_candidates_and_is_a_share(router: Router):
    for text in ("小区电梯坏了", "路烂了没人修", "学校乱收费", "工地半夜施工吵得很"):
        shares = [candidate.confidence for candidate in router.suggest(text).candidates]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1.0


def test_a_place_is_named_beside_the_departments_and_never_among_them(router: Router):
    suggestion = router.suggest("资中县球溪镇政府门口垃圾没人清")
    assert (suggestion.territory, suggestion.place) == ("资中县", "球溪镇")
    assert "资中县" not in {candidate.unit for candidate in suggestion.candidates}


def _town(*duties: Duty) -> Router:
    units = [Unit(duty.unit, duty.unit, duty.unit, UnitKind.DEPARTMENT) for duty in duties]
    return Router(Directory(1, tuple(units), (), duties, (), ()))


def test_a_look_alike_cancels_the_phrase_inside_it():
    router = _town(
        Duty("消防", "消防监督", 3, ("消防",), look_alikes=("消防工程款",)),
        Duty("住建", "工程", 1, ("工程款",)),
    )
    assert router.suggest("消防工程款没付").candidates[0].unit == "住建"
    assert router.suggest("消防没人管").candidates[0].unit == "消防"


def test_a_phrase_that_many_units_hold_counts_less_for_each():
    router = _town(
        Duty("甲", "甲", 1, ("收费", "水表")),
        Duty("乙", "乙", 1, ("收费",)),
        Duty("丙", "丙", 1, ("收费",)),
    )
    reasons = router.suggest("收费水表").candidates[0].reasons
    points = {reason.text: reason.points for reason in reasons if reason.kind == "phrase"}
    assert points["水表"] > points["收费"]


def test_a_slip_of_the_pen_still_finds_the_phrase():
    router = _town(Duty("甲", "机构", 3, ("不动产登记",)), Duty("乙", "动物", 3, ("动物防疫",)))
    assert router.suggest("不动厂登记").candidates[0].unit == "甲"


def test_equal_texts_get_equal_answers(directory: Directory, router: Router):
    text = "小区门口修路，灰尘大，公交也改道了"
    assert Router(directory).suggest(text) == router.suggest(text)
