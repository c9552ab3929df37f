"""A department's old list: what its columns mean, each row read or refused with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from hotline.errors import Invalid
from hotline.tickets import listed
from hotline.tickets.listed import RowError
from hotline.tickets.words import MatterKind

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
WORDS = ("own_id", "text", "title", "reply", "name", "phone", "address")
# Where a list says nothing of the kind: most calls ask that something be done.
USUAL_KIND = MatterKind.HELP
# A list that holds days alone: received when offices open, settled when they close.
OPENS, CLOSES = time(9), time(17)


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


def mapping(header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Field → column: as `said` (column → field), else by the names that lists use."""
    return listed.columns(header, said, fields=FIELDS, needed=NEEDED)


def read(
    number: int, cells: Mapping[str, str], columns: Mapping[str, str], *, unit: str, now: datetime
) -> PastRow | RowError:
    """The row with this number; `unit` is whose list it is where the row names none."""
    try:
        values = listed.values(cells, columns, fields=FIELDS, needed=NEEDED)
        received = listed.moment("received", values["received"], OPENS, now=now)
        closed = listed.moment("closed", values["closed"], CLOSES) if values["closed"] else None
        if closed and not received <= closed <= now + timedelta(days=1):
            raise Invalid("不能早于受理，也不能晚于现在。", field="closed")
        return PastRow(
            row=number, kind=listed.kind(values["kind"], USUAL_KIND), received=received,
            closed=closed, unit=values["unit"] or unit,
            **{field: values[field] for field in WORDS},
        )  # fmt: skip
    except Invalid as error:
        column = columns.get(error.field, FIELDS[error.field][0])
        return RowError(number, column, error)
