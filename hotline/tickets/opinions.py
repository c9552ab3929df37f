"""舆情: what people say in public that the city must answer, and by when. Plan 2018, item 28.

    found → judged → handled → responded → assessed

A major one (特别重大、重大突发) needs authoritative information within 5 hours and a press
conference within 24, any other a response within 48; by the wall clock, from when it was found.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, literal
from sqlmodel import Field, Relationship, Session, UniqueConstraint, col, select

from hotline.errors import Invalid, NotFound, StepRefused
from hotline.people.rights import Action, Actor, scope_of
from hotline.registry.limits import Limits
from hotline.tables import Stored, moment, partial_index
from hotline.tickets.models import Ticket
from hotline.tickets.words import OpinionAct, OpinionLevel, OpinionState

A, S = OpinionAct, OpinionState
STEPS: dict[tuple[OpinionState | None, OpinionAct], OpinionState] = {
    (None, A.FIND): S.FOUND,
    (S.FOUND, A.JUDGE): S.JUDGED,
    (S.JUDGED, A.JUDGE): S.JUDGED,
    (S.JUDGED, A.INFORM): S.JUDGED,
    (S.JUDGED, A.CONFER): S.JUDGED,
    (S.JUDGED, A.HANDLE): S.HANDLED,
    (S.HANDLED, A.JUDGE): S.HANDLED,
    (S.HANDLED, A.INFORM): S.HANDLED,
    (S.HANDLED, A.CONFER): S.HANDLED,
    (S.HANDLED, A.HANDLE): S.HANDLED,
    (S.HANDLED, A.RESPOND): S.RESPONDED,
    (S.RESPONDED, A.HANDLE): S.HANDLED,
    (S.RESPONDED, A.ASSESS): S.ASSESSED,
}
SHOWN = 50


class Opinion(Stored, table=True):
    """One matter of public opinion; `due_at` is the timer that runs out first, None with none."""

    __tablename__ = "opinion"
    __table_args__ = (partial_index("opinion_open", "due_at", "id", where="state <> 'assessed'"),)
    id: int | None = Field(default=None, primary_key=True)
    ticket_id: int | None = Field(default=None, foreign_key="ticket.id", index=True)
    title: str = Field(max_length=100)
    place: str = Field(max_length=100)  # where it was found
    level: str = Field(max_length=10)
    state: str = Field(max_length=10)
    found_at: datetime = moment(index=True)
    due_at: datetime | None = moment(nullable=True)
    informed_at: datetime | None = moment(nullable=True)
    conferred_at: datetime | None = moment(nullable=True)
    responded_at: datetime | None = moment(nullable=True)
    ticket: Ticket = Relationship()


class OpinionStep(Stored, table=True):
    """One act on it, append-only: who, when, and the level it had then."""

    __tablename__ = "opinion_step"
    __table_args__ = (UniqueConstraint("opinion_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    opinion_id: int = Field(foreign_key="opinion.id")
    seq: int
    act: str = Field(max_length=10)
    state: str = Field(max_length=10)  # after the act
    level: str = Field(max_length=10)
    by: str = Field(max_length=60)
    at: datetime = moment()
    opinion: Opinion = Relationship()


class OpinionWords(Stored, table=True):
    """What was written with a step; erasable apart from it."""

    __tablename__ = "opinion_words"
    id: int | None = Field(default=None, primary_key=True)
    opinion_id: int = Field(foreign_key="opinion.id", index=True)
    seq: int
    text: str
    opinion: Opinion = Relationship()


@dataclass(frozen=True, slots=True)
class Timer:
    """One thing that the rule asks for; `done_at` is None while it is still owed."""

    act: OpinionAct
    due_at: datetime
    done_at: datetime | None

    @property
    def kept(self) -> bool:
        return self.done_at is not None and self.done_at <= self.due_at


@dataclass(frozen=True, slots=True)
class Told:
    """A step with its words, blank where they were erased."""

    act: str
    level: str
    by: str
    at: datetime
    text: str


def find(
    session: Session,
    *,
    title: str,
    place: str,
    level: OpinionLevel,
    words: str,
    ticket: Ticket | None = None,
    limits: Limits,
    actor: Actor,
    now: datetime,
) -> Opinion:
    """发现: reported, on its own or about a ticket; the timers run from now."""
    scope_of(actor, Action.REPORT_OPINION)
    if ticket and _open_of(session, ticket):
        raise Invalid(
            "工单 %(number)s 已报过舆情，正在处置。", field="ticket", number=ticket.number
        )
    row = Opinion(ticket=ticket, title=title, place=place, level=level, state="", found_at=now)
    session.add(row)
    session.flush()
    _take(session, row, A.FIND, words, limits=limits, actor=actor, now=now)
    return row


def act(
    session: Session,
    row: Opinion,
    which: OpinionAct,
    words: str,
    *,
    level: OpinionLevel | None = None,
    limits: Limits,
    actor: Actor,
    now: datetime,
) -> OpinionStep:
    """研判, 处置, 发布, 回应 or 评估; judging may change the level, and with it the timers."""
    scope_of(actor, Action.KEEP_OPINION)
    if which is A.JUDGE:
        if level is None:
            raise Invalid("研判须定等级。", field="level")
        row.level = level
    owed = [each.act for each in timers(row, limits) if each.done_at is None]
    if which is A.RESPOND and set(owed) & set(_OF_MAJOR):
        raise StepRefused("重大舆情须先发布权威信息并举行新闻发布会，再记回应。", field="act")
    return _take(session, row, which, words, limits=limits, actor=actor, now=now)


def timers(row: Opinion, limits: Limits) -> list[Timer]:
    """What the rule asks for at this level, the first due first."""
    asked = {
        OpinionLevel.MAJOR: (
            (A.INFORM, "opinion_authority", row.informed_at),
            (A.CONFER, "opinion_conference", row.conferred_at),
        ),
        OpinionLevel.ORDINARY: ((A.RESPOND, "opinion_answer", row.responded_at),),
    }[OpinionLevel(row.level)]
    return [Timer(which, row.found_at + limits.span(key), done) for which, key, done in asked]


def opinion(session: Session, id: int, *, actor: Actor, lock: bool = False) -> Opinion:
    scope_of(actor, Action.KEEP_OPINION)
    query = select(Opinion).where(Opinion.id == id)
    row = session.exec(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("没有这条舆情记录。", field="id")
    return row


def story(session: Session, row: Opinion) -> list[Told]:
    """Everything that was done, in order."""
    query = (
        select(
            OpinionStep.act, OpinionStep.level, OpinionStep.by, OpinionStep.at,
            func.coalesce(OpinionWords.text, ""),
        )
        .outerjoin(
            OpinionWords,
            (col(OpinionWords.opinion_id) == OpinionStep.opinion_id)
            & (col(OpinionWords.seq) == OpinionStep.seq),
        )
        .where(OpinionStep.opinion_id == row.id)
        .order_by(col(OpinionStep.seq))
    )  # fmt: skip
    return [Told(*told) for told in session.execute(query)]


def open_opinions(session: Session, *, actor: Actor) -> list[tuple[Opinion, str]]:
    """All that are not assessed yet, the first timer to run out first, with their tickets."""
    scope_of(actor, Action.KEEP_OPINION)
    runs = col(Opinion.due_at)
    query = _numbered().where(_OPEN).order_by(runs.is_(None), runs, col(Opinion.id))
    return list(session.execute(query).all())


def found_in(session: Session, begin: datetime, end: datetime) -> list[Opinion]:
    """Those found from `begin` until before `end`, as they stand now, in order."""
    query = select(Opinion).where(col(Opinion.found_at) >= begin, col(Opinion.found_at) < end)
    return list(session.exec(query.order_by(col(Opinion.found_at), col(Opinion.id))))


def assessed(session: Session, *, actor: Actor, limit: int = SHOWN) -> list[tuple[Opinion, str]]:
    """The newest of those that are over."""
    scope_of(actor, Action.KEEP_OPINION)
    query = _numbered().where(~_OPEN).order_by(col(Opinion.id).desc())
    return list(session.execute(query.limit(limit)).all())


def pressing(session: Session, now: datetime) -> tuple[int, int]:
    """How many are open, and how many of those have let a timer run out."""
    late = func.count().filter(col(Opinion.due_at) < now)
    return session.execute(select(func.count(), late).where(_OPEN)).one()


def available(row: Opinion) -> list[OpinionAct]:
    """What may be done from here; conferences and authority are of major ones alone."""
    major = row.level == OpinionLevel.MAJOR
    return [
        which
        for which in OpinionAct
        if (OpinionState(row.state), which) in STEPS and (major or which not in _OF_MAJOR)
    ]


# Written out, not bound: only so does a database see that an index of a few rows will do.
_OPEN: ColumnElement[bool] = col(Opinion.state) != literal(S.ASSESSED, literal_execute=True)
_OF_MAJOR = (A.INFORM, A.CONFER)
# When an act was first done; later ones add to the story alone.
_DONE = {A.INFORM: "informed_at", A.CONFER: "conferred_at", A.RESPOND: "responded_at"}


def _numbered():  # noqa: ANN202 (a select has no short name)
    number = func.coalesce(Ticket.number, "")
    return select(Opinion, number).outerjoin(Ticket, col(Ticket.id) == Opinion.ticket_id)


def _take(
    session: Session,
    row: Opinion,
    which: OpinionAct,
    words: str,
    *,
    limits: Limits,
    actor: Actor,
    now: datetime,
) -> OpinionStep:
    here = OpinionState(row.state) if row.state else None
    if (here, which) not in STEPS or (here and which not in available(row)):
        raise StepRefused("这条舆情现在不能办理这一步。", field="act")
    row.state = STEPS[here, which]
    if which in _DONE and getattr(row, _DONE[which]) is None:
        setattr(row, _DONE[which], now)
    owed = [each.due_at for each in timers(row, limits) if each.done_at is None]
    row.due_at = min(owed, default=None)
    seq = session.exec(select(func.count()).where(OpinionStep.opinion_id == row.id)).one() + 1
    step = OpinionStep(
        opinion_id=row.id, seq=seq, act=which, state=row.state, level=row.level, by=actor.id,
        at=now,
    )  # fmt: skip
    session.add_all((row, step))
    if words.strip():
        session.add(OpinionWords(opinion_id=row.id, seq=seq, text=words))
    return step


def _open_of(session: Session, ticket: Ticket) -> bool:
    # Whoever else reports it at this moment waits, and then finds what was opened.
    session.exec(select(Ticket.id).where(Ticket.id == ticket.id).with_for_update())
    query = select(Opinion.id).where(Opinion.ticket_id == ticket.id, _OPEN)
    return session.exec(query.limit(1)).first() is not None


def of(session: Session, ticket: Ticket) -> Opinion | None:
    """The newest record about the ticket, if any."""
    query = select(Opinion).where(Opinion.ticket_id == ticket.id)
    return session.exec(query.order_by(col(Opinion.id).desc()).limit(1)).first()
