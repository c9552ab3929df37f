"""Photos and documents: sent by citizens, desk and units, and shown to whom they concern."""

import hashlib
import os
import re
from collections.abc import Callable
from functools import partial
from io import BytesIO
from itertools import count
from typing import Any

import papers
import pytest
from browsing import Browser
from builders import CITY, ENVIRONMENT, Desk
from flask import Flask
from PIL import Image
from sqlmodel import select
from test_portal import MESSAGE
from test_ticket_page import questions
from walks import closed, make, row
from werkzeug.test import TestResponse

from hotline import clock
from hotline.db import Database
from hotline.jobs import tasks
from hotline.people.access_log import AccessLog
from hotline.people.rights import Role
from hotline.tickets.attachments import Attachment, Place
from hotline.tickets.file_kinds import LARGEST
from hotline.tickets.file_store import SWEEP_EVERY, FileStore
from hotline.tickets.models import Alarm, Ticket

FIRE = "东兴区西林街道太白路我家楼下着火了，快来"


@pytest.fixture
def stored(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def made(stored: Database) -> Callable[..., str]:
    return partial(make, stored)


@pytest.fixture
def files(app: Flask) -> FileStore:
    return FileStore.under(app.extensions["hotline"].settings.data_dir)


def upload(name: str = "现场.jpg", data: bytes | None = None) -> tuple[BytesIO, str]:
    return BytesIO(papers.photo() if data is None else data), name


def asked(browser: Browser, *uploads: tuple[BytesIO, str], **more: Any) -> TestResponse:
    return browser.post("/ask", MESSAGE | {"attachments": list(uploads)} | more)


def sent(browser: Browser, *uploads: tuple[BytesIO, str], **more: Any) -> dict[str, str]:
    page = asked(browser, *uploads, **more)
    assert page.status_code == 200, page.text
    number, code = re.findall(r"<dd>(.+?)</dd>", page.text)[:2]
    return {"number": number, "query_code": code}


def kept(stored: Database, number: str) -> list[Attachment]:
    with stored.read() as session:
        query = select(Attachment).join(Ticket).where(Ticket.number == number)
        return list(session.exec(query.order_by(Attachment.id)))


def looks(stored: Database, number: str, what: str) -> int:
    with stored.read() as session:
        mine = select(AccessLog).where(AccessLog.ticket == number, AccessLog.what == what)
        return len(session.exec(mine).all())


def tickets(stored: Database) -> int:
    with stored.read() as session:
        return len(session.exec(select(Ticket.id)).all())


def dispatched(dispatcher, number: str, unit: str = CITY) -> None:
    for step, body in (("accept", {}), ("dispatch", {"unit": unit})):
        assert dispatcher.post(f"/tickets/{number}/{step}", body).status_code == 200


# The citizen


def test_photos_and_papers_go_with_a_message_and_come_back_by_number_and_code(stranger, stored):
    own = sent(stranger, upload(), upload("通知.pdf", papers.PDF))
    page = stranger.post("/progress", own)
    assert "现场.jpg" in page.text
    assert "通知.pdf" in page.text
    paper = kept(stored, own["number"])[1]
    answer = stranger.post(f"/progress/attachments/{paper.id}", own)
    assert answer.data == papers.PDF
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert "%E9%80%9A%E7%9F%A5.pdf" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert looks(stored, own["number"], f"file:{paper.id}") == 1


def test_a_form_without_files_is_a_message_as_ever(stranger, stored):
    own = sent(stranger, upload("", b""))
    assert kept(stored, own["number"]) == []


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (("现场.jpg", papers.HTML), "「现场.jpg」不是能收的文件"),
        (("现场.svg", papers.SVG), "「现场.svg」不是能收的文件"),
        (("空.pdf", b""), "「空.pdf」是空文件"),
        (("大.jpg", b"\xff\xd8\xff" + b"0" * LARGEST), "「大.jpg」超过 10 MB"),
        (("破.jpg", papers.photo()[:300]), "「破.jpg」打不开"),
    ],
)
def test_a_refused_file_brings_the_page_again_with_all_that_was_typed(
    stranger, stored, bad: tuple[str, bytes], says: str
):
    before = tickets(stored)
    more = {"requester.name": "李某", "requester.phone": "13800000832", "confidential": "true"}
    page = asked(stranger, upload(), upload(*bad), **more)
    assert page.status_code == 422
    for words in (says, MESSAGE["text"], "李某", "13800000832", "请重新选择一次"):
        assert words in page.text
    assert re.search(r'name="confidential" value="true" checked', page.text)
    assert re.search(r'value="complaint" checked', page.text)
    assert tickets(stored) == before


