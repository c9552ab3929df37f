"""`hotline evaluate --kind`: sentences labelled with their emergency service or territory."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hotline.errors import Invalid
from hotline.routing.kinds import KINDS, Labelled
from hotline.routing.router import Router

# The first that the file has is read: what was said, and what is right.
TEXTS = ("text", "body")
LABELS = {"emergency": ("emergency", "service"), "territory": ("territory",)}


def figures(router: Router, path: Path, kind: str) -> dict[str, Any]:
    """Each figure with the rows it is of and its bounds."""
    found = KINDS[kind](router, list(_rows(path, LABELS[kind])))
    return {name: asdict(share) for name, share in found.items()}


def as_text(figures: Mapping[str, Any]) -> Iterator[str]:
    for name, found in figures.items():
        low, high = found["interval"]
        yield f"{name:15} {found['share']:<8} 95%: {low}–{high}  n {found['of']}"


def _rows(path: Path, labels: tuple[str, ...]) -> Iterator[Labelled]:
    csv.field_size_limit(10**7)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            text, label = (_column(path, reader, names) for names in (TEXTS, labels))
            for row in reader:
                if None in row or None in row.values():
                    raise Invalid(f"{path.name} 第 {reader.line_num} 行列数不对。", field="row")
                yield Labelled(row.get("title", ""), row[text], row[label].strip())
    except (UnicodeDecodeError, csv.Error) as error:
        raise Invalid(f"{path.name} 须为 UTF-8 编码、引号成对的 CSV:{error}。") from error


def _column(path: Path, reader: "csv.DictReader[str]", names: tuple[str, ...]) -> str:
    for name in names:
        if name in (reader.fieldnames or ()):
            return name
    raise Invalid(f"{path.name} 缺少列「{'」或「'.join(names)}」。", field=names[0])
