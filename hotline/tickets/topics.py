"""热点: when more people than usual speak of one thing in one place, it becomes a topic by itself.

Compared are the last hours with the same hours of the days before (`topic_days`); a topic opens
when there are enough tickets and so many standard deviations more than usual (`topic_sigmas`; a
count of rare events varies by its own square root). No word of a requester is kept: a title holds
words of the directory alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from math import sqrt
from typing import Any

from sqlalchemy import JSON, Column, and_, or_
from sqlmodel import Field, Session, col, func, select

from hotline.clock import city_span
from hotline.db import take_turn
from hotline.people.rights import Action, Actor, scope_of
from hotline.registry.limits import Limits
from hotline.routing.fold import fold_phrase
from hotline.routing.types import Duty
from hotline.tables import Stored, moment, partial_index
from hotline.tickets.contents import matter_of
from hotline.tickets.models import Content, Ticket
from hotline.tickets.words import Channel

TOPICS_TURN = 12345_07
# What is read of each matter, and what of a topic is kept.
READ, WORDS, PLACES, KEPT = 400, 3, 3, 200
EVERYWHERE = "全市"


class HotTopic(Stored, table=True):
    """One surge of one duty in one territory; `count` of the last hours, `usual` of those hours."""

    __tablename__ = "hot_topic"
    __table_args__ = (
        partial_index(
            "one_open_topic", "unit", "duty", "territory", where="closed_at IS NULL", unique=True
        ),
    )
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40)
    duty: str = Field(max_length=80)
    territory: str = Field(max_length=20)
    title: str = Field(max_length=100)
    words: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    places: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    tickets: Any = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    count: int
    usual: float
    peak: int
    first_at: datetime = moment()
    last_at: datetime = moment()
    opened_at: datetime = moment(index=True)
    closed_at: datetime | None = moment(nullable=True, index=True)


@dataclass(frozen=True, slots=True)
class Said:
    """A ticket as far as a topic needs it, with the unit that the router named first."""

    id: int
    unit: str
    territory: str
    place: str
    text: str
    at: datetime


Key = tuple[str, str, str]  # unit, duty, territory


@dataclass(frozen=True, slots=True)
class Surge:
    """What was said of one thing in the last hours, beside how often it usually is."""

    key: Key
    said: tuple[Said, ...]
    words: tuple[str, ...]
    usual: float

    @property
    def title(self) -> str:
        """东兴区:停水、没水."""
        return f"{self.key[2] or EVERYWHERE}：{'、'.join(self.words) or self.key[1]}"[:100]

    @property
    def places(self) -> list[str]:
        found = Counter(each.place for each in self.said if each.place)
        return [place for place, _ in found.most_common(PLACES)]


class Duties:
    """Which duty of a unit a matter is about, by the directory's own phrases."""

    def __init__(self, duties: Iterable[Duty]) -> None:
        self._of: dict[str, list[tuple[Duty, dict[str, str], list[str]]]] = defaultdict(list)
        for duty in duties:
            phrases = {fold_phrase(phrase): phrase for phrase in duty.phrases}
            others = [fold_phrase(phrase) for phrase in duty.look_alikes]
            self._of[duty.unit].append((duty, phrases, others))

    def about(self, said: Said) -> tuple[str, list[str]]:
        """The duty for which most phrases speak, and these; blank where none does."""
        folded = fold_phrase(said.text)
        best: tuple[float, str, list[str]] = (0.0, "", [])
        for duty, phrases, others in self._of.get(said.unit, ()):
            found = _found(folded, phrases, others)
            if len(found) * duty.weight > best[0]:
                best = (len(found) * duty.weight, duty.duty, found)
        return best[1:]


def recent(session: Session, now: datetime, limits: Limits) -> list[Said]:
    """What was logged in the last hours, oldest first."""
    return _said(session, [(now - limits.span("topic_window"), now)])


def earlier(session: Session, now: datetime, limits: Limits) -> list[Said]:
    """What was logged in the same hours of the days before."""
    span = limits.span("topic_window")
    ends = [now - timedelta(days=n) for n in range(1, limits.number("topic_days") + 1)]
    return _said(session, [(end - span, end) for end in ends])


def crowded(said: Iterable[Said], limits: Limits) -> bool:
    """Whether enough was said of one unit in one territory for any topic at all."""
    counts = Counter((each.unit, each.territory) for each in said)
    return max(counts.values(), default=0) >= limits.number("topic_least")


def counted(
    said: Iterable[Said], before: Iterable[Said], duties: Duties, limits: Limits
) -> list[Surge]:
    """All that was said lately, by what it is about, beside what is usual."""
    days = limits.number("topic_days")
    usual = Counter(key for key, _, _ in _keyed(before, duties))
    grouped = groupby(sorted(_keyed(said, duties), key=lambda each: each[0]), lambda each: each[0])
    return [_surge(key, list(members), usual[key] / days) for key, members in grouped]


def surges(count: int, usual: float, limits: Limits) -> bool:
    """Whether so many are so much more than usual."""
    enough, sigmas = limits.number("topic_least"), limits.number("topic_sigmas")
    return count >= max(enough, usual + sigmas * sqrt(max(usual, 1.0)))


