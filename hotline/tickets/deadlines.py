"""By when: the promise to the citizen and the clock of each unit."""

from datetime import datetime

from hotline.registry.calendar import WorkCalendar
from hotline.tickets.words import MatterKind

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


def due_at(kind: str, start: datetime, calendar: WorkCalendar) -> datetime:
    """The closing hour of the last working day allowed for this kind, day zero not counted."""
    return calendar.add_working_days(start, DAYS_FOR[MatterKind(kind)])


def warn_at(start: datetime, due: datetime) -> datetime:
    return start + (due - start) * WARN_SHARE
