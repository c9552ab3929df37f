"""What a citizen reads, and what no citizen can write into a header."""

from dataclasses import replace
from email import message_from_bytes

import pytest
from builders import NOON
from letterbox import NOTICE, SENDER, body, subject

from hotline.delivery.letters import is_address, letter


def read(notice=NOTICE):
    return message_from_bytes(letter(notice, to="li@example.invalid", sender=SENDER, at=NOON))


def test_a_letter_tells_the_number_the_answer_and_how_to_go_on():
    text = body(read())
    for word in (NOTICE.number, NOTICE.text, NOTICE.query_code, NOTICE.unit, "李某", "满意"):
        assert word in text


def test_the_subject_names_the_ticket_but_never_the_query_code():
    assert NOTICE.number in subject(read())
    assert NOTICE.query_code not in subject(read())


def test_the_message_id_is_the_id_of_the_delivery():
    assert read()["Message-ID"] == f"<{NOTICE.id}@hotline.invalid>"


def test_a_merged_requester_is_told_so():
    assert "一并办理" in body(read(replace(NOTICE, merged=True)))
    assert "一并办理" not in body(read())


def test_what_a_citizen_or_a_unit_writes_reaches_no_header():
    hostile = "李某\r\nBcc: all@example.invalid\r\n\r\n"
    message = read(replace(NOTICE, name=hostile, text=hostile, unit=hostile))
    assert message["Bcc"] is None
    assert not message.defects
    assert set(message.keys()) == set(read().keys())


def test_a_reply_holding_braces_is_quoted_as_it_is():
    assert "{number}%s" in body(read(replace(NOTICE, text="{number}%s")))


@pytest.mark.parametrize("email", ["li@example.invalid", "a.b+c@mail.example.cn", "a@localhost"])
def test_a_usable_address_is_taken(email: str):
    assert is_address(email)


@pytest.mark.parametrize(
    "email",
    [
        "", "李某", "li@", "@example.invalid", "li@@example.invalid", "li @example.invalid",
        "li@example.invalid\nBcc: x@example.invalid", "li@example.invalid\n", "<li@a.invalid>",
        "li@例子.中国", "a@b.invalid,c@d.invalid", "li@-a.invalid", "l" * 65 + "@a.invalid",
        "li@" + ".".join(["a" * 60] * 5),
    ],
)  # fmt: skip
def test_an_unusable_address_is_known_before_it_is_tried(email: str):
    assert not is_address(email)
