"""A ringing call: what it means, from memory and on record."""

import os
from collections.abc import Iterator

from bench.measure import Row, latencies, rates
from bench.stage import Stage
from hotline.registry.numbers import Lines
from hotline.telephony.answering import Answerer
from hotline.telephony.dialplan import answer
from hotline.telephony.journal import CallRecord, Journal

SPELLINGS = ("{}", "+86 {}", "0832-{}", "0832 {}", "tel:{}", "（0832）{}")
REPEATS = 50
CALLS = 500


def rows(stage: Stage) -> Iterator[Row]:
    lines = Lines.of(stage.city.directory.lines)
    yield _from_memory(lines)
    yield _on_record(stage, lines)


def spellings(lines: Lines) -> list[str]:
    """Every line in every way that people and switches write it, spaced and full-width too."""
    found: list[str] = []
    for number in lines.by_number:
        found += [form.format(number) for form in SPELLINGS]
        found += [" ".join(number), _wide(number)]
    return found


def _wide(number: str) -> str:
    # Full-width signs stand in the same order as ASCII, this far up.
    return "".join(chr(ord(sign) + 0xFEE0) for sign in number)


def _from_memory(lines: Lines) -> Row:
    dialled = spellings(lines) * REPEATS
    known = {spelling: answer(lines, spelling) for spelling in dialled}

    def ours() -> int:
        for spelling in dialled:
            answer(lines, spelling)
        return len(dialled)

    def anchor() -> int:
        for spelling in dialled:
            known.get(spelling)
        return len(dialled)

    return rates("line answer in memory; a dict lookup", ours, anchor)


def _on_record(stage: Stage, lines: Lines) -> Row:
    journal = Journal(stage.folder / "journal")
    answers = Answerer(lambda: lines, journal)
    plain = os.open(stage.folder / "plain.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    record = CallRecord("call", "00001234567", "12319", "intake", "12345", "12319", stage.now)
    line = record.to_line()

    def ours(_: int) -> None:
        answers(call_id=record.call_id, caller=record.caller, dialled=record.dialled, at=stage.now)

    def anchor(_: int) -> None:
        os.write(plain, line)
        os.fsync(plain)

    try:
        return latencies("journalled call; write and fsync", ours, anchor, range(CALLS))
    finally:
        os.close(plain)
        journal.close()
