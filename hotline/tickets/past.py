"""A department's old list: what its columns mean, each row read or refused with a reason."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from hotline.clock import city_moment
from hotline.errors import Invalid
from hotline.tickets.words import CHINESE, MatterKind

# What a field is called by us, and in the lists of departments; the first name is for people.
FIELDS = {
    "own_id": ("编号", "工单编号", "受理编号", "序号", "信件编号"),
    "received": ("受理时间", "受理日期", "来电时间", "来信时间", "登记时间", "日期", "时间"),
    "text": ("内容", "诉求内容", "反映内容", "来电内容", "信件内容", "主要内容", "事项"),
    "title": ("标题", "主题", "信件标题", "诉求标题"),
    "kind": ("类别", "诉求类别", "类型", "信件类型", "业务类型"),
    "unit": ("承办单位", "办理单位", "责任单位", "单位"),
    "reply": ("答复", "答复内容", "办理结果", "处理结果", "回复内容", "办理情况"),
    "closed": ("办结时间", "办结日期", "答复时间", "回复时间", "完成时间"),
    "name": ("姓名", "诉求人", "来电人", "写信人", "联系人"),
    "phone": ("电话", "联系电话", "来电号码", "手机"),
    "address": ("住址", "地址", "联系地址"),
}
NEEDED = ("received", "text")
LIMITS = {
    "own_id": 60, "text": 20_000, "title": 200, "reply": 20_000, "name": 40, "phone": 32,
    "address": 200,
}  # fmt: skip
# Where a list says nothing of the kind: most calls ask that something be done.
USUAL_KIND = MatterKind.HELP
OLDEST = 2000
# A list that holds days alone: received when offices open, settled when they close.
OPENS, CLOSES = time(9), time(17)
_DAY = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{2})(?::\d{2})?)?"
)
_KINDS = {CHINESE[kind]: kind for kind in MatterKind} | {str(kind): kind for kind in MatterKind}


@dataclass(frozen=True, slots=True)
class PastRow:
    """One old request as it can be taken in; with `closed` it is settled."""

    row: int  # of the file, the header being 1
    own_id: str
    received: datetime
    text: str
    title: str
    kind: MatterKind
    unit: str
    reply: str
    closed: datetime | None
    name: str
    phone: str
    address: str

    def of_unit(self, unit: str) -> "PastRow":
        return replace(self, unit=unit)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be taken in, and in which column."""

    row: int
    column: str
    sentence: str


def mapping(header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Field → column: as `said` (column → field), else by the names that lists use."""
    fields = {names[0]: field for field, names in FIELDS.items()} | {
        field: field for field in FIELDS
    }
    found: dict[str, str] = {}
    for column, field in said.items():
        if column not in header:
            raise Invalid("文件里没有「%(column)s」这一列。", field="map", column=column[:40])
        if field not in fields:
            raise Invalid(
                "不认识字段「%(name)s」,可用:%(known)s。", field="map", name=field[:40],
                known="、".join(names[0] for names in FIELDS.values()),
            )  # fmt: skip
        found[fields[field]] = column
    taken = set(found.values())
    for field, names in FIELDS.items():
        column = next((name for name in names if name in header and name not in taken), None)
        if field not in found and column:
            found[field] = column
            taken.add(column)
    for field in NEEDED:
        if field not in found:
            raise Invalid(
                "没有找到「%(name)s」这一列,请用「列=字段」指明,如:来件日期=%(name)s。",
                field="map", name=FIELDS[field][0],
            )  # fmt: skip
    return found


def read(
    number: int, cells: Mapping[str, str], columns: Mapping[str, str], *, unit: str, now: datetime
) -> PastRow | RowError:
    """The row with this number; `unit` is whose list it is where the row names none."""
    values = {field: cells.get(column, "").strip() for field, column in columns.items()}
    values = {field: values.get(field, "") for field in FIELDS}
    try:
        _check(values)
        received = _moment("received", values["received"], OPENS)
        closed = _moment("closed", values["closed"], CLOSES) if values["closed"] else None
        _check_order(received, closed, now)
        return PastRow(
            row=number, kind=_kind(values["kind"]), received=received, closed=closed,
            unit=values["unit"] or unit,
            **{field: values[field] for field in LIMITS},
        )  # fmt: skip
    except Invalid as error:
        column = columns.get(error.field, FIELDS[error.field][0])
        return RowError(number, column, error.sentence)


def _check(values: Mapping[str, str]) -> None:
    for field in NEEDED:
        if not values[field]:
            raise Invalid("此项必填。", field=field)
    for field, longest in LIMITS.items():
        if len(values[field]) > longest:
            raise Invalid("内容过长,最多 %(n)d 字。", field=field, n=longest)
        if any(ord(sign) < 32 and sign not in "\t\r\n" for sign in values[field]):
            raise Invalid("含有不可见的控制字符,请删去。", field=field)


def _moment(field: str, text: str, otherwise: time) -> datetime:
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute = (int(part) if part else None for part in found.groups())
        at = otherwise if hour is None else time(hour, minute)
        # In UTC as every moment of ours: events are chained by how their moment is written.
        return city_moment(date(year, month, day), at)
    except (ValueError, OverflowError):
        raise Invalid("应写成 2018-07-25 或 2018-07-25 14:05。", field=field) from None


def _check_order(received: datetime, closed: datetime | None, now: datetime) -> None:
    if received.year < OLDEST or received > now:
        raise Invalid("须在 %(year)d 年以后、现在以前。", field="received", year=OLDEST)
    if closed and not received <= closed <= now + timedelta(days=1):
        raise Invalid("不能早于受理,也不能晚于现在。", field="closed")


def _kind(text: str) -> MatterKind:
    kind = _KINDS.get(text) if text else USUAL_KIND
    if kind is None:
        raise Invalid(
            "类别应为%(known)s。", field="kind", known="、".join(CHINESE[k] for k in MatterKind)
        )
    return kind
