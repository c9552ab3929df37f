"""Territory is named by county, zone, town and village, and left open where names disagree."""

import pytest

from hotline.routing.fold import fold
from hotline.routing.places import Gazetteer
from hotline.routing.types import Directory, Place

NOTHING = fold("")


@pytest.fixture(scope="module")
def gazetteer(directory: Directory) -> Gazetteer:
    return Gazetteer(directory)


@pytest.mark.parametrize(
    ("text", "territory", "town"),
    [
        ("东兴区西林大道路灯坏了", "东兴区", "西林街道"),
        ("东兴老街在修路", "东兴区", None),
        ("市中区公园街有人摆摊", "市中区", None),
        ("内江市中区玉溪路垃圾没人清", "市中区", None),
        ("白马镇的公路烂了", "市中区", "白马镇"),
        ("龙昌古湖街道停电", "隆昌市", "古湖街道"),
        ("隆昌縣響石鎮", "隆昌市", "响石镇"),
        ("威远连界镇的低保", "威远县", "连界镇"),
        ("椑木镇自来水浑浊", "东兴区", "椑木镇"),
        ("资中县银山镇一心村的路灯坏了", "资中县", "银山镇"),
        ("资中的公交车太少", "资中县", None),
    ],
)
def test_a_spoken_address_names_its_territory_and_town(
    gazetteer: Gazetteer, text: str, territory: str, town: str | None
):
    where = gazetteer.locate(NOTHING, fold(text))
    assert (where.territory, where.town) == (territory, town)


@pytest.mark.parametrize(
    ("text", "territory"),
    [
        ("市中区经开区汉晨路扬尘", "经开区"),
        ("高新区蟠龙路占道", "高新区"),
        ("内江经济技术开发区的工厂排污", "经开区"),
        ("资中经开区工厂臭得很", "资中县"),
        ("隆昌市经济开发区企业欠薪", "隆昌市"),
    ],
)
def test_a_zone_wins_over_its_district_but_a_county_keeps_its_own(
    gazetteer: Gazetteer, text: str, territory: str
):
    assert gazetteer.locate(NOTHING, fold(text)).territory == territory


@pytest.mark.parametrize(
    "text",
    [
        "乐山市中区的事",
        "乐山市市中区",
        "成都高新区的公司欠我工资",
        "从威远到资中的班车太少",
        "我们村的路没修",
    ],
)
def test_other_cities_and_undecided_names_leave_it_open(gazetteer: Gazetteer, text: str):
    assert gazetteer.locate(NOTHING, fold(text)).territory is None


def test_where_one_lives_counts_more_than_where_one_comes_from(gazetteer: Gazetteer):
    where = gazetteer.locate(NOTHING, fold("我是资中人，在隆昌上班，工资没发"))
    assert where.territory == "隆昌市"


def test_a_name_that_two_counties_share_is_decided_by_another_name(directory: Directory):
    shared = [
        Place("1", "county", "资中县", ("资中",), "资中县"),
        Place("2", "county", "威远县", ("威远",), "威远县"),
        Place("3", "village", "高峰村", (), "资中县", "甲镇"),
        Place("4", "village", "高峰村", (), "威远县", "乙镇"),
    ]
    gazetteer = Gazetteer(Directory(1, (), (), (), tuple(shared), ()))
    assert gazetteer.locate(NOTHING, fold("高峰村的路")).territory is None
    found = gazetteer.locate(NOTHING, fold("威远高峰村的路"))
    assert (found.territory, found.town) == ("威远县", "乙镇")


def test_the_names_are_marked_in_the_text_as_written(gazetteer: Gazetteer):
    text = "我住東興區，西林 那边"
    (reason,) = gazetteer.locate(NOTHING, fold(text)).reasons
    assert [text[mark.start : mark.end] for mark in reason.marks] == ["東興區", "西林"]


@pytest.mark.parametrize(
    ("text", "territory"),
    [
        ("资忠县城垃圾没人清", "资中县"),
        ("微远县的路灯坏了", "威远县"),
        ("隆唱城里停水", "隆昌市"),
        ("我住冬兴区", "东兴区"),
        ("市忠区有人占道", "市中区"),
        ("碑木镇修路", "东兴区"),
        ("求溪镇自来水浑浊", "资中县"),
        ("隆仓市高峰村的路", "隆昌市"),
    ],
)
def test_a_name_that_only_sounds_right_is_understood(
    gazetteer: Gazetteer, text: str, territory: str
):
    assert gazetteer.locate(NOTHING, fold(text)).territory == territory


@pytest.mark.parametrize(
    "text",
    [
        "村委员会不公开账目",
        "我来自中国",
        "动心了想报名",
        "乐山市忠区的事",
        "成都东新区堵车",
        "弄唱歌的太吵",
    ],
)
def test_what_sounds_like_a_name_without_its_ending_is_none(gazetteer: Gazetteer, text: str):
    assert gazetteer.locate(NOTHING, fold(text)).territory is None


def test_what_is_spelt_right_goes_before_what_sounds_right(gazetteer: Gazetteer):
    assert gazetteer.locate(NOTHING, fold("隆昌的事，不是微远县的")).territory == "隆昌市"


@pytest.mark.parametrize("text", ["每天从工资中扣钱", "投资中心的人骗钱", "广西林业局的文件"])
def test_a_word_that_holds_the_name_of_a_place_is_not_that_place(gazetteer: Gazetteer, text: str):
    assert gazetteer.locate(NOTHING, fold(text)).territory is None
