"""The tally of a month, from the sums, beside one plain GROUP BY over its events."""

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import func, select

from bench.measure import Aim, Row, latencies
from bench.stage import DISPATCHER, Stage
from hotline.clock import city_day, city_span
from hotline.reports.tallies import tally
from hotline.tickets.models import TicketEvent

READINGS = 40
ANCHOR_EVERY = 10
MONTH = timedelta(days=30)
EVENT = TicketEvent.__table__
AIM = Aim(within=(50, 50))


def rows(stage: Stage) -> Iterator[Row]:
    last = city_day(stage.now) - timedelta(days=1)
    first = last - MONTH
    begin, end = city_span(first, last)
    by_action = (
        select(EVENT.c.action, EVENT.c.unit, func.count())
        .where(EVENT.c.at >= begin, EVENT.c.at < end)
        .group_by(EVENT.c.action, EVENT.c.unit)
    )

    def ours(_: int) -> None:
        with stage.database.read() as session:
            tally(session, first, last, actor=DISPATCHER)

    def anchor(_: int) -> None:
        with stage.database.engine.connect() as connection:
            connection.execute(by_action).all()

    name = f"{stage.name}: month tally, folded; GROUP BY"
    yield latencies(name, ours, anchor, range(READINGS), ANCHOR_EVERY, stage.aim(AIM))
