"""What whoever runs the system watches of tallies."""

from collections import Counter
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, select

from hotline.reports import rollup
from hotline.reports.measures import DEFINITIONS, MEASURES
from hotline.reports.rollup import TallyFold
from hotline.tickets.models import TicketEvent


def unfolded_events(session: Session) -> int:
    """Placed events that a count must add by itself, because no sum holds them yet."""
    fold = session.get(TallyFold, DEFINITIONS)
    newest = session.exec(select(func.max(TicketEvent.position))).one() or 0
    return newest - (fold.position if fold else 0)


def counts_of(session: Session, day: date) -> dict[str, int]:
    """Every measure's count on that city day."""
    total: Counter[str] = Counter(dict.fromkeys(MEASURES, 0))
    for measure, dimension, _, count in rollup.totals(session, day, day):
        # Each event has one value in every dimension, so any of them adds up to the whole.
        if dimension == MEASURES[measure].by[0]:
            total[measure] += count
    return dict(total)
