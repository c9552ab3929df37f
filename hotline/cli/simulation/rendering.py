"""From planned lives to rows that the database can pour into their moulds."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add
from random import Random
from typing import Any

from hotline.cli.simulation.moulds import TABLES, Mould
from hotline.cli.simulation.pace import Clock
from hotline.cli.simulation.patterns import CHANGING, OF_MATTER, PLACE, Pattern
from hotline.cli.simulation.planning import Life, Planner
from hotline.cli.simulation.walking import handler_of
from hotline.cli.simulation.wording import Citizen, Matter
from hotline.people.privacy import keyed_hash
from hotline.tickets.deadlines import DAYS_FOR, WARN_SHARE
from hotline.tickets.numbers import CODE_LETTERS, number_of
from hotline.tickets.pairs import block_of, from_behind, pairs_of, runs
from hotline.tickets.words import MatterKind, Urgency

PREVIOUS, CONTENT_HASH, AT = (PLACE[name] for name in CHANGING[2:])
SALT = 32
TRIPLES = [a + b + c for a in CODE_LETTERS for b in CODE_LETTERS for c in CODE_LETTERS]


@dataclass(frozen=True, slots=True)
class Form:
    """How a database writes moments and arrays."""

    moment: tuple[str, str]  # what stands before the time of day, and after it
    tenths: str  # what stands after a time of day with tenths of a second
    array: str
    comma: str
    null: Any


@dataclass(frozen=True, slots=True)
class Reserved:
    """What the city was given before its lives are rendered."""

    batch: str
    first_id: int  # of its tickets
    first_serials: Sequence[int]  # of its ticket numbers, by day


class Renderer:
    """Renders block after block of a plan, in whatever process."""

    def __init__(
        self,
        planner: Planner,
        moulds: Mapping[tuple[str, bool, int], Mould],
        reserved: Reserved,
        form: Form,
        key: bytes,
    ) -> None:
        self._planner, self._reserved, self._form, self._key = planner, reserved, form, key
        self._patterns = {which: Pattern(mould) for which, mould in moulds.items()}
        self._written, self._said = Clock(*form.moment), Clock("T", "+00:00")
        self._mark = hashlib.sha256(reserved.batch.encode()).hexdigest()[:13]
        self._matters = [tuple(facts_of(matter).values()) for matter in planner.matters]
        self._citizens: dict[int | None, tuple[str, ...]] = {None: ("",) * 5}

    def rows(self, blocks: Iterable[tuple[int, int]]) -> list[tuple[Any, ...]]:
        """For each life: its mould, how many rows precede its own by table, facts, arrays."""
        before, rows = [0] * len(TABLES), []
        for day, start in blocks:
            more = Random(f"{self._planner.plan.seed} {day} {start} more")
            for life in self._planner.lives(day, start):
                pattern = self._patterns[life.script.name, life.sure, len(life.times)]
                facts = self._facts(life, day, more)
                arrays = self._arrays(life, pattern, facts, more)
                rows.append((pattern.number, *before, *facts, *arrays))
                before = list(map(add, before, pattern.counts))
        return rows

    def _facts(self, life: Life, day: int, more: Random) -> list[Any]:
        plan, reserved = self._planner.plan, self._reserved
        serial = reserved.first_serials[day] + life.serial - day * plan.per_day
        number = number_of(plan.day(day), serial)
        first, last = divmod(int(more.random() * len(TRIPLES) ** 2), len(TRIPLES))
        return [
            life.matter.number, life.story.number, number, TRIPLES[first] + TRIPLES[last],
            f"{block_of(reserved.first_id + life.serial)} {from_behind(number)}",
            life.kind, life.channel,
            # As intake does: a report of a breach is kept confidential.
            life.kind is MatterKind.REPORT,
            self._form.null if life.parent is None else reserved.first_id + life.parent,
            life.unit, life.other_unit, life.parent_unit, _handler(life.unit),
            _handler(life.other_unit), life.agent, life.dispatcher, life.reply, life.satisfied,
            *self._of_citizen(life.citizen),
        ]  # fmt: skip

    def _of_citizen(self, number: int | None) -> tuple[str, ...]:
        if number not in self._citizens:
            who = Citizen.numbered(number or 0)
            hashes = keyed_hash(self._key, who.phone), keyed_hash(self._key, who.email)
            self._citizens[number] = (who.name, who.phone, who.email, *hashes)
        return self._citizens[number]

    def _arrays(self, life: Life, pattern: Pattern, facts: list[Any], more: Random) -> list[str]:
        ticket_id = self._reserved.first_id + life.serial
        facts = [*facts, *self._matters[life.matter.number], life.text, ticket_id, "", "", ""]
        seconds, times = self._moments(life, pattern)
        random = more.randbytes(SALT // 2 * len(pattern.contents)).hex()
        salts = [random[at : at + SALT] for at in range(0, len(random), SALT)]
        contents = [
            _sha256(salt + content.fill(facts))
            for salt, content in zip(salts, pattern.contents, strict=True)
        ]
        hashes = self._chain(pattern, facts, seconds, contents)
        deliveries = [f"{self._mark}{ticket_id:010x}{nth:x}" for nth in pattern.deliveries]
        array, comma = self._form.array, self._form.comma
        return [array % comma.join(each) for each in (times, hashes, contents, salts, deliveries)]

    def _chain(
        self, pattern: Pattern, facts: list[Any], seconds: list[int], contents: list[str]
    ) -> list[str]:
        hashes = []
        for template, moment, content in pattern.events:
            facts[AT] = self._said(seconds[moment])
            facts[CONTENT_HASH] = contents[content] if content is not None else ""
            facts[PREVIOUS] = hashed = _sha256(template.fill(facts))
            hashes.append(hashed)
        return hashes

    def _moments(self, life: Life, pattern: Pattern) -> tuple[list[int], list[str]]:
        """What the mould needs: in whole seconds, and as the database writes it."""
        seconds, times, days = [], [], DAYS_FOR[life.kind]
        for kind, nth, later in pattern.moments:
            moment = life.times[nth] + later
            if kind != "move":
                start, moment = moment, self._planner.office.due(moment, days)
            if kind == "warn":
                tenths = start * 10 + round((moment - start) * WARN_SHARE * 10)
                times.append(self._written.tenths(tenths, self._form.tenths))
            else:
                times.append(self._written(moment))
            seconds.append(moment)
        return seconds, times


def facts_of(matter: Matter) -> dict[str, Any]:
    """By the names of `OF_MATTER`."""
    given, line, said = matter.given, matter.line, matter.given.guidance
    units = [candidate.unit for candidate in given.candidates]
    values = (
        matter.title, Urgency.CRITICAL if given.emergency else Urgency.NORMAL,
        line.key if line else "", given.territory or "", given.place or "", given.disposition,
        given.service or "", given.decision, units, said.code if said else "",
        said.sentence if said else "",
    )  # fmt: skip
    return dict(zip(OF_MATTER, values, strict=True))


def pairs_in(*texts: str) -> str:
    """What `pairs` finds in texts that end with a sentence: they can be told apart and joined."""
    return " ".join(pair for text in texts for run in runs(text) for pair in pairs_of(run))


@cache
def _handler(unit: str) -> str:
    return handler_of(unit).id


# Faster to copy than to make.
_UNFED = hashlib.sha256()


def _sha256(text: str) -> str:
    fed = _UNFED.copy()
    fed.update(text.encode())
    return fed.hexdigest()