def test_more_files_than_a_form_takes_are_refused_and_nothing_typed_is_lost(stranger):
    page = asked(stranger, *(upload(f"{n}.txt", papers.TEXT) for n in range(6)))
    assert page.status_code == 422
    assert "一次最多传 5 个文件" in page.text
    assert MESSAGE["text"] in page.text


def test_a_far_too_large_file_is_read_to_its_end_and_not_kept(stranger, stored):
    page = asked(stranger, upload("录像.mp4", b"0" * (3 * LARGEST)))
    assert page.status_code == 422
    assert "「录像.mp4」超过 10 MB" in page.text
    assert MESSAGE["text"] in page.text


def test_an_emergency_never_waits_for_a_file(stranger, stored):
    page = asked(stranger, upload("现场.jpg", papers.HTML), text=FIRE)
    assert page.status_code == 200
    assert "119" in page.text
    assert "附件没有收下：「现场.jpg」不是能收的文件" in page.text
    number = re.findall(r"<dd>(.+?)</dd>", page.text)[0]
    with stored.read() as session:
        ticket_id = row(stored, number).id
        assert session.exec(select(Alarm).where(Alarm.ticket_id == ticket_id)).one()


def test_a_form_refused_for_another_reason_still_shows_the_number_to_dial(stranger):
    page = asked(stranger, text=FIRE, **{"requester.email": "no address"})
    assert page.status_code == 422
    assert re.search(r'id="danger"[^>]*>如情况正在发生，请立即拨打 <a[^>]*>119', page.text)
    assert 'id="danger" class="danger" role="alert" hidden' not in page.text


def test_a_form_sent_twice_has_its_files_once(stranger, stored):
    once = {"once": "twice-with-a-file"}
    first, second = sent(stranger, upload(), **once), sent(stranger, upload(), **once)
    assert first == second
    assert len(kept(stored, first["number"])) == 1


def test_files_are_added_later_by_number_and_code(stranger, stored):
    own = sent(stranger)
    page = stranger.post("/progress/attachments", own | {"attachments": [upload()]})
    assert "已收下 1 个附件" in page.text
    assert "现场.jpg" in page.text
    (photo,) = kept(stored, own["number"])
    assert (photo.place, photo.role) == (Place.MATTER, Role.CITIZEN)


def test_a_wrong_code_adds_nothing_keeps_nothing_and_shows_nothing(stranger, stored, files):
    own = sent(stranger, upload())
    (photo,) = kept(stored, own["number"])
    wrong = own | {"query_code": "222222"}
    before = set(files.folder.glob("??/*"))
    strange = [upload("新.txt", "从未传过的一段话".encode())]
    assert (
        stranger.post("/progress/attachments", wrong | {"attachments": strange}).status_code == 404
    )
    assert stranger.post(f"/progress/attachments/{photo.id}", wrong).status_code == 404
    assert set(files.folder.glob("??/*")) == before
    assert len(kept(stored, own["number"])) == 1


def test_a_requester_gets_no_file_of_another_ticket(stranger, stored):
    mine, others = sent(stranger), sent(stranger, upload())
    (photo,) = kept(stored, others["number"])
    page = stranger.post(f"/progress/attachments/{photo.id}", mine)
    assert page.status_code == 404
    assert "没有这个附件" in page.text


