"""Starting: several processes at once on an empty folder, and again on one that holds data."""

import multiprocessing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
from served import PATIENCE
from sqlmodel import func, select

from hotline import db
from hotline.app import prepare, upgrade
from hotline.db import Database
from hotline.errors import Unavailable
from hotline.registry.columns import SCHEMAS
from hotline.registry.versions import ReferenceVersion
from hotline.settings import Settings


def start(settings: Settings, together: Barrier) -> None:
    # In a process of its own: on a busy machine the turns of all the others may take longer.
    db.GATE_PATIENCE = PATIENCE
    together.wait()
    prepare(settings)


def start_at_once(folder: Path, url: str) -> list[int]:
    processes = multiprocessing.get_context("fork")
    given = (
        Settings(data_dir=folder, database_url=url, redis_url=""),
        processes.Barrier(4),
    )
    started = [processes.Process(target=start, args=given) for _ in range(4)]
    for process in started:
        process.start()
    for process in started:
        process.join()
    return [process.exitcode for process in started]


def count(database: Database) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(ReferenceVersion)).one()


def test_processes_that_start_at_once_on_an_empty_folder_all_start(tmp_path: Path):
    assert start_at_once(tmp_path / "var", "") == [0, 0, 0, 0]
    assert count(Database(f"sqlite:///{tmp_path / 'var' / 'hotline.db'}")) == len(SCHEMAS)


def test_processes_that_start_at_once_on_an_empty_postgresql_all_start(
    tmp_path: Path, empty_postgres: str
):
    assert start_at_once(tmp_path / "var", empty_postgres) == [0, 0, 0, 0]
    assert count(Database(empty_postgres)) == len(SCHEMAS)


def test_a_second_start_keeps_the_data(tmp_path: Path):
    settings = Settings(data_dir=tmp_path, database_url="", redis_url="")
    first = prepare(settings)
    secret = (tmp_path / "secrets" / "contact").read_text()
    before = count(first)
    assert count(prepare(settings)) == before
    assert (tmp_path / "secrets" / "contact").read_text() == secret


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(database: Database):
    upgrade(database)
    assert count(database) == 0


def test_a_data_folder_that_cannot_be_one_is_named_with_its_setting(tmp_path: Path):
    (tmp_path / "var").write_text("a file stands where the folder should be")
    with pytest.raises(Unavailable, match="HOTLINE_DATA_DIR"):
        prepare(Settings(data_dir=tmp_path / "var", database_url="", redis_url=""))


def test_a_database_that_does_not_answer_is_named_with_its_setting(tmp_path: Path):
    url = "postgresql://hotline@127.0.0.1:1/hotline"
    with pytest.raises(Unavailable, match="DATABASE_URL"):
        prepare(Settings(data_dir=tmp_path, database_url=url, redis_url=""))
