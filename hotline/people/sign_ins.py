"""Signing in and out: lock-out after wrong passwords, time-outs of a sign-in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Field, Session, SQLModel, col, select, update

from hotline.db import Database
from hotline.errors import NotSignedIn, SignInRefused
from hotline.people import passwords
from hotline.people.users import User, find
from hotline.tables import moment

# Custom (proposal): after this many wrong passwords in a row, this long a wait.
FAILURES, LOCKED = 5, timedelta(minutes=15)
# Custom (proposal): a desk left alone closes itself; nobody stays signed in over two shifts.
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
# How exactly `seen_at` is kept, so that reading a page does not write each time.
SEEN_EVERY = timedelta(minutes=1)


class SignIn(SQLModel, table=True):
    """One browser of one user; the cookie holds the token, we its hash."""

    __tablename__ = "sign_in"
    id: int | None = Field(default=None, primary_key=True)
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    began_at: datetime = moment()
    seen_at: datetime = moment()
    ended_at: datetime | None = moment(nullable=True)


def sign_in(database: Database, name: str, password: str, now: datetime) -> str:
    """The token of a new sign-in; each try is counted before the password is looked at."""
    with database.work() as session:
        password_hash = _counted_try(session, name, now)
    if not passwords.matches(password_hash or passwords.of_nobody(), password):
        raise SignInRefused
    token = secrets.token_urlsafe(32)
    with database.work() as session:
        user = find(session, name)
        if user is None or user.disabled_at:
            raise SignInRefused
        user.failures, user.locked_until = 0, None
        session.add(user)
        session.add(SignIn(token_hash=_hash(token), user_id=user.id, began_at=now, seen_at=now))
    return token


def _counted_try(session: Session, name: str, now: datetime) -> str | None:
    """The hash to check, if there is one; parallel guesses cannot slip past the count."""
    user = session.exec(select(User).where(User.name == name).with_for_update()).first()
    if user is None or user.disabled_at:
        return None
    if user.locked_until and user.locked_until > now:
        raise SignInRefused("口令连续输错，账号已锁定，请 15 分钟后再试，或请管理员重设口令。")
    user.failures = 1 if user.locked_until else user.failures + 1
    user.locked_until = now + LOCKED if user.failures >= FAILURES else None
    session.add(user)
    return user.password_hash


# Asked with every page, so built once.
_OF_TOKEN = (
    select(SignIn, User)
    .join(User, col(User.id) == SignIn.user_id)
    .where(SignIn.token_hash == bindparam("token_hash"), col(SignIn.ended_at).is_(None))
)


def user_of(database: Database, token: str, now: datetime, *, active: bool = True) -> User:
    """Whose sign-in this is; `active` is False for what a page asks by itself."""
    with database.glance() as session:
        row = session.execute(_OF_TOKEN, {"token_hash": _hash(token)}).first()
    if row is None or row[1].disabled_at or _is_over(row[0], now):
        raise NotSignedIn("登录已超时或已退出，请重新登录。")
    if active and now - row[0].seen_at > SEEN_EVERY:
        with database.work() as session:
            session.exec(update(SignIn).where(col(SignIn.id) == row[0].id).values(seen_at=now))
    return row[1]


def _is_over(row: SignIn, now: datetime) -> bool:
    return now - row.seen_at > IDLE or now - row.began_at > LONGEST


def sign_out(session: Session, token: str, now: datetime) -> None:
    session.exec(update(SignIn).where(col(SignIn.token_hash) == _hash(token)).values(ended_at=now))


def end_all(session: Session, user: User, now: datetime) -> None:
    """Ends every sign-in of the user: after a reset password, and when taken out of use."""
    session.exec(
        update(SignIn)
        .where(col(SignIn.user_id) == user.id, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )


def end_others(session: Session, user: User, token: str, now: datetime) -> None:
    """Ends the user's other sign-ins: whoever knew the old password is out."""
    session.exec(
        update(SignIn)
        .where(col(SignIn.user_id) == user.id, col(SignIn.ended_at).is_(None))
        .where(col(SignIn.token_hash) != _hash(token))
        .values(ended_at=now)
    )


def _hash(token: str) -> str:
    # A token carries 256 random bits; no slow hash is needed.
    return hashlib.sha256(token.encode()).hexdigest()
