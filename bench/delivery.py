"""The way out: a batch from the outbox into the Maildir, beside a plain loop over the files."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from bench.measure import ROUNDS, Row, rates
from bench.stage import NOW, Stage
from hotline.delivery import worker


def rows(stage: Stage) -> Iterator[Row]:
    batch = stage.channel.batch
    with stage.database.work() as session:
        for case in stage.cases(batch * (ROUNDS + 1)):
            stage.answer(session, stage.take_in(session, case, NOW), NOW)
    new = stage.folder / "maildir" / "new"
    letters = [path.read_bytes() for path, _ in zip(new.iterdir(), range(batch), strict=False)]
    rounds = count()

    def ours() -> int:
        # `until` is now: one batch, then no more.
        return worker.drain(stage.database, stage.channel, lambda: NOW, until=NOW)

    def anchor() -> int:
        folder = stage.folder / f"plain {next(rounds)}"
        folder.mkdir()
        for number, content in enumerate(letters):
            _write(folder / str(number), content)
        return len(letters)

    yield rates("delivery to the Maildir; write and fsync a file", ours, anchor)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
