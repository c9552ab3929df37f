"""Drafts: what an agent has typed and not yet logged, kept over a crash for a day."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, delete, select

from hotline.people.rights import Actor
from hotline.tables import moment

# Personal data: custom (proposal), long enough for the next shift to find it.
LIFETIME = timedelta(days=1)
SHOWN = 5


class Draft(SQLModel, table=True):
    """One a form; `form` is the id of the call it is about, else the form's own."""

    __tablename__ = "draft"
    actor: str = Field(primary_key=True, max_length=60)
    form: str = Field(primary_key=True, max_length=64)
    typed: Any = Field(sa_column=Column(JSON, nullable=False))
    saved_at: datetime = moment(index=True)


def save(
    session: Session, form: str, typed: dict[str, str], *, actor: Actor, now: datetime
) -> None:
    """Keeps what was typed in place of what was kept before."""
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    fresh = insert[session.get_bind().dialect.name](Draft).values(
        actor=actor.id, form=form, typed=typed, saved_at=now
    )
    newer = {"typed": fresh.excluded.typed, "saved_at": fresh.excluded.saved_at}
    session.execute(fresh.on_conflict_do_update(index_elements=["actor", "form"], set_=newer))


def drop(session: Session, form: str, *, actor: Actor) -> None:
    """Deletes it: the ticket is logged, or the agent gave it up."""
    # What else this work adds is stored together in the end, not before.
    with session.no_autoflush:
        session.exec(delete(Draft).where(col(Draft.actor) == actor.id, col(Draft.form) == form))


def find(session: Session, form: str, *, actor: Actor, now: datetime) -> Draft | None:
    """The actor's own draft of this form; one that is to be swept is gone already."""
    kept = session.get(Draft, (actor.id, form))
    return kept if kept and kept.saved_at > now - LIFETIME else None


def unfinished(session: Session, *, actor: Actor, now: datetime) -> list[Draft]:
    """The actor's own, the newest first."""
    query = (
        select(Draft)
        .where(Draft.actor == actor.id, Draft.saved_at > now - LIFETIME)
        .order_by(col(Draft.saved_at).desc())
        .limit(SHOWN)
    )
    return list(session.exec(query))


def sweep(session: Session, now: datetime) -> None:
    """Deletes what nobody has come back to."""
    session.exec(delete(Draft).where(col(Draft.saved_at) <= now - LIFETIME))
