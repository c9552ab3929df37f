"""The mail channel: one conversation a message, so that each knows how far it came."""

import smtplib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from hotline.delivery.channels import Result
from hotline.delivery.letters import Notice, is_address, letter
from hotline.delivery.states import Outcome

NO_ADDRESS = Result(Outcome.FAILED, "没有电子邮箱，请电话告知")
UNUSABLE = Result(Outcome.FAILED, "电子邮箱地址无法使用，请电话告知")
AWAY = Result(Outcome.RETRY, "邮件服务器连不上或中途断开")
NO_ANSWER = Result(Outcome.UNKNOWN, "内容已交出，服务器没有答复")


@dataclass(frozen=True, slots=True)
class Smtp:
    """Sends by the mail server given; a message handed over without an answer is never resent."""

    host: str
    port: int
    sender: str
    timeout: float = 30.0  # seconds for each answer of the server
    # A worker killed in the middle leaves its batch unknown, so a batch is one message.
    batch: int = 1
    # Longer than all the answers of one conversation may take.
    lease: timedelta = timedelta(minutes=10)
    name: ClassVar[str] = "smtp"
    repeatable: ClassVar[bool] = False

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        return [self._send(notice, at) for notice in notices]

    def _send(self, notice: Notice, at: datetime) -> Result:
        if not notice.email:
            return NO_ADDRESS
        if not is_address(notice.email):
            return UNUSABLE
        content = letter(notice, to=notice.email, sender=self.sender, at=at)
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        except (OSError, smtplib.SMTPException):
            return AWAY
        try:
            return self._hand_over(server, notice.email, content.replace(b"\n", b"\r\n"))
        finally:
            with suppress(OSError, smtplib.SMTPException):
                server.quit()

    def _hand_over(self, server: smtplib.SMTP, to: str, content: bytes) -> Result:
        try:
            server.ehlo_or_helo_if_needed()
            for command, welcome in (
                (f"MAIL FROM:<{self.sender}>", 2),
                (f"RCPT TO:<{to}>", 2),
                ("DATA", 3),
            ):
                code, _ = server.docmd(command)
                if code // 100 != welcome:
                    return _refused(code, command[:4])
            # No line begins with a dot, which would need doubling: the body is base64.
            server.send(content)
        except (OSError, smtplib.SMTPException):
            # Without the final dot the server has no message (RFC 5321, 4.1.1.4).
            return AWAY
        return _finish(server)


def _finish(server: smtplib.SMTP) -> Result:
    """Sends the final dot; from here on only the server knows what became of the message."""
    try:
        code, _ = server.docmd(".")
    except (OSError, smtplib.SMTPException):
        return NO_ANSWER
    if 200 <= code < 300:
        return Result(Outcome.SENT)
    return _refused(code, "DATA") if code >= 400 else NO_ANSWER


def _refused(code: int, command: str) -> Result:
    # The server's own words may repeat the address, so only its code is kept.
    outcome = Outcome.FAILED if code >= 500 else Outcome.RETRY
    return Result(outcome, f"邮件服务器以 {code} 拒绝（{command}）")
