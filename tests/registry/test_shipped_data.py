"""The shipped files hold what the city's plan, the divisions and the calendar say."""

import csv
import re
from collections import Counter
from datetime import date, timedelta

import chinese_calendar
import pytest
from shipped_files import FILES, TABLES

from hotline.registry.calendar import WorkCalendar
from hotline.registry.directory import build_directory, summary
from hotline.registry.loading import SHIPPED
from hotline.routing.types import Directory, UnitKind

TERRITORIES = {"市中区", "东兴区", "隆昌市", "资中县", "威远县", "经开区", "高新区"}
ON = date(2018, 7, 20)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return build_directory(TABLES, on=ON, version=1)


def test_the_summary_of_the_shipped_lines():
    assert summary(TABLES) == ("74 lines · 63 departments · 6 emergency · 17 retained · 51 merged")


def test_the_basis_of_each_line_is_kept_and_no_unknown_number_was_made_up():
    rows = TABLES["legacy_lines.csv"].rows
    assert Counter(row["basis"] for row in rows) == {
        "public-source": 4,
        "national-short-code": 47,
        "reconstructed": 23,
    }
    assert all((row["number"] is None) == (row["basis"] == "reconstructed") for row in rows)


def test_the_mode_of_a_line_is_that_of_the_national_list():
    modes = {row["key"]: row["mode"] for row in TABLES["legacy_lines.csv"].rows}
    assert modes["12358"] == "full_merger"
    assert modes["12315"] == "parallel_numbers"
    assert modes["12366"] == "branch_desk"
    assert modes["110"] is None
    assert Counter(mode for mode in modes.values() if mode) == {
        "full_merger": 13,
        "parallel_numbers": 12,
        "branch_desk": 3,
    }


def test_the_city_of_2018_has_63_departments_and_7_territorial_units(directory: Directory):
    names = {
        kind: {unit.name for unit in directory.units if unit.kind is kind} for kind in UnitKind
    }
    assert names[UnitKind.TERRITORY] == TERRITORIES
    assert names[UnitKind.DEPARTMENT] == {line.department for line in directory.lines}
    assert len(names[UnitKind.DEPARTMENT]) == 63


def test_every_department_has_duties(directory: Directory):
    with_duties = {duty.unit for duty in directory.duties}
    missing = {line.department for line in directory.lines} - with_duties
    assert not missing


def test_the_divisions_are_complete_and_each_lies_in_the_county_of_its_code():
    rows = TABLES["places.csv"].rows
    assert Counter(row["level"] for row in rows) == {
        "zone": 2,
        "county": 5,
        "town": 83,
        "village": 1290,
    }
    names = {row["code"]: row["name"] for row in rows}
    for row in rows:
        if row["level"] != "zone":
            assert row["territory"] == names[row["code"][:6]]
        if row["level"] == "village":
            assert row["town"] == names[row["code"][:9]]


@pytest.mark.parametrize(
    ("official", "spoken"),
    [
        ("西林街道", "西林"),
        ("白马镇", "白马"),
        ("大冲村村委会", "大冲村"),
        ("秀峰村委会", "秀峰村"),
        ("兴家村村民委员会", "兴家村"),
        ("汉安社区居委会", "汉安社区"),
        ("杉树坳街社区居民委员会", "杉树坳街社区"),
        ("交通路居委会", "交通路"),
        ("翔龙居委会", "翔龙社区"),
    ],
)
def test_a_place_is_found_by_its_spoken_name(official: str, spoken: str):
    rows = [row for row in TABLES["places.csv"].rows if row["name"] == official]
    assert rows
    assert all(row["names"] == (official, spoken) for row in rows)


def test_a_town_whose_short_name_is_an_ordinary_word_keeps_only_its_full_name():
    spoken = {name for row in TABLES["places.csv"].rows for name in row["names"]}
    assert spoken.isdisjoint(
        {"交通", "公民", "平坦", "石子", "高楼", "胜利", "界市", "东联", "街道"}
    )


@pytest.mark.parametrize(
    "text",
    [
        "从我工资中扣钱",
        "投资中心的窗口",
        "外资中介收费",
        "我工资中有一笔",
        "世界市场",
        "房东联系不上",
    ],
)  # fmt: skip
def test_no_place_hides_inside_ordinary_words(text: str):
    spoken = {name for row in TABLES["places.csv"].rows for name in row["names"]}
    assert [name for name in spoken if name in text] == []


@pytest.mark.parametrize("text", ["我是资中的", "家住资中", "资中这边停水了", "内江资中高铁站"])
def test_zizhong_is_known_without_its_county_sign(text: str):
    (row,) = [row for row in TABLES["places.csv"].rows if row["name"] == "资中县"]
    assert any(name in text for name in row["names"])


def test_every_day_of_2018_to_2026_is_what_the_official_calendar_says():
    calendar = WorkCalendar.from_tables(TABLES)
    day = date(2018, 1, 1)
    while day.year < 2027:
        assert calendar.is_working_day(day) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_guidance_offers_only_numbers_of_the_74_lines_and_always_a_sentence(directory: Directory):
    numbers = {line.number for line in directory.lines}
    codes = {guidance.code for guidance in directory.guidance}
    assert {"petition", "disclosure", "litigation", "arbitration", "review", "military"} <= codes
    for guidance in directory.guidance:
        assert guidance.service in numbers | {""}
        assert guidance.sentence.endswith("。")


@pytest.mark.parametrize(
    "complaint",
    [
        "离婚法院已经判决离婚,派出所不给我迁户口",
        "麻烦查一下这个车主的电话,让他把车挪走",
        "部队家属院门口停水两天了",
        "武警支队门口的路灯坏了",
        "请公开小区公共收益",
        "劳动仲裁在哪里申请",
        "行政复议怎么申请",
        "我从成都搬回内江,医保怎么转",
    ],
)
def test_an_ordinary_request_holds_no_phrase_that_would_send_it_away(
    directory: Directory, complaint: str
):
    hits = [p for guidance in directory.guidance for p in guidance.phrases if p in complaint]
    assert hits == []


def test_each_file_and_each_column_is_explained():
    text = (SHIPPED / "README.md").read_text()
    for file in FILES:
        assert f"## {file}" in text
        section = text.split(f"## {file}")[1].split("\n## ")[0]
        header = next(csv.reader((SHIPPED / file).open()))
        explained = [line.split("|")[1] for line in section.splitlines() if line.startswith("| ")]
        assert set(header) <= {name.strip() for cell in explained for name in cell.split(",")}


def test_no_mark_of_certainty_that_only_a_study_knows_is_shown_to_anybody():
    cells = [
        cell for file in FILES.values() for row in csv.reader(file.decode().splitlines())
        for cell in row
    ]  # fmt: skip
    assert len(cells) > 1000
    assert [cell for cell in cells if re.search(r"\[[A-Z]\]", cell)] == []
