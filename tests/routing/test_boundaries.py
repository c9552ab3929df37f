"""属地 or 职能: the table says who leads, and a place that nobody named is asked for."""

import pytest

from hotline.routing.boundaries import PLACE_UNKNOWN
from hotline.routing.router import Router
from hotline.routing.types import Directory, UnitKind


@pytest.mark.parametrize(
    ("text", "unit", "assist"),
    [
        ("东兴区阳光花园物业公司不管事", "东兴区", "市住房城乡建设局"),
        ("市中区楼下烧烤摊油烟大", "市中区", "市城管执法局"),
        ("资中县球溪镇路灯不亮", "资中县", "市城管执法局"),
        ("隆昌古湖街道低保没有发", "隆昌市", "市民政局"),
    ],
)
def test_a_matter_of_place_is_led_by_its_territory_and_guided_by_the_department(
    router: Router, text: str, unit: str, assist: str
):
    lead = router.suggest(text).lead
    assert (lead.unit, lead.assist) == (unit, assist)
    assert lead.sentence == f"属地牵头，{assist}指导"
    assert lead.basis.startswith("属地事项")


@pytest.mark.parametrize(
    ("text", "department"),
    [("威远县公积金怎么取", "市住房公积金管理中心"), ("隆昌市停电了", "国网内江供电公司")],
)
def test_a_vertical_service_leads_in_a_county_too(router: Router, text: str, department: str):
    lead = router.suggest(text).lead
    assert (lead.unit, lead.assist) == (department, None)
    assert lead.basis.startswith("依法由市级或垂直管理单位统一办理")


def test_what_the_department_does_in_town_the_county_does_at_home(router: Router):
    assert router.suggest("东兴区老板拖欠工资").lead.unit == "市人力资源社会保障局"
    lead = router.suggest("资中县银山镇老板拖欠工资").lead
    assert (lead.unit, lead.assist) == ("资中县", "市人力资源社会保障局")
    assert lead.basis == "县（市）的事由县（市）办理（建议）"


def test_a_zone_leads_before_the_district_around_it(router: Router):
    assert router.suggest("市中区经开区汉晨路占道经营").lead.unit == "经开区"


def test_where_the_place_decides_and_is_not_named_it_is_asked_for(router: Router):
    suggestion = router.suggest("小区物业不打扫卫生")
    assert suggestion.lead is None
    assert PLACE_UNKNOWN in {reason.text for reason in suggestion.reasons}
    named = router.suggest("东兴区小区物业不打扫卫生")
    assert PLACE_UNKNOWN not in {reason.text for reason in named.reasons}
    vertical = router.suggest("公积金怎么取")
    assert PLACE_UNKNOWN not in {reason.text for reason in vertical.reasons}


@pytest.mark.parametrize("text", ["", "😀", "威远连界镇村支书贪污低保款", "资中县对判决不服"])
def test_what_is_no_ticket_or_says_nothing_has_no_lead(router: Router, text: str):
    assert router.suggest(text).lead is None


def test_the_candidates_stay_departments(router: Router, directory: Directory):
    territories = {u.name for u in directory.units if u.kind is UnitKind.TERRITORY}
    suggestion = router.suggest("东兴区阳光花园物业公司不管事")
    assert not territories & {candidate.unit for candidate in suggestion.candidates}


def test_no_phrase_of_the_shipped_table_stands_in_two_rows_of_a_department(directory: Directory):
    said = [(row.department, phrase) for row in directory.boundaries for phrase in row.phrases]
    assert len(said) == len(set(said))
    assert all(row.basis for row in directory.boundaries)
