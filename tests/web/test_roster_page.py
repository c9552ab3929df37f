"""Who is on duty stands on the desk; what one shift leaves, the next reads there."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlmodel import delete
from test_ticket_page import questions

from hotline import clock
from hotline.db import Database
from hotline.people.rights import Role
from hotline.people.roster import OnDuty, shift_at
from hotline.people.shift_notes import ShiftNote, ShiftNoteRead


@pytest.fixture
def stored(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture(autouse=True)
def blank(stored: Database) -> None:
    with stored.work() as session:
        for kind in (ShiftNoteRead, ShiftNote, OnDuty):
            session.exec(delete(kind))


@pytest.fixture
def supervising(signed_in):
    return signed_in(Role.SUPERVISOR)


@pytest.fixture
def agent(signed_in):
    return signed_in(Role.AGENT)


def today() -> str:
    return clock.city_day(clock.now()).isoformat()


def enter(browser, name: str = "张三", **more: str):
    turn = {"day": today(), "shift": "day", "name": name, "extension": "801"}
    return browser.post("/supervision/roster", turn | more)


def desk_says(browser) -> str:
    page = browser.get("/desk?new=1").text
    return re.sub(r"\s+", " ", re.search(r'<details class="duty".+?</details>', page, re.S)[0])


def test_who_is_entered_stands_on_the_desk_with_the_extension(supervising, agent):
    assert enter(supervising).status_code == 302
    enter(supervising, "李四", shift=str(shift_at(clock.now())))
    said = desk_says(agent)
    assert "张三 分机 801" in said
    assert re.search(r"<summary>值守 [^<]*李四", said)


def test_whoever_was_entered_is_where_the_page_goes_on(supervising):
    enter(supervising, "李四", day="2018-07-25")
    place = enter(supervising, "王小二", day="2018-07-25").location
    page = supervising.get(place).text
    shown = re.search(rf'id="{place.partition("#")[2]}".+?</form>', page, re.S)[0]
    assert "王小二" in shown and "李四" not in shown


def test_a_day_that_nobody_has_is_said_in_words(agent):
    assert "值守 未排" in desk_says(agent)


def test_a_pasted_table_is_entered_and_shown_by_day(supervising):
    table = f"日期\t班次\t姓名\t分机\n{today()}\t白班\t张三\t801\n{today()}\t夜班\t李四\t"
    done = supervising.post("/supervision/roster/table", {"table": table})
    page = supervising.get(done.location).text
    assert "已排 2 人次" in page
    assert page.index("李四") < page.index("张三")


def test_a_wrong_row_is_named_and_the_table_stays(supervising):
    table = f"{today()},白班,张三,801\n{today()},早班,李四,"
    page = supervising.post("/supervision/roster/table", {"table": table})
    assert page.status_code == 422
    assert "第 2 行：班次应为" in page.text
    assert "早班,李四" in page.text
    assert "值守 未排" not in page.text
    assert "张三 <span" not in supervising.get("/supervision/roster").text


@pytest.mark.parametrize(
    "row",
    ["2018-07-25,白班,张三,1,2", "2018-07-25,白班,", "25.7.,白班,张三", "2018-07-25,早班,张三"],
)
def test_what_is_wrong_with_a_row_is_said_in_english(supervising, row: str):
    supervising.client.set_cookie("language", "en")
    page = supervising.post("/supervision/roster/table", {"table": row})
    said = re.search(r'class="error[^>]*>([^<]+)<', page.text)[1]
    assert not re.search("应|须", said), said


def test_a_form_without_a_name_comes_again_with_what_was_typed(supervising):
    page = enter(supervising, name="", extension="802")
    assert page.status_code == 422
    assert 'value="802"' in page.text


def test_a_turn_far_ahead_leads_to_its_own_fortnight_and_is_taken_off_there(supervising):
    day = (clock.city_day(clock.now()) + timedelta(days=60)).isoformat()
    there = enter(supervising, "王小二", day=day).location
    page = supervising.get(there).text
    assert "王小二" in page
    off = re.search(r"/supervision/roster/\d+/off", page)[0]
    assert "王小二" not in supervising.get(supervising.post(off).location).text
    assert supervising.post(off).status_code == 302


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_end_of_the_calendar_is_no_failure(supervising, day: str):
    assert supervising.get(f"/supervision/roster?day={day}").status_code == 200
    assert supervising.get(f"/desk/notes?day={day}").status_code == 200
    assert enter(supervising, day=day).status_code == 422


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER])
def test_others_do_not_change_the_roster(signed_in, role):
    browser = signed_in(role, "市城管执法局" if role is Role.HANDLER else "")
    assert enter(browser).status_code == 403
    assert browser.get("/supervision/roster").status_code == 403


def write(browser, headline: str = "锅炉停气", text: str = "详见工单"):
    return browser.post("/desk/notes", {"headline": headline, "text": text})


def test_a_note_stands_on_the_desk_of_the_next_until_read_and_says_by_whom(
    signed_in, signs_in, agent
):
    assert write(agent).status_code == 302
    assert "未读" not in desk_says(agent)
    other = signs_in(Role.AGENT)
    said = desk_says(other)
    assert "交接 1 条未读" in said
    assert "锅炉停气" in said
    assert "详见工单" in said
    read = re.search(r"/desk/notes/\d+/read", said)[0]
    in_place = other.post(read, headers={"HX-Request": "true"})
    assert "未读" not in in_place.text
    assert 'id="duty"' in in_place.text
    assert "未读" not in desk_says(other)
    told = agent.get("/desk/notes").text
    assert re.search(r"已阅：测试agent\d+", told)


def test_a_note_without_a_headline_comes_again_with_its_text(agent):
    page = write(agent, headline="")
    assert page.status_code == 422
    assert "详见工单" in page.text


def test_notes_of_earlier_days_are_found_by_their_day(agent):
    write(agent)
    day = clock.city_day(clock.now())
    assert "锅炉停气" in agent.get(f"/desk/notes?day={day}").text
    before = agent.get(f"/desk/notes?day={day - timedelta(days=1)}").text
    assert "锅炉停气" not in before
    assert "这一天没有交接记录" in before


def test_a_unit_reads_no_notes(signed_in):
    assert signed_in(Role.HANDLER, "市城管执法局").get("/desk/notes").status_code == 403


def test_the_desk_asks_as_often_for_ten_notes_as_for_one(app, stored, agent, signs_in):
    other = signs_in(Role.AGENT)
    agent.get("/desk?new=1")  # the first page of a process reads more
    counts = []
    for number in (1, 9):
        for _ in range(number):
            write(other)
        counts.append(questions(app, agent, "/desk?new=1"))
        counts.append(questions(app, agent, "/desk/notes"))
    assert counts[0] == counts[2]
    assert counts[1] == counts[3]
