"""A request that comes twice is done once: its answer is kept for 24 hours."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, Session, SQLModel, col, delete

from hotline.errors import HotlineError, KeyReused
from hotline.tables import moment

KEY_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An `Idempotency-Key` as one actor used it on one route with one body."""

    actor: str
    route: str
    key: str
    body: bytes

    @property
    def id(self) -> str:
        return hashlib.sha256("\n".join((self.actor, self.route, self.key)).encode()).hexdigest()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()


class StoredReply(SQLModel, table=True):
    """What was answered to a request key, kept for 24 hours in the same transaction as the work."""

    __tablename__ = "stored_reply"
    id: str = Field(primary_key=True, max_length=64)
    digest: str = Field(max_length=64)
    reply: Any = Field(default=None, sa_column=Column(JSON))
    status: int = Field(default=200, sa_column_kwargs={"server_default": "200"})  # of HTTP
    at: datetime = moment(index=True)


class Replayed(HotlineError):
    """The same request came before: here is what was answered then, and with which status."""

    code = "replayed"

    def __init__(self, reply: Any, status: int) -> None:
        super().__init__()
        self.reply, self.status = reply, status


def keep_reply(session: Session, reply: Any, *, status: int = 200) -> Any:
    """Remembers the answer for the request key of this `work`, and hands it back."""
    session.info["reply"] = (reply, status)
    return reply


def forget_replies(session: Session, now: datetime) -> None:
    """Deletes the kept answers whose request keys have run out."""
    session.exec(delete(StoredReply).where(col(StoredReply.at) <= now - KEY_LIFETIME))


def claim_key(session: Session, key: RequestKey, now: datetime) -> StoredReply:
    stored = session.get(StoredReply, key.id)
    if stored and stored.at > now - KEY_LIFETIME:
        _replay(stored, key)
    if stored:
        session.delete(stored)
        session.flush()
    fresh = StoredReply(id=key.id, digest=key.digest, at=now)
    session.add(fresh)
    try:
        session.flush()
    except IntegrityError:
        # A twin on another connection won; its answer is there now that our insert was refused.
        session.rollback()
        _replay(session.get(StoredReply, key.id), key)
    return fresh


def _replay(stored: StoredReply, key: RequestKey) -> None:
    if stored.digest != key.digest:
        raise KeyReused(field="Idempotency-Key")
    raise Replayed(stored.reply, stored.status)
