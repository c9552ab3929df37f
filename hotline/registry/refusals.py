"""Phrases proposed for the directory that an editor refused, until their evidence has doubled."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Field, Session, SQLModel, col, select

from hotline.errors import NotFound
from hotline.tables import moment

Refusals = Mapping[tuple[str, str], "RefusedProposal"]  # by unit and phrase


class RefusedProposal(SQLModel, table=True):
    """A word on a proposed phrase of a unit; its last row counts, so that all are kept."""

    __tablename__ = "refused_proposal"
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40, index=True)
    phrase: str = Field(max_length=20)
    tickets: int  # that spoke for it then
    refused: bool  # or taken back
    by: str = Field(max_length=60)
    at: datetime = moment()


def refuse(
    session: Session, unit: str, phrase: str, *, tickets: int, by: str, now: datetime
) -> None:
    """不采纳, in sight of so many tickets."""
    _say(session, unit, phrase, tickets, True, by, now)


def take_back(session: Session, unit: str, phrase: str, *, by: str, now: datetime) -> None:
    """Lets the phrase be proposed again."""
    last = refusals(session).get((unit, phrase))
    if last is None:
        raise NotFound("「%(phrase)s」没有被不采纳过，或已撤回。", field="phrase", phrase=phrase)
    _say(session, unit, phrase, last.tickets, False, by, now)


def refusals(session: Session) -> Refusals:
    """Those that stand, the newest first."""
    last = select(func.max(RefusedProposal.id)).group_by(
        RefusedProposal.unit, RefusedProposal.phrase
    )
    query = select(RefusedProposal).where(
        col(RefusedProposal.id).in_(last), col(RefusedProposal.refused)
    )
    rows = session.exec(query.order_by(col(RefusedProposal.id).desc()))
    return {(row.unit, row.phrase): row for row in rows}


def _say(
    session: Session, unit: str, phrase: str, tickets: int, refused: bool, by: str, now: datetime
) -> None:
    session.add(
        RefusedProposal(unit=unit, phrase=phrase, tickets=tickets, refused=refused, by=by, at=now)
    )
    session.flush()
