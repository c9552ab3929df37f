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

_COUNT = (
    "INSERT INTO day_serial (day, last) VALUES (:day, :n) "
    "ON CONFLICT (day) DO UPDATE SET last = day_serial.last + :n RETURNING last"
)
_NEXT_ID = {
    "postgresql": "nextval('ticket_id_seq')",
    # One writer at a time, so nobody else takes it meanwhile; it must know of its own tickets.
    "sqlite": "(SELECT coalesce(max(id), 0) + 1 FROM ticket)",
}
# On PostgreSQL a counted row would be locked until the ticket is stored, and all others wait. So
# serials come from a sequence, and a row below zero is what to take off it on that day.
_DRAW = text(
    f"SELECT {_NEXT_ID['postgresql']}, nextval('ticket_serial') + last FROM day_serial "
    "WHERE day = :day AND last < 0"
)
_BEGIN_DAY = text(
    "INSERT INTO day_serial (day, last) SELECT :day, -nextval('ticket_serial') "
    "ON CONFLICT (day) DO NOTHING"
)
_COUNT_ON = text(
    "UPDATE day_serial SET last = last + (SELECT last_value FROM ticket_serial) "
    "WHERE day = :day AND last < 0"
)


def next_ticket(session: Session, now: datetime) -> tuple[int, str]:
    """The id of a new ticket and the day's next number, which nobody else gets."""
    day = city_day(now)
    id, serial = _drawn(session, _digits(day))
    return id, number_of(day, serial)


def number_of(day: date, serial: int) -> str:
    """It holds no personal data, and a mistyped digit is noticed."""
    digits = f"{_digits(day)}{serial:05d}"
    return f"NJ{digits}{damm.calc_check_digit(digits)}"


def reserve_serials(session: Session, day: date, n: int) -> int:
    """The first of so many serials of the day, which nobody else gets."""
    facts = {"day": _digits(day), "n": n}
    if _dialect(session) == "postgresql":
        session.execute(text("LOCK TABLE day_serial IN ACCESS EXCLUSIVE MODE"))
        session.execute(_COUNT_ON, {"day": facts["day"]})
    return session.execute(text(_COUNT), facts).scalar_one() - n + 1


def is_number(number: str) -> bool:
    """True when the check digit fits; says nothing about whether such a ticket exists."""
    return number.startswith("NJ") and damm.is_valid(number.removeprefix("NJ"))


def new_query_code() -> str:
    """Six random characters that let a citizen read the progress of one ticket."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(6))


def _drawn(session: Session, day: str) -> tuple[int, int]:
    if _dialect(session) == "postgresql":
        connection = session.connection()
        if drawn := connection.execute(_DRAW, {"day": day}).first():
            return drawn
        connection.execute(_BEGIN_DAY, {"day": day})
        if drawn := connection.execute(_DRAW, {"day": day}).first():
            return drawn
        # A day that was counted already stays so.
    session.flush()
    count = text(f"{_COUNT}, {_NEXT_ID[_dialect(session)]}")
    serial, id = session.execute(count, {"day": day, "n": 1}).one()
    return id, serial


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


@lru_cache
def _digits(day: date) -> str:
    return f"{day:%Y%m%d}"
