"""附近相似: open tickets of the same place that speak of the same things."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from hotline.people.rights import Action, Actor
from hotline.routing.types import Suggestion
from hotline.tickets.merging import TOO_LATE
from hotline.tickets.models import Content, Ticket
from hotline.tickets.queries import visible

WITHIN = timedelta(days=30)
# What one look reads at most: so many of the newest tickets, so far into each.
NEWEST, READ = 300, 400
SHOWN = 5
# Custom (proposal): the phrases looked for, and the share of their weight that must be found.
TELLING, ALIKE = 8, 0.3


@dataclass(frozen=True, slots=True)
class LookAlike:
    """No word of the other ticket is shown but those that both have."""

    number: str
    kind: str
    status: str
    unit: str
    place: str
    logged_at: datetime
    shared: tuple[str, ...]


def look_alikes(
    session: Session, text: str, suggestion: Suggestion, *, actor: Actor, now: datetime
) -> list[LookAlike]:
    """Those that share most, best first; none without a territory or a phrase to compare by."""
    phrases = telling_phrases(text, suggestion)
    if not suggestion.territory or not phrases:
        return []
    rows = session.execute(_nearby(suggestion, actor, now)).all()
    enough = ALIKE * _weight(phrases, phrases)
    ranked = sorted(
        ((_shared(phrases, row.begun), row.Ticket) for row in rows),
        key=lambda found: -_weight(phrases, found[0]),
    )
    return [
        _look_alike(ticket, shared)
        for shared, ticket in ranked[:SHOWN]
        if _weight(phrases, shared) >= enough
    ]


def telling_phrases(text: str, suggestion: Suggestion) -> dict[str, float]:
    """The words of the text that spoke for a unit, as they were typed, and what each weighs.

    Not those that name the place: all that is compared lies there.
    """
    where = [mark for reason in suggestion.reasons for mark in reason.marks]
    weights: dict[str, float] = {}
    for candidate in suggestion.candidates:
        for reason in candidate.reasons:
            for mark in reason.marks[:1]:
                words = text[mark.start : mark.end]
                if any(place.start <= mark.start and mark.end <= place.end for place in where):
                    continue
                weights[words] = max(weights.get(words, 0.0), reason.points)
    return dict(sorted(weights.items(), key=lambda item: -item[1])[:TELLING])


def longest(phrases: Iterable[str]) -> tuple[str, ...]:
    """Each once, and none that is a part of another: 烧烤摊 and not also 烧烤."""
    once = dict.fromkeys(phrases)
    return tuple(
        phrase for phrase in once if not any(phrase in other for other in once if other != phrase)
    )


def _nearby(suggestion: Suggestion, actor: Actor, now: datetime) -> Select[tuple[Ticket, str]]:
    newest = (
        select(col(Ticket.id))
        .where(col(Ticket.territory) == suggestion.territory)
        .where(col(Ticket.logged_at) >= now - WITHIN, visible(actor, Action.READ))
        # Else a busy day's finished ones would take the place of those that are still open.
        .where(col(Ticket.status).not_in(TOO_LATE))
        .order_by(col(Ticket.logged_at).desc())
        .limit(NEWEST)
    )
    if suggestion.place:
        newest = newest.where(col(Ticket.place) == suggestion.place)
    first = (
        select(func.min(col(Content.id)))
        .where(col(Content.ticket_id) == col(Ticket.id))
        .correlate(Ticket)
        .scalar_subquery()
    )
    begun = func.substr(col(Content.title) + "。" + col(Content.text), 1, READ).label("begun")
    return (
        select(Ticket, begun)
        .join(Content, col(Content.id) == first)
        .where(col(Ticket.id).in_(newest))
        .order_by(col(Ticket.id).desc())
    )


def _shared(phrases: Mapping[str, float], text: str) -> list[str]:
    return [phrase for phrase in phrases if phrase in text]


def _weight(phrases: Mapping[str, float], shared: Iterable[str]) -> float:
    """What the shared ones weigh: of 路灯不亮 its part 路灯 stands for half."""
    return sum(
        phrases[whole]
        * max((len(part) for part in shared if part in whole), default=0)
        / len(whole)
        for whole in longest(phrases)
    )


def _look_alike(ticket: Ticket, shared: list[str]) -> LookAlike:
    return LookAlike(
        number=ticket.number,
        kind=ticket.kind,
        status=ticket.status,
        unit=ticket.lead_unit,
        place=ticket.place,
        logged_at=ticket.logged_at,
        shared=longest(shared),
    )
