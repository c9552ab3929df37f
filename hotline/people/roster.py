"""日常值守: who is on duty on which day and shift."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from hotline.clock import CITY_TIME
from hotline.db import take_turn
from hotline.errors import Invalid
from hotline.people.rights import Action, Actor, scope_of
from hotline.tables import moment


class Shift(StrEnum):
    """Custom (proposal): three a day, since 12345 is answered around the clock."""

    NIGHT = "night"
    DAY = "day"
    EVENING = "evening"


WORDS = {Shift.NIGHT: "夜班", Shift.DAY: "白班", Shift.EVENING: "晚班"}
BEGINS = {Shift.NIGHT: time(0), Shift.DAY: time(8), Shift.EVENING: time(16)}
# What a pasted table may hold at most: a month of three shifts with four people each.
MOST_ROWS = 400
ROSTER_TURN = 12345_10
_LENGTHS = {"name": 40, "extension": 20}


class OnDuty(SQLModel, table=True):
    """One person on one shift; names of colleagues, never of citizens."""

    __tablename__ = "on_duty"
    __table_args__ = (UniqueConstraint("day", "shift", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    day: date
    shift: str = Field(max_length=10)
    name: str = Field(max_length=40)
    extension: str = Field(default="", max_length=20)
    entered_by: str = Field(max_length=60)
    at: datetime = moment()


@dataclass(frozen=True, slots=True)
class Turn:
    """Who shall be on duty when, as a supervisor entered it."""

    day: date
    shift: Shift
    name: str
    extension: str = ""


def shift_at(at: datetime) -> Shift:
    """The shift that is working at this moment, by the city's clocks."""
    local = at.astimezone(CITY_TIME).time()
    return max((shift for shift in Shift if BEGINS[shift] <= local), key=BEGINS.__getitem__)


def on_duty(session: Session, first: date, last: date) -> list[OnDuty]:
    """By day, then by shift, both days included."""
    query = select(OnDuty).where(OnDuty.day >= first, OnDuty.day <= last)
    rows = session.exec(query.order_by(col(OnDuty.day), col(OnDuty.id)))
    return sorted(rows, key=lambda row: (row.day, BEGINS[Shift(row.shift)]))


def enter(session: Session, turns: Iterable[Turn], *, actor: Actor, now: datetime) -> int:
    """Enters them; whoever stands on that shift already gets the newer extension. How many."""
    scope_of(actor, Action.KEEP_ROSTER)
    wanted = {(turn.day, str(turn.shift), turn.name): turn for turn in turns}
    if not wanted:
        return 0
    take_turn(session, ROSTER_TURN)
    days = [day for day, _, _ in wanted]
    known = {(row.day, row.shift, row.name): row for row in on_duty(session, min(days), max(days))}
    for key, turn in wanted.items():
        row = known.get(key) or OnDuty(day=turn.day, shift=turn.shift, name=turn.name)
        row.extension, row.entered_by, row.at = turn.extension, actor.id, now
        session.add(row)
    return len(wanted)


def found(session: Session, turn: Turn) -> OnDuty | None:
    """The row that stands for a turn, if it was entered."""
    same = select(OnDuty).where(
        OnDuty.day == turn.day, OnDuty.shift == turn.shift, OnDuty.name == turn.name
    )
    return session.exec(same).first()


def take_off(session: Session, id: int, *, actor: Actor) -> date | None:
    """The day on which somebody is on duty no more; None where that was so already."""
    scope_of(actor, Action.KEEP_ROSTER)
    row = session.get(OnDuty, id)
    if row is None:
        return None
    session.delete(row)
    return row.day


def pasted(text: str) -> list[Turn]:
    """Rows 日期,班次,姓名,分机 parted by commas or tabs, as a spreadsheet copies them.

    A wrong row is refused by its number, and then none is taken.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_ROWS:
        raise Invalid("一次最多 %(n)d 行，请分几次粘贴。", field="table", n=MOST_ROWS)
    return [
        _turn(number, line)
        for number, line in enumerate(lines, start=1)
        if not (number == 1 and line.lstrip("\ufeff").startswith("日期"))
    ]


def _turn(number: int, line: str) -> Turn:
    parting = "\t" if "\t" in line else ","
    row = next(csv.reader([line.replace("\uff0c", ",")], delimiter=parting))
    day, shift, name, extension, *rest = [*(cell.strip() for cell in row), "", "", "", ""][:5]
    if rest[0]:
        raise _wrong(number, "应为 4 列：日期、班次、姓名、分机")
    if not name or any(
        len(value) > _LENGTHS[field] for field, value in (("name", name), ("extension", extension))
    ):
        raise _wrong(number, "姓名须填，最多 40 字；分机最多 20 字")
    return Turn(_day(number, day), _shift(number, shift), name, extension)


def _day(number: int, text: str) -> date:
    try:
        # Spreadsheets write 2018/7/25.
        return datetime.strptime(text.replace("/", "-"), "%Y-%m-%d").date()
    except ValueError:
        raise _wrong(number, "日期应写成 2018-07-25") from None


def _shift(number: int, text: str) -> Shift:
    for shift, words in WORDS.items():
        if text in (words, shift):
            return shift
    raise _wrong(number, f"班次应为{'、'.join(WORDS.values())}")


def _wrong(number: int, expected: str) -> Invalid:
    return Invalid(
        "第 %(n)d 行：%(expected)s。没有录入任何一行。", field="table", n=number, expected=expected
    )
