"""Where a ticket stands: the conditions that lists, counts and searches share."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal
from sqlmodel import col

from hotline.tickets.extensions import Extension
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.words import Outcome, Part, Urgency

# Written out, not bound: only so does a database see that an index of a few rows will do.
_LEAD = literal(Part.LEAD, literal_execute=True)
OPEN_LEAD = and_(col(Assignment.ended_at).is_(None), col(Assignment.part) == _LEAD)
CRITICAL = col(Ticket.urgency) == literal(Urgency.CRITICAL, literal_execute=True)

# An extension asked for in time waits for its decision: meanwhile no unit counts as late.
PUT_OFF = exists().where(
    col(Extension.assignment_id) == col(Assignment.id), col(Extension.decided_at).is_(None)
)


def standing_with(unit: str) -> ColumnElement[bool]:
    """Assignments by which the unit may see a ticket: all that were not moved away from it."""
    return and_(col(Assignment.unit) == unit, col(Assignment.outcome) != Outcome.MOVED)


def overdue(now: datetime) -> ColumnElement[bool]:
    """已超期, of an open lead."""
    return and_(col(Assignment.due_at) < now, ~PUT_OFF)


def due_soon(now: datetime) -> ColumnElement[bool]:
    """将到期, of an open lead: its unit has been warned."""
    return and_(col(Assignment.warn_at) <= now, col(Assignment.due_at) >= now)
