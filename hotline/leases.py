"""Named leases in the database: one holder at a time, lost when it stops renewing."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, text
from sqlmodel import Field, Session, SQLModel, col, delete

from hotline.tables import UtcDateTime, moment


class Lease(SQLModel, table=True):
    __tablename__ = "lease"
    name: str = Field(primary_key=True, max_length=40)
    holder: str = Field(max_length=80)
    until: datetime = moment()


# One statement, so that of two processes asking at once one is refused, on either database.
_HOLD = text(
    "INSERT INTO lease (name, holder, until) VALUES (:name, :holder, :until) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE lease.holder = excluded.holder OR lease.until < :now RETURNING holder"
).bindparams(bindparam("until", type_=UtcDateTime), bindparam("now", type_=UtcDateTime))


def hold(session: Session, name: str, holder: str, *, now: datetime, span: timedelta) -> bool:
    """Takes or renews the lease for `span`; False while another holds it."""
    values = {"name": name, "holder": holder, "now": now, "until": now + span}
    return session.connection().execute(_HOLD, values).first() is not None


def held_until(session: Session, name: str) -> datetime | None:
    """When the lease runs out, or ran out; None when nobody holds it."""
    lease = session.get(Lease, name)
    return lease and lease.until


def release(session: Session, name: str, holder: str) -> None:
    """Gives the lease up, if this one holds it."""
    session.exec(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))
