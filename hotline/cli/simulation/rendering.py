"""From planned lives to the rows that they leave, table by table."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from random import Random
from typing import Any

from hotline.cli.simulation.moulds import COUNTED, TABLES, Mould
from hotline.cli.simulation.pace import Clock
from hotline.cli.simulation.patterns import OF_CITIZEN, Pattern
from hotline.cli.simulation.planning import Life, Planner
from hotline.cli.simulation.scripts import Move
from hotline.cli.simulation.walking import handler_of
from hotline.cli.simulation.wording import Citizen, Matter
from hotline.people.privacy import keyed_hash
from hotline.tickets.dispatch import IN_TIME, LATE
from hotline.tickets.numbers import CODE_LETTERS, number_of
from hotline.tickets.pairs import block_of, from_behind, pairs_of, runs
from hotline.tickets.words import MatterKind, Urgency

SALT = 32
TRIPLES = [a + b + c for a in CODE_LETTERS for b in CODE_LETTERS for c in CODE_LETTERS]
TICKET = COUNTED.index("ticket")

Block = tuple[int, int]
Rows = list[list[tuple[Any, ...]]]  # by table


@dataclass(frozen=True, slots=True)
class Form:
    """How a database is given moments and nothing."""

    moment: tuple[str, str]  # what stands before the time of day, and after it
    null: Any


class Renderer:
    """Renders the blocks of a plan, in whatever process."""

    def __init__(
        self,
        planner: Planner,
        moulds: Mapping[tuple[str, bool, int], Mould],
        first_serials: Sequence[int],  # of the ticket numbers, by day
        batch: str,
        form: Form,
        key: bytes,
    ) -> None:
        self._planner, self._form, self._key = planner, form, key
        self._first_serials, self._batch = first_serials, batch
        self._patterns = {which: Pattern(mould) for which, mould in moulds.items()}
        for pattern in self._patterns.values():
            pattern.constants = [form.null if c is None else c for c in pattern.constants]
        self._clock = Clock(*form.moment)
        self._mark = hashlib.sha256(batch.encode()).hexdigest()[:13]
        self._matters = [facts_of(matter) for matter in planner.matters]
        self._matter_pairs = [pairs_of_matter(matter) for matter in planner.matters]
        self._story_pairs = [pairs_in(story.text) for story in planner.stories]
        self._citizens: dict[int | None, Sequence[str]] = {None: [""] * len(OF_CITIZEN)}

    def lives(self, blocks: Sequence[Block]) -> list[Life]:
        return list(chain.from_iterable(self._planner.lives(*block) for block in blocks))

    def counts(self, lives: Sequence[Life]) -> list[int]:
        """How many of each of COUNTED they need."""
        return list(map(sum, zip(*(self._pattern(life).counts for life in lives), strict=True)))

    def rows(self, lives: Sequence[Life], last: Sequence[int]) -> Rows:
        """`last`: of each of COUNTED, the number that was given last."""
        last, more = list(last), Random(f"{self._planner.plan.seed} {lives[0].serial} more")
        rows: Rows = [[] for _ in TABLES]
        for life in lives:
            pattern = self._pattern(life)
            facts = self._facts(life, pattern, last, more)
            for table, row in pattern.rows:
                rows[table].append(row(facts))
            for n, count in enumerate(pattern.counts):
                last[n] += count
        return rows

    def _pattern(self, life: Life) -> Pattern:
        return self._patterns[life.script.name, life.sure, len(life.times)]

    def _facts(self, life: Life, pattern: Pattern, last: list[int], more: Random) -> list[Any]:
        ticket_id = last[TICKET] + 1
        times, said = self._moments(life, pattern)
        random = more.randbytes(SALT // 2 * pattern.salts).hex()
        facts = [
            *self._of_life(life, ticket_id, more),
            *pattern.constants,
            *[last[n] + nth for n, nth in pattern.numbered],
            *times,
            *said,
            *self._reasons(life),
            *[random[at : at + SALT] for at in range(0, len(random), SALT)],
            *[f"{self._mark}{ticket_id:010x}{nth:x}" for nth in pattern.deliveries],
        ]
        for template in pattern.hashed:
            facts.append(_sha256(template.fill(facts)))
        return facts

    def _of_life(self, life: Life, ticket_id: int, more: Random) -> Iterator[Any]:
        """FACTS."""
        plan, matter, story = self._planner.plan, life.matter.number, life.story.number
        day, nth = divmod(life.serial, plan.per_day)
        number = number_of(plan.day(day), self._first_serials[day] + nth)
        first, last = divmod(int(more.random() * len(TRIPLES) ** 2), len(TRIPLES))
        found_by = f"{block_of(ticket_id)} {from_behind(number)}"
        return (
            number, TRIPLES[first] + TRIPLES[last], life.kind.value, life.channel.value,
            # As intake does: a report of a breach is kept confidential.
            life.kind is MatterKind.REPORT,
            self._form.null if life.parent is None else ticket_id - life.serial + life.parent,
            life.unit, life.other_unit, life.parent_unit, _handler(life.unit),
            _handler(life.other_unit), life.agent, life.dispatcher, life.reply, life.satisfied,
            *self._of_citizen(life.citizen), *self._matters[matter], life.text,
            # As `pairs` puts them together.
            f" {found_by} {self._matter_pairs[matter]} {self._story_pairs[story]} ", self._batch,
        )  # fmt: skip

    def _of_citizen(self, number: int | None) -> Sequence[str]:
        if number not in self._citizens:
            who = Citizen.numbered(number or 0)
            hashes = keyed_hash(self._key, who.phone), keyed_hash(self._key, who.email)
            self._citizens[number] = (who.name, who.phone, who.email, *hashes)
        return self._citizens[number]

    def _reasons(self, life: Life) -> list[str]:
        """Whether each dispatch and delivery came in time, as the rooms themselves tell."""
        times = life.times
        return [
            IN_TIME if times[nth] <= self._limit(life, move, times[since]) else LATE
            for move, since, nth in life.script.timed
            if nth < len(times)
        ]

    def _limit(self, life: Life, move: Move, since: int) -> int:
        if move is Move.DISPATCH:
            return since + self._planner.desk[urgency_of(life.matter)]
        return self._planner.office.due(since, self._planner.days[life.kind])

    def _moments(self, life: Life, pattern: Pattern) -> tuple[list[str], list[str]]:
        """What the mould needs: as the database writes it, and as an event says it."""
        times, said, days = [], [], self._planner.days[life.kind]
        for nth, shares, later in pattern.moments:
            moment = life.times[nth]
            if shares is not None:
                moment = self._planner.office.given(moment, days, shares)
            written, iso = self._clock(moment + later)
            times.append(written)
            said.append(iso)
        return times, said


def facts_of(matter: Matter) -> tuple[Any, ...]:
    """OF_MATTER."""
    given, line, said = matter.given, matter.line, matter.given.guidance
    units = [candidate.unit for candidate in given.candidates]
    return (
        matter.title, str(urgency_of(matter)),
        line.key if line else "", given.territory or "", given.place or "", str(given.disposition),
        given.service or "", str(given.decision), json.dumps(units, ensure_ascii=False),
        said.code if said else "", said.sentence if said else "",
    )  # fmt: skip


def urgency_of(matter: Matter) -> Urgency:
    """As intake has it."""
    return Urgency.CRITICAL if matter.given.emergency else Urgency.NORMAL


def pairs_of_matter(matter: Matter) -> str:
    heading = (matter.given.territory or "") + (matter.given.place or "")
    return pairs_in(heading, matter.title, matter.text)


def pairs_in(*texts: str) -> str:
    """What `pairs` finds in texts that end with a sentence: they can be told apart and joined."""
    return " ".join(pair for text in texts for run in runs(text) for pair in pairs_of(run))


@cache
def _handler(unit: str) -> str:
    return handler_of(unit).id


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
