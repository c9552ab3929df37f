"""Who looked at whose data: a record that nobody changes afterwards."""

import pytest
from builders import NOON, SUPERVISOR
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from hotline.db import Database
from hotline.people import access_log


@pytest.mark.parametrize("change", ["DELETE FROM access_log", "UPDATE access_log SET actor = 'x'"])
def test_the_database_refuses_to_change_who_looked(database: Database, change: str):
    with database.work() as session:
        access_log.note_look(session, SUPERVISOR, ["NJ1"], "view", NOON)
    with pytest.raises(DatabaseError, match="append-only"), database.work() as session:
        session.execute(text(change))
    with database.read() as session:
        (look,) = access_log.looks(session, limit=10)
    assert look.actor == SUPERVISOR.id
