"""A city lived at random: many tickets, real steps, days that pass."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from builders import AGENT, CALENDAR, CITY, DISPATCHER, ENVIRONMENT, SUPERVISOR, Desk, handler_of
from sqlmodel import Session, select

from hotline.errors import HotlineError
from hotline.people.rights import CHANNEL, Action
from hotline.tickets import (
    dispatch,
    extensions,
    intake,
    merging,
    objections,
    ratings,
    reopening,
    replies,
    supervision,
)
from hotline.tickets.models import Ticket
from hotline.tickets.steps import STEPS
from hotline.tickets.words import Channel, Colour, Fault, Grievance, Ground, MatterKind, Path

UNITS = (CITY, ENVIRONMENT, "东兴区")
C, D = CALENDAR, DISPATCHER
A = Action
MOVES = {
    "accept": (A.ACCEPT, lambda s, t, u, n: intake.accept(s, t, calendar=C, actor=AGENT, now=n)),
    "redirect": (
        A.REDIRECT, lambda s, t, u, n: intake.redirect(s, t, "请拨", code="x", actor=AGENT, now=n)
    ),
    "answer": (A.ANSWER, lambda s, t, u, n: intake.answer(s, t, "答", actor=AGENT, now=n)),
    "withdraw": (A.WITHDRAW, lambda s, t, u, n: intake.withdraw(s, t, "不办", actor=D, now=n)),
    "reopen": (
        A.REOPEN, lambda s, t, u, n: reopening.reopen(s, t, "又来了", calendar=C, actor=D, now=n)
    ),
    "dispatch": (
        A.DISPATCH, lambda s, t, u, n: dispatch.dispatch(s, t, u, calendar=C, actor=D, now=n)
    ),
    "transfer": (
        A.TRANSFER, lambda s, t, u, n: dispatch.transfer(s, t, u, calendar=C, actor=D, now=n)
    ),
    "assist": (A.ASSIST, lambda s, t, u, n: dispatch.assist(s, t, u, calendar=C, actor=D, now=n)),
    "claim": (
        A.CLAIM,
        lambda s, t, u, n: dispatch.claim(
            s, t, calendar=C, handler="张", actor=handler_of(t.lead_unit), now=n
        ),
    ),
    "object": (
        A.OBJECT,
        lambda s, t, u, n: objections.object_to(
            s, t, calendar=C, ground=Ground.NOT_OUR_DUTY, right_unit="市林业局", note="不是",
            actor=handler_of(t.lead_unit), now=n,
        ),
    ),
    "grant": (
        A.RULE,
        lambda s, t, u, n: objections.rule(
            s, t, granted=True, unit=u, basis="会商", calendar=C, actor=D, now=n
        ),
    ),
    "refuse": (
        A.RULE,
        lambda s, t, u, n: objections.rule(
            s, t, granted=False, basis="会商", calendar=C, actor=D, now=n
        ),
    ),
    "reply": (
        A.REPLY,
        lambda s, t, u, n: replies.reply(s, t, "已办", actor=handler_of(t.lead_unit), now=n),
    ),
    "approve": (A.APPROVE, lambda s, t, u, n: replies.approve(s, t, actor=D, now=n)),
    "rework": (
        A.SEND_FOR_REWORK,
        lambda s, t, u, n: replies.send_for_rework(s, t, "没联系", calendar=C, actor=D, now=n),
    ),
    "deliver": (A.DELIVER, lambda s, t, u, n: replies.deliver(s, t, actor=CHANNEL, now=n)),
    "rate": (
        A.FOLLOW_UP,
        lambda s, t, u, n: replies.follow_up(
            s, t, solved=u == CITY, satisfied=UNITS.index(u) + 2, grievance=Grievance.OTHER,
            actor=AGENT, now=n,
        ),
    ),
    "review": (
        A.REVIEW_RATING,
        lambda s, t, u, n: ratings.review(
            s, t, list(Fault)[UNITS.index(u)], actor=D, now=n
        ),
    ),
    "ask_extension": (
        A.ASK_EXTENSION,
        lambda s, t, u, n: extensions.ask(
            s, t, days=3, reason="等鉴定", calendar=C, actor=handler_of(t.lead_unit), now=n
        ),
    ),
    "rule_extension": (
        A.RULE_EXTENSION,
        lambda s, t, u, n: extensions.rule(s, t, granted=u != CITY, calendar=C, actor=D, now=n),
    ),
    "remind": (
        A.REMIND,
        lambda s, t, u, n: supervision.remind(
            s, t, calendar=C, actor=AGENT if u == CITY else D, now=n
        ),
    ),
    "supervise": (
        A.SUPERVISE,
        lambda s, t, u, n: supervision.issue(
            s, t, list(Colour)[UNITS.index(u)], calendar=C, actor=SUPERVISOR, now=n
        ),
    ),
    "close": (A.CLOSE, lambda s, t, u, n: replies.close(s, t, actor=D, now=n)),
    "unmerge": (A.UNMERGE, lambda s, t, u, n: merging.unmerge(s, t, calendar=C, actor=D, now=n)),
}  # fmt: skip
OFTEN = {
    "reply": 3, "refuse": 2,
    "withdraw": 0.05, "redirect": 0.2, "review": 3, "remind": 0.05, "supervise": 0.05,
    "ask_extension": 0.5, "rule_extension": 4,
}  # fmt: skip


@dataclass
class Walk:
    """Takes one random step after another; a refused step changes nothing."""

    random: Random
    now: datetime
    numbers: list[str] = field(default_factory=list)

    def step(self, session: Session) -> None:
        self.now += timedelta(minutes=self.random.choice((0, 1, 40, 60 * 7)))
        if self.random.random() < 0.1 or not self.numbers:
            self._log(session)
            return
        ticket = self._any(session)
        # Some rules stand beside the table of steps, so what it allows may still be refused.
        with suppress(HotlineError), session.begin_nested():
            self._move(session, ticket)

    def _move(self, session: Session, ticket: Ticket) -> None:
        if self.random.random() < 0.03:
            merging.merge(session, ticket, self._any(session), actor=D, now=self.now)
            return
        allowed = [name for name, (action, _) in MOVES.items() if (ticket.status, action) in STEPS]
        if allowed:
            weights = [OFTEN.get(name, 1) for name in allowed]
            _, take = MOVES[self.random.choices(allowed, weights)[0]]
            take(session, ticket, self.random.choice(UNITS), self.now)

    def _log(self, session: Session) -> None:
        pick = self.random.choice
        ticket = Desk(session, self.now).logged(
            kind=pick(list(MatterKind)),
            channel=pick(list(Channel)),
            line=pick(("", "12319")),
            addressee=pick(("", "", *UNITS)),
            path=pick(("", "", "", Path.MOVE_CAR)),
        )
        self.numbers.append(ticket.number)

    def _any(self, session: Session) -> Ticket:
        number = self.random.choice(self.numbers)
        return session.exec(select(Ticket).where(Ticket.number == number)).one()
