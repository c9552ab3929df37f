"""Exactly one file a delivery, whatever was killed and whoever has read it."""

import mailbox
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from builders import NOON
from letterbox import NOTICE, body, letters, maildir

from hotline.delivery.states import Outcome

OTHERS = [replace(NOTICE, id=f"{n:024x}", number=f"NJ{n}") for n in range(40)]


def outcomes(folder: Path, notices=(NOTICE,)) -> list[Outcome]:
    return [result.outcome for result in maildir(folder).send(notices, NOON)]


def test_a_mail_reader_finds_the_letter(tmp_path: Path):
    assert outcomes(tmp_path) == [Outcome.DELIVERED]
    (message,) = letters(tmp_path)
    assert message["To"] == NOTICE.email
    assert NOTICE.text in body(message)
    assert list((tmp_path / "maildir" / "tmp").iterdir()) == []


def test_a_second_try_makes_no_second_message(tmp_path: Path):
    outcomes(tmp_path, [NOTICE, *OTHERS])
    assert set(outcomes(tmp_path, [*OTHERS, NOTICE])) == {Outcome.DELIVERED}
    assert len(letters(tmp_path)) == 1 + len(OTHERS)


def test_a_second_try_finds_a_message_already_read_and_flagged(tmp_path: Path):
    outcomes(tmp_path)
    reader = mailbox.Maildir(tmp_path / "maildir")
    for key, message in reader.items():
        message.set_subdir("cur")
        message.set_flags("SF")
        reader[key] = message
    assert outcomes(tmp_path) == [Outcome.DELIVERED]
    # Counted as files: a reader takes two of the same name for one.
    assert [file.name for file in tmp_path.glob("maildir/*/*")] == [f"{NOTICE.id}:2,FS"]


def test_what_a_killed_writer_left_half_written_is_written_anew(tmp_path: Path):
    outcomes(tmp_path, OTHERS)
    (tmp_path / "maildir" / "tmp" / NOTICE.id).write_bytes(b"x" * 10_000)
    outcomes(tmp_path)
    written = (tmp_path / "maildir" / "new" / NOTICE.id).read_bytes()
    assert b"xxx" not in written
    assert len(letters(tmp_path)) == 1 + len(OTHERS)


def test_two_writers_of_the_same_messages_make_one_of_each(tmp_path: Path):
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: outcomes(tmp_path, OTHERS), range(8)))
    assert results == [[Outcome.DELIVERED] * len(OTHERS)] * 8
    assert len(letters(tmp_path)) == len(OTHERS)


def test_a_bad_address_fails_alone(tmp_path: Path):
    bad = replace(NOTICE, id="f" * 24, email="li@\nexample.invalid")
    assert outcomes(tmp_path, [bad, NOTICE]) == [Outcome.FAILED, Outcome.DELIVERED]
    assert len(letters(tmp_path)) == 1


def test_a_phone_number_stands_for_a_short_message(tmp_path: Path):
    outcomes(tmp_path, [replace(NOTICE, email="", phone="+86 138-0000-0832")])
    assert letters(tmp_path)[0]["To"] == "8613800000832@sms.invalid"


def test_a_phone_field_without_digits_fails(tmp_path: Path):
    assert outcomes(tmp_path, [replace(NOTICE, email="", phone="无")]) == [Outcome.FAILED]


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path):
    (tmp_path / "maildir").write_text("a file stands where the folder should be")
    (result,) = maildir(tmp_path).send([NOTICE], NOON)
    assert (result.outcome, "ENOTDIR" in result.detail) == (Outcome.RETRY, True)
    (tmp_path / "maildir").unlink()
    assert outcomes(tmp_path) == [Outcome.DELIVERED]
