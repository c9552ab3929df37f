"""A text leans to the unit whose phrases share its characters, and says by which."""

from dataclasses import replace

import pytest

from hotline.routing.fold import fold
from hotline.routing.leaning import Leaning
from hotline.routing.types import Directory, Duty

PHRASES = {
    "水务": ("水管爆裂", "水管漏水", "水表漏水", "水表坏了"),
    "供电": ("电表烧了", "电表跳闸", "电线断了", "电线老化"),
    "环卫": ("垃圾堆积", "垃圾清运", "公厕脏乱", "公厕清扫"),
}


@pytest.fixture(scope="module")
def city(town: Directory) -> Directory:
    return replace(town, duties=tuple(Duty(unit, unit, 1, said) for unit, said in PHRASES.items()))


@pytest.fixture(scope="module")
def leaning(city: Directory) -> Leaning:
    return Leaning(city, tuple(PHRASES))


def shares(
    leaning: Leaning, text: str, *phrases: str, title: str = ""
) -> dict[str, tuple[float, str]]:
    return leaning.shares(fold(title), fold(text), phrases)


def first(leaning: Leaning, text: str) -> str:
    found = shares(leaning, text)
    return max(found, key=lambda unit: found[unit][0])


def test_parts_of_phrases_lead_to_their_unit_where_no_phrase_stands_whole(leaning: Leaning):
    text = "楼道里的水表一直在转"
    assert first(leaning, text) == "水务"
    assert shares(leaning, text)["水务"][0] == pytest.approx(1)


def test_the_phrase_that_told_most_is_named(leaning: Leaning):
    assert shares(leaning, "电线和楼道冒烟", "楼道", "电线")["供电"][1] == "电线"


def test_a_run_that_is_no_phrase_is_not_named(leaning: Leaning):
    assert shares(leaning, "电线冒烟")["供电"][1] == ""


def test_a_phrase_that_speaks_against_a_unit_is_not_named(leaning: Leaning):
    assert shares(leaning, "电线旁边有水管", "电线")["水务"][1] == ""


def test_what_stands_in_the_title_counts(leaning: Leaning):
    assert shares(leaning, "请处理", "公厕", title="公厕没人管")["环卫"][1] == "公厕"


@pytest.mark.parametrize("text", ["", "水", "hello", "明天开会"])
def test_a_text_that_shares_no_two_characters_leans_nowhere(leaning: Leaning, text: str):
    assert shares(leaning, text) == {}


def test_a_directory_without_phrases_leans_nowhere(city: Directory):
    leaning = Leaning(replace(city, duties=()), tuple(PHRASES))
    assert shares(leaning, "水管漏水", title="水表") == {}


def test_a_phrase_that_stands_alone_in_the_directory_leads_to_its_unit(city: Directory):
    added = replace(city, duties=(*city.duties, Duty("环卫", "碑", 1, ("鼎鼎碑",))))
    assert first(Leaning(added, tuple(PHRASES)), "鼎鼎碑脏了") == "环卫"


@pytest.mark.parametrize(("water", "power"), [(3, 1), (1, 3)])
def test_of_two_units_with_one_phrase_the_heavier_duty_leads(
    city: Directory, water: float, power: float
):
    shared = (Duty("水务", "机", water, ("抽水机",)), Duty("供电", "机", power, ("抽水机",)))
    leaning = Leaning(replace(city, duties=shared), tuple(PHRASES))
    assert first(leaning, "抽水机坏了") == ("水务" if water > power else "供电")
