"""A town for stories: people act in the words of the vocabulary, and the clock moves when told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from builders import AGENT, CALENDAR, DISPATCHER, SUGGESTION, Desk, handler_of
from sqlmodel import Session, select

from hotline.clock import CITY_TIME, city_day
from hotline.db import Database
from hotline.delivery import outbox, worker
from hotline.delivery.maildir import Maildir
from hotline.people.rights import Actor, Role
from hotline.reports import rollup
from hotline.reports.tallies import Tally, tally
from hotline.tickets import dispatch, feed, intake, ladder, merging, objections, queries, replies
from hotline.tickets.models import Ticket
from hotline.tickets.words import Ground

SUPERVISOR = Actor("督办员一", Role.SUPERVISOR)


@dataclass
class Town:
    """Steps by number, each in a transaction of its own, all at the moment that the town shows."""

    database: Database
    folder: Path
    now: datetime

    def at(self, text: str) -> None:
        """The town's clocks show this time of 2018: 07-25 12:00."""
        self.now = datetime.fromisoformat(f"2018-{text}").replace(tzinfo=CITY_TIME)

    @contextmanager
    def ticket(self, number: str) -> Iterator[tuple[Session, Ticket]]:
        with self.database.work() as session:
            query = select(Ticket).where(Ticket.number == number).with_for_update()
            yield session, session.exec(query).one()

    def clock(self) -> list[str]:
        """What the clock process and the worker do at this moment; gives what was said to units."""
        with self.database.work() as session:
            for ticket, assignment in queries.lapsed(session, self.now, limit=100):
                dispatch.fall_overdue(session, ticket, assignment)
        said = self._supervise()
        worker.drain(self.database, Maildir(self.folder, "12345@hotline.invalid"), lambda: self.now)
        with self.database.work() as session:
            feed.place(session)
            rollup.fold(session)
        return said

    def letters(self) -> list[str]:
        """What reached requesters by the one channel, as they read it."""
        from mailbox import Maildir as Reader

        from letterbox import body

        return [body(letter) for letter in Reader(self.folder)]

    def tally(self, first: str, last: str) -> Tally:
        days = (datetime.fromisoformat(f"2018-{day}").date() for day in (first, last))
        with self.database.read() as session:
            return tally(session, *days, actor=SUPERVISOR)

    def calls(self, text: str, **matter: object) -> str:
        """登记 and 受理 of what somebody says on the telephone."""
        with self.database.work() as session:
            given = matter.pop("suggestion", SUGGESTION)
            ticket = Desk(session, self.now).logged(given, text=text, title="", **matter)
            facts = {"calendar": CALENDAR, "actor": AGENT, "now": self.now}
            intake.accept(session, ticket, **facts)
            return ticket.number

    def dispatches(self, number: str, unit: str) -> None:
        self._timed(dispatch.dispatch, number, unit, actor=DISPATCHER)

    def asks_to_assist(self, number: str, unit: str) -> None:
        self._timed(dispatch.assist, number, unit, actor=DISPATCHER)

    def claims(self, number: str, unit: str) -> None:
        self._timed(dispatch.claim, number, actor=handler_of(unit), handler="张三")

    def objects(self, number: str, unit: str, right_unit: str) -> None:
        self._timed(
            objections.object_to, number, actor=handler_of(unit), ground=Ground.NOT_OUR_DUTY,
            right_unit=right_unit, note=f"属{right_unit}职责",
        )  # fmt: skip

    def rules(self, number: str, **ruling: object) -> None:
        self._timed(objections.rule, number, actor=DISPATCHER, **ruling)

    def replies(self, number: str, unit: str, text: str, **more: object) -> None:
        self._plain(replies.reply, number, text, actor=handler_of(unit), **more)

    def approves(self, number: str) -> None:
        checked = {"answers_matter": True, "contact_proved": True}
        self._plain(outbox.approve, number, actor=DISPATCHER, **checked)

    def sends_for_rework(self, number: str, reason: str) -> None:
        self._timed(replies.send_for_rework, number, reason, actor=DISPATCHER)

    def rates(self, number: str, *, solved: bool, satisfied: int, **why: object) -> None:
        citizen = Actor("citizen", Role.CITIZEN, ticket=number)
        self._plain(
            replies.follow_up, number, solved=solved, satisfied=satisfied, actor=citizen, **why
        )

    def closes(self, number: str) -> None:
        self._plain(replies.close, number, actor=DISPATCHER)

    def merges(self, number: str, parent: str) -> None:
        with self.ticket(number) as (session, ticket):
            into = session.exec(select(Ticket).where(Ticket.number == parent)).one()
            merging.merge(session, ticket, into, actor=DISPATCHER, now=self.now)

    def status(self, number: str) -> str:
        with self.ticket(number) as (_, ticket):
            return ticket.status

    def story(self, number: str) -> list[str]:
        """The actions of the ticket so far."""
        with self.ticket(number) as (session, ticket):
            return [event.action for event in queries.events(session, ticket)]

    def day(self) -> str:
        return f"{city_day(self.now):%m-%d}"

    def _supervise(self) -> list[str]:
        with self.database.read() as session:
            steps = ladder.due(session, CALENDAR, self.now)
        for step in steps:
            with self.database.work() as session:
                ladder.climb(session, step, CALENDAR, self.now)
        return [str(step.what) for step in steps]

    def _timed(self, do, number: str, *given: object, actor: Actor, **more: object) -> None:
        self._plain(do, number, *given, actor=actor, calendar=CALENDAR, **more)

    def _plain(self, do, number: str, *given: object, actor: Actor, **more: object) -> None:
        with self.ticket(number) as (session, ticket):
            do(session, ticket, *given, actor=actor, now=self.now, **more)
