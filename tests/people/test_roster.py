"""Who is on duty when, as entered and as pasted; what one shift tells the next."""

from datetime import date, timedelta

import pytest
from builders import AGENT, DISPATCHER, NOON, SUPERVISOR

from hotline.clock import CITY_TIME
from hotline.db import Database
from hotline.errors import Invalid, NotAllowed, NotFound
from hotline.people import roster, shift_notes
from hotline.people.rights import Actor, Role
from hotline.people.roster import Shift, Turn

DAY = date(2018, 7, 25)
NEXT = DAY + timedelta(days=1)
OTHER = Actor("坐席08", Role.AGENT)
TABLE = """日期,班次,姓名,分机
2018-07-25,白班,张三,801
2018/7/25,夜班,李四,
2018-07-26\t晚班\t王五\t802
"""


def stands(database: Database, first: date = DAY, last: date = NEXT) -> list[tuple]:
    with database.read() as session:
        rows = roster.on_duty(session, first, last)
        return [(row.day, row.shift, row.name, row.extension) for row in rows]


def enter(database: Database, *turns: Turn, actor: Actor = SUPERVISOR) -> int:
    with database.work() as session:
        return roster.enter(session, turns, actor=actor, now=NOON)


@pytest.mark.parametrize(
    ("clock", "shift"),
    [
        ("00:00", Shift.NIGHT),
        ("07:59", Shift.NIGHT),
        ("08:00", Shift.DAY),
        ("16:00", Shift.EVENING),
        ("23:59", Shift.EVENING),
    ],
)
def test_the_shift_that_works_is_told_by_the_citys_clock(clock: str, shift: Shift):
    hour, minute = map(int, clock.split(":"))
    at = NOON.astimezone(CITY_TIME).replace(hour=hour, minute=minute)
    assert roster.shift_at(at) is shift


def test_a_day_is_read_in_the_order_of_its_shifts(database: Database):
    enter(database, *roster.pasted("2018-07-25,晚班,王五,\n2018-07-25,夜班,李四,\n"))
    enter(database, Turn(NEXT, Shift.NIGHT, "赵六"), Turn(DAY, Shift.DAY, "张三", "801"))
    assert [(row[0], row[2]) for row in stands(database)] == [
        (DAY, "李四"),
        (DAY, "张三"),
        (DAY, "王五"),
        (NEXT, "赵六"),
    ]
    assert stands(database, NEXT, NEXT) == [(NEXT, "night", "赵六", "")]


def test_a_table_pasted_from_a_spreadsheet_is_entered_whole(database: Database):
    enter(database, *roster.pasted(TABLE))
    assert stands(database) == [
        (DAY, "night", "李四", ""),
        (DAY, "day", "张三", "801"),
        (NEXT, "evening", "王五", "802"),
    ]


def test_whoever_stands_there_already_gets_the_new_extension_and_stands_there_once(
    database: Database,
):
    enter(database, Turn(DAY, Shift.DAY, "张三", "801"))
    enter(database, Turn(DAY, Shift.DAY, "张三", "805"), Turn(DAY, Shift.DAY, "张三", "806"))
    assert stands(database) == [(DAY, "day", "张三", "806")]


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ("2018-07-25,白班,张三,801\n明天,白班,李四,", "第 2 行：日期应写成 2018-07-25"),
        ("2018-07-25,早班,张三,", "第 1 行：班次应为夜班、白班、晚班"),
        ("2018-07-25,白班,,801", "第 1 行：姓名须填"),
        (f"2018-07-25,白班,{'长' * 41},", "第 1 行：姓名须填，最多 40 字"),
        ("2018-07-25,白班,张三,801,备注", "第 1 行：应为 4 列"),
        ("2018-07-25,,张三", "第 1 行：班次应为"),
        ("2018-07-25,白班,张三,\n" * 401, "最多 400 行"),
    ],
)
def test_a_wrong_row_is_named_and_none_is_entered(table: str, says: str):
    with pytest.raises(Invalid, match=says):
        roster.pasted(table)


def test_only_who_keeps_the_roster_changes_it(database: Database):
    with pytest.raises(NotAllowed):
        enter(database, Turn(DAY, Shift.DAY, "张三"), actor=AGENT)
    enter(database, Turn(DAY, Shift.DAY, "张三"))
    with database.work() as session:
        (row,) = roster.on_duty(session, DAY, DAY)
        with pytest.raises(NotAllowed):
            roster.take_off(session, row.id, actor=AGENT)
        assert roster.take_off(session, row.id, actor=SUPERVISOR) == DAY
        session.flush()
        assert roster.take_off(session, row.id, actor=SUPERVISOR) is None
    assert stands(database) == []


def write(database: Database, headline: str = "锅炉停气", actor: Actor = AGENT, at=NOON) -> int:
    with database.work() as session:
        return shift_notes.write(session, headline, "详见工单", actor=actor, now=at).id


def unread(database: Database, actor: Actor, at=NOON) -> list[str]:
    with database.read() as session:
        return [note.headline for note in shift_notes.unread(session, actor=actor, now=at)]


def test_a_note_waits_for_each_reader_of_the_next_shift_until_it_is_read(database: Database):
    first, _second = write(database), write(database, "停水通知")
    assert unread(database, AGENT) == []
    assert unread(database, OTHER) == ["锅炉停气", "停水通知"]
    for _ in range(2):
        with database.work() as session:
            shift_notes.mark_read(session, first, actor=OTHER, now=NOON + timedelta(minutes=5))
    assert unread(database, OTHER) == ["停水通知"]
    assert unread(database, DISPATCHER) == ["锅炉停气", "停水通知"]


def test_a_note_tells_shift_writer_and_who_has_read_it_when(database: Database):
    id = write(database)
    write(database, "第二天的", at=NOON + timedelta(days=1))
    for reader in (OTHER, DISPATCHER):
        with database.work() as session:
            shift_notes.mark_read(session, id, actor=reader, now=NOON + timedelta(minutes=5))
    with database.read() as session:
        (told,) = shift_notes.of_day(session, DAY)
    assert (told.note.shift, told.note.written_by) == ("day", AGENT.id)
    assert {row.reader for row in told.readers} == {OTHER.id, DISPATCHER.id}
    assert told.readers[0].at == NOON + timedelta(minutes=5)


def test_an_old_note_presses_nobody_any_more(database: Database):
    write(database)
    assert unread(database, OTHER, NOON + timedelta(hours=35)) == ["锅炉停气"]
    assert unread(database, OTHER, NOON + timedelta(hours=37)) == []


def test_a_note_that_is_not_there_cannot_be_read_and_a_unit_neither_writes_nor_reads(
    database: Database,
):
    with database.work() as session:
        with pytest.raises(NotFound):
            shift_notes.mark_read(session, 999, actor=AGENT, now=NOON)
        handler = Actor("经办", Role.HANDLER, unit="市城管执法局")
        with pytest.raises(NotAllowed):
            shift_notes.write(session, "标题", "", actor=handler, now=NOON)
