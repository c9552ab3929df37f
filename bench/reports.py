"""The tally of a month, from the sums, beside one plain GROUP BY over its events."""

from collections.abc import Iterator

from sqlalchemy import func, select

from bench.measure import Row, latencies
from bench.stage import DISPATCHER, NOW, Stage
from hotline.clock import city_day, city_span
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.tallies import tally
from hotline.tickets.models import TicketEvent

READINGS = 20
EVENT = TicketEvent.__table__


def rows(stage: Stage) -> Iterator[Row]:
    month = Period.containing(PeriodKind.MONTH, city_day(NOW))
    begin, end = city_span(month.first, month.last)
    by_action = (
        select(EVENT.c.action, EVENT.c.unit, func.count())
        .where(EVENT.c.at >= begin, EVENT.c.at < end)
        .group_by(EVENT.c.action, EVENT.c.unit)
    )

    def ours(_: int) -> None:
        with stage.database.read() as session:
            tally(session, month.first, month.last, actor=DISPATCHER)

    def anchor(_: int) -> None:
        with stage.database.engine.connect() as connection:
            connection.execute(by_action).all()

    yield latencies("month tally, folded; GROUP BY", ours, anchor, range(READINGS))
