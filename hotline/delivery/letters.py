"""What a citizen reads: one plain letter for each message owed."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.text import MIMEText
from email.policy import Compat32
from email.utils import format_datetime

# The WHATWG definition of a valid e-mail address: ASCII, no spaces, so no header can be injected.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})*")

# RFC 5322 asks for lines of at most 78 characters.
SHORT = 70
SUBJECT = "您反映的事项已有答复(工单编号 {number})"
BODY = """{greeting}

您反映的事项(工单编号 {number})已有答复:

{text}

答复单位:{unit}

查询进度:在热线网站“进度查询”中输入工单编号 {number} 和查询码 {query_code},或拨打 12345。
回访评价:请用同样的编号和查询码告诉我们,问题是否解决、您对办理是否满意。
{merged}
此信由系统自动发出,请勿直接回复。感谢您对我们工作的支持!

内江市 12345 政务服务热线
"""
MERGED = "\n您的诉求与其他群众反映的同一事项一并办理,本答复同样适用于您。\n"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message owed, with what is needed to send it; `number` is the requester's own ticket."""

    id: str
    number: str
    query_code: str
    name: str
    phone: str
    email: str
    unit: str  # that answered; blank for the desk itself
    text: str
    merged: bool


class Plain(Compat32):
    """Writes a short header as it is: the usual way studies each for places to break it."""

    def fold_binary(self, name: str, value: str | Header) -> bytes:
        plain = isinstance(value, str) and value.isascii() and value.isprintable()
        if plain and len(name) + len(value) <= SHORT:
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


PLAIN = Plain()


def is_address(email: str) -> bool:
    return len(email) <= 254 and ADDRESS.fullmatch(email) is not None


def letter(notice: Notice, *, to: str, sender: str, at: datetime) -> Message:
    """The letter as a message whose Message-ID is the delivery's own id.

    Only `to`, checked by `is_address`, and our own number reach a header; what the citizen wrote
    stays in the body.
    """
    # EmailMessage does the same at six times the cost (1.1 ms a letter, measured).
    message = MIMEText(body(notice), "plain", "utf-8", policy=PLAIN)
    message["Subject"] = Header(SUBJECT.format(number=notice.number), "utf-8")
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{notice.id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: asks robots not to answer
    return message


def body(notice: Notice) -> str:
    """The words of the letter; pages show them before it is sent."""
    name = " ".join(notice.name.split())
    return BODY.format(
        greeting=f"{name},您好!" if name else "您好!",
        number=notice.number,
        query_code=notice.query_code,
        text=notice.text.strip(),
        unit=notice.unit or "12345 热线",
        merged=MERGED if notice.merged else "",
    )
