"""A ticket's first steps and its feed, each ticket in a transaction of its own."""

from collections.abc import Iterator
from itertools import count, islice
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update
from sqlmodel import Session, col

from bench.measure import ROUNDS, Row, latencies, rates
from bench.stage import DISPATCHER, NOW, Case, Stage, handler_of
from hotline.people.rights import Actor
from hotline.tickets import dispatch, feed, queries
from hotline.tickets.models import Assignment, Contact, Content, Ticket, TicketEvent
from hotline.tickets.words import Status

ROUND = 200
PAGES = 300
PAGE = 50
EVENT: Table = TicketEvent.__table__
# Rows that log, accept and dispatch leave; all but the first hold its id.
ROWS: tuple[Table, ...] = tuple(
    model.__table__ for model in (Ticket, Content, Contact, Assignment, TicketEvent)
)
Rows = dict[Table, list[dict[str, Any]]]


def rows(stage: Stage) -> Iterator[Row]:
    yield from _feed(stage)
    yield _intake(stage)
    yield _claim(stage)


def _feed(stage: Stage) -> Iterator[Row]:
    with stage.database.read() as session:
        last = session.execute(select(EVENT.c.position).order_by(EVENT.c.position.desc())).scalar()
        units = sorted(session.execute(select(col(Assignment.unit)).distinct()).scalars())
    pick = stage.pick
    pages = [(DISPATCHER, pick.randrange(last)) for _ in range(PAGES)]
    own = [(handler_of(pick.choice(units)), pick.randrange(last)) for _ in range(PAGES)]

    def ours(page: tuple[Actor, int]) -> None:
        actor, cursor = page
        with stage.database.read() as session:
            feed.after(session, cursor, actor=actor, limit=PAGE)

    def anchor(page: tuple[Actor, int]) -> None:
        query = select(EVENT).where(EVENT.c.id > page[1]).order_by(EVENT.c.id).limit(PAGE)
        with stage.database.engine.connect() as connection:
            connection.execute(query).all()

    yield latencies(f"feed page of {PAGE}, desk; select by id", ours, anchor, pages)
    yield latencies(f"feed page of {PAGE}, one unit; select by id", ours, anchor, own)


def _intake(stage: Stage) -> Row:
    cases = iter(stage.cases(ROUND * (ROUNDS + 1)))
    with stage.database.work() as session:
        specimen = _rows_of(session, stage.take_in(session, stage.cases(1)[0], NOW))
    serials = count()

    def ours() -> int:
        for case in islice(cases, ROUND):
            _take_in(stage, case)
        return ROUND

    def anchor() -> int:
        for serial in islice(serials, ROUND):
            with _bare(stage) as connection:
                _insert(connection, specimen, f"bare {serial}")
        return ROUND

    return rates("intake of a ticket; insert of the same rows", ours, anchor)


def _take_in(stage: Stage, case: Case) -> None:
    with stage.database.work() as session:
        stage.take_in(session, case, NOW)


def _bare(stage: Stage) -> Any:
    return stage.database.engine.execution_options(writes=True).begin()


def _rows_of(session: Session, ticket: Ticket) -> Rows:
    session.flush()
    found: Rows = {}
    for table in ROWS:
        mine = table.c.id if table is Ticket.__table__ else table.c.ticket_id
        stored = session.execute(select(table).where(mine == ticket.id)).mappings()
        found[table] = [{k: v for k, v in row.items() if k != "id"} for row in stored]
    return found


def _insert(connection: Connection, specimen: Rows, number: str) -> None:
    ticket, *others = ROWS
    row = specimen[ticket][0] | {"number": number}
    id = connection.execute(insert(ticket), row).inserted_primary_key[0]
    for table in others:
        connection.execute(insert(table), [row | {"ticket_id": id} for row in specimen[table]])


def _claim(stage: Stage) -> Row:
    total = ROUND * (ROUNDS + 1)
    with stage.database.work() as session:
        for case in stage.cases(total):
            stage.take_in(session, case, NOW)
    query = select(col(Ticket.lead_unit)).where(Ticket.status == Status.DISPATCHED).limit(total)
    with stage.database.read() as session:
        units = iter(session.execute(query).scalars().all())
    ids = count(1)

    def ours() -> int:
        for unit in islice(units, ROUND):
            _claim_one(stage, unit)
        return ROUND

    def anchor() -> int:
        for id in islice(ids, ROUND):
            with _bare(stage) as connection:
                query = update(Assignment).where(Assignment.id == id)
                connection.execute(query.values(handler=f"王五{id}"))
        return ROUND

    return rates("claim of a ticket; update of one row", ours, anchor)


def _claim_one(stage: Stage, unit: str) -> None:
    with stage.database.work() as session:
        (ticket,) = queries.claimable(session, unit, limit=1)
        dispatch.claim(session, ticket, handler="李四", actor=handler_of(unit), now=NOW)
