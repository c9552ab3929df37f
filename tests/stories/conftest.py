"""A town on either database, its clocks at noon of Wednesday 2018-07-25."""

from pathlib import Path

import pytest
from builders import NOON
from town import Town

from hotline.db import Database


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    return Town(database, tmp_path / "maildir", NOON)
