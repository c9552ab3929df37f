"""The directory is the city of one day; other names, lines and duties lead to who acts then."""

from datetime import date

import pytest
from shipped_files import TABLES, spoiled

from hotline.errors import BadData
from hotline.registry.directory import build_directory
from hotline.registry.loading import read_tables
from hotline.routing.types import Directory, Unit

BEFORE, FIRST, LAST = date(2018, 7, 20), date(2019, 1, 1), date(2018, 12, 31)


def on(day: date) -> Directory:
    return build_directory(TABLES, on=day, version=7)


def unit(directory: Directory, name: str) -> Unit:
    return next(unit for unit in directory.units if unit.name == name)


def names(directory: Directory) -> set[str]:
    return {unit.name for unit in directory.units}


def test_a_unit_to_come_is_not_named_and_its_names_lead_to_those_before_it():
    city = on(BEFORE)
    assert "市市场监督管理局" not in names(city)
    for name in ("市工商局", "市质监局", "市食品药品监管局"):
        assert {"市市场监督管理局", "市场监管局"} <= set(unit(city, name).names)
    assert "生态环境局" in unit(city, "市环保局").names


def test_after_the_reform_the_successor_acts_and_answers_to_the_old_names():
    city = on(FIRST)
    assert {"市工商局", "市质监局", "市食品药品监管局", "市环保局"}.isdisjoint(names(city))
    heir = unit(city, "市市场监督管理局")
    assert {"市工商局", "工商局", "质监局", "食药监局"} <= set(heir.names)


def test_lines_and_duties_move_to_the_successor():
    city = on(FIRST)
    departments = {line.key: line.department for line in city.lines}
    assert departments["12315"] == departments["12365"] == "市市场监督管理局"
    assert departments["12369"] == "市生态环境局"
    assert {duty.unit for duty in city.duties} <= names(city)
    assert any(duty.unit == "市市场监督管理局" for duty in city.duties)


def test_the_last_day_before_the_reform_still_belongs_to_the_old_units():
    assert "市工商局" in names(on(LAST))


def test_a_successor_that_exists_already_does_not_lend_its_names():
    assert "司法局" not in unit(on(BEFORE), "市政府法制办").names
    assert "法制办" in unit(on(FIRST), "市司法局").names


def test_a_day_on_which_a_department_had_no_unit_is_refused():
    with pytest.raises(BadData) as caught:
        on(date(2018, 6, 30))
    assert (caught.value.file, caught.value.column) == ("units.csv", "valid_from")
    assert "市税务局" in caught.value.sentence


def test_units_that_succeed_each_other_in_a_ring_do_not_hang():
    ring = spoiled(
        "units.csv",
        lambda text: text.replace(
            "生态环境局,生态局,department,2019,,", "生态环境局,生态局,department,2019,2020,市环保局"
        ),
    )
    with pytest.raises(BadData) as caught:
        build_directory(read_tables(ring), on=date(2021, 1, 1), version=7)
    assert caught.value.column == "valid_to"


def test_unknown_values_are_blank_and_the_version_is_kept():
    city = on(BEFORE)
    assert city.version == 7
    blank = next(line for line in city.lines if line.key == "local-01")
    assert (blank.number, blank.department) == ("", "市政府办公室")
    assert unit(city, "市公安局").valid_from is None
    assert unit(city, "市税务局").valid_from == date(2018, 7, 1)
    assert unit(city, "隆昌市").valid_from == date(2017, 1, 1)
