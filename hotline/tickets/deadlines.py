"""By when: the promise to the citizen and the clock of each unit."""

from datetime import datetime, timedelta

from hotline.registry.calendar import WorkCalendar
from hotline.tickets.words import MatterKind, Urgency

# Working days. Sichuan 2025: 3/7/15 (consultation / help, suggestion / complaint, report).
# Praise: custom, unsourced; it closes on notice to the unit.
DAYS_FOR = {
    MatterKind.CONSULTATION: 3,
    MatterKind.HELP: 7,
    MatterKind.SUGGESTION: 7,
    MatterKind.COMPLAINT: 15,
    MatterKind.REPORT: 15,
    MatterKind.PRAISE: 3,
}
# Share of the time after which a unit is warned. Proposal.
WARN_SHARE = 0.8
# The desk's own clock, from acceptance: 15 minutes, 5 for what presses (Huangzhou, Guangzhou).
DISPATCH_WITHIN = {
    Urgency.NORMAL: timedelta(minutes=15),
    Urgency.URGENT: timedelta(minutes=5),
    Urgency.CRITICAL: timedelta(minutes=5),
}


def due_at(kind: str, start: datetime, calendar: WorkCalendar) -> datetime:
    """The closing hour of the last working day allowed for this kind, day zero not counted."""
    return calendar.add_working_days(start, DAYS_FOR[MatterKind(kind)])


def dispatch_due_at(urgency: str, since: datetime) -> datetime:
    """By when the desk should have dispatched what it accepted at that moment."""
    return since + DISPATCH_WITHIN[Urgency(urgency)]


def warn_at(start: datetime, due: datetime) -> datetime:
    return start + (due - start) * WARN_SHARE
