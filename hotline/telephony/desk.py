"""The desk at a glance: who waits, how calls were answered today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from hotline.telephony.events import CallProgress
from hotline.telephony.words import CallState

# 15 秒接通率: answered within so many seconds.
SOON = 15
# A call we have not heard of for so long has ended, and the switch forgot to say so. The longest
# talk on record in a Chinese city of this size is 80 minutes.
OUT_OF_SIGHT = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Callers nobody has answered yet, and since when the first of them waits."""

    callers: int
    longest_since: datetime | None


@dataclass(frozen=True, slots=True)
class Answering:
    """Calls that asked for a person in a period, by what became of them so far."""

    asked: int
    answered: int
    answered_soon: int
    abandoned: int


def in_sight(now: datetime) -> ColumnElement[bool]:
    return col(CallProgress.heard_at) > now - OUT_OF_SIGHT


def waiting(session: Session, now: datetime) -> Waiting:
    unanswered = col(CallProgress.state).in_([CallState.WAITING, CallState.RINGING])
    query = select(func.count(), func.min(CallProgress.asked_at))
    return Waiting(*session.exec(query.where(unanswered, in_sight(now))).one())


def answering(session: Session, begin: datetime, end: datetime) -> Answering:
    """Of the calls whose wait began in the period; `end` does not belong to it."""
    answered = col(CallProgress.answered_at).is_not(None)
    query = select(
        func.count(),
        _count(answered),
        _count(answered & (col(CallProgress.wait_seconds) <= SOON)),
        _count(col(CallProgress.state) == CallState.ABANDONED),
    ).where(CallProgress.asked_at >= begin, CallProgress.asked_at < end)
    return Answering(*session.exec(query).one())


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
