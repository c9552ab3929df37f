"""What whoever runs the system watches of the outbox."""

from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from hotline.delivery.models import Delivery
from hotline.delivery.states import TOLD, State
from hotline.tickets.vitals import Waiting, waiting

UNTOLD = tuple(state for state in State if state not in TOLD)


def untold(session: Session) -> dict[str, int]:
    """How many messages stand in each state in which the requester has not been told."""
    counted = session.exec(
        select(Delivery.state, func.count())
        .where(col(Delivery.state).in_(UNTOLD))
        .group_by(Delivery.state)
    )
    return dict.fromkeys(UNTOLD, 0) | dict(counted.all())


def due(session: Session, now: datetime) -> Waiting:
    """Messages that could be sent now; their wait is that for a worker, not for another try."""
    at = col(Delivery.next_attempt_at)
    return waiting(session, at, Delivery.state == State.QUEUED, at <= now)
