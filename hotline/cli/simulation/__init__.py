"""Simulate: a believable city, by the real steps or as sets of rows for size."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tqdm import tqdm

from hotline.cli.simulation import bulk, wording
from hotline.cli.simulation.days import walk
from hotline.cli.simulation.planning import Plan, Planner
from hotline.cli.simulation.walking import Walker
from hotline.clock import city_day
from hotline.db import Database
from hotline.people.privacy import secret
from hotline.settings import Settings
from hotline.web.current import City

# So many different things are asked; everyone says them in other words.
MATTERS = 1000


@dataclass(frozen=True, slots=True)
class Figures:
    """What a simulation wrote, and how long it took."""

    batch: str
    tickets: int
    seconds: float
    per_second: float


def simulate(
    settings: Settings,
    database: Database,
    city: City,
    plan: Plan,
    *,
    in_bulk: bool,
) -> Figures:
    """Adds the planned city to whatever is there; the same plan makes the same city."""
    batch = f"simulate-{plan.seed}-{plan.first}-{plan.days}x{plan.per_day}"
    key = secret(settings.data_dir, "contact")
    begun = time.monotonic()
    planner = planner_of(city, plan)
    if in_bulk:
        written = bulk.build(database, planner, batch, key)
    else:
        written = walk(database, planner, Walker(city.calendar, key, batch))
    with tqdm(total=plan.total, desc="模拟", unit="件", mininterval=0.5) as bar:
        for tickets in written:
            bar.update(tickets)
    seconds = time.monotonic() - begun
    return Figures(batch, plan.total, round(seconds, 1), round(plan.total / seconds))


def plan_of(seed: int, days: int, per_day: int, now: datetime) -> Plan:
    """The whole days before this one."""
    return Plan(seed, city_day(now) - timedelta(days=days), days, per_day)


def planner_of(city: City, plan: Plan) -> Planner:
    phrasebook = wording.Phrasebook(city.directory, city.router)
    n = min(MATTERS, plan.total)
    return Planner(plan, city.calendar, phrasebook.matters(Random(f"matters {plan.seed}"), n))
