"""Users: the people who sign in, each with one role."""

import re
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, func, select

from hotline.db import take_turn
from hotline.errors import Invalid, NotFound
from hotline.people.rights import STAFF, Actor, Role
from hotline.tables import moment

NAME = re.compile(r"[a-z][a-z0-9._-]{1,39}")
USERS_TURN = 12345_08


class User(SQLModel, table=True):
    """`name` is what one signs in with and what events store; `title` is what pages show."""

    __tablename__ = "user_account"  # "user" is a reserved word of PostgreSQL
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(max_length=40, unique=True)
    title: str = Field(max_length=40)
    role: str = Field(max_length=20)
    unit: str = Field(default="", max_length=40)
    password_hash: str = Field(max_length=200)
    must_change: bool = True  # a password that somebody else has seen
    failures: int = 0  # wrong passwords in a row
    locked_until: datetime | None = moment(nullable=True)
    made_at: datetime = moment()
    disabled_at: datetime | None = moment(nullable=True)

    @property
    def actor(self) -> Actor:
        return Actor(self.name, Role(self.role), unit=self.unit)


def add(
    session: Session,
    name: str,
    title: str,
    role: Role,
    *,
    password_hash: str,
    unit: str = "",
    must_change: bool = True,
    now: datetime,
) -> User:
    """A new user; the unit is for handlers alone, and must be one of the directory."""
    check_role(role, unit)
    if not NAME.fullmatch(name):
        raise Invalid("登录名须为 2 至 40 位小写字母、数字或 . _ -，并以字母开头。", field="name")
    take_turn(session, USERS_TURN)
    if find(session, name):
        raise Invalid("登录名「%(name)s」已有人使用，请换一个。", field="name", name=name)
    user = User(
        name=name, title=title.strip() or name, role=role, unit=unit, made_at=now,
        password_hash=password_hash, must_change=must_change,
    )  # fmt: skip
    session.add(user)
    session.flush()
    return user


def check_role(role: str, unit: str) -> None:
    if role not in STAFF:
        raise Invalid("角色须为 %(known)s 之一。", field="role", known="、".join(STAFF))
    if (role == Role.HANDLER) != bool(unit):
        raise Invalid("经办人须指明单位，其他角色不填单位。", field="unit")


def find(session: Session, name: str) -> User | None:
    return session.exec(select(User).where(User.name == name)).first()


def named(session: Session, name: str, *, lock: bool = False) -> User:
    query = select(User).where(User.name == name)
    user = session.exec(query.with_for_update() if lock else query).first()
    if user is None:
        raise NotFound("没有登录名为「%(name)s」的用户。", field="name", name=name[:40])
    return user


def everyone(session: Session) -> list[User]:
    return list(session.exec(select(User).order_by(col(User.role), col(User.name))))


def titles(session: Session, names: set[str]) -> dict[str, str]:
    """What pages call these actors; a system or an API key has no title of its own."""
    rows = session.exec(select(User.name, User.title).where(col(User.name).in_(names)))
    return dict(rows.all())


def change(
    session: Session, name: str, title: str, role: Role, unit: str, *, by: Actor
) -> tuple[User, Actor]:
    """Corrects all but the name, which history holds; tells as well as whom the user acted before.

    It is in force with the next page that the user asks for.
    """
    check_role(role, unit)
    take_turn(session, USERS_TURN)
    user = named(session, name, lock=True)
    before = user.actor
    if user.role != role:
        if user.name == by.id:
            raise Invalid("不能改自己的角色，请由另一位管理员操作。", field="role")
        _keep_an_administrator(session, user, "role")
    user.title, user.role, user.unit = title.strip() or name, role, unit
    session.add(user)
    return user, before


def disable(session: Session, name: str, *, by: Actor, now: datetime) -> User:
    """Out of use at once; the last administrator stays, or nobody could let anybody in."""
    take_turn(session, USERS_TURN)
    user = named(session, name, lock=True)
    if user.name == by.id:
        raise Invalid("不能停用自己的账号，请由另一位管理员操作。", field="name")
    _keep_an_administrator(session, user, "name")
    user.disabled_at = user.disabled_at or now
    session.add(user)
    return user


def enable(session: Session, name: str) -> User:
    user = named(session, name, lock=True)
    user.disabled_at, user.failures, user.locked_until = None, 0, None
    session.add(user)
    return user


def set_password(session: Session, name: str, password_hash: str, *, must_change: bool) -> User:
    """The hash is made outside, because hashing takes too long for a write transaction."""
    user = named(session, name, lock=True)
    user.password_hash, user.must_change = password_hash, must_change
    user.failures, user.locked_until = 0, None
    session.add(user)
    return user


def _keep_an_administrator(session: Session, user: User, field: str) -> None:
    """Two who part with each other at once wait for each other's turn."""
    if user.role != Role.ADMINISTRATOR or user.disabled_at:
        return
    query = select(func.count()).select_from(User)
    in_use = query.where(User.role == Role.ADMINISTRATOR, col(User.disabled_at).is_(None))
    if session.exec(in_use).one() < 2:
        raise Invalid("至少须保留一位管理员。", field=field)
