"""A page of the feed that programs follow, beside a plain select by id."""

from collections.abc import Iterator

from sqlalchemy import Table, func, select

from bench.measure import Row, latencies
from bench.stage import DISPATCHER, Stage, handler_of
from hotline.people.rights import Actor
from hotline.tickets import feed
from hotline.tickets.models import TicketEvent

PAGES = 200
PAGE = 50
EVENT: Table = TicketEvent.__table__


def rows(stage: Stage) -> Iterator[Row]:
    with stage.database.read() as session:
        last = session.execute(select(func.max(EVENT.c.position))).scalar_one()
    pick = stage.pick
    pages = [(DISPATCHER, pick.randrange(last)) for _ in range(PAGES)]
    own = [(handler_of(pick.choice(stage.units)), pick.randrange(last)) for _ in range(PAGES)]

    def ours(page: tuple[Actor, int]) -> None:
        actor, cursor = page
        with stage.database.read() as session:
            feed.after(session, cursor, actor=actor, limit=PAGE)

    def anchor(page: tuple[Actor, int]) -> None:
        query = select(EVENT).where(EVENT.c.id > page[1]).order_by(EVENT.c.id).limit(PAGE)
        with stage.database.engine.connect() as connection:
            connection.execute(query).all()

    name = f"{stage.name}: feed page of {PAGE}"
    yield latencies(f"{name}, desk; select by id", ours, anchor, pages)
    yield latencies(f"{name}, one unit; select by id", ours, anchor, own)
