"""A city in which each ticket has words, and each requester a name, that stand nowhere else.

Wherever they turn up in an answer, it is known whose data was shown.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import Any

import papers
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    MATTER,
    SUGGESTION,
    SUPERVISOR,
    Desk,
    handler_of,
)
from flask import Flask
from sqlmodel import Session, col, select
from walks import approved, closed, delivered, merged, objected

from hotline import clock
from hotline.clock import city_day
from hotline.db import Database
from hotline.delivery.models import Delivery, DeliveryAttempt
from hotline.delivery.states import State
from hotline.people.rights import Actor, Role
from hotline.routing.types import Emergency, Suggestion
from hotline.tickets import (
    dispatch,
    extensions,
    intake,
    objections,
    opinions,
    replies,
    sources,
    supervision,
)
from hotline.tickets.attachments import Attachment, Place, add
from hotline.tickets.file_store import FileStore
from hotline.tickets.held_up import Behind
from hotline.tickets.intake import Requester
from hotline.tickets.lists import Burn, DeskPile, Pile
from hotline.tickets.models import Assignment, Content, Ticket
from hotline.tickets.opinions import Opinion
from hotline.tickets.topics import HotTopic
from hotline.tickets.words import Channel, Colour, Grievance, OpinionLevel, Urgency
from hotline.web.line.calls import password_of

SMOKE = replace(SUGGESTION, emergency=Emergency("119", ("冒浓烟",)))
# What tells a ticket's words, its requester, its query code and who calls.
WORDS, PERSON = re.compile(r"暗语(\d{3})"), re.compile(r"(?:知微|1390000[1-9]|secret|暗门)(\d{3})")
CALLER, EXTENSION = "13911112222", "8001"


@dataclass(frozen=True)
class Sower(Desk):
    """Every second ticket is confidential."""

    key: bytes = b""
    serial: Iterator[int] = field(default_factory=count)

    def logged(self, suggestion: Suggestion = SUGGESTION, **matter: Any) -> Ticket:
        n = next(self.serial)
        requester = Requester(
            name=f"欧阳知微{n:03d}", phone=f"13900001{n:03d}",
            email=f"secret{n:03d}@example.invalid", address=f"西林大道暗门{n:03d}号",
        )  # fmt: skip
        own = {"title": f"暗语{n:03d}扰民", "text": f"烧烤摊半夜还在吵，暗语{n:03d}的经过"}
        facts = {**own, "requester": requester, "confidential": n % 2 == 0} | matter
        return intake.log(
            self.session, replace(MATTER, **facts), suggestion, actor=AGENT, key=self.key,
            now=self.now,
        )  # fmt: skip


def alarmed(desk: Desk) -> Ticket:
    return desk.logged(SMOKE, channel=Channel.WEB, urgency=Urgency.CRITICAL)


def handed_over(desk: Desk) -> Ticket:
    ticket = desk.dispatched(channel=Channel.POLICE_HANDOVER)
    sources.note(desk.session, ticket, f"警情知微{ticket.id:03d}")
    return ticket


def ruled(desk: Desk) -> Ticket:
    ticket = objected(desk)
    desk.session.flush()
    objections.rule(
        desk.session, ticket, granted=True, unit=ENVIRONMENT, basis="油烟归环保",
        calendar=CALENDAR, actor=DISPATCHER, now=desk.now,
    )  # fmt: skip
    return ticket


def transferred(desk: Desk) -> Ticket:
    ticket = desk.dispatched()
    dispatch.transfer(
        desk.session, ticket, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=desk.now
    )
    return ticket


def undeliverable(desk: Desk) -> Ticket:
    ticket = approved(desk)
    desk.session.flush()
    owed = desk.session.exec(select(Delivery).where(Delivery.ticket_id == ticket.id)).one()
    owed.state, owed.done_at, owed.attempts = State.FAILED, desk.now, 5
    tried = DeliveryAttempt(delivery_id=owed.id, at=desk.now, result=State.FAILED, detail="没有")
    desk.session.add_all((owed, tried))
    return ticket


def unsatisfied(desk: Desk) -> Ticket:
    ticket = delivered(desk)
    replies.follow_up(
        desk.session, ticket, solved=False, satisfied=1, grievance=next(iter(Grievance)),
        remark=f"{desk_words(desk, ticket)}还是吵", now=desk.now,
        actor=Actor("citizen", Role.CITIZEN, ticket=ticket.number),
    )  # fmt: skip
    return ticket


def desk_words(desk: Desk, ticket: Ticket) -> str:
    query = select(Content.title).where(Content.ticket_id == ticket.id).order_by(col(Content.id))
    return desk.session.exec(query).first()[:5]


def asked_for_longer(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    extensions.ask(
        desk.session, ticket, days=1, reason=f"{desk_words(desk, ticket)}要检测",
        calendar=CALENDAR, actor=handler_of(CITY), now=desk.now,
    )  # fmt: skip
    return ticket


def supervised(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    supervision.issue(
        desk.session, ticket, Colour.BLUE, f"{desk_words(desk, ticket)}尽快办",
        calendar=CALENDAR, actor=SUPERVISOR, now=desk.now,
    )  # fmt: skip
    return ticket


def talked_about(desk: Desk) -> Ticket:
    ticket = desk.in_progress()
    opinions.find(
        desk.session, title=f"{desk_words(desk, ticket)}在网上传", place="论坛", words="在传",
        level=OpinionLevel.MAJOR, ticket=ticket, limits=CALENDAR.limits, actor=AGENT,
        now=desk.now,
    )  # fmt: skip
    return ticket


def late(desk: Desk) -> Ticket:
    return _due(desk, -timedelta(hours=1))


def soon_due(desk: Desk) -> Ticket:
    return _due(desk, timedelta(minutes=1))


def _due(desk: Desk, left: timedelta) -> Ticket:
    ticket = desk.in_progress()
    desk.session.flush()
    of_ticket = select(Assignment).where(Assignment.ticket_id == ticket.id)
    lead = desk.session.exec(of_ticket).one()
    lead.due_at, lead.warn_at = desk.now + left, desk.now - timedelta(hours=2)
    desk.session.add(lead)
    return ticket


# Two of those that a unit works on: one confidential, one not.
OWN = (Desk.in_progress, Desk.in_progress)
WALKS: tuple[Callable[[Desk], Ticket], ...] = (
    *OWN, alarmed, Sower.logged, Desk.accepted, Desk.dispatched, Desk.dispatched, handed_over,
    handed_over, objected, ruled, transferred, Desk.replied, undeliverable, delivered, unsatisfied,
    closed, merged, asked_for_longer, supervised, talked_about, late, soon_due,
)  # fmt: skip


class World:
    """Everything planted, and what of it the reader of an answer was shown."""

    def __init__(self, app: Flask) -> None:
        self.app, self.serial = app, count()
        parts = app.extensions["hotline"]
        self.database: Database = parts.database
        for walk in WALKS:
            with self.database.work() as session:
                walk(Sower(session, clock.now(), parts.contact_key, self.serial))
        self._attach(FileStore.under(parts.settings.data_dir))
        self._crowd()
        self._ring(password_of(parts.settings))

    @cached_property
    def tickets(self) -> dict[str, Ticket]:
        """By the digits of its words."""
        with self.database.read() as session:
            query = select(Content.title, Ticket).join(Ticket)
            titled = session.exec(query.where(col(Content.title).startswith("暗语")))
            return {WORDS.search(title)[1]: ticket for title, ticket in titled}

    @cached_property
    def codes(self) -> set[str]:
        return {ticket.query_code for ticket in self.tickets.values()}

    def of_unit(self, unit: str) -> set[str]:
        """The digits of those that stand or stood with the unit and were not moved away."""
        with self.database.read() as session:
            query = select(Assignment.ticket_id).where(
                Assignment.unit == unit, Assignment.outcome != "moved"
            )
            ids = set(session.exec(query))
        return {digits for digits, ticket in self.tickets.items() if ticket.id in ids}

    def number(self, walk: Callable[[Desk], Ticket], nth: int = 0) -> str:
        """Of the ticket that came of this walk."""
        places = [place for place, each in enumerate(WALKS) if each is walk]
        # One walk plants two tickets, so those behind it are one further.
        place = places[nth] + (places[nth] > WALKS.index(merged))
        return self.tickets[f"{place:03d}"].number

    def first_id(self, kind: Any) -> int:
        with self.database.read() as session:
            return session.exec(select(kind.id).order_by(col(kind.id))).first()

    def _attach(self, store: FileStore) -> None:
        kept = store.receive("身份证知微000.jpg", papers.photo())
        with self.database.work() as session:
            ticket = self._locked(session, self.number(Desk.in_progress))
            facts = {"actor": DISPATCHER, "now": clock.now()}
            add(session, ticket, [kept], place=Place.MATTER, **facts)

    def _locked(self, session: Session, number: str) -> Ticket:
        return session.exec(select(Ticket).where(Ticket.number == number)).one()

    def _crowd(self) -> None:
        now = clock.now()
        with self.database.work() as session:
            session.add(
                HotTopic(
                    unit=CITY, duty="油烟", territory="东兴区", title="东兴区：烧烤",
                    words=["烧烤"], places=["西林街道"], count=9, usual=0.5, peak=9, first_at=now,
                    last_at=now, opened_at=now,
                    tickets=[ticket.id for ticket in self.tickets.values()],
                )
            )  # fmt: skip

    def _ring(self, password: str) -> None:
        self.told = {"Authorization": f"Bearer {password}"}
        for call_id, kinds in (("ringing", ("queued",)), ("lost", ("queued", "abandoned"))):
            for kind in kinds:
                self.switch(call_id, kind)

    def switch(self, call_id: str, kind: str, **more: str) -> None:
        """What became of a call, as the switch tells it."""
        known = {"caller": CALLER, "dialled": "12319"} if kind in ("queued", "offered") else {}
        body = {"kind": kind, "at": clock.now().isoformat()} | known | more
        client = self.app.test_client()
        answer = client.post(f"/api/v1/calls/{call_id}/events", json=body, headers=self.told)
        assert answer.status_code == 200, answer.text

    @cached_property
    def values(self) -> dict[str, list[Any]]:
        """What may stand in an address for an argument, or for that of one endpoint alone."""
        files = [self.first_id(Attachment)]
        return {
            "number": [self.number(Desk.in_progress), self.number(Desk.in_progress, 1),
                       self.number(transferred), self.number(delivered)],
            "attachments.file id": files,
            "api.attachment id": files,
            "supervision.topic id": [self.first_id(HotTopic)],
            "supervision.opinion id": [self.first_id(Opinion)],
            "administration.user name": ["agent0", "nobody"],
            "article_id": [1],
            "call_id": ["ringing", "lost"],
            "file": ["duties.csv", "units.csv"],
            "index": [0],
            "pile": list(DeskPile),
            "burn": [*Burn, *Behind],
            "kind": ["day", "month"],
            "day": [str(city_day(clock.now()))],
            "supervision.report_file form": ["text", "json", "xlsx"],
            "supervision.tally_table form": ["csv", "xlsx"],
            "code": [self.app.extensions["hotline"].city().directory.units[0].code],
        }  # fmt: skip

    @cached_property
    def queries(self) -> dict[str, list[str]]:
        """What an address is asked besides."""
        number = self.number(Desk.in_progress)
        searches = ["q=烧烤摊", "q=13900001000", "status=in_progress&due=overdue"]
        day = f"first={city_day(clock.now())}"
        lists = [f"measure={name}&{day}" for name in ("received", "dispatched", "closed")]
        return {
            "tickets.search": searches,
            "api.search": searches,
            "attachments.file": ["inline"],
            "inbox.pile": [*(f"pile={pile}" for pile in Pile), f"ticket={number}"],
            "inbox.news": ["since=2018-07-25T12:00:00%2B08:00"],
            "dispatching.pile": [f"at={number}"],
            "supervision.tally_list": lists + [f"measure=standing&{day}"],
            "api.tally_listing": lists,
            "supervision.bounces": ["q=烧烤"],
            "supervision.tallies_page": ["by=unit", "by=status", "by=line"],
            "supervision.tally_table": ["by=unit", "by=status"],
            "supervision.new_opinion": [f"ticket={number}"],
            "administration.looks": [f"ticket={number}"],
            "administration.file": ["q=烧烤"],
            "knowledge.listing": ["q=烧烤"],
            "api.knowledge": ["q=烧烤"],
            "console.page": ["call=ringing", "new=1"],
            "portal.progress": [f"number={number}"],
        }  # fmt: skip
