"""Builders that bring a ticket to a status by walking the real steps."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from hotline.people.rights import Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.registry.loading import read_shipped, read_tables
from hotline.routing.types import Candidate, Decision, Disposition, Suggestion
from hotline.tickets import dispatch, intake, replies
from hotline.tickets.intake import Matter, Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Channel, MatterKind

# Wednesday 2018-07-25, noon in Neijiang.
NOON = datetime(2018, 7, 25, 4, 0, tzinfo=UTC)
KEY = b"a key for tests"
# No holidays: the days of these tests are what their weekdays say.
CALENDAR = replace(
    WorkCalendar.from_tables(read_tables(read_shipped())), off=frozenset(), work=frozenset()
)

AGENT = Actor("坐席07", Role.AGENT)
DISPATCHER = Actor("派单员一", Role.DISPATCHER)
SUPERVISOR = Actor("督办员一", Role.SUPERVISOR)
CITY = "市城管执法局"
ENVIRONMENT = "市环保局"
SUGGESTION = Suggestion(
    Disposition.TICKET,
    Decision.AUTO,
    (Candidate(CITY, 0.9), Candidate(ENVIRONMENT, 0.3), Candidate("市公安局", 0.1)),
    territory="东兴区",
    place="西林街道",
)
MATTER = Matter(
    text="小区楼下烧烤摊半夜还在吵，油烟也大",
    title="烧烤摊扰民",
    kind=MatterKind.COMPLAINT,
    channel=Channel.PHONE,
    line="12319",
    requester=Requester(name="李某", phone="13800000832", email="li@example.invalid"),
)


def handler_of(unit: str) -> Actor:
    return Actor(f"{unit}经办", Role.HANDLER, unit=unit)


@dataclass(frozen=True)
class Desk:
    """Walks tickets through the real steps in one session, a minute a step."""

    session: Session
    now: datetime

    def later(self, **span: float) -> "Desk":
        return replace(self, now=self.now + timedelta(**(span or {"minutes": 1})))

    def logged(self, suggestion: Suggestion = SUGGESTION, **matter: object) -> Ticket:
        matter = replace(MATTER, **matter)
        return intake.log(self.session, matter, suggestion, actor=AGENT, key=KEY, now=self.now)

    def accepted(self, **matter: object) -> Ticket:
        ticket = self.logged(**matter)
        intake.accept(self.session, ticket, calendar=CALENDAR, actor=AGENT, now=self.now)
        return ticket

    def dispatched(self, unit: str = CITY, **matter: object) -> Ticket:
        ticket = self.accepted(**matter)
        dispatch.dispatch(
            self.session, ticket, unit, calendar=CALENDAR, actor=DISPATCHER, now=self.now
        )
        return ticket

    def in_progress(self, unit: str = CITY, **matter: object) -> Ticket:
        ticket = self.dispatched(unit, **matter)
        dispatch.claim(
            self.session,
            ticket,
            calendar=CALENDAR,
            handler="张三",
            actor=handler_of(unit),
            now=self.now,
        )
        return ticket

    def replied(self, unit: str = CITY, **matter: object) -> Ticket:
        ticket = self.in_progress(unit, **matter)
        replies.reply(self.session, ticket, "已责令整改。", actor=handler_of(unit), now=self.now)
        return ticket
