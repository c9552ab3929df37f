"""What stands in the knowledge base: in force, waiting for somebody, and the story of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_
from sqlalchemy import select as choose
from sqlmodel import Session, col, select

from hotline.registry.articles import Article, ArticleEvent, ArticleVersion

SHOWN = 50


class Pile(StrEnum):
    """Articles by what they need."""

    IN_FORCE = "in_force"  # 已发布
    TO_REVIEW = "to_review"  # 待审核
    CHANGED = "changed"  # 待更新
    TO_CHECK = "to_check"  # 该复核
    NOT_IN_FORCE = "not_in_force"  # 未发布


WITH_PUBLISHED_WORDS = (Pile.IN_FORCE, Pile.TO_CHECK)


@dataclass(frozen=True, slots=True)
class InForce:
    """A published article as everybody may read it: who keeps it up is nobody's business."""

    id: int
    version: int
    question: str
    look_alikes: tuple[str, ...]
    answer: str
    basis: str
    unit: str
    territory: str
    valid_from: date | None
    valid_to: date | None
    changed_why: str

    def holds(self, day: date) -> bool:
        return (self.valid_from or day) <= day and (self.valid_to is None or day < self.valid_to)


Row = tuple[Article, ArticleVersion]


def in_force(session: Session) -> list[InForce]:
    """Every published article, whether it holds today or not."""
    query = choose(Article, ArticleVersion).join(ArticleVersion, _words(col(Article.published)))
    return [_in_force(*row) for row in session.execute(query.order_by(col(Article.id)))]


def most_used(session: Session, limit: int) -> list[int]:
    """Ids of published articles, those first that answered most."""
    query = select(col(Article.id)).where(Article.published > 0)
    order = (col(Article.hits).desc(), col(Article.id))
    return list(session.exec(query.order_by(*order).limit(limit)))


def counts(session: Session, unit: str, day: date) -> dict[Pile, int]:
    """How many lie in each pile; of one unit where it is named."""
    # One join serves: but where an article is in force, its words are those in force.
    sums = [func.sum(case((_lies_in(pile, day), 1), else_=0)) for pile in Pile]
    shown = case((col(Article.published) > 0, col(Article.published)), else_=col(Article.newest))
    query = _of(unit, choose(*sums).select_from(Article).join(ArticleVersion, _words(shown)))
    return dict(zip(Pile, (count or 0 for count in session.execute(query).one()), strict=True))


def listing(session: Session, pile: Pile, unit: str, day: date, after: int = 0) -> Sequence[Row]:
    """What is due first, else what was written last; in force with the words in force."""
    words = col(Article.published if pile in WITH_PUBLISHED_WORDS else Article.newest)
    query = _of(unit, choose(Article, ArticleVersion).join(ArticleVersion, _words(words)))
    order = (
        (col(Article.due_at), col(Article.id))
        if pile is Pile.CHANGED
        else (col(ArticleVersion.at).desc(), col(Article.id).desc())
    )
    page = query.where(_lies_in(pile, day)).order_by(*order).offset(after).limit(SHOWN)
    return [tuple(row) for row in session.execute(page)]


class Pressing(NamedTuple):
    """How many articles wait for their update, how many of them too long; and for the desk."""

    waiting: int
    overdue: int
    to_review: int


def pressing(session: Session, now: datetime, unit: str = "") -> Pressing:
    """What a unit handed in in time is not overdue, however long the desk looks at it."""
    changed = col(Article.changed_at).is_not(None)
    late = col(Article.due_at) < func.coalesce(col(Article.handed_in_at), now)
    handed_in = col(Article.newest) > col(Article.settled)
    counts = (func.sum(case((each, 1), else_=0)) for each in (changed, changed & late, handed_in))
    query = choose(*counts).select_from(Article)
    return Pressing(*(count or 0 for count in session.execute(_of(unit, query)).one()))


def versions(session: Session, article_id: int) -> list[ArticleVersion]:
    """The newest first."""
    query = select(ArticleVersion).where(ArticleVersion.article_id == article_id)
    return list(session.exec(query.order_by(col(ArticleVersion.version).desc())))


def events(session: Session, article_id: int) -> list[ArticleEvent]:
    """The newest first."""
    query = select(ArticleEvent).where(ArticleEvent.article_id == article_id)
    return list(session.exec(query.order_by(col(ArticleEvent.id).desc())))


def current_version(session: Session) -> int:
    """A number that grows with each act upon any article; 0 if there was none."""
    return session.exec(select(func.max(ArticleEvent.id))).one() or 0


def _words(version: ColumnElement[int]) -> ColumnElement[bool]:
    return and_(
        col(ArticleVersion.article_id) == col(Article.id), col(ArticleVersion.version) == version
    )


def _lies_in(pile: Pile, day: date) -> ColumnElement[bool]:
    published = col(Article.published) > 0
    ended = or_(col(ArticleVersion.review_on) <= day, col(ArticleVersion.valid_to) <= day)
    return {
        Pile.IN_FORCE: published,
        Pile.TO_REVIEW: col(Article.newest) > col(Article.settled),
        Pile.CHANGED: col(Article.changed_at).is_not(None),
        Pile.TO_CHECK: and_(published, ended),
        Pile.NOT_IN_FORCE: and_(~published, col(Article.newest) == col(Article.settled)),
    }[pile]


def _of(unit: str, query: Select[Any]) -> Select[Any]:
    return query.where(col(Article.unit) == unit) if unit else query


def _in_force(article: Article, words: ArticleVersion) -> InForce:
    return InForce(
        id=article.id,
        version=words.version,
        question=words.question,
        look_alikes=tuple(words.look_alikes),
        answer=words.answer,
        basis=words.basis,
        unit=words.unit,
        territory=words.territory,
        valid_from=words.valid_from,
        valid_to=words.valid_to,
        changed_why=article.changed_why,
    )
