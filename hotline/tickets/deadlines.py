"""By when: the promise to the citizen, the clocks of units and the desk's own."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hotline.registry.calendar import WorkCalendar
from hotline.tickets.words import Part, Urgency


@dataclass(frozen=True, slots=True)
class Span:
    """The time a unit was given: in office hours, or by the wall clock for what presses."""

    start: datetime
    due: datetime
    unit: str
    pressing: bool
    calendar: WorkCalendar

    @property
    def warn_at(self) -> datetime:
        """When the unit is told that its time runs out."""
        return self.after(self.calendar.limits.share("remind_open"))

    def after(self, share: float) -> datetime:
        """The moment at which this share of the time has been used up."""
        if self.pressing:
            return self.start + (self.due - self.start) * share
        given = self.calendar.working_time(self.start, self.due, self.unit)
        seconds = timedelta(seconds=int(given.total_seconds() * share))
        return self.calendar.add_working_time(self.start, seconds, self.unit)


def days_for(kind: str, calendar: WorkCalendar) -> int:
    """Working days to close. Sichuan 2025: 3/7/15 (consultation / help, suggestion / others)."""
    return calendar.limits.number(f"close_{kind}")


def promised_at(kind: str, at: datetime, calendar: WorkCalendar, path: str = "") -> datetime:
    """What the citizen is told at acceptance, whatever unit it goes to; short paths have theirs."""
    if path:
        return at + calendar.limits.span(f"act_{path}")
    return calendar.add_working_days(at, days_for(kind, calendar))


def span(
    kind: str,
    urgency: str,
    part: str,
    unit: str,
    at: datetime,
    calendar: WorkCalendar,
    path: str = "",
) -> Span:
    """The time of a unit from dispatch; an assistant has a share of the lead's."""
    due = calendar.add_working_days(at, days_for(kind, calendar), unit)
    pressing = by_the_clock(urgency, path, calendar)
    due = min([due, *(at + limit for limit in pressing)])
    whole = Span(at, due, unit, bool(pressing), calendar)
    if part == Part.LEAD:
        return whole
    part_due = whole.after(calendar.limits.share("assist_share"))
    return replace(whole, due=part_due)


def by_the_clock(urgency: str, path: str, calendar: WorkCalendar) -> list[timedelta]:
    """The limits of what presses, day and night: for its urgency, for a short path."""
    reasons = filter(None, (urgency != Urgency.NORMAL and urgency, path))
    return [calendar.limits.span(f"act_{reason}") for reason in reasons]


def extended(given: Span, days: int) -> Span:
    """The same time with so many working days more, counted from when it would have ended."""
    due = given.calendar.add_working_days(given.due, days, given.unit)
    return replace(given, due=due, pressing=False)


def claim_by(urgency: str, unit: str, at: datetime, calendar: WorkCalendar) -> datetime:
    """签收: by when a unit names a handler, from dispatch."""
    if urgency == Urgency.NORMAL:
        return calendar.add_working_days(at, calendar.limits.number("claim_normal"), unit)
    return at + calendar.limits.span(f"claim_{urgency}")


def object_by(unit: str, at: datetime, calendar: WorkCalendar) -> datetime:
    """退单: until when a unit may say that a ticket is not its own, from dispatch."""
    return calendar.add_working_days(at, calendar.limits.number("object_within"), unit)


def dispatch_by(urgency: str, since: datetime, calendar: WorkCalendar) -> datetime:
    """By when the desk should have dispatched what came to it at that moment, day or night."""
    return since + dispatch_within(urgency, calendar)


def dispatch_within(urgency: str, calendar: WorkCalendar) -> timedelta:
    """How long the desk has to dispatch. Huangzhou, Guangzhou."""
    key = "dispatch_normal" if urgency == Urgency.NORMAL else "dispatch_urgent"
    return calendar.limits.span(key)
