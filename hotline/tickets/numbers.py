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

_COUNT = text(
    "INSERT INTO day_serial (day, last) VALUES (:day, :n) "
    "ON CONFLICT (day) DO UPDATE SET last = day_serial.last + :n RETURNING last"
)
# On PostgreSQL a counted row would be locked until the ticket is stored, and all others wait. So
# serials come from a sequence, and a row below zero is what to take off it on that day.
_DRAW = text("SELECT nextval('ticket_serial') + last FROM day_serial WHERE day = :day AND last < 0")
_BEGIN_DAY = text(
    "INSERT INTO day_serial (day, last) SELECT :day, -nextval('ticket_serial') "
    "ON CONFLICT (day) DO NOTHING"
)
_COUNT_ON = text(
    "UPDATE day_serial SET last = last + (SELECT last_value FROM ticket_serial) "
    "WHERE day = :day AND last < 0"
)


def next_number(session: Session, now: datetime) -> str:
    """The day's next ticket number."""
    day = city_day(now)
    return number_of(day, _next_serial(session, _digits(day)))


def number_of(day: date, serial: int) -> str:
    """It holds no personal data, and a mistyped digit is noticed."""
    digits = f"{_digits(day)}{serial:05d}"
    return f"NJ{digits}{damm.calc_check_digit(digits)}"


def reserve_serials(session: Session, day: date, n: int) -> int:
    """The first of so many serials of the day that nobody else gets."""
    if _has_sequence(session):
        session.execute(text("LOCK TABLE day_serial IN ACCESS EXCLUSIVE MODE"))
        session.execute(_COUNT_ON, {"day": _digits(day)})
    return _counted(session, _digits(day), n) - n + 1


def is_number(number: str) -> bool:
    """True when the check digit fits; says nothing about whether such a ticket exists."""
    return number.startswith("NJ") and damm.is_valid(number.removeprefix("NJ"))


def new_query_code() -> str:
    """Six random characters that let a citizen read the progress of one ticket."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))


def _next_serial(session: Session, day: str) -> int:
    if not _has_sequence(session):
        return _counted(session, day, 1)
    if serial := session.scalar(_DRAW, {"day": day}):
        return serial
    session.execute(_BEGIN_DAY, {"day": day})
    # A day that is counted already stays so.
    return session.scalar(_DRAW, {"day": day}) or _counted(session, day, 1)


def _counted(session: Session, day: str, n: int) -> int:
    return session.connection().execute(_COUNT, {"day": day, "n": n}).scalar_one()


def _has_sequence(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


@lru_cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"
