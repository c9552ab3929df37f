"""A broken file is refused with file, line, column and what was expected."""

from datetime import date
from pathlib import Path

import pytest
from shipped_files import FILES, spoiled

from hotline.errors import BadData
from hotline.registry.loading import read_shipped, read_table, read_tables

HEADER = "day,kind,name"
GUIDANCE = "code,matter,phrases,target,sentence,service"


def fault(file: str, content: str | bytes) -> tuple[int, str]:
    with pytest.raises(BadData) as caught:
        read_table(file, content if isinstance(content, bytes) else content.encode())
    assert caught.value.file == file
    assert f"{file} 第 {caught.value.line} 行" in caught.value.sentence
    return caught.value.line, caught.value.column


def test_a_sound_file_becomes_values():
    table = read_table("holidays.csv", f"{HEADER}\n2018-02-11,work,春节\n".encode())
    assert [dict(row) for row in table.rows] == [
        {"day": date(2018, 2, 11), "kind": "work", "name": "春节"}
    ]
    assert table.lines == (2,)


@pytest.mark.parametrize(
    ("file", "content", "line", "column"),
    [
        ("holidays.csv", f"{HEADER}\n2018-02-30,off,春节\n", 2, "day"),
        ("holidays.csv", f"{HEADER}\n2018-2-3,off,春节\n", 2, "day"),
        ("holidays.csv", f"{HEADER}\n20180203,off,春节\n", 2, "day"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off,春节\n2018-02-16,halb,春节\n", 3, "kind"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,,春节\n", 2, "kind"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off, 春节\n", 2, "name"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off,\x07\n", 2, "name"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off,a\n\n2018-02-15,off,b\n", 4, "day"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off\n", 2, "name"),
        ("holidays.csv", f"{HEADER}\n2018-02-15,off,春节,多\n", 2, "第 4"),
        ("holidays.csv", "day,kind\n", 1, "name"),
        ("holidays.csv", "day,kind,name,note\n", 1, "note"),
        ("holidays.csv", "day,kind,name,name\n", 1, "name"),
        ("holidays.csv", "", 1, "day"),
        ("holidays.csv", f'{HEADER}\n2018-02-15,off,"春节\n2018-02-16,off,春节\n', 2, "整行"),
        ("holidays.csv", f'{HEADER}\n2018-02-15,off,"春"节\n', 2, "整行"),
        ("guidance.csv", f'{GUIDANCE}\na,b,c,d,"e\nf",\n', 2, "sentence"),
        ("guidance.csv", f"{GUIDANCE}\na,b,c||d,e,f,\n", 2, "phrases"),
        ("guidance.csv", f"{GUIDANCE}\na,b,|c,e,f,\n", 2, "phrases"),
        ("guidance.csv", f"{GUIDANCE}\na,b,c,e,f,热线\n", 2, "service"),
        ("guidance.csv", f"{GUIDANCE}\n甲,b,c,e,f,\n", 2, "code"),
        ("duties.csv", "unit,duty,weight,phrases,look_alikes\n甲,乙,0,丙,\n", 2, "weight"),
        ("duties.csv", "unit,duty,weight,phrases,look_alikes\n甲,乙,nan,丙,\n", 2, "weight"),
        ("duties.csv", "unit,duty,weight,phrases,look_alikes\n甲,乙,重,丙,\n", 2, "weight"),
        (
            "duties.csv",
            "unit,duty,weight,phrases,look_alikes\n甲,乙,1,丙,\n甲,丁,1,丙,\n甲,乙,2,戊,\n",
            4,
            "unit+duty",
        ),
    ],
)
def test_the_first_bad_row_is_named(file: str, content: str, line: int, column: str):
    assert fault(file, content) == (line, column)


def test_a_wrong_encoding_is_named_with_its_line():
    content = f"{HEADER}\n2018-02-15,off,a\n".encode() + "2018-02-16,off,春节\n".encode("gbk")
    assert fault("holidays.csv", content) == (3, "整行")


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    content = b"\xef\xbb\xbf" + f"{HEADER}\r\n2018-02-15,off,春节\r\n".encode()
    assert len(read_table("holidays.csv", content).rows) == 1


def test_columns_may_stand_in_any_order():
    table = read_table("holidays.csv", "name,day,kind\n春节,2018-02-15,off\n".encode())
    assert table.rows[0]["name"] == "春节"


def test_the_message_says_what_was_expected_and_what_stood_there():
    with pytest.raises(BadData, match="off、work，实为「halb」"):
        read_table("holidays.csv", f"{HEADER}\n2018-02-15,halb,春节\n".encode())


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("legacy_lines.csv", ",市林业局,emergency", ",市森林局,emergency", "department"),
        ("legacy_lines.csv", ",市林业局,emergency", ",市中区,emergency", "department"),
        ("legacy_lines.csv", "12119,12119,", "12119,,", "number"),
        ("legacy_lines.csv", "12388,12388,", "12388,,", "number"),
        ("legacy_lines.csv", "12119,12119,", "12119,119,", "number"),
        ("legacy_lines.csv", "local-02,", "local-01,", "key"),
        ("legacy_lines.csv", ",,2018-11,", ",2019,2018-11,", "valid_to"),
        ("units.csv", "2019,市生态环境局", "2019,市蓝天局", "successor"),
        ("units.csv", "D02,", "D01,", "code"),
        ("duties.csv", "\n市纪委监委,", "\n纪委监委,", "unit"),
        ("places.csv", "白马镇|白马,市中区", "白马镇|白马,市工商局", "territory"),
        ("places.csv", ",市中区,白马镇", ",市中区,黑马镇", "town"),
        ("guidance.csv", ",12348", ",12399", "service"),
        ("emergencies.csv", ",119,厨房", ",12345,厨房", "service"),
        ("emergencies.csv", ",119,厨房", ",12319,厨房", "service"),
        ("boundaries.csv", ",市税务局,", ",市中区,", "department"),
        ("boundaries.csv", ",department,市税务局", ",nobody,市税务局", "lead"),
    ],
)
def test_a_row_that_does_not_fit_the_others_is_named(file, old, new, column):
    contents = spoiled(file, lambda text: text.replace(old, new, 1))
    with pytest.raises(BadData) as caught:
        read_tables(contents)
    text = FILES[file].decode()
    line = text[: text.index(old)].count("\n") + 1 + old.startswith("\n")
    assert (caught.value.file, caught.value.line, caught.value.column) == (file, line, column)


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(BadData) as caught:
        read_shipped(tmp_path)
    assert caught.value.file == "units.csv"
    with pytest.raises(BadData) as caught:
        read_tables({})
    assert caught.value.file == "units.csv"
