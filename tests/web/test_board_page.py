"""领导留言板: its export becomes open tickets, each once, as any letter that comes in."""

from io import BytesIO
from itertools import count

import pytest
from flask import Flask
from sqlmodel import select
from walks import events

from hotline import clock
from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import NotAllowed
from hotline.people.rights import Actor, Role
from hotline.tickets.models import Alarm, Content, Ticket
from hotline.tickets.past_files import read_file
from hotline.web.importing import CHUNK, Import
from hotline.web.lists import Board

ADMINISTRATOR = Actor("guanli", Role.ADMINISTRATOR)
HEADER = "留言编号,留言时间,留言标题,留言内容,留言类型,留言对象,网友\n"
_serial = count(1)


@pytest.fixture
def stored(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def bring(app: Flask):
    """Brings an export in, as the command and the page do."""

    def run(text: str, *, dry: bool = False, by: Actor = ADMINISTRATOR, **more):
        current = app.extensions["hotline"]
        file = read_file((HEADER + text).encode())
        kind = Board(current.city(), current.contact_key, file, by, clock.now())
        return Import(current.database, file, kind, by).run({}, dry=dry, **more)

    return run


def message(words: str, to: str = "东兴区委书记", at: str = "2018-07-20 09:12") -> str:
    return f"M{next(_serial)},{at},河边路灯,{words},求助,{to},河边人\n"


def of(stored: Database, words: str) -> list[Ticket]:
    with stored.read() as session:
        query = select(Ticket).join(Content, Content.ticket_id == Ticket.id)
        return list(session.exec(query.where(Content.text == words).order_by(Ticket.id)))


def test_a_message_waits_at_the_desk_as_a_letter_of_the_day_it_was_posted(bring, stored):
    done = bring(message("东兴区胜利街道河边路灯不亮"))
    assert (done.brought, done.known, done.errors) == (1, 0, [])
    (row,) = of(stored, "东兴区胜利街道河边路灯不亮")
    assert (row.channel, row.status, row.kind) == ("message_board", "logged", "help")
    assert (row.addressee, row.candidates[0]) == ("东兴区", "市城管执法局")
    assert row.number.startswith("NJ20180720")
    assert str(city_day(row.logged_at)) == "2018-07-20"
    assert (row.accepted_at, row.promised_at) == (None, None)
    assert events(stored, row.number) == ["log"]


@pytest.mark.parametrize(
    ("to", "unit"),
    [("市教育局局长", "市教育局"), ("城管局", "市城管执法局"), ("内江市委书记", ""), ("", "")],
)
def test_a_leader_is_known_by_the_unit_that_the_title_names(bring, stored, to: str, unit: str):
    words = f"写给{to}的话"
    bring(message(words, to))
    assert of(stored, words)[0].addressee == unit


def test_the_same_export_again_adds_only_what_is_new(bring, stored):
    text = message("第一条") + message("第二条")
    bring(text)
    done = bring(text + message("第三条"))
    assert (done.brought, done.known) == (1, 2)
    assert [len(of(stored, words)) for words in ("第一条", "第二条", "第三条")] == [1, 1, 1]


def test_a_message_that_was_edited_on_the_board_is_still_the_same(bring, stored):
    bring("E1,2018-07-20,,改前,求助,,\n")
    assert bring("E1,2018-07-20,,改后,求助,,\n").known == 1
    assert of(stored, "改后") == []


def test_an_emergency_on_the_board_rings_at_the_desk(bring, stored):
    words = "楼下着火了浓烟很大有人被困"
    bring(message(words))
    (row,) = of(stored, words)
    with stored.read() as session:
        alarm = session.exec(select(Alarm).where(Alarm.ticket_id == row.id)).one()
    assert (alarm.service, row.urgency) == ("119", "critical")
    assert city_day(alarm.raised_at) == city_day(clock.now())


def test_a_check_stores_nothing_and_a_wrong_row_keeps_no_other_out(bring, stored):
    text = message("只检查的留言") + message("日子不对", at="昨天")
    for dry in (True, False):
        done = bring(text, dry=dry)
        assert (done.brought, len(done.errors)) == (1, 1)
        assert done.errors[0].column == "留言时间"
        assert len(of(stored, "只检查的留言")) == (0 if dry else 1)


def test_an_import_that_runs_out_of_time_goes_on_where_it_stopped(bring, stored):
    text = "".join(message("分两次的留言") for _ in range(25))
    answers = iter((False, True))
    first = bring(text, enough=lambda: next(answers))
    assert (first.brought, first.left) == (CHUNK, 25 - CHUNK)
    assert bring(text).brought == 25 - CHUNK
    assert len(of(stored, "分两次的留言")) == 25


@pytest.mark.parametrize("role", [Role.AGENT, Role.DISPATCHER, Role.GATEWAY])
def test_only_administrators_bring_exports_in(bring, role: Role):
    with pytest.raises(NotAllowed):
        bring(message("不许的留言"), by=Actor("某人", role))


def test_an_administrator_checks_an_export_and_then_brings_it_in(signed_in, stored):
    browser = signed_in(Role.ADMINISTRATOR)
    text = (HEADER + message("页面上的留言") + message("日期不对", at="昨天")).encode()

    def send(act: str):
        file = (BytesIO(text), "留言.csv")
        return browser.post("/administration/board", {"file": file, "act": act}).text

    assert "可导入 1 件，早已导入 0 件，有错 1 行" in send("check")
    assert of(stored, "页面上的留言") == []
    assert "已导入 1 件" in send("bring_in")
    assert "早已导入 1 件" in send("bring_in")
    assert len(of(stored, "页面上的留言")) == 1
    assert signed_in(Role.AGENT).get("/administration/board").status_code == 403


def test_an_export_without_the_boards_numbers_is_refused_with_the_remedy(signed_in):
    file = (BytesIO("留言时间,留言内容\n2018-07-20,无编号\n".encode()), "留言.csv")
    page = signed_in(Role.ADMINISTRATOR).post(
        "/administration/board", {"file": file, "act": "bring_in"}
    )
    assert page.status_code == 422
    assert "没有找到「留言编号」这一列" in page.text
