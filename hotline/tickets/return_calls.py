"""漏接回拨: whoever hung up before anybody answered is called back, once an hour at most.

国办函〔2025〕66号 asks for it. The switch tells of calls in another room; here stands only what the
desk owes, so that reports may count it.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlmodel import Field, Session, col, select

from hotline.errors import NotFound, StepRefused
from hotline.people.rights import Action, Actor, scope_of
from hotline.registry.limits import Limits
from hotline.tables import Stored, moment, partial_index
from hotline.tickets.words import CallOutcome


class ReturnCall(Stored, table=True):
    """One caller to be called back, for every call given up from `missed_at` to `until`.

    `caller_hash` is blank for who withheld the number, and while the call itself is not known yet.
    """

    __tablename__ = "return_call"
    __table_args__ = (partial_index("return_call_open", "due_at", "id", where="ended_at IS NULL"),)
    id: int | None = Field(default=None, primary_key=True)
    call_id: str = Field(max_length=64, unique=True)  # the first that was given up
    caller_hash: str = Field(max_length=64, index=True)
    missed_at: datetime = moment(index=True)
    until: datetime = moment()
    due_at: datetime = moment()
    misses: int = 1
    taken_by: str = Field(default="", max_length=60)
    taken_at: datetime | None = moment(nullable=True)
    tries: int = 0
    tried_at: datetime | None = moment(nullable=True)
    ended_at: datetime | None = moment(nullable=True)
    ended_by: str = Field(default="", max_length=60)
    outcome: str = Field(default="", max_length=12)


def missed(
    session: Session, call_id: str, caller_hash: str | None, at: datetime, *, limits: Limits
) -> None:
    """A call was given up, even after a few seconds; told once a call.

    The caller is None while the call is not known yet, and blank where the number was withheld:
    such a call is counted, but nobody can return it.
    """
    row = ReturnCall(
        call_id=call_id, caller_hash=caller_hash or "", missed_at=at,
        until=at + limits.span("return_call_apart"), due_at=at + limits.span("return_call"),
    )  # fmt: skip
    if caller_hash == "":
        row.ended_at, row.outcome = at, CallOutcome.WITHHELD
    if not (caller_hash and _joined(session, row)):
        session.add(row)


def identified(session: Session, callers: dict[str, str]) -> None:
    """Calls have become known, with their callers' hashes by id: some were given up before."""
    query = select(ReturnCall).where(
        col(ReturnCall.call_id).in_(callers), _OPEN, ReturnCall.caller_hash == ""
    )
    for row in session.exec(query).all():
        caller = callers[row.call_id]
        if not caller:
            row.ended_at, row.outcome = row.missed_at, CallOutcome.WITHHELD
        else:
            row.caller_hash = caller
            if _joined(session, row):
                session.delete(row)


def answered(session: Session, call_id: str, caller_hash: str, at: datetime) -> None:
    """The caller has got through, by this call or since: nobody need call back."""
    same = col(ReturnCall.call_id) == call_id
    since = col(ReturnCall.missed_at) <= at
    session.execute(
        update(ReturnCall)
        .where(_OPEN, col(ReturnCall.caller_hash) == caller_hash, or_(same, since))
        .values(ended_at=at, outcome=CallOutcome.ANSWERED)
    )


def take(session: Session, id: int, *, limits: Limits, actor: Actor, now: datetime) -> ReturnCall:
    """One agent calls back; a colleague meanwhile is told so, until it counts as forgotten."""
    row = _open(session, id, actor)
    if row.taken_by not in ("", actor.id) and is_held(row, limits, now):
        raise StepRefused("这个号码正由同事回拨，请先打别的。", field="id")
    row.taken_by, row.taken_at = actor.id, now
    session.add(row)
    return row


def reached(session: Session, id: int, *, actor: Actor, now: datetime) -> ReturnCall:
    """打通了."""
    row = _own(session, id, actor)
    row.ended_at, row.ended_by, row.outcome = now, actor.id, CallOutcome.REACHED
    session.add(row)
    return row


def not_reached(
    session: Session, id: int, *, limits: Limits, actor: Actor, now: datetime
) -> ReturnCall:
    """没打通: once more later, `call_tries` at most."""
    row = _own(session, id, actor)
    row.tries, row.tried_at = row.tries + 1, now
    row.taken_by, row.taken_at = "", None
    if row.tries >= limits.number("call_tries"):
        row.ended_at, row.ended_by, row.outcome = now, actor.id, CallOutcome.NOT_REACHED
    session.add(row)
    return row


def is_held(row: ReturnCall, limits: Limits, now: datetime) -> bool:
    """Whether somebody is calling back right now."""
    return row.taken_at is not None and now - row.taken_at < limits.span("call_held")


def is_waiting() -> ColumnElement[bool]:
    """The condition of a row that somebody can call back."""
    return and_(_OPEN, col(ReturnCall.caller_hash) != "")


def count(session: Session) -> int:
    return session.execute(select(func.count()).where(is_waiting())).scalar_one()


_OPEN = col(ReturnCall.ended_at).is_(None)


def _joined(session: Session, row: ReturnCall) -> bool:
    """Counts the call with an earlier or later one of the same caller within the hour, if any."""
    query = (
        select(ReturnCall)
        .where(ReturnCall.caller_hash == row.caller_hash, ReturnCall.call_id != row.call_id)
        .where(
            or_(
                _OPEN,
                # Who has got through since needs another call.
                (col(ReturnCall.outcome) != CallOutcome.ANSWERED)
                & (col(ReturnCall.missed_at) <= row.missed_at)
                & (col(ReturnCall.until) > row.missed_at),
            )
        )
        .order_by(col(ReturnCall.id).desc())
        .with_for_update()
    )
    same = session.exec(query).first()
    if same is None:
        return False
    same.misses += row.misses
    session.add(same)
    return True


def _open(session: Session, id: int, actor: Actor) -> ReturnCall:
    scope_of(actor, Action.TAKE_CALLS)
    query = select(ReturnCall).where(ReturnCall.id == id, is_waiting()).with_for_update()
    row = session.exec(query).first()
    if row is None:
        raise NotFound("这个回拨已经了结：有人打过，或来电人又打进来接通了。", field="id")
    return row


def _own(session: Session, id: int, actor: Actor) -> ReturnCall:
    row = _open(session, id, actor)
    if row.taken_by != actor.id:
        raise StepRefused("请先点「回拨」，再记结果。", field="id")
    return row