def test_what_is_over_takes_no_more_files(stranger, made, stored):
    number = made(closed)
    own = {"number": number, "query_code": row(stored, number).query_code}
    assert "补充照片或文件" not in stranger.post("/progress", own).text
    page = stranger.post("/progress/attachments", own | {"attachments": [upload()]})
    assert page.status_code == 409
    assert "重启" in page.text


def test_choosing_no_file_is_said_and_nothing_breaks(stranger):
    page = stranger.post("/progress/attachments", sent(stranger))
    assert page.status_code == 422
    assert "请先选择文件" in page.text


# Staff


def test_the_desk_sees_where_a_photo_was_taken_and_the_unit_does_not(
    stranger, stored, signed_in, dispatcher
):
    own = sent(stranger, upload())
    dispatched(dispatcher, own["number"])
    (photo,) = kept(stored, own["number"])
    path = f"/tickets/{own['number']}/attachments/{photo.id}"
    desk = signed_in(Role.AGENT).get(path)
    unit = signed_in(Role.HANDLER, CITY).get(path)
    assert Image.open(BytesIO(desk.data)).getexif().get_ifd(0x8825)
    assert desk.data == papers.photo()
    assert not Image.open(BytesIO(unit.data)).getexif()
    assert looks(stored, own["number"], f"file:{photo.id}") == 2


def test_a_picture_may_be_looked_at_in_a_sandbox_and_a_paper_only_saved(
    stranger, stored, signed_in
):
    own = sent(stranger, upload(), upload("通知.pdf", papers.PDF))
    photo, paper = kept(stored, own["number"])
    browser = signed_in(Role.AGENT)
    path = f"/tickets/{own['number']}/attachments"
    shown = browser.get(f"{path}/{photo.id}?inline")
    assert shown.headers["Content-Disposition"].startswith("inline")
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Type"] == "image/jpeg"
    saved = browser.get(f"{path}/{paper.id}?inline")
    assert saved.headers["Content-Disposition"].startswith("attachment")


def test_a_unit_sees_the_files_of_its_tickets_alone(stranger, stored, signed_in, dispatcher):
    own = sent(stranger, upload())
    dispatched(dispatcher, own["number"])
    (photo,) = kept(stored, own["number"])
    path = f"/tickets/{own['number']}/attachments"
    other = signed_in(Role.HANDLER, ENVIRONMENT)
    assert other.get(f"{path}/{photo.id}").status_code == 404
    other.post(path, {"attachments": [upload()]})
    assert len(kept(stored, own["number"])) == 1
    assert signed_in(Role.ADMINISTRATOR).get(f"{path}/{photo.id}").status_code == 403
    assert stranger.get(f"{path}/{photo.id}").status_code == 302


def test_a_unit_does_not_read_the_names_of_a_confidential_requesters_files(
    stranger, stored, signed_in, dispatcher
):
    own = sent(stranger, upload("李某的身份证.jpg"), confidential="true")
    dispatched(dispatcher, own["number"])
    (photo,) = kept(stored, own["number"])
    unit = signed_in(Role.HANDLER, CITY)
    page = unit.get(f"/tickets/{own['number']}")
    file = unit.get(f"/tickets/{own['number']}/attachments/{photo.id}")
    assert "李某的身份证" not in page.text
    assert f"附件{photo.id}.jpg" in page.text
    assert "%E6%9D%8E%E6%9F%90" not in file.headers["Content-Disposition"]
    assert "李某的身份证.jpg" in signed_in(Role.AGENT).get(f"/tickets/{own['number']}").text


def test_an_agent_attaches_what_a_caller_sent(signed_in, made, stored):
    number = made(Desk.accepted)
    browser = signed_in(Role.AGENT)
    done = browser.post(f"/tickets/{number}/attachments", {"attachments": [upload()]})
    assert done.status_code == 302
    assert "已添加 1 个附件" in browser.get(done.location).text
    assert [each.place for each in kept(stored, number)] == [Place.MATTER]


