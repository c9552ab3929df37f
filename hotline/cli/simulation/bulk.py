"""A city as sets of rows: rendered on every core, poured by one connection."""

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hotline.cli.simulation import specimens
from hotline.cli.simulation.moulds import COUNTED
from hotline.cli.simulation.planning import Planner
from hotline.cli.simulation.rendering import Block, Renderer
from hotline.cli.simulation.stores import Store, last_numbers, store_of
from hotline.db import Database
from hotline.reports import rollup
from hotline.tickets.numbers import reserve_serials

# About so many tickets are rendered, and poured, at a time.
CHUNK = 10_000
# Seconds.
PATIENCE = 60
# Events in one transaction of the folding.
FOLDED = 500_000

Chunk = list[Block]
Rendered = tuple[Path, int]  # the file of the rows, and of how many tickets they are


class Turns:
    """Gives each chunk its numbers as soon as those before it have theirs, in whatever process."""

    def __init__(self) -> None:
        self._changed = multiprocessing.Condition()
        self._last = multiprocessing.Array("q", len(COUNTED), lock=False)
        self._next = multiprocessing.Value("q", 0, lock=False)

    def begin(self, last: Sequence[int]) -> None:
        self._last[:] = last

    def take(self, nth: int, counts: Sequence[int]) -> list[int]:
        """Of each of COUNTED, the last number before this chunk."""
        with self._changed:
            # To plan the chunk before takes a second; if it failed there, its turn never ends.
            if not self._changed.wait_for(lambda: self._next.value == nth, PATIENCE):
                raise TimeoutError(f"chunk {nth} has waited for {PATIENCE} s")
            before = list(self._last)
            self._last[:] = list(map(add, before, counts))
            self._next.value += 1
            self._changed.notify_all()
        return before


def build(database: Database, planner: Planner, batch: str, key: bytes) -> Iterator[int]:
    """Writes the whole plan; tells time after time how many more tickets are written."""
    store, turns, plan = store_of(database), Turns(), planner.plan
    moulds = specimens.cast(database)
    with database.work() as session:
        serials = [
            reserve_serials(session, plan.day(nth), plan.per_day) for nth in range(plan.days)
        ]
    renderer = Renderer(planner, moulds, serials, batch, store.form, key)
    # Processes are forked from this one, and must not share its connections.
    database.engine.dispose()
    with (
        TemporaryDirectory() as folder,
        ProcessPoolExecutor(None, None, _start, (renderer, store, turns, Path(folder))) as pool,
    ):
        pool.submit(int).result()
        with store.opened(database, plan.total) as session:
            turns.begin(last_numbers(session))
            for file, tickets in _rendered(pool, planner):
                store.pour(session, file)
                file.unlink()
                yield tickets


def fold(database: Database) -> None:
    """Adds the new events to the sums at once, as the clock process would in many turns."""
    folded = True
    while folded:
        with database.work() as session:
            folded = rollup.fold(session, limit=FOLDED) > 0


def _rendered(pool: ProcessPoolExecutor, planner: Planner) -> Iterator[Rendered]:
    """Chunk after chunk in order, a few of them ahead of whoever writes them."""
    ahead: deque[Future[Rendered]] = deque()
    for nth, chunk in enumerate(_chunks(planner)):
        ahead.append(pool.submit(_render, nth, chunk))
        if len(ahead) > (os.cpu_count() or 1) + 1:
            yield ahead.popleft().result()
    for future in ahead:
        yield future.result()


def _chunks(planner: Planner) -> Iterator[Chunk]:
    chunk: Chunk = []
    for block in planner.blocks():
        chunk.append(block)
        if planner.size(chunk) >= CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


# What a rendering process was given at its start.
_here: list[tuple[Renderer, Store, Turns, Path]] = []


def _start(*given: Any) -> None:
    _here.append(given)
    # Rows are no cycles; to look for some again and again takes a fifth of the time.
    gc.disable()


def _render(nth: int, chunk: Chunk) -> Rendered:
    renderer, store, turns, folder = _here[0]
    lives = renderer.lives(chunk)
    rows = renderer.rows(lives, turns.take(nth, renderer.counts(lives)))
    store.pack(rows, file := folder / str(nth))
    return file, len(lives)
