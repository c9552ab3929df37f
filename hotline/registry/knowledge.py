"""The life of an article of the knowledge base: written, published, outdated, taken down."""

from dataclasses import asdict
from datetime import date, datetime

from sqlmodel import Session, col, select

from hotline.clock import city_day
from hotline.db import take_turn
from hotline.errors import Invalid, NotAllowed, NotFound
from hotline.registry.articles import Act, Article, ArticleEvent, ArticleVersion, Editor, Writing
from hotline.registry.calendar import WorkCalendar
from hotline.registry.limits import Limits
from hotline.registry.loading import Row, Tables, read_seed

FILE = "knowledge.csv"
SHIPPER = "shipped"
CLOCK = Editor("system")
# The key in limits.csv: how long a unit has for an article whose conditions changed.
UPDATE = "knowledge_update"
# One editor at a time, so that events commit in the order of their ids.
EDITING = 12345_11


def seed(session: Session, tables: Tables, now: datetime) -> None:
    """Stores the shipped articles as published, once; a base that holds anything is left alone."""
    if session.exec(select(Article.id).limit(1)).first() is None:
        review_on = next_review(now, Limits.from_rows(tables["limits.csv"].rows))
        for row in read_seed(FILE, tables).rows:
            _ship(session, row, review_on, now)
        session.flush()


def write(
    session: Session,
    writing: Writing,
    *,
    editor: Editor,
    now: datetime,
    note: str = "",
    article_id: int | None = None,
    seen: int = 0,
) -> ArticleVersion:
    """A new article, or a new version of one of which the version `seen` was the newest.

    It waits for the desk; what is in force stays so until then.
    """
    take_turn(session, EDITING)
    article = _own(session, article_id, editor) if article_id else Article(unit=writing.unit)
    _check(article, writing, editor, seen)
    if _lapsed(article, now):
        _note_lapse(session, article)
    article.unit, article.newest = writing.unit, article.newest + 1
    if article.changed_at:
        article.handed_in_at = article.handed_in_at or now
    session.add(article)
    session.flush()
    version = _version(article, writing, editor.name, now, note)
    session.add(version)
    session.flush()
    return version


def restore(
    session: Session, article_id: int, version: int, *, editor: Editor, now: datetime
) -> ArticleVersion:
    """An earlier version written once more, as the newest."""
    take_turn(session, EDITING)
    article = _own(session, article_id, editor)
    old = version_of(session, article_id, version)
    words = old.model_dump(include=set(Writing.__dataclass_fields__))
    writing = Writing(**words | {"look_alikes": tuple(old.look_alikes), "unit": article.unit})
    return write(
        session, writing, editor=editor, now=now, note=f"恢复第 {version} 版",
        article_id=article_id, seen=article.newest,
    )  # fmt: skip


def publish(
    session: Session, article_id: int, version: int, *, editor: Editor, now: datetime
) -> Article:
    """Puts the newest version in force; nobody publishes what he wrote himself."""
    article = _waiting(session, article_id, version, editor)
    if version_of(session, article_id, version).by == editor.name:
        raise NotAllowed("自己写的版本要请另一位派单员或督办员审核发布。")
    article.published = article.settled = version
    _clear(article)
    return _done(session, article, Act.PUBLISH, editor, now)


def send_back(
    session: Session, article_id: int, version: int, why: str, *, editor: Editor, now: datetime
) -> Article:
    """The unit is to write it again; its clock, if one runs, has not stopped."""
    article = _waiting(session, article_id, version, editor)
    article.settled, article.handed_in_at = version, None
    return _done(session, article, Act.SEND_BACK, editor, now, why)


def take_down(
    session: Session, article_id: int, why: str, *, editor: Editor, now: datetime
) -> Article:
    """Nothing of it is in force any more, at the desk as for the public."""
    article = _in_force(session, article_id, editor)
    article.published = 0
    _clear(article)
    return _done(session, article, Act.TAKE_DOWN, editor, now, why)


def mark(
    session: Session,
    article_id: int,
    why: str,
    *,
    editor: Editor,
    calendar: WorkCalendar,
    now: datetime,
) -> Article:
    """待更新: the conditions changed, and the clock of the unit begins (2018 plan, item 14)."""
    article = _in_force(session, article_id, editor)
    if article.changed_at:
        raise Invalid("这条知识已标为待更新，请等单位更新。", field="why")
    days = calendar.limits.number(UPDATE)
    article.changed_why, article.changed_at = why, now
    article.due_at = calendar.add_working_days(now, days, article.unit)
    # What the unit wrote before and nobody has looked at yet may be the very update.
    article.handed_in_at = now if article.newest > article.settled else None
    return _done(session, article, Act.MARK, editor, now, why)


