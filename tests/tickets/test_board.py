"""领导留言板: what an export means, and what is wrong with a row."""

from datetime import UTC, datetime

import pytest
from builders import NOON

from hotline.errors import Invalid
from hotline.tickets.board import Posted, mapping, read
from hotline.tickets.listed import RowError
from hotline.tickets.words import MatterKind

ROW = {"留言编号": "B1", "留言时间": "2018-07-20 09:12", "留言内容": "路灯不亮"}


def one(**cells: str) -> Posted | RowError:
    given = ROW | cells
    return read(2, given, mapping(tuple(given), {}), now=NOON)


def test_a_message_is_read_in_the_citys_time_with_whom_it_was_written_to():
    row = one(留言对象="东兴区委书记", 网友="河边人", 留言类型="建言")
    assert row.written == datetime(2018, 7, 20, 1, 12, tzinfo=UTC)
    assert (row.own_id, row.to, row.name, row.kind) == (
        "B1", "东兴区委书记", "河边人", MatterKind.SUGGESTION,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("感谢", MatterKind.PRAISE),
        ("投诉", MatterKind.COMPLAINT),
        ("咨询", MatterKind.CONSULTATION),
        ("", MatterKind.HELP),
    ],
)
def test_kinds_go_by_the_words_of_the_board(said: str, kind: MatterKind):
    assert one(留言类型=said).kind is kind


@pytest.mark.parametrize(
    ("cells", "column", "says"),
    [
        ({"留言编号": ""}, "留言编号", "必填"),
        ({"留言内容": ""}, "留言内容", "必填"),
        ({"留言时间": "昨天"}, "留言时间", "应写成"),
        ({"留言时间": "2019-01-01"}, "留言时间", "现在以前"),
        ({"留言类型": "闲聊"}, "留言类型", "类别应为"),
        ({"留言内容": "长" * 20_001}, "留言内容", "最多 20000 字"),
    ],
)
def test_a_wrong_row_names_its_column_and_the_remedy(cells, column: str, says: str):
    error = one(**cells)
    assert isinstance(error, RowError)
    assert (error.row, error.column) == (2, column)
    assert says in error.sentence


def test_without_numbers_of_the_board_nothing_can_be_brought_once():
    with pytest.raises(Invalid, match="没有找到「留言编号」这一列"):
        mapping(("留言时间", "留言内容"), {})
