"""A real mail server, and everything that can go wrong on the way to it."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session
from builders import NOON
from letterbox import NOTICE, SENDER, approve_many, body, row, statuses, subject
from served import free_port

from hotline.db import Database
from hotline.delivery import settling, worker
from hotline.delivery.channels import Result
from hotline.delivery.smtp import Smtp
from hotline.delivery.states import Outcome
from hotline.tickets.intake import Requester
from hotline.tickets.words import Status

# Seconds a test waits for a slow server; long enough for a quick one on a busy machine.
PATIENCE = 3.0

Fault = Callable[[Server], Any]


class MailServer:
    """Takes mail unless told to fail at RCPT or after DATA."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.at_rcpt: Fault | None = None
        self.after_data: Fault | None = None

    async def handle_RCPT(  # noqa: N802
        self, server: Server, session: Session, envelope: Envelope, to: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return await self.at_rcpt(server)
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.after_data:
            return await self.after_data(server)
        self.taken.append(envelope)
        return "250 OK"


def says(answer: str) -> Fault:
    async def fault(server: Server) -> str:
        return answer

    return fault


async def hangs_up(server: Server) -> str:
    server.transport.abort()
    return "250 never heard"


async def is_slow(server: Server) -> str:
    await asyncio.sleep(20 * PATIENCE)
    return "250 too late"


# How a server is lost, and the seconds that its answer is waited for.
LOST = [(hangs_up, 60.0), (is_slow, PATIENCE)]


@pytest.fixture
def server() -> MailServer:
    return MailServer()


@pytest.fixture
def smtp(server: MailServer) -> Iterator[Smtp]:
    port = free_port()
    controller = Controller(server, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    yield Smtp("127.0.0.1", port, SENDER, timeout=60)
    controller.stop()


def send(smtp: Smtp, **notice: str) -> Result:
    (result,) = smtp.send([replace(NOTICE, **notice)], NOON)
    return result


def test_the_mail_server_gets_the_letter_under_the_delivery_s_id(smtp: Smtp, server: MailServer):
    assert send(smtp) == Result(Outcome.SENT)
    (envelope,) = server.taken
    message = message_from_bytes(envelope.content)
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [NOTICE.email])
    assert message["Message-ID"] == f"<{NOTICE.id}@hotline.invalid>"
    assert NOTICE.number in subject(message)
    assert NOTICE.text in body(message)


def test_a_reply_full_of_dots_and_odd_line_ends_arrives_whole(smtp: Smtp, server: MailServer):
    send(smtp, text="一。\n.\n..\r\n.\r\nRSET\r\n二。")
    text = body(message_from_bytes(server.taken[0].content))
    assert "一。\n.\n..\r\n.\r\nRSET\r\n二。" in text


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("550 no such user", Outcome.FAILED), ("450 busy", Outcome.RETRY), ("421 bye", Outcome.RETRY)],
)
def test_a_refused_recipient_is_final_or_not_as_the_code_says(
    smtp: Smtp, server: MailServer, answer: str, outcome: Outcome
):
    server.at_rcpt = says(answer)
    assert send(smtp).outcome is outcome


@pytest.mark.parametrize(
    ("answer", "outcome"), [("554 spam", Outcome.FAILED), ("451 later", Outcome.RETRY)]
)
def test_a_message_refused_after_it_was_read_is_surely_not_sent(
    smtp: Smtp, server: MailServer, answer: str, outcome: Outcome
):
    server.after_data = says(answer)
    assert send(smtp).outcome is outcome


@pytest.mark.parametrize(("fault", "timeout"), LOST)
def test_no_answer_to_a_message_handed_over_is_unknown(
    smtp: Smtp, server: MailServer, fault: Fault, timeout: float
):
    server.after_data = fault
    assert send(replace(smtp, timeout=timeout)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(("fault", "timeout"), LOST)
def test_a_server_lost_before_the_message_is_tried_again(
    smtp: Smtp, server: MailServer, fault: Fault, timeout: float
):
    server.at_rcpt = fault
    assert send(replace(smtp, timeout=timeout)).outcome is Outcome.RETRY


def test_a_server_that_is_not_there_is_tried_again():
    assert send(Smtp("127.0.0.1", free_port(), SENDER)).outcome is Outcome.RETRY


def test_no_detail_repeats_the_address(smtp: Smtp, server: MailServer):
    server.at_rcpt = says(f"550 <{NOTICE.email}> unknown")
    assert NOTICE.email not in send(smtp).detail


@pytest.mark.parametrize("email", ["", "li@@example.invalid", "li@a.invalid>\r\nRCPT TO:<x@b.c"])
def test_without_a_usable_address_a_person_is_asked(smtp: Smtp, server: MailServer, email: str):
    result = send(smtp, email=email)
    assert (result.outcome, "电话" in result.detail) == (Outcome.FAILED, True)
    assert server.taken == []


def test_an_unknown_outcome_is_listed_and_never_resent(
    smtp: Smtp, server: MailServer, database: Database
):
    server.after_data = hangs_up
    (number,) = approve_many(database, NOON, 1)
    worker.drain(database, smtp, lambda: NOON)
    server.after_data = None
    worker.drain(database, smtp, lambda: NOON.replace(year=2019))
    assert (server.taken, row(database).state) == ([], "unknown")
    with database.read() as session:
        assert [trouble.number for trouble in settling.needing_person(session)] == [number]


def test_one_bad_address_does_not_hold_up_the_others(
    smtp: Smtp, server: MailServer, database: Database, tmp_path: Path
):
    approve_many(database, NOON, 1, requester=Requester(phone="13800000832"))
    approve_many(database, NOON, 2)
    worker.drain(database, smtp, lambda: NOON)
    assert len(server.taken) == 2
    assert statuses(database) == [Status.APPROVED, Status.DELIVERED, Status.DELIVERED]
