"""Ticket numbers (NJ + day + serial + check digit) and query codes."""

import secrets
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import text
from sqlmodel import Session
from stdnum import damm

from hotline.clock import city_day

# No 0/O, 1/I/L: a query code is read aloud over the phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

_NEXT = text(
    "INSERT INTO day_serial (day, last) VALUES (:day, :n) "
    "ON CONFLICT (day) DO UPDATE SET last = day_serial.last + :n RETURNING last"
)


def next_number(session: Session, now: datetime) -> str:
    """The day's next ticket number."""
    day = city_day(now)
    return number_of(day, next_serial(session, day))


def next_serial(session: Session, day: date, n: int = 1) -> int:
    """The first of so many serials of the day that nobody else gets."""
    facts = {"day": _digits(day), "n": n}
    return session.connection().execute(_NEXT, facts).scalar_one() - n + 1


def number_of(day: date, serial: int) -> str:
    """It holds no personal data, and a mistyped digit is noticed."""
    digits = f"{_digits(day)}{serial:05d}"
    return f"NJ{digits}{damm.calc_check_digit(digits)}"


@lru_cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"


def is_number(number: str) -> bool:
    """True when the check digit fits; says nothing about whether such a ticket exists."""
    return number.startswith("NJ") and damm.is_valid(number.removeprefix("NJ"))


def new_query_code() -> str:
    """Six random characters that let a citizen read the progress of one ticket."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))
