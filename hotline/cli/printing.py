"""Answers of the rooms as text, JSON or files."""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from hotline.db import Database
from hotline.people.rights import Actor, Role
from hotline.reports.documents import Report
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.writing import write_report
from hotline.routing.explaining import separation
from hotline.routing.types import Suggestion
from hotline.web.api.suggestions import suggested
from hotline.web.current import City

READER = Actor("命令行", Role.SUPERVISOR)
SURE = {"auto": "很有把握", "choose": "请从中选择", "ask": "拿不准，请派单员定"}


def as_json(suggestion: Suggestion) -> str:
    return json.dumps(suggested(suggestion), ensure_ascii=False)


def as_text(suggestion: Suggestion) -> str:
    """The answer for a person: what to do, whose it is, and why."""
    lines = [
        f"处理：{suggestion.disposition}"
        + (f" → {suggestion.service}" if suggestion.service else "")
    ]
    if suggestion.emergency:
        lines.append(
            f"紧急：{suggestion.emergency.service}（{'、'.join(suggestion.emergency.words)}）"
        )
    if suggestion.guidance:
        lines.append(f"引导：{suggestion.guidance.target}。{suggestion.guidance.sentence}")
    lines.append(f"属地：{suggestion.territory or '未定'} {suggestion.place or ''}".rstrip())
    if suggestion.lead:
        lines.append(f"牵头：{suggestion.lead.unit}（{suggestion.lead.sentence}）")
    lines.append(f"派单：{SURE[suggestion.decision]}")
    for n, candidate in enumerate(suggestion.candidates, start=1):
        why = "、".join(reason.said for reason in candidate.reasons[:6])
        lines.append(f"  {n} {candidate.unit} {candidate.confidence:.2f} {why}")
    if (found := separation(suggestion)) and found.because:
        because = "、".join(reason.said for reason in found.because)
        lines.append(f"比{found.runner_up}高 {found.behind:.2f}，凭{because}")
    if suggestion.excluded:
        lines.append(f"回避：{'、'.join(suggestion.excluded)}")
    return "\n".join(lines)


def route_lines(city: City, lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """One answer an input line, in order; a line that cannot be read gets an error in its place."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _route_line(city, number, line)


def _route_line(city: City, number: int, line: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(line)
        text, dialled = asked["text"], asked.get("dialled") or ""
        if not isinstance(text, str) or not isinstance(dialled, str):
            raise TypeError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        expected = '应为 JSON 对象，如 {"text": "…", "dialled": "12319"}'
        return {"error": f"第 {number} 行{expected}。"}
    return suggested(city.router.suggest(text, dialled=city.find_line(dialled)))


def report(database: Database, city: City, kind: str, day: date, *, now: datetime) -> Report:
    """One of the three reports, as the events stand."""
    with database.read() as session:
        return write_report(
            session,
            Period.containing(PeriodKind(kind), day),
            directory=city.directory,
            calendar=city.calendar,
            actor=READER,
            now=now,
        )
