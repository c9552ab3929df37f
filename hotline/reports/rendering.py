"""A report as text, JSON or a workbook; a section of one as a sheet or as CSV."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from hotline.reports.documents import Cell, Report, Section, Table, as_values
from hotline.reports.rates import Rate

NUMERALS = (*"一二三四五六七八九十", *(f"十{unit}" for unit in "一二三四五六七八九"))
_FIGURE = re.compile(r"[-+\d.,%]+|—")
_GAP = "  "
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def as_json(report: Report) -> str:
    return json.dumps(as_values(report), ensure_ascii=False, indent=2) + "\n"


def as_text(report: Report) -> str:
    """For the terminal and for print: columns aligned, a Chinese character two wide."""
    blocks = ["\n".join((report.title, *report.head))]
    for number, section in zip(NUMERALS, report.sections, strict=False):
        blocks.append("\n".join((f"{number}、{section.title}", *section.paragraphs)))
        blocks += map(_text_table, section.tables)
    blocks.append("\n".join(("注：", *_numbered(report.notes))))
    return "\n\n".join(blocks) + "\n"


def _numbered(notes: tuple[str, ...]) -> Iterator[str]:
    return (f"{number}. {note}" for number, note in enumerate(notes, start=1))


def _text_table(table: Table) -> str:
    rows = (table.header, *([str(cell) for cell in row] for row in table.rows))
    aligned = zip(*map(_aligned, zip(*rows, strict=True)), strict=True)
    return "\n".join((f"【{table.title}】", *(_GAP.join(cells).rstrip() for cells in aligned)))


def _aligned(column: tuple[str, ...]) -> list[str]:
    """The cells padded to one width; figures stand to the right, under their heading."""
    widest = max(map(width, column))
    figures = len(column) > 1 and all(map(_FIGURE.fullmatch, column[1:]))
    pads = [" " * (widest - width(cell)) for cell in column]
    return [pad + cell if figures else cell + pad for pad, cell in zip(pads, column, strict=True)]


def width(words: str) -> int:
    """How many columns of a terminal the words take."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in words)


def as_workbook(report: Report) -> bytes:
    """An Excel workbook: a cover, a sheet a section, the footnotes; rates are numbers."""
    book = Workbook()
    _cover(book.active, report)
    for number, section in zip(NUMERALS, report.sections, strict=False):
        _sheet(book.create_sheet(f"{number}、{section.title}"[:31]), section)
    notes = book.create_sheet("注")
    for note in _numbered(report.notes):
        _add(notes, (note,))
    return _saved(book)


def section_workbook(section: Section) -> bytes:
    book = Workbook()
    _sheet(book.active, section)
    return _saved(book)


def section_csv(section: Section) -> bytes:
    """The tables of the section, marked as UTF-8 so that Excel reads Chinese."""
    file = io.StringIO()
    writer = csv.writer(file)
    for table in section.tables:
        writer.writerow(table.header)
        writer.writerows([_inert(cell) for cell in row] for row in table.rows)
    return file.getvalue().encode("utf-8-sig")


def _inert(cell: Cell) -> Cell:
    # A spreadsheet runs what begins like a formula, whoever typed it.
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_SIGNS) else cell


def _saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cover(sheet: Worksheet, report: Report) -> None:
    sheet.title = "封面"
    _add(sheet, (report.title,), bold=True)
    for line in report.head:
        _add(sheet, (line,))


def _sheet(sheet: Worksheet, section: Section) -> None:
    for paragraph in section.paragraphs:
        _add(sheet, (paragraph,))
    for table in section.tables:
        _add(sheet, (table.title,), bold=True)
        _add(sheet, table.header, bold=True)
        for row in table.rows:
            _add(sheet, row)
    sheet.column_dimensions["A"].width = 24


def _add(sheet: Worksheet, row: tuple[Cell, ...], *, bold: bool = False) -> None:
    line = sheet.max_row + 1 if sheet["A1"].value is not None else 1
    for column, value in enumerate(row, start=1):
        cell = sheet.cell(line, column)
        if isinstance(value, Rate) and value.share is not None:
            cell.value, cell.number_format = value.share, "0.00%"
        elif isinstance(value, int):
            cell.value = value
        else:
            # A string stays a string: what begins with = must never run as a formula.
            cell.value, cell.data_type = str(value), "s"
            cell.alignment = Alignment(wrap_text=False)
        cell.font = Font(bold=bold)


RENDERERS: dict[str, Callable[[Report], bytes]] = {
    "text": lambda report: as_text(report).encode(),
    "json": lambda report: as_json(report).encode(),
    "xlsx": as_workbook,
}
