"""A city as sets of rows: rendered on every core, poured by one connection."""

import gc
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

from sqlalchemy import Table

from hotline.cli.simulation import specimens
from hotline.cli.simulation.planning import Planner
from hotline.cli.simulation.pouring import Pouring, refuse_taken
from hotline.cli.simulation.rendering import Renderer, Reserved
from hotline.cli.simulation.staging import Staging
from hotline.cli.simulation.stores import Store, store_of
from hotline.db import Database, Session
from hotline.reports import rollup
from hotline.tickets.numbers import reserve_serials

# About so many tickets are rendered, and poured, at a time.
CHUNK = 10_000
# Events in one transaction of the folding.
FOLDED = 500_000

Chunk = list[tuple[int, int]]
Rendered = tuple[bytes, int]  # packed rows, and how many tickets they are


def build(database: Database, planner: Planner, batch: str, key: bytes) -> Iterator[int]:
    """Writes the whole plan; tells time after time how many more tickets are written."""
    store = store_of(database)
    moulds = specimens.cast(database)
    with database.work() as session:
        reserved = _reserve(session, planner, store, batch)
    staging = Staging(planner, {mould.number: mould for mould in moulds.values()}, store)
    pouring = Pouring(staging, store, batch)
    renderer = Renderer(planner, moulds, reserved, store.form, key)
    # Processes are forked from this one, and must not share its connections.
    database.engine.dispose()
    with ProcessPoolExecutor(initializer=_start, initargs=(renderer, store, staging.life)) as pool:
        pool.submit(int).result()
        with store.opened(database, planner.plan.total) as session:
            refuse_taken(session, reserved.first_id, planner.plan.total)
            staging.lay(session)
            next_id = reserved.first_id
            for packed, tickets in _rendered(pool, planner):
                pouring.pour(session, packed, next_id)
                next_id += tickets
                yield tickets


def fold(database: Database) -> None:
    """Adds the new events to the sums at once, as the clock process would in many turns."""
    folded = True
    while folded:
        with database.work() as session:
            folded = rollup.fold(session, limit=FOLDED) > 0


def _reserve(session: Session, planner: Planner, store: Store, batch: str) -> Reserved:
    plan = planner.plan
    serials = [reserve_serials(session, plan.day(nth), plan.per_day) for nth in range(plan.days)]
    return Reserved(batch, store.reserve(session, plan.total), serials)


def _rendered(pool: ProcessPoolExecutor, planner: Planner) -> Iterator[Rendered]:
    """Chunk after chunk in order, a few of them ahead of whoever writes them."""
    ahead: deque[Future[Rendered]] = deque()
    for chunk in _chunks(planner):
        ahead.append(pool.submit(_render, chunk))
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
_here: list[tuple[Renderer, Store, Table]] = []


def _start(renderer: Renderer, store: Store, life: Table) -> None:
    _here.append((renderer, store, life))
    # Rows are no cycles; to look for some again and again takes a fifth of the time.
    gc.disable()


def _render(chunk: Chunk) -> Rendered:
    renderer, store, life = _here[0]
    rows = renderer.rows(chunk)
    return store.pack(life, rows), len(rows)
