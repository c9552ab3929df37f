"""Takes a simulated life through the real steps, as the desk, the units and the channel would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from hotline.cli.simulation.planning import Life
from hotline.cli.simulation.scripts import Move
from hotline.cli.simulation.wording import Citizen
from hotline.db import Session
from hotline.delivery import outbox, worker
from hotline.delivery.channels import Result
from hotline.delivery.letters import Notice
from hotline.delivery.models import Delivery
from hotline.delivery.states import Outcome
from hotline.people.rights import Actor, Role
from hotline.registry.calendar import WorkCalendar
from hotline.tickets import alarms, dispatch, intake, merging, objections, reopening, replies
from hotline.tickets.intake import Requester
from hotline.tickets.models import Ticket
from hotline.tickets.words import Grievance, Ground

NOT_OURS = "此事不属我单位职责。"
NOT_SOLVED = "诉求人表示问题未解决。"
TOO_THIN = "答复没有写明核实情况，请补充。"
ADVICE = "我单位已派人到现场配合核实。"
AGAIN = "问题又出现了。"
SETTLED = "诉求人表示已自行解决。"


class Silent:
    """A channel that tells nobody: nobody is behind a simulated address."""

    name: ClassVar[str] = "simulated"
    batch: ClassVar[int] = 500
    lease: ClassVar[timedelta] = timedelta(seconds=5)
    repeatable: ClassVar[bool] = True

    def send(self, notices: Sequence[Notice], at: datetime) -> list[Result]:
        return [Result(Outcome.DELIVERED) for _ in notices]


@dataclass(frozen=True)
class Walker:
    """Walks many lives side by side; remembers their tickets by serial."""

    calendar: WorkCalendar
    key: bytes  # of the keyed hashes of contacts
    batch: str
    ids: dict[int, int] = field(default_factory=dict)
    owed: dict[int, list[Delivery]] = field(default_factory=dict)

    def take(self, session: Session, life: Life, nth: int) -> Ticket:
        """The life's nth move, at its moment."""
        move = life.script.moves[nth]
        at = datetime.fromtimestamp(life.times[nth], UTC)
        if move is Move.LOG:
            ticket = self._log(session, life, at)
            session.flush()
            self.ids[life.serial] = ticket.id or 0
        else:
            ticket = session.get_one(Ticket, self.ids[life.serial], with_for_update=True)
            MOVES[move](self, session, ticket, life, at)
        return ticket

    def _log(self, session: Session, life: Life, at: datetime) -> Ticket:
        who = life.citizen
        matter = intake.Matter(
            text=life.text,
            title=life.matter.title,
            kind=life.kind,
            channel=life.channel,
            line=life.matter.line.key if life.matter.line else "",
            requester=Requester() if who is None else Citizen.numbered(who).requester,
            batch=self.batch,
        )
        return intake.log(
            session, matter, life.matter.given, actor=agent(life), key=self.key, now=at
        )

    def take_alarm(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        alarms.take(session, ticket.number, actor=agent(life), now=at)

    def accept(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        intake.accept(session, ticket, calendar=self.calendar, actor=agent(life), now=at)

    def redirect(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        said = life.matter.given.guidance
        assert said, "only what the router would guide elsewhere is redirected"
        intake.redirect(session, ticket, said.sentence, code=said.code, actor=agent(life), now=at)

    def answer(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        owed = outbox.answer(session, ticket, life.reply, actor=agent(life), now=at)
        self.owed[life.serial] = owed

    def dispatch(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        who = agent(life) if life.sure else dispatcher(life)
        dispatch.dispatch(session, ticket, life.unit, calendar=self.calendar, actor=who, now=at)

    def assist(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        dispatch.assist(
            session, ticket, life.other_unit, calendar=self.calendar, actor=dispatcher(life), now=at
        )

    def advise(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        dispatch.advise(session, ticket, ADVICE, actor=handler_of(life.other_unit), now=at)

    def transfer(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        dispatch.transfer(
            session, ticket, life.other_unit, calendar=self.calendar, actor=dispatcher(life), now=at
        )

    def claim(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        who = handler_of(ticket.lead_unit)
        dispatch.claim(session, ticket, calendar=self.calendar, handler=who.id, actor=who, now=at)

    def object(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        objections.object_to(
            session, ticket, calendar=self.calendar,
            ground=Ground.NOT_OUR_DUTY, right_unit=life.other_unit,
            note=NOT_OURS, actor=handler_of(ticket.lead_unit), now=at,
        )  # fmt: skip

    def fall_overdue(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        dispatch.fall_overdue(session, ticket, dispatch.lead_of(ticket))

    def reply(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        who = handler_of(ticket.lead_unit)
        replies.reply(session, ticket, life.reply, actor=who, now=at)

    def send_back(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        reason = NOT_SOLVED if Move.COMPLAIN in life.script.moves else TOO_THIN
        replies.send_for_rework(
            session, ticket, reason, calendar=self.calendar, actor=dispatcher(life), now=at
        )

    def approve(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        owed = outbox.approve(session, ticket, actor=dispatcher(life), now=at)
        self.owed[life.serial] = owed

    def deliver(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        ids = [delivery.id for delivery in self.owed.pop(life.serial)]
        worker.tell(session, Silent(), ids, at)

    def rate(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        replies.follow_up(
            session, ticket, solved=True, satisfied=life.satisfied, actor=agent(life), now=at
        )

    def complain(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        replies.follow_up(
            session, ticket, solved=False, satisfied=1, grievance=Grievance.NOT_SOLVED,
            actor=agent(life), now=at,
        )  # fmt: skip

    def close(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        replies.close(session, ticket, actor=dispatcher(life), now=at)

    def reopen(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        reopening.reopen(
            session, ticket, AGAIN, calendar=self.calendar, actor=dispatcher(life), now=at
        )

    def withdraw(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        intake.withdraw(session, ticket, SETTLED, actor=dispatcher(life), now=at)

    def merge(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        parent = session.get_one(Ticket, self.ids[life.parent or 0], with_for_update=True)
        merging.merge(session, ticket, parent, actor=dispatcher(life), now=at)

    def grant(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        self._rule(session, ticket, life, at, granted=True)

    def refuse(self, session: Session, ticket: Ticket, life: Life, at: datetime) -> None:
        self._rule(session, ticket, life, at, granted=False)

    def _rule(
        self, session: Session, ticket: Ticket, life: Life, at: datetime, *, granted: bool
    ) -> None:
        objections.rule(
            session, ticket, granted=granted, calendar=self.calendar, actor=dispatcher(life), now=at
        )


MOVES: dict[Move, Callable[[Walker, Session, Ticket, Life, datetime], None]] = {
    move: getattr(Walker, move) for move in Move if move is not Move.LOG
}


def agent(life: Life) -> Actor:
    return Actor(life.agent, Role.AGENT)


def dispatcher(life: Life) -> Actor:
    return Actor(life.dispatcher, Role.DISPATCHER)


def handler_of(unit: str) -> Actor:
    return Actor(f"{unit}经办", Role.HANDLER, unit=unit)