def test_a_refused_file_is_said_on_the_ticket_page(signed_in, made, stored):
    number = made(Desk.accepted)
    browser = signed_in(Role.AGENT)
    bad = {"attachments": [upload("a.jpg", papers.SVG)]}
    done = browser.post(f"/tickets/{number}/attachments", bad)
    assert "「a.jpg」不是能收的文件" in browser.get(done.location).text
    assert kept(stored, number) == []


def test_a_reply_takes_files_for_the_requester_and_a_proof_of_contact(
    signed_in, made, stored, dispatcher, stranger
):
    number = made(Desk.in_progress)
    files = {
        "attachments": [upload("整改后.jpg")],
        "proofs": [upload("通话记录.png", papers.photo("PNG"))],
    }
    unit = signed_in(Role.HANDLER, CITY)
    assert unit.post(f"/tickets/{number}/reply", {"text": "已整改。"} | files).status_code == 302
    reply, proof = kept(stored, number)
    assert (reply.place, reply.proof, proof.place, proof.proof) == ("reply", False, "reply", True)
    own = {"number": number, "query_code": row(stored, number).query_code}
    assert "整改后.jpg" not in stranger.post("/progress", own).text
    review = signed_in(Role.DISPATCHER).get(f"/dispatching/to_review?then={number}").text
    assert review.index("整改后.jpg") < review.index("通话记录.png") < review.index("联系凭证")
    assert dispatcher.post(f"/tickets/{number}/approve").status_code == 200
    page = stranger.post("/progress", own).text
    assert "整改后.jpg" in page
    assert "通话记录" not in page
    assert stranger.post(f"/progress/attachments/{proof.id}", own).status_code == 404


def test_a_reply_with_a_refused_file_is_not_given_and_its_text_stays(signed_in, made, stored):
    number = made(Desk.in_progress)
    given = {"text": "写了很久的答复。", "attachments": [upload("a.jpg", papers.HTML)]}
    page = signed_in(Role.HANDLER, CITY).post(f"/tickets/{number}/reply", given)
    assert page.status_code == 422
    assert "写了很久的答复。" in page.text
    assert "「a.jpg」不是能收的文件" in page.text
    assert row(stored, number).status == "in_progress"


def test_a_dispatcher_takes_a_file_out_for_good_and_an_agent_may_not(stranger, stored, signed_in):
    own = sent(stranger, upload("误传.txt", "误传的一段话".encode()))
    (paper,) = kept(stored, own["number"])
    path = f"/tickets/{own['number']}/attachments/{paper.id}"
    assert signed_in(Role.AGENT).post(f"{path}/erase").status_code == 403
    assert signed_in(Role.DISPATCHER).post(f"{path}/erase").status_code == 302
    assert kept(stored, own["number"]) == []
    assert signed_in(Role.DISPATCHER).get(path).status_code == 404
    assert looks(stored, own["number"], f"erased:{paper.id}") == 1


def test_a_file_that_is_lost_from_the_disk_is_said_plainly(stranger, stored, signed_in, files):
    own = sent(stranger, upload("丢失.txt", "会丢失的一段话".encode()))
    (paper,) = kept(stored, own["number"])
    files.path(paper.sha256).unlink()
    page = signed_in(Role.AGENT).get(f"/tickets/{own['number']}/attachments/{paper.id}")
    assert page.status_code == 404
    assert "从备份恢复" in page.text


def test_a_ticket_page_asks_as_often_for_ten_files_as_for_one(app, stranger, signed_in):
    one, many = sent(stranger, upload()), sent(stranger, *(upload() for _ in range(5)))
    stranger.post("/progress/attachments", many | {"attachments": [upload() for _ in range(5)]})
    browser = signed_in(Role.AGENT)
    counts = {questions(app, browser, f"/tickets/{own['number']}") for own in (one, many)}
    assert len(counts) == 1


def test_a_picture_is_shown_small_on_the_page_with_words_beside_it(stranger, signed_in):
    own = sent(stranger, upload())
    page = signed_in(Role.AGENT).get(f"/tickets/{own['number']}").text
    assert re.search(r'<img src="/tickets/\w+/attachments/\d+\?inline" alt="照片 现场.jpg"', page)


# Programs


