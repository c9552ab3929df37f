"""What an open page is told: calls at its seat, the queue, the desk's piles; each by right."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from hotline.clock import city_day, city_span
from hotline.db import Database, Session
from hotline.people.access_log import note_pop
from hotline.people.rights import RIGHTS, Action, Actor, Role
from hotline.telephony import desk, pops, seats, words
from hotline.telephony.events import last_position
from hotline.telephony.pops import ScreenPop
from hotline.telephony.seats import SeatView
from hotline.tickets import lists, return_calls
from hotline.web.current import City

# The desk's piles are the same whichever dispatcher looks.
DISPATCHER = Actor("live", Role.DISPATCHER)


@dataclass(frozen=True, slots=True)
class Message:
    """`position` is the cursor of whoever was told this; None where the page keeps its place.

    `shown` is the id of a call whose caller's number the message holds.
    """

    name: str  # call | seat | queue | desk | heartbeat
    data: dict[str, Any]
    position: int | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """How everything stands after all that happened up to `position`."""

    position: int
    seats: Mapping[str, SeatView]
    waiting: desk.Waiting
    today: desk.Answering
    piles: Mapping[lists.DeskPile, int]
    missed: int  # callers to be called back

    def seat(self, actor: Actor) -> SeatView | None:
        return self.seats.get(actor.id) if may(actor, Action.TAKE_CALLS) else None


def may(actor: Actor, action: Action) -> bool:
    return (actor.role, action) in RIGHTS


def look(session: Session, now: datetime) -> View:
    """The position is read first: what commits meanwhile is told the next time."""
    today = city_day(now)
    return View(
        position=last_position(session),
        seats=seats.seats(session, now),
        waiting=desk.waiting(session, now),
        today=desk.answering(session, *city_span(today, today)),
        piles=lists.desk_counts(session, DISPATCHER),
        missed=return_calls.count(session),
    )


def opening(
    session: Session, actor: Actor, after: int | None, view: View, *, city: City, now: datetime
) -> list[Message]:
    """All that a page must be told that has been told everything up to `after`.

    A page just opened has no `after`: it learns of the call at its seat from its beginning.
    """
    own = view.seat(actor)
    happened: list[ScreenPop] = []
    if own and after is None:
        after = pops.before_present_call(session, own, now)
    if own and after is not None:
        happened = pops.news_of(session, own, after, view.position)
    return calls(actor, happened, view, city=city) + standing(actor, view)


def calls(actor: Actor, happened: Iterable[ScreenPop], view: View, *, city: City) -> list[Message]:
    """Those of the events that concern the actor's seat."""
    own = view.seat(actor)
    return [_call(pop, own, city) for pop in happened if own and pop.concerns(own)]


def standing(actor: Actor, view: View) -> list[Message]:
    """How things stand, as far as it is the actor's business."""
    told: dict[str, dict[str, Any]] = {}
    if may(actor, Action.TAKE_CALLS):
        told["seat"] = seat(view.seat(actor))
        told["queue"] = _queue(view)
    if may(actor, Action.RULE):
        told["desk"] = {str(pile): count for pile, count in view.piles.items()}
    return [Message(name, data, view.position) for name, data in told.items()]


def _call(pop: ScreenPop, own: SeatView, city: City) -> Message:
    shown = pop.shows_caller(own)
    line = next((line for line in city.directory.lines if line.key == pop.line), None)
    data = {
        "call_id": pop.call_id,
        "event": pop.kind,
        "event_name": words.EVENTS[pop.kind],
        "at": pop.at.isoformat(),
        "state": pop.state,
        "state_name": words.STATES[pop.state],
        "extension": pop.extension,
        "caller": pop.caller if shown else None,
        "dialled": pop.dialled or None,
        "line": line and {"number": line.number, "name": line.name, "department": line.department},
        "action": pop.action or None,
        "service": pop.service or None,
        "started_at": _moment(pop.started_at),
        "answered_at": _moment(pop.answered_at),
    }
    return Message("call", data, pop.position, pop.call_id if shown else "")


def seat(taken: SeatView | None) -> dict[str, Any]:
    """Where the agent sits; all None for one who sits nowhere."""
    return {
        "extension": taken and taken.extension,
        "state": taken and taken.state,
        "state_name": words.SEATS[taken.state] if taken else "未签入",
        "since": _moment(taken and taken.since),
    }


def note_shown(
    database: Database, told: Sequence[tuple[Actor, list[Message]]], now: datetime
) -> None:
    """Notes the look at each caller's number, before anybody sees it."""
    shown = [(who, [each.shown for each in messages if each.shown]) for who, messages in told]
    if any(call_ids for _, call_ids in shown):
        with database.work() as session:
            for who, call_ids in shown:
                note_pop(session, who, call_ids, now)


def _queue(view: View) -> dict[str, Any]:
    since = _moment(view.waiting.longest_since)
    return {
        "waiting": view.waiting.callers,
        "longest_since": since,
        "today": asdict(view.today),
        "missed": view.missed,
    }


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
