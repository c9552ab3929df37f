"""A text leans to the unit whose phrases share its characters, and says by which."""

from dataclasses import replace

import pytest

from hotline.routing.fold import fold
from hotline.routing.leaning import Leaning
from hotline.routing.types import Directory, Duty, Mark

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


def test_parts_of_phrases_lead_to_their_unit_where_no_phrase_stands_whole(leaning: Leaning):
    found = leaning.reasons(fold(""), fold("楼道里的水表一直在转"))
    assert max(found, key=lambda unit: found[unit].points) == "水务"
    assert found["水务"].points == pytest.approx(1)


def test_the_characters_that_told_most_are_marked_in_the_text(leaning: Leaning):
    reason = leaning.reasons(fold(""), fold("家里电 线冒烟"))["供电"]
    assert (reason.text, reason.marks) == ("电线", (Mark(2, 5),))


def test_what_stands_in_the_title_counts_and_has_no_mark(leaning: Leaning):
    reason = leaning.reasons(fold("公厕没人管"), fold("请处理"))["环卫"]
    assert (reason.text, reason.marks) == ("公厕", ())


@pytest.mark.parametrize("text", ["", "水", "hello", "明天开会"])
def test_a_text_that_shares_no_two_characters_leans_nowhere(leaning: Leaning, text: str):
    assert leaning.reasons(fold(""), fold(text)) == {}


def test_a_directory_without_phrases_leans_nowhere(city: Directory):
    leaning = Leaning(replace(city, duties=()), tuple(PHRASES))
    assert leaning.reasons(fold("水表"), fold("水管漏水")) == {}


def test_a_phrase_that_stands_alone_in_the_directory_leads_to_its_unit(city: Directory):
    added = replace(city, duties=(*city.duties, Duty("环卫", "碑", 1, ("鼎鼎碑",))))
    found = Leaning(added, tuple(PHRASES)).reasons(fold(""), fold("鼎鼎碑脏了"))
    assert max(found, key=lambda unit: found[unit].points) == "环卫"


@pytest.mark.parametrize(("water", "power"), [(3, 1), (1, 3)])
def test_of_two_units_with_one_phrase_the_heavier_duty_leads(
    city: Directory, water: float, power: float
):
    shared = (Duty("水务", "机", water, ("抽水机",)), Duty("供电", "机", power, ("抽水机",)))
    found = Leaning(replace(city, duties=shared), tuple(PHRASES)).reasons(
        fold(""), fold("抽水机坏了")
    )
    first = max(found, key=lambda unit: found[unit].points)
    assert first == ("水务" if water > power else "供电")
