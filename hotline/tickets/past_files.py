"""Old lists as files: csv or xlsx, told by their bytes, read row by row as text."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from hotline.errors import Invalid

# Custom (proposal): a year of the largest department; a longer list comes in parts.
MOST_ROWS = 100_000
# What openpyxl raises besides at a workbook with parts that are broken or not there.
_BROKEN = (SyntaxError, LookupError, ValueError, OSError)
# Bytes of a workbook when unpacked; ten megabytes of it could else hold as many gigabytes.
MOST_UNPACKED = 200 * 2**20
_ENCODINGS = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class PastFile:
    """A list with its header, its rows by number (the header being 1), and its own hash."""

    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    sha256: str


def read_file(data: bytes) -> PastFile:
    """Refuses what is neither, a header with a name twice, and a list without rows."""
    lines = iter(_workbook(data) if data.startswith(b"PK") else _csv(data))
    header = next(lines, (0, []))[1]
    named = [name for name in header if name]
    if not named or len(set(named)) < len(named):
        raise Invalid("第一行须是列名，每个列名只出现一次。", field="file")
    rows = []
    for number, cells in lines:
        if any(cells):
            rows.append(
                (number, {name: cell for name, cell in zip(header, cells, strict=False) if name})
            )
        if len(rows) > MOST_ROWS:
            raise Invalid("一个文件最多 %(n)d 行，请分成几个。", field="file", n=MOST_ROWS)
    if not rows:
        raise Invalid("文件里只有列名，没有一行内容。", field="file")
    return PastFile(tuple(named), tuple(rows), hashlib.sha256(data).hexdigest())


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(10**6)
    reader = csv.reader(io.StringIO(_text(data), newline=""), strict=True)
    try:
        for row in reader:
            yield reader.line_num, [cell.strip() for cell in row]
    except csv.Error as error:
        raise Invalid(
            "第 %(n)d 行附近引号不成对或内容过长，请另存为 CSV 后再试。",
            field="file",
            n=reader.line_num,
        ) from error


def _text(data: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid("文件须是 csv（UTF-8 或 GB18030）或 xlsx。", field="file")


def _workbook(data: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MOST_UNPACKED:
            raise Invalid("xlsx 解开后太大，请分成几个文件。", field="file")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            yield number, [_cell(value) for value in row]
    except (InvalidFileException, zipfile.BadZipFile, *_BROKEN) as error:
        raise Invalid("xlsx 打不开，请用表格软件另存一次再试。", field="file") from error


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        midnight = value.time() == time(0)
        return f"{value:%Y-%m-%d}" if midnight else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a phone number that a spreadsheet took for a figure
    return "" if value is None else str(value).strip()


def columns_said(pairs: Sequence[str]) -> dict[str, str]:
    """`列=字段` as it is typed, column → field."""
    said = {}
    for pair in pairs:
        column, sign, field = pair.partition("=")
        if not sign or not column.strip() or not field.strip():
            raise Invalid("列的对应写成「列=字段」，如：来件日期=受理时间。", field="map")
        said[column.strip()] = field.strip()
    return said
