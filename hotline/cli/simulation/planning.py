"""Plans simulated lives, a block of calls at a time; the same seed plans the same city."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import TypeVar

from hotline.cli.simulation import scripts, wording
from hotline.cli.simulation.pace import DAY, QUANTILES, OfficeHours, Timing, arrivals
from hotline.cli.simulation.scripts import SCRIPTS, Script
from hotline.cli.simulation.wording import Matter, Story
from hotline.registry.calendar import WorkCalendar
from hotline.routing.router import LAST_RESORT
from hotline.routing.types import Decision, Disposition
from hotline.tickets.deadlines import days_for, dispatch_within
from hotline.tickets.words import Channel, MatterKind, Urgency

Choice = TypeVar("Choice")
Chance = Callable[[], float]

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
# Up to which share an unsure agent takes the first and the second suggestion, as in the replay.
HABIT = (0.6, 0.9)
# Of those whose matter was solved; who is not satisfied complains, and says why.
SATISFIED = {5: 0.48, 4: 0.37, 3: 0.15}
AGENTS = [f"坐席{n:02d}" for n in range(1, 41)]
DISPATCHERS = [f"派单员{n}" for n in range(1, 7)]
STORIES = 2000
CITIZENS = 100_000
# The position of a dispatch among the moves of whoever is merged or merged into.
DISPATCHED, MERGED = 2, 3


@dataclass(slots=True)
class Life:
    """What will happen to one ticket, until the simulation ends; moments are seconds since 1970."""

    serial: int  # among all tickets of the simulation
    script: Script
    times: list[int]
    matter: Matter
    story: Story
    kind: MatterKind
    channel: Channel
    citizen: int | None
    sure: bool  # so that an agent dispatches; else a dispatcher does
    unit: str
    other_unit: str  # that assists, or that the ticket goes to in the end
    agent: str
    dispatcher: str
    reply: str
    satisfied: int
    parent: int | None = None  # the serial it is merged into
    parent_unit: str = ""

    @property
    def text(self) -> str:
        return self.matter.text + self.story.text


@dataclass(frozen=True, slots=True)
class Plan:
    """So many tickets on each of so many days."""

    seed: int
    first: date
    days: int
    per_day: int

    def day(self, nth: int) -> date:
        return self.first + timedelta(days=nth)

    @property
    def total(self) -> int:
        return self.days * self.per_day


class Planner:
    """Everything that lives are made of; holds no connection, so that processes can share it."""

    def __init__(self, plan: Plan, calendar: WorkCalendar, matters: Sequence[Matter]) -> None:
        self.plan = plan
        self.office = OfficeHours(calendar, plan.first, plan.days + BEYOND)
        self.days = {kind: days_for(kind, calendar) for kind in MatterKind}
        # Seconds that the desk has.
        self.desk = {
            urgency: int(dispatch_within(urgency, calendar).total_seconds()) for urgency in Urgency
        }
        self._timing = Timing(self.office, self.office.midnight + plan.days * DAY)
        self._arrivals = arrivals()
        self.matters = matters
        self.stories = wording.stories(Random(f"stories {plan.seed}"), min(STORIES, plan.total))
        self._citizens = min(max(100, plan.total // 3), CITIZENS)
        self._kinds = _wheel(scripts.KINDS)
        self._desk = _wheel(scripts.AT_THE_DESK)
        self._unit = _wheel(scripts.AT_A_UNIT)
        self._channels = _wheel(CHANNELS)
        self._satisfied = _wheel(SATISFIED)

    def blocks(self) -> list[tuple[int, int]]:
        """Day and first call of each block, in order."""
        starts = range(0, self.plan.per_day, BLOCK)
        return [(day, start) for day in range(self.plan.days) for start in starts]

    def size(self, blocks: Iterable[tuple[int, int]]) -> int:
        """How many calls these are."""
        return sum(min(BLOCK, self.plan.per_day - start) for _, start in blocks)

    def lives(self, day: int, start: int) -> Iterator[Life]:
        """The calls of one block."""
        chance = Random(f"{self.plan.seed} {day} {start}").random
        stuck: list[Life] = []
        for nth in range(start, min(start + BLOCK, self.plan.per_day)):
            life = self._life(chance, day * self.plan.per_day + nth)
            logged = self._arrival(chance, day, nth)
            life.times = self._timing.times(
                life.script, logged, self.days[life.kind],
                by_phone=life.channel is Channel.PHONE, chance=chance,
            )  # fmt: skip
            _merge(life, stuck)
            yield life

    def _arrival(self, chance: Chance, day: int, nth: int) -> int:
        quantile = (nth + chance()) / self.plan.per_day * QUANTILES
        whole = int(quantile)
        before, after = self._arrivals[whole], self._arrivals[whole + 1]
        return (
            self.office.midnight + day * DAY + int(before + (after - before) * (quantile - whole))
        )

    def _life(self, chance: Chance, serial: int) -> Life:
        matter = _one(self.matters, chance)
        kind = _one(self._kinds, chance)
        channel = Channel.PHONE if matter.line else _one(self._channels, chance)
        sure = matter.given.decision is Decision.AUTO
        unit = _chosen(matter, sure, chance())
        script = SCRIPTS[self._script(matter, kind, channel, unit, chance)]
        return Life(
            serial, script, [], matter, _one(self.stories, chance), kind, channel,
            None if script.anonymous else int(chance() * self._citizens),
            sure, unit, _other_unit(matter, script, unit),
            _one(AGENTS, chance), _one(DISPATCHERS, chance),
            _one(wording.REPLIES, chance),
            _one(self._satisfied, chance),
        )  # fmt: skip

    def _script(
        self, matter: Matter, kind: MatterKind, channel: Channel, unit: str, chance: Chance
    ) -> str:
        if matter.given.disposition is Disposition.GUIDANCE:
            return "redirected"
        if matter.given.emergency and channel is not Channel.PHONE:
            return "alarmed"
        if matter.given.emergency or chance() < scripts.ANSWERED[kind]:
            return _one(self._desk, chance)
        name = _one(self._unit, chance)
        return "returned" if unit != matter.unit and name.startswith("handled") else name


def _merge(life: Life, stuck: list[Life]) -> None:
    """Into a ticket that is stuck at its unit and will be for long; else it stays as it is."""
    if life.script.name == "stuck" and len(life.times) > DISPATCHED:
        stuck.append(life)
    if life.script.name == "merged" and len(life.times) > MERGED:
        merged_at = life.times[MERGED]
        parent = next((each for each in stuck if each.times[DISPATCHED] < merged_at), None)
        if parent:
            life.parent, life.parent_unit = parent.serial, parent.unit
        else:
            life.times.pop()


def _chosen(matter: Matter, sure: bool, share: float) -> str:
    candidates = matter.given.candidates
    if sure:
        return candidates[0].unit
    place = sum(share > up_to for up_to in HABIT)
    return candidates[min(place, len(candidates) - 1)].unit


def _other_unit(matter: Matter, script: Script, unit: str) -> str:
    if not script.other_unit:
        return ""
    if script.name == "assisted" and matter.given.territory:
        return matter.given.territory
    candidates = (candidate.unit for candidate in matter.given.candidates)
    return next(each for each in (matter.unit, *candidates, LAST_RESORT, "") if each != unit)


def _wheel(shares: Mapping[Choice, float], parts: int = 1000) -> list[Choice]:
    """Each choice as often as its share says, so that one throw picks it."""
    whole = sum(shares.values())
    return [each for each, share in shares.items() for _ in range(round(share / whole * parts))]


def _one(choices: Sequence[Choice], chance: Chance) -> Choice:
    return choices[int(chance() * len(choices))]
