"""`hotline import` and `hotline board`: lists from the command line."""

from functools import partial
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import Workbook
from sqlmodel import select

from hotline.cli import main
from hotline.db import Database
from hotline.settings import Settings
from hotline.tickets.models import Ticket

UNIT = "市城管执法局"
ROWS = [
    ("流水号", "来件日期", "正文", "办结时间"),
    ("1", "2016-03-01", "路灯不亮", "2016-03-04"),
    ("2", "前天", "占道经营", ""),
]
SAID = ("--map", "流水号=编号", "--map", "来件日期=受理时间", "--map", "正文=内容")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOTLINE_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)

    def invoke(*arguments: str, command: str = "import") -> Result:
        return CliRunner().invoke(main, [command, *arguments])

    return invoke


def numbers(tmp_path: Path) -> list[str]:
    database = Database(Settings(data_dir=tmp_path / "var", database_url="").db_url)
    with database.read() as session:
        found = list(session.exec(select(Ticket.number)))
    database.engine.dispose()
    return found


def as_csv(path: Path) -> str:
    path.write_text("\n".join(map(",".join, ROWS)) + "\n")
    return str(path)


def as_xlsx(path: Path) -> str:
    book, file = Workbook(), BytesIO()
    for row in ROWS:
        book.active.append(row)
    book.save(file)
    path.write_bytes(file.getvalue())
    return str(path)


@pytest.mark.parametrize(("write", "name"), [(as_csv, "旧单.csv"), (as_xlsx, "旧单.xlsx")])
def test_a_list_is_checked_then_brought_in_once(run, tmp_path: Path, write, name: str):
    file = write(tmp_path / name)
    checked = run(file, "--unit", "城管局", *SAID, "--dry-run")
    assert "可导入 1 件，早已导入 0 件，有错 1 行" in checked.output
    assert "第 3 行「来件日期」：应写成 2018-07-25" in checked.output
    assert numbers(tmp_path) == []
    done = run(file, "--unit", UNIT, *SAID)
    assert "已导入 1 件" in done.output
    assert done.exit_code == 1  # a row is wrong
    assert "已导入 0 件，早已导入 1 件" in run(file, "--unit", UNIT, *SAID).output
    (number,) = numbers(tmp_path)
    assert number.startswith("NJ20160301")


def test_what_is_not_understood_is_one_sentence_and_stores_nothing(run, tmp_path: Path):
    file = as_csv(tmp_path / "旧单.csv")
    for arguments, says in (
        (("--unit", UNIT), "没有找到「受理时间」这一列"),
        (("--unit", "市魔法局", *SAID), "没有名为「市魔法局」的单位"),
        (("--unit", UNIT, "--map", "来件日期"), "列=字段"),
    ):
        refused = run(file, *arguments)
        assert refused.exit_code == 1
        assert says in refused.output
    assert numbers(tmp_path) == []


def test_messages_of_the_board_are_checked_then_taken_in_once(run, tmp_path: Path):
    file = tmp_path / "留言.csv"
    rows = ("编号,发布时间,内容,领导", "B1,2018-07-20 09:12,路灯不亮,东兴区委书记", "B2,前天,x,")
    file.write_text("\n".join(rows) + "\n")
    board = partial(run, str(file), command="board")
    assert "可导入 1 件，早已导入 0 件，有错 1 行" in board("--dry-run").output
    assert numbers(tmp_path) == []
    done = board()
    assert "编号→留言编号" in done.output
    assert "已导入 1 件" in done.output
    assert "第 3 行「发布时间」：应写成 2018-07-25" in done.output
    assert done.exit_code == 1  # a row is wrong
    assert "已导入 0 件，早已导入 1 件" in board().output
    (number,) = numbers(tmp_path)
    assert number.startswith("NJ20180720")
