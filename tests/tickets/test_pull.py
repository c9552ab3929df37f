"""Units pull: nobody gets the same ticket twice, and the feed skips nothing."""

import threading

from builders import CALENDAR, CITY, DISPATCHER, ENVIRONMENT, NOON, Desk, handler_of

from hotline.db import Database
from hotline.people.rights import Actor, Role
from hotline.tickets import dispatch, feed, queries

SUPERVISOR = Actor("督办员一", Role.SUPERVISOR)


def test_concurrent_clients_never_claim_the_same_ticket(database: Database):
    with database.work() as session:
        mine = {Desk(session, NOON).dispatched(CITY).number for _ in range(40)}
        Desk(session, NOON).dispatched(ENVIRONMENT)
    claimed, barrier = [], threading.Barrier(8)

    def client() -> None:
        barrier.wait()
        for _ in range(10):
            with database.work() as session:
                for ticket in queries.claimable(session, CITY, limit=3):
                    dispatch.claim(
                        session,
                        ticket,
                        calendar=CALENDAR,
                        handler="张三",
                        actor=handler_of(CITY),
                        now=NOON,
                    )
                    claimed.append(ticket.number)

    threads = [threading.Thread(target=client) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(mine)


def test_the_most_pressing_ticket_is_claimed_first(database: Database):
    with database.work() as session:
        later = Desk(session, NOON).later(days=3).dispatched()
        first = Desk(session, NOON).dispatched()
        assert [t.number for t in queries.claimable(session, CITY, limit=5)] == [
            first.number,
            later.number,
        ]


def test_a_late_commit_is_never_skipped_by_the_feed(postgres: Database):
    """Two slow transactions: the one that drew its ids first commits last."""
    slow = postgres.work()
    session = slow.__enter__()
    behind = Desk(session, NOON).logged()
    session.flush()
    # The day's serial is one row; the second writer takes a ticket of another day past it.
    with postgres.work() as other:
        ahead = Desk(other, NOON.replace(day=27)).logged()
    seen, cursor = read(postgres, 0)
    assert seen == [ahead.number]
    slow.__exit__(None, None, None)
    seen, _ = read(postgres, cursor)
    assert seen == [behind.number]


def test_reading_the_feed_page_by_page_gives_every_event_once_and_in_order(database: Database):
    with database.work() as session:
        for _ in range(5):
            Desk(session, NOON).replied()
    positions, cursor = [], 0
    while True:
        with database.work() as session:
            feed.place(session)
        with database.read() as session:
            rows = feed.after(session, cursor, actor=SUPERVISOR, limit=7)
        if not rows:
            break
        positions += [event.position for event, _ in rows]
        cursor = positions[-1]
    assert positions == list(range(1, 26))


def test_the_feed_shows_a_unit_its_own_tickets_only(database: Database):
    with database.work() as session:
        mine = Desk(session, NOON).dispatched(CITY)
        Desk(session, NOON).dispatched(ENVIRONMENT)
        Desk(session, NOON).logged()
        feed.place(session)
    with database.read() as session:
        rows = feed.after(session, 0, actor=handler_of(CITY), limit=50)
    assert {ticket.number for _, ticket in rows} == {mine.number}


def test_two_placers_at_once_give_each_event_one_position(database: Database):
    with database.work() as session:
        for _ in range(10):
            Desk(session, NOON).dispatched()
    barrier = threading.Barrier(4)

    def placer() -> None:
        barrier.wait()
        for _ in range(5):
            with database.work() as session:
                feed.place(session, limit=4)

    threads = [threading.Thread(target=placer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        rows = feed.after(session, 0, actor=SUPERVISOR, limit=100)
    assert [event.position for event, _ in rows] == list(range(1, 31))


def read(database: Database, cursor: int) -> tuple[list[str], int]:
    with database.work() as session:
        feed.place(session)
    with database.read() as session:
        rows = feed.after(session, cursor, actor=DISPATCHER, limit=50)
    return [ticket.number for _, ticket in rows], rows[-1][0].position if rows else cursor
