"""Runs every benchmark over a city of N tickets and prints one table."""

import os
import sys
import tempfile
import time
from pathlib import Path

from bench import delivery, reports, routing, telephony, tickets
from bench.measure import table
from bench.stage import build
from hotline.settings import Settings

# Reports and the feed come before what adds events that are not yet summed and placed.
SUBJECTS = (telephony, routing, reports, tickets, delivery)
# Below this there are too few letters and units to measure anything.
LEAST = 100
FOOT = "ratio: our time over the anchor's (of the p50 where there is one); below 1 we are faster."


def main() -> None:
    n = int(os.environ.get("N", "20000"))
    if n < LEAST:
        sys.exit(f"N must be at least {LEAST}")
    # Where the service itself keeps its data: a folder in memory would make every fsync free.
    data_dir = Settings().data_dir
    data_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data_dir) as folder:
        begun = time.perf_counter()
        stage, tickets_in = build(Path(folder), n)
        built = time.perf_counter() - begun
        print(f"{tickets_in:,} tickets, SQLite, built in {built:.0f} s\n", flush=True)
        rows = [row for subject in SUBJECTS for row in subject.rows(stage)]
        stage.database.engine.dispose()
    print(f"{table(rows)}\n\n{FOOT} {time.perf_counter() - begun:.0f} s in all.")


main()
