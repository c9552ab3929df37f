"""Reference data in the database: seeded once, changed by version, never half."""

from datetime import timedelta

import pytest
from builders import NOON
from sent import statements
from shipped_files import FILES, TABLES
from sqlalchemy import delete, update
from sqlmodel import select

from hotline.db import Database
from hotline.errors import BadData, NotFound
from hotline.registry import versions
from hotline.registry.versions import ReferenceVersion

LATER = NOON + timedelta(days=1)
HOLIDAYS = "holidays.csv"
CHANGED = FILES[HOLIDAYS] + "2027-01-01,off,元旦\n".encode()


def seeded(database: Database) -> None:
    with database.work() as session:
        versions.seed(session, NOON)


def publish(database: Database, file: str, content: bytes) -> ReferenceVersion:
    with database.work() as session:
        return versions.publish(session, file, content, author="王芳", note="国办通知", now=LATER)


def stored(database: Database) -> list[tuple[str, int]]:
    with database.read() as session:
        rows = session.exec(select(ReferenceVersion)).all()
    return sorted((row.file, row.version) for row in rows)


def test_seeding_twice_stores_the_shipped_files_once(database: Database):
    seeded(database)
    seeded(database)
    assert stored(database) == sorted((file, 1) for file in FILES)


def test_seeding_leaves_published_versions_in_force(database: Database):
    seeded(database)
    publish(database, HOLIDAYS, CHANGED)
    seeded(database)
    with database.read() as session:
        days = [str(row["day"]) for row in versions.load(session)[HOLIDAYS].rows]
    assert days[-1] == "2027-01-01"


def test_a_file_that_is_new_to_an_old_database_is_seeded_beside_the_others(database: Database):
    seeded(database)
    changed = publish(database, HOLIDAYS, CHANGED)
    with database.work() as session:
        session.exec(delete(ReferenceVersion).where(ReferenceVersion.file == "emergencies.csv"))
    seeded(database)
    assert ("emergencies.csv", 1) in stored(database)
    assert (HOLIDAYS, changed.version) in stored(database)


def test_a_limit_that_a_later_release_knows_comes_beside_those_that_were_changed(
    database: Database,
):
    line = b"act_move_car,"
    lines = FILES["limits.csv"].splitlines()
    old = b"\n".join(each for each in lines if not each.startswith(line))
    changed = old.replace("求助办结时限,7,".encode(), "求助办结时限,5,".encode())
    assert changed != old
    with database.work() as session:
        content = changed.decode()
        session.add(
            ReferenceVersion(
                file="limits.csv",
                version=1,
                content=content,
                author="王芳",
                at=NOON,
                checksum=versions._checksum(content),
            )  # fmt: skip
        )
    seeded(database)
    seeded(database)
    with database.read() as session:
        limits = {row["key"]: row["value"] for row in versions.load(session)["limits.csv"].rows}
    assert (limits["close_help"], limits["act_move_car"]) == (5, 60)
    assert dict(stored(database))["limits.csv"] == 2


def test_what_was_seeded_is_what_was_shipped(database: Database):
    seeded(database)
    with database.read() as session:
        assert versions.load(session) == TABLES


def test_each_publication_is_a_new_version_and_the_old_one_is_kept(database: Database):
    seeded(database)
    with database.read() as session:
        before = versions.current_version(session)
    row = publish(database, HOLIDAYS, CHANGED)
    assert (row.version, row.author, row.note, row.at) == (2, "王芳", "国办通知", LATER)
    assert publish(database, HOLIDAYS, FILES[HOLIDAYS]).version == 3
    with database.read() as session:
        assert versions.current_version(session) > before
        assert len(versions.load(session)[HOLIDAYS].rows) == FILES[HOLIDAYS].count(b"\n") - 1
    assert [version for file, version in stored(database) if file == HOLIDAYS] == [1, 2, 3]


def test_a_broken_file_changes_nothing(database: Database):
    seeded(database)
    before = stored(database)
    with pytest.raises(BadData) as caught:
        publish(database, HOLIDAYS, FILES[HOLIDAYS] + b"2027-01-01,maybe,x\n")
    assert (caught.value.file, caught.value.column) == (HOLIDAYS, "kind")
    assert caught.value.line == FILES[HOLIDAYS].count(b"\n") + 1
    assert stored(database) == before


def test_a_file_that_breaks_another_is_refused(database: Database):
    seeded(database)
    without = b"\n".join(
        row for row in FILES["units.csv"].split(b"\n") if "市残联".encode() not in row
    )
    with pytest.raises(BadData) as caught:
        publish(database, "units.csv", without)
    assert caught.value.file == "legacy_lines.csv"
    assert (("units.csv", 2) in stored(database)) is False


def test_a_file_that_is_none_of_ours_is_not_found(database: Database):
    seeded(database)
    with pytest.raises(NotFound, match=HOLIDAYS):
        publish(database, "passwd", b"")


def test_a_row_changed_behind_our_back_stops_the_load(database: Database):
    seeded(database)
    with database.work() as session:
        session.exec(
            update(ReferenceVersion)
            .where(ReferenceVersion.file == HOLIDAYS)
            .values(content="day,kind,name\n2018-01-01,off,元旦\n")
        )
    with database.read() as session, pytest.raises(BadData, match=HOLIDAYS):
        versions.load(session)


def test_an_unseeded_database_says_which_file_is_missing(database: Database):
    with database.read() as session:
        assert versions.current_version(session) == 0
        with pytest.raises(BadData, match="units.csv"):
            versions.load(session)


def test_asking_for_the_version_is_one_statement(database: Database):
    seeded(database)
    with statements(database) as sent, database.read() as session:
        versions.current_version(session)
    assert len([text for text in sent if text != "BEGIN"]) == 1
