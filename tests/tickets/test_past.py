"""A department's old list: its columns, its rows, and what is wrong with them."""

from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from builders import CITY, NOON
from openpyxl import Workbook

from hotline.errors import Invalid
from hotline.tickets.past import PastRow, RowError, mapping, read
from hotline.tickets.past_files import columns_said, read_file
from hotline.tickets.words import MatterKind

CSV = """编号,来电时间,内容,类别,办理结果,办结时间,来电人,联系电话,满意度
A1,2016-03-01 14:05,路灯不亮,投诉,已修复,2016/3/4,李某,13800000832,满意
A2,2016年3月2日,占道经营,,,,,,
"""
ROW = {"编号": "A1", "受理时间": "2016-03-01 14:05", "内容": "路灯不亮", "办结时间": "2016-03-04"}
COLUMNS = mapping(tuple(ROW), {})


def one(**cells: str) -> PastRow | RowError:
    columns = mapping((*ROW, *(name for name in cells if name not in ROW)), {})
    return read(2, ROW | cells, columns, unit=CITY, now=NOON)


def workbook(*rows: tuple) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_a_csv_is_read_with_its_header_and_the_numbers_of_its_lines():
    found = read_file(CSV.encode())
    assert found.header[:3] == ("编号", "来电时间", "内容")
    assert [(number, cells["内容"]) for number, cells in found.rows] == [
        (2, "路灯不亮"), (3, "占道经营"),
    ]  # fmt: skip


def test_a_csv_of_an_old_windows_reads_the_same():
    assert read_file(CSV.encode("gb18030")).rows == read_file(CSV.encode()).rows


def test_a_workbook_reads_as_its_csv_does_with_dates_and_figures_as_people_write_them():
    found = read_file(
        workbook(
            ("编号", "受理时间", "内容", "电话"),
            (7.0, datetime(2016, 3, 1, 14, 5), "路灯不亮", 13800000832),
            (None, None, None, None),
            (8, datetime(2016, 3, 2), "占道经营", None),
        )
    )
    assert found.rows == (
        (
            2,
            {
                "编号": "7",
                "受理时间": "2016-03-01 14:05",
                "内容": "路灯不亮",
                "电话": "13800000832",
            },
        ),
        (4, {"编号": "8", "受理时间": "2016-03-02", "内容": "占道经营", "电话": ""}),
    )


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "第一行须是列名"),
        ("编号,内容,内容\n1,2,3\n".encode(), "每个列名只出现一次"),
        ("编号,内容\n".encode(), "没有一行内容"),
        ('编号,内容\n1,"没有合上\n'.encode(), "引号不成对"),
        (b"\xff\xfe\x00\x81", "文件须是 csv"),
        (b"PK\x03\x04nonsense", "xlsx 打不开"),
    ],
)
def test_a_file_that_is_no_list_is_refused(data: bytes, says: str):
    with pytest.raises(Invalid, match=says):
        read_file(data)


def test_columns_are_known_by_the_names_that_lists_use():
    assert mapping(read_file(CSV.encode()).header, {}) == {
        "own_id": "编号", "received": "来电时间", "text": "内容", "kind": "类别",
        "reply": "办理结果", "closed": "办结时间", "name": "来电人", "phone": "联系电话",
    }  # fmt: skip


def test_what_is_said_of_a_column_goes_before_its_name():
    said = columns_said(["来件日期=受理时间", "内容=标题", "正文=text"])
    assert mapping(("来件日期", "内容", "正文", "日期"), said) == {
        "received": "来件日期", "title": "内容", "text": "正文",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("header", "said", "says"),
    [
        (("内容",), {}, "没有找到「受理时间」这一列"),
        (("日期", "内容"), {"备注": "答复"}, "没有「备注」这一列"),
        (("日期", "内容"), {"日期": "心情"}, "不认识字段「心情」"),
    ],
)
def test_a_list_whose_columns_are_not_understood_is_refused(header, said, says):
    with pytest.raises(Invalid, match=says):
        mapping(header, said)


@pytest.mark.parametrize("pair", ["来件日期", "=受理时间", "来件日期="])
def test_a_column_is_said_as_column_and_field(pair: str):
    with pytest.raises(Invalid, match="列=字段"):
        columns_said([pair])


def test_a_row_is_read_in_the_citys_time():
    row = one(类别="投诉", 姓名="李某")
    assert row.received == datetime(2016, 3, 1, 6, 5, tzinfo=UTC)
    assert row.closed == datetime(2016, 3, 4, 9, 0, tzinfo=UTC)  # 17:00, when offices close
    assert (row.kind, row.unit, row.name, row.own_id) == (MatterKind.COMPLAINT, CITY, "李某", "A1")


@pytest.mark.parametrize("text", ["2016-03-01", "2016/3/1", "2016.3.1", "2016年3月1日"])
def test_a_day_is_read_as_people_write_it(text: str):
    assert one(受理时间=text).received == datetime(2016, 3, 1, 1, 0, tzinfo=UTC)


def test_an_open_row_has_no_end_and_a_row_without_a_kind_asks_for_help():
    row = one(办结时间="", 承办单位="市环保局")
    assert (row.closed, row.kind, row.unit) == (None, MatterKind.HELP, "市环保局")


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"内容": " "}, "内容", "必填"),
        ({"受理时间": "上周"}, "受理时间", "应写成 2018-07-25"),
        ({"受理时间": "2016-02-30"}, "受理时间", "应写成"),
        ({"受理时间": "2016-03-01 25:00"}, "受理时间", "应写成"),
        ({"受理时间": "0001-01-01 00:00"}, "受理时间", "应写成"),
        ({"受理时间": "1999-12-31"}, "受理时间", "2000 年以后"),
        ({"受理时间": "2030-01-01"}, "受理时间", "现在以前"),
        ({"办结时间": "2016-02-01"}, "办结时间", "不能早于受理"),
        ({"办结时间": "2030-01-01"}, "办结时间", "也不能晚于现在"),
        ({"类别": "闲聊"}, "类别", "类别应为咨询"),
        ({"内容": "长" * 20_001}, "内容", "最多 20000 字"),
        ({"内容": "响铃\x07"}, "内容", "控制字符"),
    ],
)
def test_a_wrong_row_names_its_column_and_the_remedy(cells, column: str, says: str):
    error = one(**cells)
    assert isinstance(error, RowError)
    assert (error.row, error.column) == (2, column)
    assert says in error.sentence


def test_a_workbook_with_a_broken_sheet_is_refused():
    whole, broken = ZipFile(BytesIO(workbook(("受理时间", "内容")))), BytesIO()
    with ZipFile(broken, "w") as book:
        for part in whole.namelist():
            cut = part.startswith("xl/worksheets/")
            book.writestr(part, b"<worksheet><a" if cut else whole.read(part))
    with pytest.raises(Invalid, match="xlsx 打不开"):
        read_file(broken.getvalue())


def test_a_workbook_that_unpacks_to_more_than_a_machine_holds_is_refused_unread():
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as parts:
        for n in range(3):
            parts.writestr(f"xl/worksheets/sheet{n}.xml", bytes(70 * 2**20))
    assert len(file.getvalue()) < 10 * 2**20
    with pytest.raises(Invalid, match="解开后太大") as refused:
        read_file(file.getvalue())
    assert refused.value.field == "file"
