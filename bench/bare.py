"""The anchor of intake: the same rows by plain inserts, a transaction for each ticket."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from bench.measure import Figure
from bench.stage import Stage
from hotline.db import Session
from hotline.tickets.models import Assignment, Contact, Content, Ticket, TicketEvent
from hotline.tickets.pairs import Searchable

# What log, accept and dispatch leave; all but the first hold its id.
TABLES: tuple[Table, ...] = tuple(
    model.__table__ for model in (Ticket, Content, Contact, Searchable, Assignment, TicketEvent)
)
Rows = dict[Table, list[dict[str, Any]]]


def inserts(stage: Stage, ticket_id: int, n: int, connections: int) -> Figure:
    """The rows of this ticket again, so many times, from so many threads."""
    with stage.database.read() as session:
        specimen = _rows_of(session, ticket_id)
    engine = stage.database.engine.execution_options(writes=True)

    def one(serial: int) -> None:
        with engine.begin() as connection:
            _insert(connection, specimen, f"bare {ticket_id} {serial}")

    begun = time.perf_counter()
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(one, range(n)))
    return Figure(n / (time.perf_counter() - begun))


def _rows_of(session: Session, ticket_id: int) -> Rows:
    found: Rows = {}
    for table in TABLES:
        mine = table.c.get("ticket_id", table.c.get("id"))
        stored = session.execute(select(table).where(mine == ticket_id)).mappings()
        found[table] = [{k: v for k, v in row.items() if k != "id"} for row in stored]
    return found


def _insert(connection: Connection, specimen: Rows, number: str) -> None:
    ticket, *others = TABLES
    row = specimen[ticket][0] | {"number": number}
    id = connection.execute(insert(ticket), row).inserted_primary_key[0]
    for table in others:
        rows = [row | {"ticket_id": id, "position": None} for row in specimen[table]]
        known = [{k: v for k, v in row.items() if k in table.c} for row in rows]
        if known:
            connection.execute(insert(table), known)
