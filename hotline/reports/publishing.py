"""Published reports: frozen as they were, a correction being a new version with its reason."""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from hotline.db import take_turn
from hotline.errors import Invalid, NotFound
from hotline.people.rights import Actor
from hotline.reports.documents import Report, as_values, from_values
from hotline.reports.material import check_reader
from hotline.reports.periods import Period
from hotline.tables import moment

# Of two who publish at once, the second sees what the first did.
PUBLISHER_LOCK = 12345_04


class PublishedReport(SQLModel, table=True):
    """One version of a report as it was published; never changed afterwards."""

    __tablename__ = "published_report"
    __table_args__ = (UniqueConstraint("kind", "first", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=10)
    first: date
    last: date
    version: int
    definitions: str = Field(max_length=64)
    numbers: Any = Field(sa_column=Column(JSON, nullable=False))
    document: Any = Field(sa_column=Column(JSON, nullable=False))
    hash: str = Field(max_length=64)  # of the numbers
    reason: str = Field(default="", max_length=200)
    published_at: datetime = moment()
    published_by: str = Field(default="", max_length=60)  # blank before it was written down

    @property
    def report(self) -> Report:
        """The report as it was published, ready to be rendered again."""
        return from_values(self.document)


def publish(
    session: Session, report: Report, *, by: str, now: datetime, reason: str = ""
) -> PublishedReport:
    """Freezes the report. The same numbers again change nothing; other numbers need a reason."""
    if report.period.is_running(now):
        words = report.period.words
        raise Invalid("%(period)s尚未结束，结束后才能发布。", field="date", period=words)
    take_turn(session, PUBLISHER_LOCK)
    newest = published(session, report.period)
    numbers = json.loads(json.dumps(report.figures))
    digest = _digest(numbers)
    if newest and newest.hash == digest:
        return newest
    if newest and not reason.strip():
        raise Invalid(
            "数字与已发布的第 %(n)d 版不同，更正须写明原因。", field="reason", n=newest.version
        )
    row = PublishedReport(
        kind=report.kind, first=report.first, last=report.last,
        version=newest.version + 1 if newest else 1, definitions=report.definitions,
        numbers=numbers, document=as_values(report), hash=digest, reason=reason.strip(),
        published_at=now, published_by=by,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def published(session: Session, period: Period) -> PublishedReport | None:
    """The newest published version of a period's report."""
    return session.exec(_versions(period).limit(1)).first()


def versions(session: Session, period: Period, *, actor: Actor) -> list[PublishedReport]:
    """All versions of a period's report, the newest first."""
    check_reader(actor)
    return list(session.exec(_versions(period)))


def version(versions: list[PublishedReport], number: int) -> PublishedReport:
    for row in versions:
        if row.version == number:
            return row
    raise NotFound("这份报告没有第 %(n)d 版，请从版本列表中选。", field="version", n=number)


def latest(session: Session, *, actor: Actor, limit: int = 30) -> list[PublishedReport]:
    """What was published last, of whatever period, the newest first."""
    check_reader(actor)
    query = select(PublishedReport).order_by(col(PublishedReport.id).desc())
    return list(session.exec(query.limit(limit)))


def _versions(period: Period) -> SelectOfScalar[PublishedReport]:
    return (
        select(PublishedReport)
        .where(PublishedReport.kind == period.kind, PublishedReport.first == period.first)
        .order_by(col(PublishedReport.version).desc())
    )


def _digest(numbers: Any) -> str:
    return hashlib.sha256(json.dumps(numbers, sort_keys=True).encode()).hexdigest()
