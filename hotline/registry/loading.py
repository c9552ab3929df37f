"""Reads reference files; the first bad row raises BadData with file, line, column and remedy."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import hotline
from hotline.errors import BadData
from hotline.registry.columns import (
    LIMITS,
    PERCENT,
    PHRASES,
    SCHEMAS,
    SEEDS,
    Column,
    Reference,
    Schema,
)

SHIPPED = Path(hotline.__file__).parent / "data"
WHOLE_LINE = "整行"
DECLARED = SCHEMAS | SEEDS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one file, and the line of the file on which each begins."""

    rows: tuple[Row, ...]
    lines: tuple[int, ...]


Tables = Mapping[str, Table]


def read_shipped(folder: Path = SHIPPED) -> dict[str, bytes]:
    """The contents of the reference files in a folder, by file name; a missing file is BadData."""
    return {file: _content(folder / file) for file in SCHEMAS}


def read_tables(contents: Mapping[str, bytes]) -> Tables:
    """All files, each row checked alone, then against the other files."""
    for file in SCHEMAS:
        if file not in contents:
            raise BadData(file, 0, WHOLE_LINE, "已装入的文件（现缺）")
    tables = {file: read_table(file, contents[file]) for file in SCHEMAS}
    for file, table in tables.items():
        _check_table(file, table, tables)
    return tables


def read_seed(file: str, tables: Tables, folder: Path = SHIPPED) -> Table:
    """A file that fills tables of its own once, checked against the files in force."""
    table = read_table(file, _content(folder / file))
    _check_table(file, table, tables)
    return table


# A new version changes one file, and a start reads all of them thrice.
@lru_cache(maxsize=2 * len(SCHEMAS))
def read_table(file: str, content: bytes) -> Table:
    """The rows of one file, as values of the kinds its columns declare."""
    schema = DECLARED[file]
    records = _records(file, _decode(file, content))
    header = _header(file, records)
    columns = {column.name: column for column in schema.columns}
    rows, lines = [], []
    for line, cells in records:
        _check_width(file, line, header, cells)
        row = {
            name: _value(file, line, columns[name], cell)
            for name, cell in zip(header, cells, strict=True)
        }
        _check_row(file, line, row)
        rows.append(row)
        lines.append(line)
    table = Table(tuple(rows), tuple(lines))
    for group in schema.unique:
        _check_unique(file, table, group)
    _check_complete(file, table, schema)
    if file == "hours.csv":
        _check_hours(file, table)
    return table


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadData(path.name, 0, WHOLE_LINE, f"能读到的文件（{path}）") from None


def _decode(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadData(file, line, WHOLE_LINE, "UTF-8 编码的文字") from None


def _records(file: str, text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        # A quote left open swallows the lines below it; the fault is where the record began.
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise BadData(file, line, WHOLE_LINE, "引号成对的 CSV 行") from None
        if cells:
            yield line, cells


def _header(file: str, records: Iterator[tuple[int, list[str]]]) -> list[str]:
    declared = [column.name for column in DECLARED[file].columns]
    line, header = next(records, (1, []))
    for name in declared:
        if header.count(name) != 1:
            raise BadData(file, line, name, "表头中恰好出现一次的列")
    for name in header:
        if name not in declared:
            raise BadData(file, line, name, "下列之一：" + "、".join(declared))
    return header


def _check_width(file: str, line: int, header: list[str], cells: list[str]) -> None:
    if len(cells) < len(header):
        raise BadData(file, line, header[len(cells)], f"{len(header)} 列，本行只有 {len(cells)} 列")
    if len(cells) > len(header):
        extra = f"第 {len(header) + 1}"
        raise BadData(file, line, extra, f"{len(header)} 列，本行有 {len(cells)} 列")


def _value(file: str, line: int, column: Column, cell: str) -> Any:
    if not cell and column.required:
        raise BadData(file, line, column.name, f"{column.reader.expected}，不能为空")
    if not cell:
        return () if column.reader is PHRASES else None
    try:
        return column.reader.parse(cell)
    except ValueError:
        expected = f"{column.reader.expected}，实为「{cell[:40]}」"
        raise BadData(file, line, column.name, expected) from None


def _check_row(file: str, line: int, row: Row) -> None:
    if row.get("valid_from") and row.get("valid_to") and row["valid_from"] >= row["valid_to"]:
        raise BadData(file, line, "valid_to", f"晚于 valid_from（{row['valid_from']}）的日期")
    # Such a call is put through to the number, so there must be one.
    if row.get("category") in ("emergency", "retained") and not row["number"]:
        raise BadData(file, line, "number", "电话号码，应急和保留线路不能为空")
    if "opens" in row and row["opens"] >= row["closes"]:
        raise BadData(file, line, "closes", f"晚于 opens（{row['opens']:%H:%M}）的时间")
    if "measure" in row:
        _check_limit(file, line, row)


def _check_limit(file: str, line: int, row: Row) -> None:
    measure = LIMITS[row["key"]]
    if row["measure"] != measure:
        raise BadData(file, line, "measure", f"「{measure}」，{row['key']}只按此计")
    if measure == PERCENT and row["value"] > 100:
        raise BadData(file, line, "value", "1 至 100 的百分数")


def _check_hours(file: str, table: Table) -> None:
    """Spans of one unit may not overlap, and what most units keep must be there."""
    closed: dict[str, Any] = {}
    for row, line in sorted(zip(table.rows, table.lines, strict=True), key=_opening):
        unit = row["unit"] or ""
        if unit in closed and row["opens"] < closed[unit]:
            raise BadData(file, line, "opens", f"不早于上一段下班（{closed[unit]:%H:%M}）的时间")
        closed[unit] = row["closes"]
    if "" not in closed:
        raise BadData(file, 0, "unit", "单位为空的一行：多数单位的上班时间（现缺）")


def _opening(pair: tuple[Row, int]) -> Any:
    return pair[0]["opens"]


def _check_complete(file: str, table: Table, schema: Schema) -> None:
    for column in schema.columns:
        if column.name == schema.complete:
            missing = set(column.reader.choices) - {row[column.name] for row in table.rows}
            if missing:
                raise BadData(file, 0, column.name, f"{'、'.join(sorted(missing))}各一行（现缺）")


def _check_unique(file: str, table: Table, group: tuple[str, ...]) -> None:
    seen: dict[tuple[Any, ...], int] = {}
    for line, row in zip(table.lines, table.rows, strict=True):
        value = tuple(row[name] for name in group)
        if any(value) and value in seen:
            shown = "、".join(map(str, value))
            expected = f"不重复的值，「{shown}」已在第 {seen[value]} 行"
            raise BadData(file, line, "+".join(group), expected)
        seen[value] = line


def _check_table(file: str, table: Table, tables: Tables) -> None:
    for column in DECLARED[file].columns:
        if column.refers_to:
            _check_references(file, table, column.name, column.refers_to, tables)


def _check_references(
    file: str, table: Table, column: str, reference: Reference, tables: Tables
) -> None:
    known = {
        row[reference.column]
        for row in tables[reference.file].rows
        if not reference.kind or row[reference.kind_column] == reference.kind
    }
    for line, row in zip(table.lines, table.rows, strict=True):
        if row[column] and row[column] not in known:
            expected = f"{reference.file} 中已有的 {reference.column}，实为「{row[column]}」"
            raise BadData(file, line, column, expected)
