"""评价: what a requester who is not satisfied says, and whose fault a third side finds it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from hotline.errors import StepRefused
from hotline.people.rights import Action, Actor, scope_of
from hotline.tickets.contents import add_content
from hotline.tickets.models import BLANK, Content, FollowUp, Ticket, TicketEvent
from hotline.tickets.steps import take_step
from hotline.tickets.words import Fault

# The requester is asked anew after each of these; of several ratings since, the last one counts.
ASKED_ANEW = (Action.DELIVER, Action.MERGE, Action.REOPEN)
# 不满意 and 很不满意: domain.md 1.13, five grades of 好差评.
UNSATISFIED = 2
SHOWN = 50


@dataclass(frozen=True, slots=True)
class Undecided:
    """A bad rating that nobody has looked into; `said` are the requester's words, if any."""

    id: int
    number: str
    unit: str
    status: str
    solved: bool
    satisfied: int
    grievance: str
    said: str
    at: datetime


def review(
    session: Session,
    ticket: Ticket,
    fault: Fault,
    remark: str = "",
    *,
    actor: Actor,
    now: datetime,
) -> TicketEvent:
    """评价核定: a third side decides on the ticket's oldest bad rating; never its unit."""
    rating = next(iter(_open_ratings(session, ticket)), None)
    if rating is None:
        raise StepRefused(
            "工单 %(number)s 没有待核定的评价。", field="action", number=ticket.number
        )
    content = add_content(session, ticket, remark) if remark else None
    event = take_step(
        session, ticket, Action.REVIEW_RATING, actor=actor, now=now, unit=rating.unit,
        reason=fault, content=content,
    )  # fmt: skip
    rating.fault, rating.reviewed_by, rating.reviewed_at = fault, actor.id, now
    session.add(rating)
    return event


def standing(session: Session, ticket: Ticket) -> FollowUp | None:
    """The rating that counts of the reply last told; None where nobody has rated it."""
    last = (
        select(TicketEvent.action)
        .where(TicketEvent.ticket_id == ticket.id)
        .where(col(TicketEvent.action).in_((Action.FOLLOW_UP, *ASKED_ANEW)))
        .order_by(col(TicketEvent.seq).desc())
    )
    if session.exec(last.limit(1)).first() != Action.FOLLOW_UP:
        return None
    newest = select(FollowUp).where(FollowUp.ticket_id == ticket.id)
    return session.exec(newest.order_by(col(FollowUp.id).desc()).limit(1)).first()


def supersede(session: Session, earlier: FollowUp, later: FollowUp) -> None:
    """The later rating counts; whose fault it was is asked again only for another reason."""
    earlier.superseded = True
    if later.grievance == earlier.grievance:
        later.fault, later.reviewed_by = earlier.fault, earlier.reviewed_by
        later.reviewed_at = earlier.reviewed_at
    session.add(earlier)


def of(session: Session, ticket: Ticket) -> list[FollowUp]:
    """All ratings of the ticket, in order."""
    query = select(FollowUp).where(FollowUp.ticket_id == ticket.id)
    return list(session.exec(query.order_by(col(FollowUp.id))))


def undecided(
    session: Session, *, actor: Actor, after: int = 0, limit: int = SHOWN
) -> list[Undecided]:
    """Bad ratings that wait for a third side, the oldest first."""
    scope_of(actor, Action.REVIEW_RATING)
    query = (
        select(
            FollowUp.id, Ticket.number, FollowUp.unit, Ticket.status, FollowUp.solved,
            FollowUp.satisfied, FollowUp.grievance, func.coalesce(Content.text, ""), FollowUp.at,
        )
        .join(Ticket, col(Ticket.id) == FollowUp.ticket_id)
        .outerjoin(Content, col(Content.id) == FollowUp.content_id)
        .where(_UNDECIDED, col(FollowUp.id) > after)
        .order_by(col(FollowUp.id))
        .limit(limit)
    )  # fmt: skip
    return [Undecided(*row) for row in session.execute(query)]


def count_undecided(session: Session) -> int:
    """How many `undecided` would list without a limit."""
    return session.execute(select(func.count()).where(_UNDECIDED)).scalar_one()


_UNDECIDED = (
    (col(FollowUp.grievance) != BLANK)
    & (col(FollowUp.fault) == BLANK)
    & col(FollowUp.superseded).is_(False)
)


def _open_ratings(session: Session, ticket: Ticket) -> list[FollowUp]:
    query = select(FollowUp).where(FollowUp.ticket_id == ticket.id, _UNDECIDED)
    return list(session.exec(query.order_by(col(FollowUp.id))))
