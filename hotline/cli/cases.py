"""Files of labelled cases: read row by row, and refused with the row that is wrong."""

import csv
from collections.abc import Iterator
from pathlib import Path

from hotline.errors import Invalid
from hotline.routing.types import Case

CASE_KINDS = ("unit", "territory")
CASE_COLUMNS = ("id", "title", "body", "unit", "kind", "source")


def labelled(path: Path) -> list[Case]:
    """The file's rows; of several units parted by `|` each is right."""
    return [
        Case(units=tuple(row.pop("unit").split("|")), **row) for row in map(dict, read_cases(path))
    ]


def read_cases(path: Path) -> Iterator[dict[str, str]]:
    """Labelled cases; a missing column, a short row or a wrong encoding is named."""
    csv.field_size_limit(10**7)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for name in CASE_COLUMNS:
                if name not in (reader.fieldnames or ()):
                    raise Invalid(f"{path.name} 缺少列「{name}」。", field=name)
            for row in reader:
                if None in row or None in row.values() or not row["unit"]:
                    raise Invalid(
                        f"{path.name} 第 {reader.line_num} 行列数不对或缺少单位。", field="unit"
                    )
                if row["kind"] not in CASE_KINDS:
                    raise Invalid(
                        f"{path.name} 第 {reader.line_num} 行 kind 须为 {'、'.join(CASE_KINDS)}。",
                        field="kind",
                    )
                yield {name: row[name] for name in CASE_COLUMNS}
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{path.name} 须为 UTF-8 编码、引号成对的 CSV:{error}。") from error