def unmark(
    session: Session, article_id: int, why: str, *, editor: Editor, now: datetime
) -> Article:
    """撤销待更新: nothing had changed after all."""
    article = _in_force(session, article_id, editor)
    if not article.changed_at:
        raise Invalid("这条知识没有标为待更新，不用撤销。", field="why")
    _clear(article)
    return _done(session, article, Act.UNMARK, editor, now, why)


def fall_overdue(session: Session, now: datetime) -> list[Article]:
    """超期未更新: noted once of each mark, at the time at which its update fell due."""
    take_turn(session, EDITING)
    waiting = select(Article).where(col(Article.due_at) < now, col(Article.handed_in_at).is_(None))
    found = [each for each in session.exec(waiting.order_by(col(Article.id))) if _lapsed(each, now)]
    return [each for each in found if _note_lapse(session, each)]


def _lapsed(article: Article, now: datetime) -> bool:
    # Whoever hands it in late was late, even when the clock has not yet come by.
    return bool(article.due_at and not article.handed_in_at and article.due_at < now)


def _note_lapse(session: Session, article: Article) -> bool:
    """False where it was noted before: an update sent back has the same time to keep."""
    noted = select(ArticleEvent.id).where(
        ArticleEvent.article_id == article.id, ArticleEvent.act == Act.FALL_OVERDUE,
        ArticleEvent.at == article.due_at,
    )  # fmt: skip
    if session.exec(noted.limit(1)).first():
        return False
    _done(session, article, Act.FALL_OVERDUE, CLOCK, article.due_at, article.changed_why)
    return True


def next_review(now: datetime, limits: Limits) -> date:
    """By when what is written now should be looked at again, where its author names no day."""
    return city_day(now) + limits.span("knowledge_review")


def find(session: Session, article_id: int) -> Article:
    found = session.get(Article, article_id)
    if found is None:
        raise NotFound("没有第 %(n)d 条知识，请在列表中选。", field="article", n=article_id)
    return found


def version_of(session: Session, article_id: int, version: int) -> ArticleVersion:
    found = session.get(ArticleVersion, (article_id, version))
    if found is None:
        raise NotFound("没有第 %(n)d 版，请在历史中选。", field="version", n=version)
    return found


def _ship(session: Session, row: Row, review_on: date, now: datetime) -> None:
    words = {name: value for name, value in row.items() if value is not None}
    writing = Writing(**words, review_on=review_on)
    article = Article(unit=writing.unit, newest=1, settled=1, published=1)
    session.add(article)
    session.flush()
    session.add(_version(article, writing, SHIPPER, now, ""))
    _done(session, article, Act.PUBLISH, Editor(SHIPPER), now)


def _version(
    article: Article, writing: Writing, by: str, now: datetime, note: str
) -> ArticleVersion:
    words = asdict(writing) | {"look_alikes": list(writing.look_alikes)}
    return ArticleVersion(
        article_id=article.id, version=article.newest, **words, by=by, at=now, note=note
    )


def _check(article: Article, writing: Writing, editor: Editor, seen: int) -> None:
    if article.newest != seen:
        raise Invalid("别人刚改过这条知识，请核对新内容后再改。您填写的都还在。", field="")
    if editor.unit not in ("", writing.unit):
        raise NotAllowed("只能写本单位（%(unit)s）的知识。", field="unit", unit=editor.unit)
    first, last = writing.valid_from, writing.valid_to
    if first and last and first >= last:
        raise Invalid("失效日期要晚于生效日期。", field="valid_to")


def _own(session: Session, article_id: int, editor: Editor) -> Article:
    article = find(session, article_id)
    if editor.unit not in ("", article.unit):
        raise NotAllowed("这条知识由%(unit)s负责，请由该单位或热线修改。", unit=article.unit)
    return article


def _waiting(session: Session, article_id: int, version: int, editor: Editor) -> Article:
    """The article, if this version is its newest and waits for the desk."""
    take_turn(session, EDITING)
    article = _own(session, article_id, editor)
    if version != article.newest or version <= article.settled:
        raise Invalid("这一版已有人审核，或有了更新的版本，请刷新后再办。", field="")
    return article


def _in_force(session: Session, article_id: int, editor: Editor) -> Article:
    take_turn(session, EDITING)
    article = _own(session, article_id, editor)
    if not article.published:
        raise Invalid("这条知识没有发布，不用这样办。", field="")
    return article


def _clear(article: Article) -> None:
    article.changed_why = ""
    article.changed_at = article.due_at = article.handed_in_at = None


def _done(
    session: Session, article: Article, act: Act, editor: Editor, now: datetime, note: str = ""
) -> Article:
    event = ArticleEvent(
        article_id=article.id, version=article.newest, act=act, by=editor.name, at=now, note=note
    )
    session.add_all([article, event])
    session.flush()
    return article
