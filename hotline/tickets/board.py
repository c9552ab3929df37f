"""领导留言板: what an export of the board means, and how a message becomes an open ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlmodel import Session

from hotline.errors import Invalid
from hotline.people.rights import Actor, Role
from hotline.routing.types import Suggestion
from hotline.tickets import intake, listed, sources
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.listed import RowError
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, MatterKind

FIELDS = {
    "own_id": ("留言编号", "编号", "留言ID", "ID"),
    "written": ("留言时间", "发布时间", "提交时间", "日期", "时间"),
    "text": ("留言内容", "内容", "正文", "诉求内容"),
    "title": ("留言标题", "标题", "主题"),
    "kind": ("留言类型", "类型", "类别", "诉求类别"),
    "to": ("留言对象", "写给谁", "领导", "对象"),
    "name": ("网友", "网友昵称", "昵称", "留言人", "姓名"),
    "phone": ("电话", "联系电话", "手机"),
}
NEEDED = ("own_id", "written", "text")
WORDS = ("own_id", "text", "title", "to", "name", "phone")
# As the board calls them; a message without a kind asks for help.
KINDS = {
    "建言": MatterKind.SUGGESTION,
    "建言献策": MatterKind.SUGGESTION,
    "意见建议": MatterKind.SUGGESTION,
    "感谢": MatterKind.PRAISE,
}
OPENS = time(9)


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as it stands on the board."""

    row: int  # of the file, the header being 1
    own_id: str
    written: datetime
    text: str
    title: str
    kind: MatterKind
    to: str
    name: str
    phone: str


def mapping(header: Sequence[str], said: Mapping[str, str]) -> dict[str, str]:
    """Field → column: as `said` (column → field), else by the names that the board uses."""
    return listed.columns(header, said, fields=FIELDS, needed=NEEDED)


def read(
    number: int, cells: Mapping[str, str], columns: Mapping[str, str], *, now: datetime
) -> Posted | RowError:
    """The row with this number."""
    try:
        values = listed.values(cells, columns, fields=FIELDS, needed=NEEDED)
        return Posted(
            row=number,
            written=listed.moment("written", values["written"], OPENS, now=now),
            kind=listed.kind(values["kind"], MatterKind.HELP, KINDS),
            **{field: values[field] for field in WORDS},
        )
    except Invalid as error:
        return RowError(number, columns.get(error.field, FIELDS[error.field][0]), error)


def take_in(
    session: Session,
    row: Posted,
    suggestion: Suggestion,
    *,
    batch: str,
    key: bytes,
    brought_by: Actor,
    now: datetime,
) -> Ticket:
    """Lodged when it was posted; every clock starts when the desk accepts it, as of any letter."""
    matter = Matter(
        text=row.text,
        title=row.title,
        kind=row.kind,
        channel=Channel.MESSAGE_BOARD,
        addressee=row.to,
        requester=Requester(name=row.name, phone=row.phone),
        batch=batch,
        written_at=row.written,
    )
    who = Actor(brought_by.id, Role.GATEWAY, channel=Channel.MESSAGE_BOARD)
    ticket = intake.log(session, matter, suggestion, actor=who, key=key, now=now)
    sources.note(session, ticket, row.own_id)
    return ticket
