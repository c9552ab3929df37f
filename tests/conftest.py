"""Shared parts: a real database, a fixed noon, a desk that walks tickets through real steps."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from hotline.db import Database

# Wednesday 2018-07-25, noon in Neijiang.
NOON = datetime(2018, 7, 25, 4, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'hotline.db'}")
    SQLModel.metadata.create_all(database.engine)
    yield database
    database.engine.dispose()
