"""The columns of the reference files: what each file must hold, declared once."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import Any, NamedTuple


class Reader(NamedTuple):
    """Turns a cell into a value or raises ValueError; `expected` tells people what it accepts.

    `choices` are all the values there are, where they are few.
    """

    parse: Callable[[str], Any]
    expected: str
    choices: tuple[str, ...] = ()


class Reference(NamedTuple):
    """The cell must be a value of that column, among the rows of that kind where one is named."""

    file: str
    column: str
    kind: str = ""
    kind_column: str = "kind"


class Column(NamedTuple):
    name: str
    reader: Reader
    required: bool = True
    refers_to: Reference | None = None


class Schema(NamedTuple):
    """One file; no two rows may share the values of a `unique` group, blanks aside.

    Where `complete` names a column, each of its choices must have a row.
    """

    columns: tuple[Column, ...]
    unique: tuple[tuple[str, ...], ...]
    complete: str = ""


def _text(cell: str) -> str:
    if cell != cell.strip() or not cell.isprintable():
        raise ValueError
    return cell


def _phrases(cell: str) -> tuple[str, ...]:
    parts = cell.split("|")
    if not all(parts):
        raise ValueError
    return tuple(dict.fromkeys(map(_text, parts)))


def _matching(pattern: str) -> Callable[[str], str]:
    def parse(cell: str) -> str:
        if not re.fullmatch(pattern, cell):
            raise ValueError
        return cell

    return parse


def _weight(cell: str) -> float:
    if not 0 < float(cell) <= 10:
        raise ValueError
    return float(cell)


def _day(cell: str) -> date:
    return date.fromisoformat(_matching(r"\d{4}-\d\d-\d\d")(cell))


def _moment_in_time(cell: str) -> date:
    """A day; where only the month or the year is known, its first day."""
    return _day((_matching(r"\d{4}(-\d\d){0,2}")(cell) + "-01-01")[:10])


def _amount(cell: str) -> int:
    if int(_matching(r"[0-9]{1,3}")(cell)) < 1:
        raise ValueError
    return int(cell)


def _hour(cell: str) -> time:
    return time.fromisoformat(_matching(r"\d\d:\d\d")(cell))


def _choice(*values: str) -> Reader:
    return Reader(_matching("|".join(values)), "下列之一：" + "、".join(values), values)


TEXT = Reader(_text, "单行文字，首尾无空格")
PHRASES = Reader(_phrases, "用 | 分隔的词语，不留空项")
NUMBER = Reader(_matching(r"[0-9]{3,12}"), "3 至 12 位数字的电话号码")
CODE = Reader(_matching(r"[A-Za-z0-9-]{1,20}"), "字母、数字和短横组成的编码")
WEIGHT = Reader(_weight, "大于 0、不大于 10 的数")
DAY = Reader(_day, "YYYY-MM-DD 的日期")
SINCE = Reader(_moment_in_time, "YYYY、YYYY-MM 或 YYYY-MM-DD 的日期")
AMOUNT = Reader(_amount, "1 至 999 的整数")
HOUR = Reader(_hour, "HH:MM 的时间")

UNIT = Reference("units.csv", "name")
DEPARTMENT = Reference("units.csv", "name", "department")
TERRITORY = Reference("units.csv", "name", "territory")
LINE_NUMBER = Reference("legacy_lines.csv", "number")
EMERGENCY_NUMBER = Reference("legacy_lines.csv", "number", "emergency", "category")

DAYS, WORKING_DAYS, HOURS, MINUTES = "days", "working_days", "hours", "minutes"
PERCENT, TIMES = "percent", "times"
# Each limit that the rules of a ticket's life know, and in what it is measured.
LIMITS = {
    "close_consultation": WORKING_DAYS,
    "close_help": WORKING_DAYS,
    "close_suggestion": WORKING_DAYS,
    "close_complaint": WORKING_DAYS,
    "close_report": WORKING_DAYS,
    "close_praise": WORKING_DAYS,
    "act_urgent": HOURS,
    "act_critical": HOURS,
    "act_move_car": MINUTES,
    "claim_normal": WORKING_DAYS,
    "claim_urgent": MINUTES,
    "claim_critical": MINUTES,
    "dispatch_normal": MINUTES,
    "dispatch_urgent": MINUTES,
    "assist_share": PERCENT,
    "object_within": WORKING_DAYS,
    "joint_ruling": WORKING_DAYS,
    "extend_at_most": WORKING_DAYS,
    "remind_unclaimed": PERCENT,
    "remind_open": PERCENT,
    "orange_after": WORKING_DAYS,
    "red_after": WORKING_DAYS,
    "answer_blue": WORKING_DAYS,
    "answer_orange": WORKING_DAYS,
    "answer_red": WORKING_DAYS,
    "rework_rounds": TIMES,
    "close_after": DAYS,
    "reopen_within": DAYS,
    "remind_apart": DAYS,
    "return_call": MINUTES,
    "return_call_apart": MINUTES,
    "call_tries": TIMES,
    "call_held": MINUTES,
    "opinion_authority": HOURS,
    "opinion_conference": HOURS,
    "opinion_answer": HOURS,
    "topic_window": HOURS,
    "topic_least": TIMES,
    "topic_days": DAYS,
    "topic_sigmas": TIMES,
    "follow_up_share": PERCENT,
    "follow_up_within": WORKING_DAYS,
    "knowledge_review": DAYS,
    "knowledge_update": WORKING_DAYS,
}

SCHEMAS = {
    "units.csv": Schema(
        columns=(
            Column("code", CODE),
            Column("name", TEXT),
            Column("short", TEXT),
            Column("names", PHRASES, required=False),
            Column("kind", _choice("department", "territory")),
            Column("valid_from", SINCE, required=False),
            Column("valid_to", SINCE, required=False),
            Column("successor", TEXT, required=False, refers_to=UNIT),
        ),
        unique=(("code",), ("name",)),
    ),
    "legacy_lines.csv": Schema(
        columns=(
            Column("key", CODE),
            Column("number", NUMBER, required=False),
            Column("name", TEXT),
            Column("department", TEXT, refers_to=DEPARTMENT),
            Column("category", _choice("emergency", "retained", "merged")),
            Column(
                "mode",
                _choice("full_merger", "parallel_numbers", "branch_desk"),
                required=False,
            ),
            Column("basis", _choice("public-source", "national-short-code", "reconstructed")),
            Column("valid_from", SINCE, required=False),
            Column("valid_to", SINCE, required=False),
            Column("words", PHRASES),
        ),
        unique=(("key",), ("number",)),
    ),
    "duties.csv": Schema(
        columns=(
            Column("unit", TEXT, refers_to=UNIT),
            Column("duty", TEXT),
            Column("weight", WEIGHT),
            Column("phrases", PHRASES),
            Column("look_alikes", PHRASES, required=False),
        ),
        unique=(("unit", "duty"),),
    ),
    "places.csv": Schema(
        columns=(
            Column("code", CODE),
            Column("level", _choice("zone", "county", "town", "village")),
            Column("name", TEXT),
            Column("names", PHRASES),
            Column("territory", TEXT, refers_to=TERRITORY),
            Column("town", TEXT, required=False, refers_to=Reference("places.csv", "name")),
        ),
        unique=(("code",),),
    ),
    "holidays.csv": Schema(
        columns=(
            Column("day", DAY),
            Column("kind", _choice("off", "work")),
            Column("name", TEXT),
        ),
        unique=(("day",),),
    ),
    "hours.csv": Schema(
        columns=(
            Column("unit", TEXT, required=False, refers_to=UNIT),
            Column("opens", HOUR),
            Column("closes", HOUR),
            Column("source", TEXT),
        ),
        unique=(("unit", "opens"),),
    ),
    "limits.csv": Schema(
        columns=(
            Column("key", _choice(*LIMITS)),
            Column("meaning", TEXT),
            Column("value", AMOUNT),
            Column("measure", _choice(*dict.fromkeys(LIMITS.values()))),
            Column("source", TEXT),
        ),
        unique=(("key",),),
        complete="key",
    ),
    "guidance.csv": Schema(
        columns=(
            Column("code", CODE),
            Column("matter", TEXT),
            Column("phrases", PHRASES, required=False),
            Column("target", TEXT),
            Column("sentence", TEXT),
            Column("service", NUMBER, required=False, refers_to=LINE_NUMBER),
        ),
        unique=(("code",),),
    ),
    "boundaries.csv": Schema(
        columns=(
            Column("matter", TEXT),
            Column("lead", _choice("territory", "department", "by_address")),
            Column("department", TEXT, refers_to=DEPARTMENT),
            Column("phrases", PHRASES, required=False),
            Column("basis", TEXT),
        ),
        unique=(("matter",),),
    ),
    "emergencies.csv": Schema(
        columns=(
            Column("text", TEXT),
            Column("service", NUMBER, required=False, refers_to=EMERGENCY_NUMBER),
            Column("note", TEXT, required=False),
        ),
        unique=(("text",),),
    ),
}

# Read once, into tables of their own; what is changed later is changed there.
SEEDS = {
    "knowledge.csv": Schema(
        columns=(
            Column("question", TEXT),
            Column("look_alikes", PHRASES, required=False),
            Column("answer", TEXT),
            Column("basis", TEXT),
            Column("unit", TEXT, refers_to=UNIT),
            Column("territory", TEXT, required=False, refers_to=TERRITORY),
            Column("valid_from", DAY, required=False),
            Column("valid_to", DAY, required=False),
        ),
        unique=(("question",),),
    ),
}