def attach(caller, number: str, **form: Any) -> TestResponse:
    key = form.pop("key", "")
    headers = {"Authorization": f"Bearer {caller.key}"} | ({"Idempotency-Key": key} if key else {})
    return caller.client.post(f"/api/v1/tickets/{number}/attachments", data=form, headers=headers)


def fetched(caller, number: str, id: int) -> TestResponse:
    return caller.get(f"/tickets/{number}/attachments/{id}")


def test_a_program_attaches_lists_and_fetches_files(agent, city_handler, made):
    number = made(Desk.in_progress)
    answer = attach(agent, number, files=[upload(), upload("通知.pdf", papers.PDF)])
    assert answer.status_code == 201, answer.text
    photo, paper = answer.json["attachments"]
    assert (photo["name"], photo["kind"], photo["place"]) == ("现场.jpg", "jpg", "matter")
    listed = city_handler.get(f"/tickets/{number}/attachments").json["attachments"]
    assert [each["id"] for each in listed] == [photo["id"], paper["id"]]
    assert fetched(city_handler, number, paper["id"]).data == papers.PDF


def test_a_units_system_sends_a_proof_with_its_reply(city_handler, made, stored):
    number = made(Desk.replied)
    answer = attach(city_handler, number, files=[upload()], place="reply", proof="true")
    assert answer.status_code == 201, answer.text
    (proof,) = kept(stored, number)
    assert (proof.place, proof.proof, proof.unit) == ("reply", True, CITY)


def test_the_same_key_attaches_once_and_other_files_under_it_are_refused(agent, made, stored):
    number = made(Desk.accepted)
    first = attach(agent, number, files=[upload()], key="k")
    again = attach(agent, number, files=[upload()], key="k")
    other = attach(agent, number, files=[upload("通知.pdf", papers.PDF)], key="k")
    assert first.json == again.json
    assert again.status_code == 201
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    assert len(kept(stored, number)) == 1


@pytest.mark.parametrize(
    "form",
    [
        dict,
        lambda: {"files": []},
        lambda: {"files": [upload("a.jpg", papers.SVG)]},
        lambda: {"place": "nowhere"},
        lambda: {"place": "9" * 5000},
        lambda: {"place": "[" * 5000},
    ],
)
def test_a_program_is_told_what_is_wrong(agent, made, stored, form):
    number = made(Desk.accepted)
    answer = attach(agent, number, **form())
    assert answer.status_code == 422
    assert answer.json["errors"]
    assert kept(stored, number) == []


def test_files_of_a_strange_ticket_are_not_found(other_handler, agent, made):
    number = made(Desk.dispatched)
    id = attach(agent, number, files=[upload()]).json["attachments"][0]["id"]
    assert fetched(other_handler, number, id).status_code == 404
    assert attach(other_handler, number, files=[upload()]).status_code == 404


def of_turn(turn: int, what: str) -> bytes:
    """A text whose folder is swept in that minute."""
    texts = (f"{what} {n}".encode() for n in count())
    folder = f"{turn % 256:02x}"
    return next(text for text in texts if hashlib.sha256(text).hexdigest().startswith(folder))


def test_the_sweep_takes_files_that_no_ticket_speaks_of(app, stored, stranger, files):
    turn = int(clock.now().timestamp()) // SWEEP_EVERY
    own, lost = [], []
    # Of two minutes: the next one may have begun when the sweep does.
    for each in (turn, turn + 1):
        number = sent(stranger, upload("留下.txt", of_turn(each, "要留下的一段话")))["number"]
        own += [paper.sha256 for paper in kept(stored, number)]
        lost.append(files.receive("丢下.txt", of_turn(each, "没有提交成功的一段话")).sha256)
    for sha256 in (*own, *lost):
        os.utime(files.path(sha256), (0, 0))
    tasks.sweep_files(tasks.parts_of(app.extensions["hotline"].settings))
    assert [files.path(sha256).exists() for sha256 in own] == [True, True]
    assert sorted(files.path(sha256).exists() for sha256 in lost) == [False, True]
