"""知识: articles found while the agent types, in memory, and which ticket one has answered."""

import threading
import time
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import and_, func, select, update
from sqlmodel import Field, Session, SQLModel, col

from hotline.db import Database
from hotline.errors import Unavailable
from hotline.people.rights import Actor
from hotline.registry import article_lists
from hotline.registry.article_lists import InForce
from hotline.registry.articles import Article, ArticleVersion
from hotline.routing.questions import Entry, Questions
from hotline.tables import moment
from hotline.tickets.models import Ticket

log = structlog.get_logger()

# How often a process looks whether another article was published, in seconds.
LOOK_EVERY = 1.0
# Of these the ones are left out that do not hold today or speak of another territory.
FOUND = 40
# Gaps are counted over so long.
LATELY = timedelta(days=30)


class ArticleUse(SQLModel, table=True):
    """A ticket that was answered on the spot from an article."""

    __tablename__ = "article_use"
    id: int | None = Field(default=None, primary_key=True)
    article_id: int = Field(foreign_key="article.id", index=True)
    version: int
    ticket_id: int = Field(foreign_key="ticket.id", index=True)
    at: datetime = moment()


class KnowledgeGap(SQLModel, table=True):
    """An agent found nothing that fits; what was asked is not kept, only whose it probably was."""

    __tablename__ = "knowledge_gap"
    id: int | None = Field(default=None, primary_key=True)
    unit: str = Field(max_length=40)
    by: str = Field(max_length=60)
    at: datetime = moment(index=True)


class Knowledge:
    """The published articles of one moment, ready to be searched."""

    def __init__(self, articles: Iterable[InForce]) -> None:
        self._articles = {article.id: article for article in articles}
        self._questions = Questions(
            Entry(each.id, (each.question, *each.look_alikes), each.answer)
            for each in self._articles.values()
        )

    def find(self, text: str, day: date, *, territory: str = "") -> list[InForce]:
        """Those that hold on the day, the closest first; where known, of the territory alone."""
        found = (self._articles[id] for id in self._questions.find(text, FOUND))
        places = ("", territory)
        return [
            each
            for each in found
            if each.holds(day) and (not territory or each.territory in places)
        ]

    def told(self, text: str, day: date, *, territory: str = "") -> list[InForce]:
        """Those found that citizens may rely on: none whose conditions are known to be others."""
        return [each for each in self.find(text, day, territory=territory) if not each.changed_why]

    def reliable(self, ids: Iterable[int], day: date) -> list[InForce]:
        """Those of them that citizens may rely on, in their order."""
        known = (self._articles[id] for id in ids if id in self._articles)
        return [each for each in known if each.holds(day) and not each.changed_why]


class KnowledgeWatch:
    """The knowledge as last published; looks for newer articles at most once a second."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._looked_at = 0.0
        self._version = -1
        self._knowledge = Knowledge(())
        self._look()

    def __call__(self) -> Knowledge:
        if time.monotonic() - self._looked_at > LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._knowledge

    def _look(self) -> None:
        self._looked_at = time.monotonic()
        try:
            with self._database.read() as session:
                version = article_lists.current_version(session)
                articles = article_lists.in_force(session) if version != self._version else None
        except Unavailable:
            # What was known is searched on while the database is away.
            log.warning("knowledge not read", version=self._version)
            return
        if articles is not None:
            self._knowledge, self._version = Knowledge(articles), version


def note_use(session: Session, ticket: Ticket, article_id: int, *, now: datetime) -> None:
    """The ticket's answer came from the article as it is in force; none that has gone meanwhile."""
    article = session.get(Article, article_id)
    if article is None or not article.published:
        return
    session.add(
        ArticleUse(article_id=article_id, version=article.published, ticket_id=ticket.id, at=now)
    )
    _count(session, article_id, "hits")


def note_gap(
    session: Session, unit: str, shown: int | None, *, actor: Actor, now: datetime
) -> None:
    """Nothing fitted, not even the article that was shown first, if any was."""
    session.add(KnowledgeGap(unit=unit, by=actor.id, at=now))
    if shown:
        _count(session, shown, "unanswered")


def source(session: Session, ticket_id: int) -> ArticleVersion | None:
    """The article, as it then was, from which the ticket was answered last; none if from none."""
    used = and_(
        col(ArticleUse.article_id) == col(ArticleVersion.article_id),
        col(ArticleUse.version) == col(ArticleVersion.version),
    )
    query = select(ArticleVersion).join(ArticleUse, used)
    of_ticket = query.where(col(ArticleUse.ticket_id) == ticket_id)
    return session.execute(of_ticket.order_by(col(ArticleUse.id).desc())).scalars().first()


def gaps(session: Session, now: datetime, unit: str = "") -> list[tuple[str, int]]:
    """By unit, how often nothing fitted lately; the most first."""
    count = func.count()
    query = select(col(KnowledgeGap.unit), count).where(col(KnowledgeGap.at) > now - LATELY)
    query = query.where(col(KnowledgeGap.unit) == unit) if unit else query
    rows = session.execute(query.group_by(col(KnowledgeGap.unit)).order_by(count.desc()))
    return [tuple(row) for row in rows]


def _count(session: Session, article_id: int, column: str) -> None:
    counted = getattr(Article, column)
    session.execute(
        update(Article).where(col(Article.id) == article_id).values({column: counted + 1})
    )
