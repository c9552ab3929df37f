"""Where a ticket stands: the conditions that lists, counts and searches share."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, literal, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from hotline.tickets.extensions import Extension
from hotline.tickets.models import Assignment, Ticket
from hotline.tickets.words import Outcome, Part, Urgency

# Written out, not bound: only so does a database see that an index of a few rows will do.
_LEAD = literal(Part.LEAD, literal_execute=True)
OPEN_LEAD = and_(col(Assignment.ended_at).is_(None), col(Assignment.part) == _LEAD)
_LEADING = aliased(Assignment)
# Asked to help with a ticket that is still worked on, and has not said its part. A department that
# guides a territory (指导) came with a dispatch; nobody waits for it.
AWAITED = and_(
    col(Assignment.ended_at).is_(None),
    col(Assignment.part) == Part.ASSIST,
    # Who helps, helps a lead: of leads alone there is a short index.
    col(Assignment.ticket_id).in_(select(col(Assignment.ticket_id)).where(OPEN_LEAD)),
    ~exists().where(
        col(_LEADING.ticket_id) == col(Assignment.ticket_id),
        col(_LEADING.part) == _LEAD,
        col(_LEADING.dispatched_at) == col(Assignment.dispatched_at),
    ),
)
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
