"""What stood before a request: tickets of the same caller, and of the same town of late."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, bindparam, func, literal, select, union_all
from sqlmodel import Session, col

from hotline.people.rights import Action, Actor
from hotline.routing.types import Case, Earlier
from hotline.tickets.contents import matter_of
from hotline.tickets.models import Contact, Content, Ticket
from hotline.tickets.queries import visible
from hotline.tickets.words import Status

# How far back, and how many of the newest: bounds one look to a few rows (proposal).
CALLERS, CALLERS_SPAN = 5, timedelta(days=365)
PLACES, PLACES_SPAN = 8, timedelta(days=7)
# Enough to tell whether two speak of the same matter.
READ = 120
# Of closed cases so many of the newest are told what stood before them: more are not judged when
# the weights are learned (routing/learning/lessons.NEWEST), and would fill the memory.
RECALLED = 8_000
# With their unit, and neither objected to nor taken back.
STANDING = (
    Status.DISPATCHED, Status.IN_PROGRESS, Status.REPLIED, Status.APPROVED, Status.DELIVERED,
    Status.CLOSED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whence:
    """Who asks, by the keyed hash of a number, and about which town; each may be blank."""

    phone_hash: str = ""
    territory: str = ""
    town: str = ""


def earlier(
    session: Session, whence: Whence, *, actor: Actor, now: datetime, but: int = 0
) -> tuple[Earlier, ...]:
    """In one statement, of what the actor may read; none, unasked, for nobody and nowhere.

    Confidential tickets are left out, and the one with the id `but`.
    """
    by_caller, by_town = bool(whence.phone_hash), bool(whence.territory and whence.town)
    if not (by_caller or by_town):
        return ()
    query = _query(actor, by_caller=by_caller, by_town=by_town)
    given = {"but": but, "phone_hash": whence.phone_hash, "call_after": now - CALLERS_SPAN}
    near = {"territory": whence.territory, "town": whence.town, "near_after": now - PLACES_SPAN}
    return tuple(
        Earlier(unit, text, _days(now - at), status != Status.CLOSED, of_caller == 1)
        for unit, text, at, status, of_caller in session.connection().execute(query, given | near)
    )


@dataclass(frozen=True, slots=True)
class Trace:
    """A past ticket as a case, and what finds it when another comes; without `whence` nothing."""

    case: Case
    whence: Whence
    logged_at: datetime
    closed_at: datetime | None


def recalled(traces: Sequence[Trace]) -> list[Case]:
    """The cases of traces, oldest first, the newest RECALLED with what stood before each."""
    own: dict[str, deque[Trace]] = defaultdict(lambda: deque(maxlen=CALLERS))
    near: dict[tuple[str, str], deque[Trace]] = defaultdict(lambda: deque(maxlen=PLACES))
    cases: list[Case] = []
    for number, trace in enumerate(traces):
        caller, town = trace.whence.phone_hash, (trace.whence.territory, trace.whence.town)
        case = trace.case
        if len(traces) - number <= RECALLED:
            before = (
                *_before(trace, own[caller], CALLERS_SPAN, of_caller=True),
                *_before(trace, near[town], PLACES_SPAN, of_caller=False),
            )
            case = replace(case, earlier=before)
        cases.append(case)
        if caller:
            own[caller].append(trace)
        if all(town):
            near[town].append(trace)
    return cases


def _before(
    trace: Trace, others: Iterable[Trace], span: timedelta, *, of_caller: bool
) -> Iterator[Earlier]:
    for other in others:
        passed = trace.logged_at - other.logged_at
        if passed <= span:
            case = other.case
            still_open = other.closed_at is None or other.closed_at > trace.logged_at
            text = f"{case.title}。{case.body}"[:READ]
            yield Earlier(case.units[0], text, _days(passed), still_open, of_caller)


# To build it takes longer than to ask it, and whoever sees the same asks the same.
@lru_cache(maxsize=256)
def _query(actor: Actor, *, by_caller: bool, by_town: bool) -> Select:
    parts = _parts(visible(actor, Action.READ), by_caller=by_caller, by_town=by_town)
    picked = union_all(*parts).subquery()
    begun = func.substr(col(Content.title) + "。" + col(Content.text), 1, READ)
    return (
        select(Ticket.lead_unit, begun, Ticket.logged_at, Ticket.status, picked.c.of_caller)
        .join(picked, picked.c.id == Ticket.id)
        .join(Content, col(Content.id) == matter_of(col(Ticket.id)))
        .where(Ticket.id != bindparam("but"))
    )


def _parts(seen: ColumnElement[bool], *, by_caller: bool, by_town: bool) -> Iterator[Select]:
    standing = (
        seen,
        col(Ticket.status).in_(STANDING),
        Ticket.lead_unit != "",
        col(Ticket.confidential).is_(False),
    )
    if by_caller:
        own = select(Ticket.id).join(Contact, col(Contact.ticket_id) == Ticket.id)
        own = own.where(Contact.phone_hash == bindparam("phone_hash"))
        own = own.where(*standing, Ticket.logged_at >= bindparam("call_after"))
        yield _newest(own, CALLERS, of_caller=1)
    if by_town:
        near = select(Ticket.id).where(Ticket.territory == bindparam("territory"))
        near = near.where(Ticket.place == bindparam("town"))
        near = near.where(*standing, Ticket.logged_at >= bindparam("near_after"))
        yield _newest(near, PLACES, of_caller=0)


def _newest(tickets: Select, at_most: int, *, of_caller: int) -> Select:
    newest = tickets.order_by(col(Ticket.logged_at).desc()).limit(at_most).subquery()
    return select(newest.c.id, literal(of_caller).label("of_caller"))


def _days(span: timedelta) -> float:
    return max(0.0, span / timedelta(days=1))
