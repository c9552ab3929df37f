"""Lists of 50 as people see them, with their counts, beside the newest 50 tickets."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import event, select
from sqlmodel import col

from bench.measure import Aim, Row, latencies
from bench.stage import DISPATCHER, Stage, handler_of
from hotline.db import Session
from hotline.people.rights import Actor, Role
from hotline.tickets import lists
from hotline.tickets.lists import DeskPile, Pile
from hotline.tickets.models import Ticket

READINGS = 200
AIM = Aim(within=(95, 60))
MOST_STATEMENTS = 15
SUPERVISOR = Actor("督办员一", Role.SUPERVISOR)


def rows(stage: Stage) -> Iterator[Row]:
    pick, now = stage.pick, stage.now
    piles = [(handler_of(pick.choice(stage.units)), pick.choice([*Pile])) for _ in range(READINGS)]
    desks = [pick.choice([*DeskPile]) for _ in range(READINGS)]

    def inbox(session: Session, case: tuple[Actor, Pile]) -> None:
        lists.inbox_counts(session, case[0], now)
        lists.inbox(session, *case, now)

    def desk(session: Session, pile: DeskPile) -> None:
        lists.desk_counts(session, DISPATCHER)
        lists.desk_pile(session, DISPATCHER, pile)

    def burning(session: Session, _: int) -> None:
        lists.burning(session, SUPERVISOR, now)
        lists.burning_units(session, SUPERVISOR, now)

    yield _row(stage, "a unit's inbox", inbox, piles)
    yield _row(stage, "the desk's piles", desk, desks)
    yield _row(stage, "what burns", burning, range(READINGS))


def _row(stage: Stage, name: str, read: Callable[[Session, Any], None], cases: Any) -> Row:
    newest = select(Ticket.__table__).order_by(col(Ticket.id).desc()).limit(50)

    def ours(case: Any) -> None:
        with stage.database.read() as session:
            read(session, case)

    def anchor(_: Any) -> None:
        with stage.database.engine.connect() as connection:
            connection.execute(newest).all()

    statements = max(_statements(stage, ours, case) for case in cases[:20])
    if statements > MOST_STATEMENTS:
        raise SystemExit(f"{name} takes {statements} statements, more than {MOST_STATEMENTS}")
    said = f"{stage.name}: {name}, {statements} statements; newest 50"
    return latencies(said, ours, anchor, cases, aim=stage.aim(AIM))


def _statements(stage: Stage, ours: Callable[[Any], None], case: Any) -> int:
    found: list[str] = []

    def note(_1: Any, _2: Any, statement: str, *_: Any) -> None:
        found.append(statement)

    event.listen(stage.database.engine, "before_cursor_execute", note)
    ours(case)
    event.remove(stage.database.engine, "before_cursor_execute", note)
    return len(found)
