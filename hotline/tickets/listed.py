"""What lists from elsewhere have in common: columns known by name, cells that are checked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from hotline.clock import city_moment
from hotline.errors import Invalid
from hotline.tickets.words import CHINESE, MatterKind

# Field → what it is called by us, and in lists; the first name is for people.
Fields = Mapping[str, Sequence[str]]
LONGEST = {
    "own_id": 60, "text": 20_000, "title": 200, "reply": 20_000, "name": 40, "phone": 32,
    "address": 200, "to": 200,
}  # fmt: skip
OLDEST = 2000
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
_KINDS = {CHINESE[kind]: kind for kind in MatterKind} | {str(kind): kind for kind in MatterKind}


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be taken in, and in which column."""

    row: int
    column: str
    refused: Invalid

    @property
    def sentence(self) -> str:
        return self.refused.sentence


def columns(
    header: Sequence[str], said: Mapping[str, str], *, fields: Fields, needed: Sequence[str]
) -> dict[str, str]:
    """Field → column: as `said` (column → field), else by the names that lists use."""
    known = {names[0]: field for field, names in fields.items()} | {
        field: field for field in fields
    }
    found: dict[str, str] = {}
    for column, field in said.items():
        if column not in header:
            raise Invalid("文件里没有「%(column)s」这一列。", field="map", column=column[:40])
        if field not in known:
            raise Invalid(
                "不认识字段「%(name)s」，可用：%(known)s。", field="map", name=field[:40],
                known="、".join(names[0] for names in fields.values()),
            )  # fmt: skip
        found[known[field]] = column
    taken = set(found.values())
    for field, names in fields.items():
        column = next((name for name in names if name in header and name not in taken), None)
        if field not in found and column:
            found[field] = column
            taken.add(column)
    for field in needed:
        if field not in found:
            raise Invalid(
                "没有找到「%(name)s」这一列，请用「列=字段」指明，如：来件日期=%(name)s。",
                field="map", name=fields[field][0],
            )  # fmt: skip
    return found


def values(
    cells: Mapping[str, str], columns: Mapping[str, str], *, fields: Fields, needed: Sequence[str]
) -> dict[str, str]:
    """Each field with what its column holds; blank where there is no column."""
    given = {field: cells.get(column, "").strip() for field, column in columns.items()}
    given = {field: given.get(field, "") for field in fields}
    for field in needed:
        if not given[field]:
            raise Invalid("此项必填。", field=field)
    for field, longest in LONGEST.items():
        _check(field, given.get(field, ""), longest)
    return given


def _check(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise Invalid("内容过长，最多 %(n)d 字。", field=field, n=longest)
    if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in text):
        raise Invalid("含有不可见的控制字符，请删去。", field=field)


def moment(field: str, text: str, otherwise: time, *, now: datetime | None = None) -> datetime:
    """In UTC, as events are chained by; `otherwise` is for a day alone, `now` the last allowed."""
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
        at = city_moment(date(year, month, day), otherwise if hour is None else time(hour, minute))
    except (ValueError, OverflowError):
        raise Invalid("应写成 2018-07-25 或 2018-07-25 14:05。", field=field) from None
    if now and (at.year < OLDEST or at > now):
        raise Invalid("须在 %(year)d 年以后、现在以前。", field=field, year=OLDEST)
    return at


def kind(
    text: str, otherwise: MatterKind, more: Mapping[str, MatterKind] | None = None
) -> MatterKind:
    """The kind by our word for it, or by one of `more`; `otherwise` where the list says nothing."""
    found = (_KINDS | dict(more or {})).get(text) if text else otherwise
    if found is None:
        known = "、".join(CHINESE[each] for each in MatterKind)
        raise Invalid("类别应为%(known)s。", field="kind", known=known)
    return found
