"""Counts what is sent to a database: a list takes as many statements for 50 rows as for 5."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from hotline.db import Database


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """Every statement sent within the block."""
    sent: list[str] = []

    def note(*call: object) -> None:
        sent.append(str(call[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)
