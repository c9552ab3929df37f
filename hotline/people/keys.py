"""API keys of staff, units and systems: shown once, stored as a hash."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Field, Session, SQLModel, select

from hotline.db import take_turn
from hotline.errors import Invalid, NotFound, NotSignedIn
from hotline.people.rights import STAFF, Actor, Role
from hotline.tables import moment

HOLDERS = (*STAFF, Role.GATEWAY)
KEYS_TURN = 12345_09


class ApiKey(SQLModel, table=True):
    __tablename__ = "api_key"
    id: int | None = Field(default=None, primary_key=True)
    holder: str = Field(max_length=60, unique=True)
    role: str = Field(max_length=20)
    unit: str = Field(default="", max_length=40)
    # The one channel by which the holder hands in.
    channel: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    key_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = moment()
    revoked_at: datetime | None = moment(nullable=True)


# Asked with every request of a program: only for what is needed, past the ORM, and built once.
_OF_KEY = select(ApiKey.holder, ApiKey.role, ApiKey.unit, ApiKey.channel, ApiKey.revoked_at).where(
    ApiKey.key_hash == bindparam("key_hash")
)


def make(
    session: Session,
    holder: str,
    role: Role,
    *,
    unit: str = "",
    channel: str = "",
    now: datetime,
) -> str:
    """A new key for the holder; the text is returned once and cannot be shown again.

    A gateway hands in by one channel and may do nothing else.
    """
    if role not in HOLDERS:
        known = "、".join(HOLDERS)
        raise Invalid(
            "角色 %(role)s 不能持有密钥，可选：%(known)s。", field="role", role=role, known=known
        )
    if (role is Role.HANDLER) != bool(unit):
        raise Invalid("经办人密钥须指明单位，其他角色不填单位。", field="unit")
    if (role is Role.GATEWAY) != bool(channel):
        raise Invalid("接入平台密钥须指明渠道，其他角色不选渠道。", field="channel")
    take_turn(session, KEYS_TURN)
    if session.exec(select(ApiKey).where(ApiKey.holder == holder)).first():
        raise Invalid(
            "「%(holder)s」已有密钥，请先撤销或换一个名称。", field="holder", holder=holder
        )
    text = f"hk_{secrets.token_urlsafe(32)}"
    facts = {"unit": unit, "channel": channel, "made_at": now}
    session.add(ApiKey(holder=holder, role=role, key_hash=_hash(text), **facts))
    return text


def revoke(session: Session, holder: str, *, now: datetime) -> None:
    row = session.exec(select(ApiKey).where(ApiKey.holder == holder)).first()
    if row is None:
        raise NotFound("没有「%(holder)s」的密钥。", field="holder", holder=holder)
    row.revoked_at = row.revoked_at or now
    session.add(row)


def everyone(session: Session) -> list[ApiKey]:
    return list(session.exec(select(ApiKey).order_by(ApiKey.holder)))


def actor_of(session: Session, text: str) -> Actor:
    """Whose key this is; refuses an unknown or revoked one."""
    row = session.connection().execute(_OF_KEY, {"key_hash": _hash(text)}).first()
    if row is None or row.revoked_at:
        raise NotSignedIn
    return Actor(row.holder, Role(row.role), unit=row.unit, channel=row.channel)


def _hash(text: str) -> str:
    # A key carries 256 random bits, so a plain hash cannot be searched; no slow hash is needed.
    return hashlib.sha256(text.encode()).hexdigest()
