"""Runs every benchmark over a city of N tickets, then the router beside plain methods on CASES."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import (
    accuracy,
    delivery,
    feed,
    intake,
    knowledge,
    line,
    lists,
    reports,
    routing,
    search,
    telephony,
)
from bench.measure import Row, table
from bench.servers import postgresql
from bench.stage import Stage, built
from hotline.settings import Settings

# What does not depend on the database; then what reads, before what writes.
ALIKE = (telephony, routing, knowledge)
READING = (reports, lists, search, feed)
WRITING = (intake, delivery)
# SQLite is for a small city.
SHARE_OF_SQLITE = 20
# Below this there are too few units with tickets to measure anything.
LEAST = 2000
FOOT = "ratio: our time over the anchor's (of the median where there is no rate); below 1 faster."


def main() -> None:
    n = int(os.environ.get("N", "1000000"))
    if n < LEAST:
        sys.exit(f"N must be at least {LEAST}")
    # Where the service itself keeps its data: a folder in memory would make every fsync free.
    data_dir = Settings().data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    rows = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data_dir) as folder:
        for row in _all(Path(folder), n):
            rows.append(row)
            print(row.name, flush=True)
    print(f"\n{table(rows)}\n\n{FOOT} {time.perf_counter() - begun:.0f} s in all.\n", flush=True)
    for part in accuracy.tables(Path(os.environ["CASES"]) if "CASES" in os.environ else None):
        print(part, flush=True)


def _all(folder: Path, n: int) -> Iterator[Row]:
    (folder / "sqlite").mkdir()
    with built(folder / "sqlite", "", max(LEAST, n // SHARE_OF_SQLITE)) as stage:
        yield from _rows(stage, *ALIKE, *READING, *WRITING)
    # The server's own system user has to reach its files.
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as files,
        postgresql(Path(files, "data")) as server,
        built(folder / "postgresql", server.url, n) as stage,
    ):
        yield from _rows(stage, *READING, *WRITING)
        yield from line.rows(stage, server)


def _rows(stage: Stage, *subjects: Any) -> Iterator[Row]:
    for subject in subjects:
        yield from subject.rows(stage)


main()
