"""A report about officials goes where it is safe; an ordinary complaint stays one."""

import pytest

from hotline.routing.router import Router
from hotline.routing.types import Decision, Disposition

OFFICIALS = [
    "举报我们村支书贪污低保款",
    "我要实名举报市教育局局长收受贿赂",
    "东兴区某镇镇长截留征地补偿款",
    "村主任优亲厚友，把低保给了自家亲戚",
    "市城管局执法人员吃拿卡要",
    "市住建局某科长收红包才给办证",
    "学校校长吃回扣",
    "我要检举一名副局长",
    "法官收了对方的钱乱判",
]
POLICE = [
    "举报派出所所长收保护费",
    "交警收黑钱放走酒驾司机",
    "民警刑讯逼供",
    "举报民警暴力执法",
    "公安局长是黑社会的保护伞",
    "派出所民警态度恶劣，故意刁难",
    "报了三次案派出所都不出警",
]
ORDINARY = [
    "派出所警察态度不好",
    "医生态度恶劣",
    "医生收红包",
    "举报楼下麻将馆赌博",
    "向派出所报案说有人诈骗一直没结果",
    "城管不管占道经营",
    "业委会主任贪污维修资金",
    "举报工厂偷排污水",
    "小区物业乱收费，请物价局查处",
    "请镇政府调查工厂骗取补贴",
    "镇政府征地补偿款没有发",
    "举报邻居违建",
]


@pytest.mark.parametrize("text", OFFICIALS)
def test_a_report_about_officials_goes_to_discipline_first(router: Router, text: str):
    suggestion = router.suggest(text)
    assert suggestion.candidates[0].unit == "市纪委监委"
    assert (suggestion.disposition, suggestion.service) == (Disposition.RETAINED, "12388")
    assert suggestion.decision is Decision.CHOOSE


@pytest.mark.parametrize("text", POLICE)
def test_a_report_about_police_never_reaches_the_police(router: Router, text: str):
    suggestion = router.suggest(text)
    assert suggestion.service == "12389"
    assert "市公安局" not in {candidate.unit for candidate in suggestion.candidates}
    assert "市公安局" in suggestion.excluded


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_complaint_excludes_nobody(router: Router, text: str):
    suggestion = router.suggest(text)
    assert suggestion.excluded == ()
    assert suggestion.service not in ("12388", "12389")


@pytest.mark.parametrize(
    ("text", "accused"),
    [
        ("市教育局局长收受贿赂", "市教育局"),
        ("检察院的检察官徇私枉法", "市人民检察院"),
        ("信访局的干部打击报复我", "市政府信访局"),
        ("食药监局的人吃拿卡要", "市食品药品监管局"),
    ],
)
def test_the_accused_is_excluded_and_never_suggested(router: Router, text: str, accused: str):
    suggestion = router.suggest(text)
    assert accused in suggestion.excluded
    assert accused not in {candidate.unit for candidate in suggestion.candidates}


def test_where_discipline_itself_is_accused_prosecution_comes_first(router: Router):
    suggestion = router.suggest("纪委的人收了钱包庇村干部")
    assert suggestion.candidates[0].unit == "市人民检察院"
    assert "市纪委监委" in suggestion.excluded


def test_an_accused_district_is_the_territory_but_stands_aside(router: Router):
    suggestion = router.suggest("举报威远县县长以权谋私")
    assert suggestion.territory == "威远县"
    assert "威远县" in suggestion.excluded


def test_the_organ_asked_to_act_is_not_accused(router: Router):
    suggestion = router.suggest("村会计套取粮食补贴，请市财政局查处")
    assert "市财政局" not in suggestion.excluded
    assert suggestion.candidates[0].unit == "市纪委监委"
