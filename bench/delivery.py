"""The way out: a batch from the outbox into the Maildir, beside a plain loop over the files."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bench.measure import ROUNDS, Aim, Row, rates
from bench.stage import Stage
from hotline.delivery import worker

AIM = Aim(rate=2000)
# Tickets answered in one transaction while the outbox is filled.
FILLED = 100


def rows(stage: Stage) -> Iterator[Row]:
    batch = stage.channel.batch
    _fill(stage, batch * (ROUNDS + 1))
    rounds = count()

    def ours() -> int:
        # `until` is now: one batch, then no more.
        return worker.drain(stage.database, stage.channel, lambda: stage.now, until=stage.now)

    def anchor() -> int:
        new = stage.folder / "maildir" / "new"
        letters = [path.read_bytes() for path, _ in zip(new.iterdir(), range(batch), strict=False)]
        folder = stage.folder / f"plain {next(rounds)}"
        folder.mkdir()
        for number, content in enumerate(letters):
            _write(folder / str(number), content)
        return len(letters)

    name = f"{stage.name}: outbox into the Maildir; write and fsync a file"
    yield rates(name, ours, anchor, stage.aim(AIM))


def _fill(stage: Stage, n: int) -> None:
    # What the simulation left waiting would be sent first, and be too few for a batch.
    cases = stage.cases(n)
    for start in range(0, n, FILLED):
        with stage.database.work() as session:
            for case in cases[start : start + FILLED]:
                stage.answer(session, stage.take_in(session, case, stage.now), stage.now)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
