"""Plans simulated lives, a block of calls at a time; the same seed plans the same city."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any, TypeVar

from hotline.cli.simulation import scripts, wording
from hotline.cli.simulation.pace import (
    DAY,
    LAGS,
    LATE,
    MINUTE,
    QUANTILES,
    REPLY_SHARE,
    WRITTEN,
    Lag,
    OfficeHours,
    arrivals,
)
from hotline.cli.simulation.scripts import SCRIPTS, STARTS_CLOCK, Move, Script
from hotline.cli.simulation.wording import Citizen, Matter
from hotline.registry.calendar import WorkCalendar
from hotline.routing.router import LAST_RESORT
from hotline.routing.types import Decision, Disposition
from hotline.tickets.deadlines import DAYS_FOR
from hotline.tickets.words import Channel, MatterKind

Choice = TypeVar("Choice")

# Calls of one day are planned in blocks of so many, each with a seed of its own.
BLOCK = 500
# Office hours are laid out so far beyond the last day, for lives that end after it.
BEYOND = 200
CHANNELS = {
    Channel.PHONE: 0.8,
    Channel.WEB: 0.07,
    Channel.APP: 0.06,
    Channel.MAYORS_MAILBOX: 0.04,
    Channel.MESSAGE_BOARD: 0.02,
    Channel.POLICE_HANDOVER: 0.01,
}
# How often an unsure agent takes the first, second and third suggestion; as in the replay.
HABIT = (0.6, 0.9)
SATISFIED = {5: 0.45, 4: 0.35, 3: 0.13, 2: 0.05, 1: 0.02}
AGENTS, DISPATCHERS = 40, 6
FILLED = range(1, 10)


@dataclass(slots=True)
class Life:
    """What will happen to one ticket, until the simulation ends; moments are seconds since 1970."""

    serial: int  # of all tickets of the simulation
    script: Script
    times: list[int]
    matter: Matter
    text: str
    kind: MatterKind
    channel: Channel
    citizen: Citizen | None
    sure: bool  # so that an agent dispatches; else a dispatcher does
    unit: str
    other_unit: str  # that assists, or that the ticket goes to in the end
    agent: str
    dispatcher: str
    reply: str
    satisfied: int
    parent: int | None = None  # the serial it is merged into
    parent_unit: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """So many tickets on each of so many days."""

    seed: int
    first: date
    days: int
    per_day: int

    @property
    def total(self) -> int:
        return self.days * self.per_day


class Planner:
    """Everything that lives are made of; holds no connection, so that processes can share it."""

    def __init__(self, plan: Plan, calendar: WorkCalendar, matters: Sequence[Matter]) -> None:
        self.plan = plan
        self._office = OfficeHours(calendar, plan.first, plan.days + BEYOND)
        self.end = self._office.midnight + plan.days * DAY
        self._arrivals = arrivals()
        self._matters = matters
        self._fillers = wording.fillers(Random(f"fillers {plan.seed}"), 500)
        self._citizens = max(100, plan.total // 3)
        self._kinds = _wheel(scripts.KINDS)
        self._desk = _wheel(scripts.AT_THE_DESK)
        self._unit = _wheel(scripts.AT_A_UNIT)
        self._channels = _wheel(CHANNELS)
        self._satisfied = _wheel(SATISFIED)

    def blocks(self) -> list[tuple[int, int]]:
        """Day and first call of each block, in order."""
        starts = range(0, self.plan.per_day, BLOCK)
        return [(day, start) for day in range(self.plan.days) for start in starts]

    def lives(self, day: int, start: int) -> Iterator[Life]:
        """The calls of one block."""
        chance = Random(f"{self.plan.seed} {day} {start}").random
        stuck: list[Life] = []
        for nth in range(start, min(start + BLOCK, self.plan.per_day)):
            life = self._life(chance, day * self.plan.per_day + nth)
            life.times = self._times(life, chance, self._arrival(chance, day, nth))
            self._merge(life, stuck)
            yield life

    def _arrival(self, chance: Any, day: int, nth: int) -> int:
        place, into = divmod((nth + chance()) / self.plan.per_day * QUANTILES, 1)
        before, after = self._arrivals[int(place)], self._arrivals[min(int(place) + 1, QUANTILES)]
        return self._office.midnight + day * DAY + int(before + (after - before) * into)

    def _life(self, chance: Any, serial: int) -> Life:
        matter = _one(self._matters, chance)
        kind = _one(self._kinds, chance)
        channel = Channel.PHONE if matter.line else _one(self._channels, chance)
        sure = matter.given.decision is Decision.AUTO
        unit = _chosen(matter, sure, chance())
        script = SCRIPTS[self._script(matter, kind, channel, unit, chance)]
        citizen = None if script.anonymous else Citizen.numbered(int(chance() * self._citizens))
        said = [_one(self._fillers, chance) for _ in range(1 + int(chance() * len(FILLED)))]
        return Life(
            serial, script, [], matter, matter.text + "".join(said), kind, channel, citizen, sure,
            unit, _other_unit(matter, script, unit),
            f"坐席{1 + int(chance() * AGENTS):02d}", f"派单员{1 + int(chance() * DISPATCHERS)}",
            wording.reply(matter.title, _one(wording.RESULTS, chance)),
            _one(self._satisfied, chance),
        )  # fmt: skip

    def _script(
        self, matter: Matter, kind: MatterKind, channel: Channel, unit: str, chance: Any
    ) -> str:
        if matter.given.disposition is Disposition.GUIDANCE:
            return "redirected"
        if matter.given.emergency and channel is not Channel.PHONE:
            return "alarmed"
        if chance() < scripts.ANSWERED[kind]:
            return _one(self._desk, chance)
        name = _one(self._unit, chance)
        return "returned" if unit != matter.unit and name.startswith("handled") else name

    def _times(self, life: Life, chance: Any, arrival: int) -> list[int]:
        times, now, due, days = [], arrival, 0, DAYS_FOR[life.kind]
        before = None
        for move in life.script.moves:
            if move is Move.FALL_OVERDUE:
                now = due
            elif move is Move.REPLY and before is not Move.FALL_OVERDUE:
                now = self._reply(now, due, chance())
            elif before:
                now = self._after(now, _lag(move, before, life.channel), chance())
            if now >= self.end:
                break
            if move in STARTS_CLOCK:
                due = self._office.due(now, days)
            times.append(now)
            before = move
        return times

    def _after(self, now: int, lag: Lag, share: float) -> int:
        seconds = (lag.least + (lag.most - lag.least) * share**3) * MINUTE
        if lag.office:
            return self._office.moment(self._office.worked(now) + seconds)
        return now + int(seconds)

    def _reply(self, claimed: int, due: int, share: float) -> int:
        least, most = REPLY_SHARE
        begun = self._office.worked(claimed)
        left = self._office.worked(due) - begun
        return self._office.moment(begun + left * (least + (most - least) * share))

    def _merge(self, life: Life, stuck: list[Life]) -> None:
        """Into a ticket that is stuck at its unit and will be so for long."""
        name, dispatched = life.script.name, len(life.times) >= 3
        if name == "stuck" and dispatched:
            stuck.append(life)
        if name == "merged" and len(life.times) == len(life.script.moves):
            parent = next((each for each in stuck if each.times[2] < life.times[3]), None)
            if parent:
                life.parent, life.parent_unit = parent.serial, parent.unit
            else:
                life.times.pop()


def _lag(move: Move, before: Move, channel: Channel) -> Lag:
    if before is Move.FALL_OVERDUE:
        return LATE
    if move is Move.ACCEPT and channel is not Channel.PHONE:
        return WRITTEN
    return LAGS[move]


def _chosen(matter: Matter, sure: bool, share: float) -> str:
    units = [candidate.unit for candidate in matter.given.candidates]
    if sure:
        return units[0]
    return units[min(sum(share > each for each in HABIT), len(units) - 1)]


def _other_unit(matter: Matter, script: Script, unit: str) -> str:
    if script.name == "assisted" and matter.given.territory:
        return matter.given.territory
    candidates = (candidate.unit for candidate in matter.given.candidates)
    return next(each for each in (matter.unit, *candidates, LAST_RESORT, "") if each != unit)


def _wheel(shares: Mapping[Choice, float], parts: int = 1000) -> list[Choice]:
    """Each choice as often as its share says, so that one throw picks it."""
    whole = sum(shares.values())
    return [each for each, share in shares.items() for _ in range(round(share / whole * parts))]


def _one(choices: Sequence[Choice], chance: Any) -> Choice:
    return choices[int(chance() * len(choices))]
