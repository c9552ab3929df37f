"""Two who enter the same at the same moment: it stands there once, and nobody meets an error."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from builders import NOON, SUPERVISOR
from sqlmodel import Session, select

import hotline
from hotline.db import Database
from hotline.errors import Invalid
from hotline.people import keys, roster, users
from hotline.people.keys import ApiKey
from hotline.people.rights import Role
from hotline.people.roster import OnDuty, Shift, Turn
from hotline.people.users import User

HANDS, ROUNDS = 4, 3


def add(session: Session, round: int) -> None:
    users.add(session, f"li{round}", "李", Role.AGENT, password_hash="x", now=NOON)


def make(session: Session, round: int) -> None:
    keys.make(session, f"gateway{round}", Role.AGENT, now=NOON)


def enter(session: Session, round: int) -> None:
    day = Turn(date(2018, 8, 1 + round), Shift.DAY, "王")
    roster.enter(session, [day], actor=SUPERVISOR, now=NOON)


@pytest.mark.parametrize(
    ("do", "table", "refused"), [(add, User, 3), (make, ApiKey, 3), (enter, OnDuty, 0)]
)
def test_what_several_enter_at_once_is_there_once(
    database: Database, do: Callable[[Session, int], None], table: type, refused: int
):
    together = Barrier(HANDS, timeout=60)

    def hand(_: int) -> int:
        late = 0
        for round in range(ROUNDS):
            together.wait()
            try:
                with database.work() as session:
                    do(session, round)
            except Invalid:
                late += 1
        return late

    with ThreadPoolExecutor(HANDS) as pool:
        assert sum(pool.map(hand, range(HANDS))) == refused * ROUNDS
    with database.read() as session:
        assert len(session.exec(select(table)).all()) == ROUNDS


def test_each_turn_has_a_number_of_its_own():
    folder = Path(hotline.__file__).parent
    found = [
        number
        for file in folder.rglob("*.py")
        for number in re.findall(r"^[A-Z_]+ = (12345_\d+)$", file.read_text(), re.MULTILINE)
    ]
    assert len(found) > 5
    assert len(found) == len(set(found)), "who waits for the one would wait for the other"
