"""How a measure counts events: which count, and which of those in the end."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select, true

from hotline.people.rights import Action
from hotline.tickets.models import TicketEvent

EVENT: FromClause = TicketEvent.__table__
# The columns of a set of events: the table itself, an alias, or a part of it.
Columns = Any


@dataclass(frozen=True, slots=True)
class Measure:
    """Events of these actions, `when` they fulfil a condition, apart `by` these columns.

    With `once`, an event counts as soon as one of those actions has followed it on its ticket,
    before another of its own kind; it still counts on its own day and for its own unit.
    With `since`, of several events since one of those actions the last alone counts: each takes
    the one before it off again, from that one's day and unit.
    """

    name: str
    words: str
    definition: str
    actions: tuple[Action, ...]
    by: tuple[str, ...] = ("unit",)
    when: Callable[[Columns], ColumnElement[bool]] | None = None
    once: tuple[Action, ...] = ()
    since: tuple[Action, ...] = ()

    def chosen(self, events: FromClause) -> tuple[FromClause, ColumnElement[bool]]:
        """Which events count because of `events`, and the condition that binds the two.

        Mostly they are the same; with `once`, `events` are those that followed.
        """
        if self.once:
            counted = EVENT.alias(f"counted_{self.name}")
            return counted, self._before(counted.c, events.c, self.once, self.once)
        return events, self._fulfilled(events.c)

    def taken_off(self, events: FromClause) -> tuple[FromClause, ColumnElement[bool]] | None:
        """Which events count no longer because of `events`; None where none ever does."""
        if not self.since:
            return None
        counted = EVENT.alias(f"overtaken_{self.name}")
        overtaken = self._before(counted.c, events.c, self.actions, self.since)
        return counted, overtaken & self._fulfilled(counted.c)

    def listed(self) -> tuple[FromClause, ColumnElement[bool]]:
        """Which events count in the end, and the condition that binds them."""
        counted, condition = self.chosen(EVENT)
        if not self.since:
            return counted, condition
        after = EVENT.alias("after")
        following = (
            select(after.c.action)
            .where(
                after.c.ticket_id == counted.c.ticket_id,
                after.c.seq > counted.c.seq,
                after.c.action.in_(self.actions + self.since),
            )
            .order_by(after.c.seq)
            .limit(1)
            .correlate_except(after)
        )
        return counted, condition & func.coalesce(following.scalar_subquery(), "").not_in(
            self.actions
        )

    def _fulfilled(self, event: Columns) -> ColumnElement[bool]:
        condition = self.when(event) if self.when else true()
        return event.action.in_(self.actions) & condition

    def _before(
        self, counted: Columns, event: Columns, by: tuple[Action, ...], until: tuple[Action, ...]
    ) -> ColumnElement[bool]:
        """The last of its kind or of `until` before an `event` of `by` is the counted one."""
        before = EVENT.alias("before")
        last = (
            select(before.c.id)
            .where(
                before.c.ticket_id == event.ticket_id,
                before.c.seq < event.seq,
                before.c.action.in_(self.actions + until),
            )
            .order_by(before.c.seq.desc())
            .limit(1)
            .correlate_except(before)
        )
        return (
            event.action.in_(by)
            & (counted.ticket_id == event.ticket_id)
            & (counted.id == last.scalar_subquery())
            & counted.action.in_(self.actions)
        )