def keep(session: Session, found: Sequence[Surge], limits: Limits, now: datetime) -> list[HotTopic]:
    """Opens, updates and closes topics by what was counted; returns those newly opened.

    One that is open stays so while half as many would have opened it, or it would flicker.
    """
    # A clock that lost its lease while it counted may not be done yet.
    take_turn(session, TOPICS_TURN)
    by_key = {each.key: each for each in found}
    standing = {_key(row): row for row in open_topics(session)}
    for key, row in standing.items():
        each = by_key.get(key)
        if each is None or not surges(2 * len(each.said), each.usual, limits):
            row.closed_at = now
        else:
            _update(row, each)
        session.add(row)
    fresh = [
        _opened(each, now)
        for key, each in by_key.items()
        if key not in standing and surges(len(each.said), each.usual, limits)
    ]
    session.add_all(fresh)
    return fresh


def open_topics(session: Session) -> list[HotTopic]:
    """Those that last, the largest first."""
    query = select(HotTopic).where(col(HotTopic.closed_at).is_(None))
    return list(session.exec(query.order_by(col(HotTopic.count).desc(), col(HotTopic.id))))


def topic(session: Session, id: int, *, actor: Actor) -> HotTopic | None:
    scope_of(actor, Action.SUPERVISE)
    return session.get(HotTopic, id)


def matching(session: Session, matter: str, units: Sequence[str], territory: str) -> list[HotTopic]:
    """Open topics that a matter just being taken down seems to be about."""
    query = select(HotTopic).where(
        col(HotTopic.closed_at).is_(None), col(HotTopic.unit).in_(units),
        HotTopic.territory == territory,
    )  # fmt: skip
    rows = session.exec(query.order_by(col(HotTopic.count).desc(), col(HotTopic.id))).all()
    folded = fold_phrase(matter)
    return [row for row in rows if any(fold_phrase(word) in folded for word in row.words)]


def of_days(session: Session, first: Any, last: Any) -> list[HotTopic]:
    """Topics that were open at any time of these city days, the largest first."""
    begin, end = city_span(first, last)
    query = select(HotTopic).where(
        HotTopic.opened_at < end,
        or_(col(HotTopic.closed_at).is_(None), col(HotTopic.closed_at) >= begin),
    )
    return list(session.exec(query.order_by(col(HotTopic.peak).desc(), col(HotTopic.id))))


def _said(session: Session, spans: Sequence[tuple[datetime, datetime]]) -> list[Said]:
    at = col(Ticket.logged_at)
    begun = func.substr(col(Content.title) + "。" + col(Content.text), 1, READ)
    query = (
        select(Ticket.id, Ticket.candidates, Ticket.territory, Ticket.place, begun, at)
        .join(Content, col(Content.id) == matter_of(col(Ticket.id)))
        .where(or_(*(and_(at > begin, at <= end) for begin, end in spans)))
        # A list brought along from elsewhere is no surge of today.
        .where(Ticket.channel != Channel.IMPORT)
        .order_by(at, col(Ticket.id))
    )
    return [
        Said(id, candidates[0], *facts)
        for id, candidates, *facts in session.execute(query)
        if candidates
    ]


def _found(text: str, phrases: Mapping[str, str], others: Iterable[str]) -> list[str]:
    """The phrases in the text, as the directory writes them, unless inside a look-alike."""
    if not any(phrase in text for phrase in phrases):
        return []
    for other in others:
        text = text.replace(other, "。")
    return [written for phrase, written in phrases.items() if phrase in text]


def _keyed(said: Iterable[Said], duties: Duties) -> list[tuple[Key, int, tuple[Said, list[str]]]]:
    rows = []
    for each in said:
        duty, words = duties.about(each)
        if duty:
            rows.append(((each.unit, duty, each.territory), each.id, (each, words)))
    return rows


def _surge(key: Key, members: Sequence[tuple[Key, int, Any]], usual: float) -> Surge:
    said = tuple(each for _, _, (each, _) in members)
    times = Counter(word for _, _, (_, words) in members for word in words)
    common = sorted(times, key=lambda word: (-times[word], -len(word), word))
    return Surge(key, said, _apart(common)[:WORDS], usual)


def _apart(words: Sequence[str]) -> tuple[str, ...]:
    """None that is a part of another or holds it: 烧烤摊 and not also 烧烤."""
    kept: list[str] = []
    for word in words:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
    return tuple(kept)


def _key(row: HotTopic) -> Key:
    return (row.unit, row.duty, row.territory)


def _opened(each: Surge, now: datetime) -> HotTopic:
    unit, duty, territory = each.key
    first = each.said[0].at
    row = HotTopic(
        unit=unit, duty=duty, territory=territory, title=each.title, count=0, usual=0.0, peak=0,
        first_at=first, last_at=first, opened_at=now,
    )  # fmt: skip
    _update(row, each)
    return row


def _update(row: HotTopic, each: Surge) -> None:
    row.count, row.usual = len(each.said), round(each.usual, 2)
    row.peak = max(row.peak, row.count)
    row.words, row.places = list(each.words), each.places
    row.tickets = [said.id for said in each.said][-KEPT:]
    row.last_at = each.said[-1].at
