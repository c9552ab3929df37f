"""Over HTTP, as the city is served: requests are taken in, and units claim their tickets."""

import time
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import func, select, update
from sqlmodel import col

from bench.bare import inserts
from bench.clients import Request, ask
from bench.measure import Aim, Figure, Row
from bench.sentences import request
from bench.servers import process
from bench.stage import AGENT, DISPATCHER, TEXT_LENGTH, Stage, handler_of
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.words import Channel, MatterKind, Status

REQUESTS = 1000
# So many people, or programs, wait for an answer at any time.
CONNECTIONS = 8
# The aims are for PostgreSQL; SQLite, with one writer at a time, is shown beside it.
ROUTED, CHOSEN, CLAIMED = Aim(200, (99, 100)), Aim(330, (99, 100)), Aim(200)


def rows(stage: Stage) -> Iterator[Row]:
    with process(stage.settings, "web") as port:
        key, other = stage.key_of(AGENT), stage.key_of(DISPATCHER)
        routed = [asked(stage, key) for _ in range(REQUESTS)]
        yield _intake(stage, port, "routed", routed, ROUTED)
        chosen = [as_suggested(stage, asked(stage, other)) for _ in range(REQUESTS)]
        yield _intake(stage, port, "unit chosen", chosen, CHOSEN)
        yield _claim(stage, port)


def asked(stage: Stage, key: str) -> Request:
    """A request as the desk's program sends it."""
    pick = stage.pick
    number, text = f"0000{pick.randrange(10**7):07d}", request(pick, stage.phrases, TEXT_LENGTH)
    body = {
        "text": text,
        "title": text[:12],
        "kind": pick.choice(list(MatterKind)),
        "channel": pick.choice(list(Channel)),
        "requester": {"phone": number, "email": f"{number}@example.invalid"},
    }
    return Request("/api/v1/tickets", body, key)


def as_suggested(stage: Stage, request: Request) -> Request:
    """The same with a unit: the first that was suggested, which is what a desk mostly takes."""
    given = stage.city.router.suggest(request.body["text"], title=request.body["title"])
    return replace(request, body=request.body | {"unit": given.candidates[0].unit})


def _intake(stage: Stage, port: int, how: str, requests: list[Request], aim: Aim) -> Row:
    ours = ask(port, requests, CONNECTIONS).figure(expected=201)
    with stage.database.read() as session:
        newest = session.execute(select(func.max(col(Ticket.id)))).scalar_one()
    anchor = inserts(stage, newest, REQUESTS // 2, CONNECTIONS)
    name = f"{stage.name}: intake over HTTP, {how}; bare insert of the rows"
    return Row(name, ours, anchor, stage.aim(aim))


def _claim(stage: Stage, port: int) -> Row:
    waiting = (
        select(col(Assignment.id), col(Assignment.unit))
        .join(Ticket, col(Ticket.id) == col(Assignment.ticket_id))
        .where(col(Ticket.status) == Status.DISPATCHED, col(Assignment.ended_at).is_(None))
        .limit(REQUESTS)
    )
    with stage.database.read() as session:
        found = session.execute(waiting).all()
    keys = {unit: stage.key_of(handler_of(unit)) for unit in {unit for _, unit in found}}
    body = {"handler": "李四", "limit": 1}
    requests = [Request("/api/v1/inbox/claim", body, keys[unit]) for _, unit in found]
    ours = ask(port, requests, CONNECTIONS).figure(expected=200)
    anchor = _updates(stage, [id for id, _ in found[: REQUESTS // 2]])
    name = f"{stage.name}: claim over HTTP; update of one row"
    return Row(name, ours, anchor, stage.aim(CLAIMED))


def _updates(stage: Stage, ids: list[int]) -> Figure:
    engine = stage.database.engine.execution_options(writes=True)
    begun = time.perf_counter()
    for id in ids:
        with engine.begin() as connection:
            query = update(Assignment).where(col(Assignment.id) == id)
            connection.execute(query.values(handler=f"王五{id}"))
    return Figure(len(ids) / (time.perf_counter() - begun))
