"""How the city's system is, in figures for Prometheus: the gauges of the web process."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily

from hotline import leases
from hotline.clock import city_day
from hotline.db import Session
from hotline.delivery import vitals as delivery
from hotline.errors import Unavailable
from hotline.reports import vitals as reports
from hotline.telephony import vitals as telephony
from hotline.tickets import vitals as tickets
from hotline.web.current import city, current, now

CLOCK = "clock"


def gauges() -> Iterator[Metric]:
    """Everything that can be seen now; without the database, that it is away."""
    found = _from_database()
    yield _one("hotline_database_up", "Whether the database answers.", bool(found))
    yield _one("hotline_queue_up", "Whether the queue answers.", current().queue_answers())
    version = city().directory.version
    yield _one("hotline_registry_version", "Version of the registry in force here.", version)
    yield from found


def _from_database() -> list[Metric]:
    try:
        with current().database.read() as session:
            at = now()
            return [*_work(session, at), *_upkeep(session, at)]
    except Unavailable:
        return []


def _work(session: Session, at: datetime) -> Iterable[Metric]:
    alarms, due = tickets.open_alarms(session), delivery.due(session, at)
    return (
        _many("hotline_tickets", "Tickets not ended.", "status", tickets.open_tickets(session)),
        _many(
            "hotline_today", "Counts of the city day so far.", "measure",
            reports.counts_of(session, city_day(at)),
        ),
        _one("hotline_alarms", "Alarms that nobody has taken.", alarms.count),
        _one("hotline_alarm_seconds", "Age of the oldest of them.", alarms.age(at).total_seconds()),
        _many("hotline_deliveries", "Messages not told yet.", "state", delivery.untold(session)),
        _one("hotline_delivery_due", "Messages that could be sent now.", due.count),
        _one(
            "hotline_delivery_due_seconds", "How long the first of them has waited for a worker.",
            due.age(at).total_seconds(),
        ),
    )  # fmt: skip


def _upkeep(session: Session, at: datetime) -> Iterable[Metric]:
    unplaced = tickets.unplaced_events(session)
    journal = current().settings.data_dir / "journal"
    until = leases.held_until(session, CLOCK)
    left = (until - at).total_seconds() if until else float("-inf")
    return (
        _one("hotline_unplaced_events", "Events that the feed does not show yet.", unplaced.count),
        _one(
            "hotline_unplaced_seconds", "Age of the oldest of them.",
            unplaced.age(at).total_seconds(),
        ),
        _one(
            "hotline_unfolded_events", "Events in no sum of the tallies yet.",
            reports.unfolded_events(session),
        ),
        _one(
            "hotline_journal_unloaded_bytes", "Journal of this host not in the database yet.",
            telephony.unloaded_bytes(session, journal),
        ),
        _one("hotline_clock_lease_seconds", "Until the ticking clock must renew its lease.", left),
    )  # fmt: skip


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def _many(name: str, words: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family
