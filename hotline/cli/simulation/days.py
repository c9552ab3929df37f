"""A city by the real steps: all lives side by side, in the order of time."""

from collections.abc import Iterator

from hotline.cli.simulation.planning import Life, Planner
from hotline.cli.simulation.scripts import Move
from hotline.cli.simulation.walking import Walker
from hotline.db import Database

# Moves in one transaction.
BATCH = 50

Step = tuple[Life, int]  # a life and which of its moves


def walk(database: Database, planner: Planner, walker: Walker) -> Iterator[int]:
    """Takes every move of the plan; tells time after time how many more tickets are logged."""
    lives = (life for block in planner.blocks() for life in planner.lives(*block))
    for batch in _batches(_in_time(lives)):
        with database.work() as session:
            for life, nth in batch:
                walker.take(session, life, nth)
        yield sum(nth == 0 for _, nth in batch)


def _in_time(lives: Iterator[Life]) -> list[Step]:
    def when(step: Step) -> tuple[int, int, int]:
        life, nth = step
        # Told in the transaction that let it leave: the worker of a live system must not tell it.
        told = life.script.moves[nth] is Move.DELIVER
        return life.times[nth - told], life.serial, nth

    return sorted(((life, nth) for life in lives for nth in range(len(life.times))), key=when)


def _batches(steps: list[Step]) -> Iterator[list[Step]]:
    batch: list[Step] = []
    for life, nth in steps:
        if len(batch) >= BATCH and life.script.moves[nth] is not Move.DELIVER:
            yield batch
            batch = []
        batch.append((life, nth))
    yield batch
