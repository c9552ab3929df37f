"""What a page of the desk shows: the piles, the list of one, and the ticket chosen from it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request

from hotline.db import Session
from hotline.delivery import settling, states
from hotline.delivery.settling import Trouble
from hotline.tickets import alarms, held_up, lists, merging
from hotline.tickets.deadlines import dispatch_by
from hotline.tickets.lists import DeskPile, Row
from hotline.tickets.rows import newest
from hotline.tickets.stories import Story
from hotline.tickets.words import Part, Status
from hotline.web.api import presenters
from hotline.web.current import actor, city, current
from hotline.web.dispatching import choices, piles
from hotline.web.dispatching.piles import Pile
from hotline.web.forms import Form
from hotline.web.looks import note_listed
from hotline.web.tickets.page import ticket_page

SHOWN = 50
Clock = tuple[datetime | None, datetime | None]


@dataclass(frozen=True, slots=True)
class Place:
    """Which of a list is looked at, and what stands before and behind it."""

    here: str
    before: str
    behind: str

    @classmethod
    def in_list(cls, keys: Sequence[str], at: str) -> "Place":
        """The one asked for, else (it may just have been decided) the next, else the first."""
        then = request.args.get("then", "")
        here = at or (then if then in keys else next(iter(keys), ""))
        if here not in keys:
            return cls(here, "", next(iter(keys), ""))
        n = keys.index(here)
        return cls(here, keys[n - 1] if n else "", keys[n + 1] if n + 1 < len(keys) else "")


def _dispatch_clock(row: Row) -> Clock:
    calendar = city().calendar
    due = dispatch_by(row.urgency, row.since, calendar)
    return due, row.since + (due - row.since) * calendar.limits.share("remind_open")


# Whose time is running while a ticket lies there, but for a joint ruling; elsewhere it is told how
# long it has waited.
CLOCKS: dict[Pile, Callable[[Row], Clock]] = {
    Pile.TO_DISPATCH: _dispatch_clock,
    Pile.TO_RULE: lambda row: (row.due_at, row.warn_at),
    Pile.TO_REVIEW: lambda row: (row.promised_at, None),
}


def pile(pile: Pile, number: str = "", given: Form[Any] | None = None) -> dict[str, Any]:
    """One pile of tickets; `number` and `given` are of a decision that was refused."""
    with current().database.read() as session:
        waiting = piles.counts(session, actor())
        rows = _listed(session, pile, request.args.get("after") or None)
        joint = held_up.joint(session, [row.id for row in rows]) if pile is Pile.TO_RULE else {}
    note_listed(rows)
    place = Place.in_list([row.number for row in rows], number or request.args.get("at", ""))
    return _desk(pile, waiting, place, given) | {
        "rows": rows,
        "clocks": {row.number: CLOCKS[pile](row) for row in rows if pile in CLOCKS}
        | {row.number: (joint[row.id].by, joint[row.id].since) for row in rows if row.id in joint},
        "joint": joint,
        "more": rows[-1].cursor if len(rows) == SHOWN else "",
        **(_sheet(place.here) if place.here else {}),
    }


def _listed(session: Session, pile: Pile, after: str | None) -> list[Row]:
    """A page of the pile; from its beginning when all behind the mark has been decided."""
    rows = lists.desk_pile(session, actor(), DeskPile(pile), after, SHOWN)
    if after and not rows:
        return lists.desk_pile(session, actor(), DeskPile(pile), None, SHOWN)
    return rows


def deliveries(id: str = "", given: Form[Any] | None = None) -> dict[str, Any]:
    """What could not be told to its requester."""
    with current().database.read() as session:
        waiting = piles.counts(session, actor())
        rows = settling.needing_person(session, limit=SHOWN)
        tickets = newest(session, [row.delivery.ticket_id for row in rows])
        place = Place.in_list([row.delivery.id for row in rows], id or request.args.get("at", ""))
        found = settling.trouble(session, place.here) if place.here else None
    note_listed(tickets)
    return _desk(Pile.DELIVERIES, waiting, place, given) | {
        "rows": rows,
        "headings": {row.number: row.heading for row in tickets},
        "states": states.CHINESE,
        **(_trouble(*found) if found else {}),
    }


def _desk(
    pile: Pile, waiting: dict[Pile, int], place: Place, given: Form[Any] | None
) -> dict[str, Any]:
    return {
        "pile": pile,
        "Pile": Pile,
        "names": piles.NAMES,
        "empty": piles.EMPTY[pile],
        "counts": waiting,
        "place": place,
        "form": given or Form(),
    }


def _sheet(number: str) -> dict[str, Any]:
    """The ticket, whose it may be, and what else the decision hangs on."""
    page = ticket_page(number)
    story: Story = page["story"]
    with current().database.read() as session:
        alarm = alarms.alarm_of(session, story.ticket)
        parents = merging.likely_parents(session, story.ticket, story.requester)
        assisted = any(each.part == Part.ASSIST for each in page["standing"])
        awaited = held_up.awaited(session, [story.ticket.id or 0]) if assisted else {}
    suggested = choices.suggestion(story)
    return page | {
        "Status": Status,
        "alarm": alarm,
        "parents": parents,
        "awaited": {each.unit: each for waiting in awaited.values() for each in waiting},
        "suggested": suggested,
        "choices": choices.choices(story, suggested),
        "named": choices.named(story, suggested),
        "objected": _objected(story),
        "guidance": city().directory.guidance,
    }


def _objected(story: Story) -> dict[str, Any] | None:
    """The last objection with its note, and the how manieth it is."""
    if not story.objections:
        return None
    seq, objection = list(story.objections.items())[-1]
    note = story.texts.get(seq, "")
    return {"objection": objection, "note": note, "nth": len(story.objections)}


def _trouble(trouble: Trouble, addressee: Any) -> dict[str, Any]:
    page = ticket_page(trouble.number)
    state = states.State(trouble.delivery.state)
    return page | {
        "trouble": trouble,
        "addressee": presenters.contact(addressee, page["ticket"], actor()),
        "outcomes": [said for (of, said), to in states.SETTLED.items() if of == state != to],
    }
