"""Passwords: kept only as argon2id hashes."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from hotline.errors import Invalid

# Custom (proposal): long enough that the lock-out leaves nothing to guess, short enough to type.
SHORTEST, LONGEST = 10, 128
_HASHER = PasswordHasher()


def hashed(password: str, *, name: str = "") -> str:
    """The argon2id hash; refuses a password that is too short or tells the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid(
            "口令须为 %(least)d 至 %(most)d 位。", field="password", least=SHORTEST, most=LONGEST
        )
    if name and name.lower() in password.lower():
        raise Invalid("口令不能包含登录名。", field="password")
    return _HASHER.hash(password)


def matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password[:LONGEST])
    except (VerifyMismatchError, InvalidHashError):
        return False


@cache
def of_nobody() -> str:
    """Checked when nobody goes by the name given, so that both refusals take the same time."""
    return _HASHER.hash(secrets.token_hex(16))


def temporary() -> str:
    """A password to hand over once; its holder must change it at the first sign-in."""
    return secrets.token_urlsafe(12)
