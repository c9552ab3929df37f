"""Ticket numbers (NJ + day + serial + check digit) and query codes."""

import secrets
from datetime import datetime

from sqlalchemy import text
from sqlmodel import Session
from stdnum import damm

from hotline.clock import city_day

# No 0/O, 1/I/L: a query code is read aloud over the phone.
CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

_NEXT = text(
    "INSERT INTO day_serial (day, last) VALUES (:day, 1) "
    "ON CONFLICT (day) DO UPDATE SET last = day_serial.last + 1 RETURNING last"
)


def next_number(session: Session, now: datetime) -> str:
    """The day's next ticket number; it holds no personal data and a mistyped digit is noticed."""
    day = city_day(now).strftime("%Y%m%d")
    serial = session.connection().execute(_NEXT, {"day": day}).scalar_one()
    digits = f"{day}{serial:05d}"
    return f"NJ{digits}{damm.calc_check_digit(digits)}"


def is_number(number: str) -> bool:
    """True when the check digit fits; says nothing about whether such a ticket exists."""
    return number.startswith("NJ") and damm.is_valid(number.removeprefix("NJ"))


def new_query_code() -> str:
    """Six random characters that let a citizen read the progress of one ticket."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))
