"""One holder at a time, however many ask at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from builders import NOON

from hotline.db import Database
from hotline.leases import hold

SPAN = timedelta(seconds=15)


def ask(database: Database, holder: str, at: datetime, name: str = "clock") -> bool:
    with database.work() as session:
        return hold(session, name, holder, now=at, span=SPAN)


def test_a_lease_is_refused_while_another_holds_it(either: Database):
    assert ask(either, "first", NOON)
    assert not ask(either, "second", NOON + SPAN)
    assert ask(either, "second", NOON, name="another")


def test_a_holder_may_renew(either: Database):
    ask(either, "first", NOON)
    assert ask(either, "first", NOON + SPAN)
    assert not ask(either, "second", NOON + 2 * SPAN)


def test_a_lease_not_renewed_goes_to_who_asks(either: Database):
    ask(either, "first", NOON)
    later = NOON + SPAN + timedelta(seconds=1)
    assert ask(either, "second", later)
    assert not ask(either, "first", later)


def test_of_many_who_ask_at_once_one_holds(either: Database):
    with ThreadPoolExecutor(4) as pool:
        held = list(pool.map(lambda n: ask(either, f"clock {n}", NOON), range(8)))
    assert held.count(True) == 1
