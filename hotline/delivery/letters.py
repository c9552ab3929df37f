"""What a citizen reads: one plain letter for each message owed."""

import re
from base64 import b64encode, encodebytes
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

# The WHATWG definition of a valid e-mail address: ASCII, no spaces, so no header can be injected.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{LABEL}(?:\.{LABEL})*")

# In two parts, as no encoded word may be longer than 75 characters (RFC 2047).
SUBJECT = ("您反映的事项已有答复", "（工单编号 {number}）")
SUBJECT_OF_INTERIM = ("您反映的事项有新进展", "（工单编号 {number}）")
# That nobody sent it by hand asks robots not to answer (RFC 3834).
LETTER = """\
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64
Subject: {subject}
From: {sender}
To: {to}
Date: {date}
Message-ID: <{id}@{domain}>
Auto-Submitted: auto-generated

{body}"""
BODY = """{greeting}

您反映的事项（工单编号 {number}）{news}：

{text}

{role}单位：{unit}

查询进度：在热线网站“进度查询”中输入工单编号 {number} 和查询码 {query_code}，或拨打 12345。
{rating}{merged}
此信由系统自动发出，请勿直接回复。感谢您对我们工作的支持！

内江市 12345 政务服务热线
"""
RATING = "回访评价：请用同样的编号和查询码告诉我们，问题是否解决、您对办理是否满意。\n"
MERGED = "\n您的诉求与其他群众反映的同一事项一并办理，本答复同样适用于您。\n"


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
    interim: bool = False


def is_address(email: str) -> bool:
    return len(email) <= 254 and ADDRESS.fullmatch(email) is not None


def letter(notice: Notice, *, to: str, sender: str, at: datetime) -> bytes:
    """The letter as it is stored, with an id that is the delivery's own.

    Only `to`, checked by `is_address`, and our own number reach a header; what the citizen wrote
    stays in the body.
    """
    words = SUBJECT_OF_INTERIM if notice.interim else SUBJECT
    # Written out: the library for mail takes as long for one letter as all the rest of its way.
    return LETTER.format(
        subject="\n ".join(_encoded_word(part.format(number=notice.number)) for part in words),
        sender=sender,
        to=to,
        date=format_datetime(at),
        id=notice.id,
        domain=sender.rpartition("@")[2],
        body=encodebytes(body(notice).encode()).decode(),
    ).encode()


def _encoded_word(text: str) -> str:
    return f"=?utf-8?b?{b64encode(text.encode()).decode()}?="


def body(notice: Notice) -> str:
    """The words of the letter; pages show them before it is sent."""
    name = " ".join(notice.name.split())
    return BODY.format(
        greeting=f"{name}，您好！" if name else "您好！",
        number=notice.number,
        query_code=notice.query_code,
        text=notice.text.strip(),
        unit=notice.unit or "12345 热线",
        merged=MERGED if notice.merged else "",
        news="有新进展" if notice.interim else "已有答复",
        role="承办" if notice.interim else "答复",
        rating="" if notice.interim else RATING,
    )
