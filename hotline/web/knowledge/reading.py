"""Articles found, listed by what they need, and read with all that happened to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext as _

from hotline.clock import city_day
from hotline.desk import knowledge as desk
from hotline.errors import NotFound
from hotline.people import users
from hotline.people.rights import Action, Scope, scope_of
from hotline.registry import article_lists
from hotline.registry import knowledge as registry
from hotline.registry.article_lists import Pile
from hotline.registry.articles import Act, Article, ArticleEvent, ArticleVersion, Editor
from hotline.web import page_forms
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, asked
from hotline.web.guards import may
from hotline.web.knowledge.words import ACTS, EMPTY, FIELDS, MEANINGS, PILES

FOUND = 20

Changes = list[tuple[str, str, str]]  # the field, what it was, what it became


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of an article's story; a line about a version says what it changed."""

    at: datetime
    by: str
    words: str
    note: str
    changes: Changes
    version: int = 0


def add_routes(knowledge: Blueprint) -> None:
    knowledge.get("", endpoint="listing")(listing)
    knowledge.get("/<int:article_id>", endpoint="article")(article)


def listing() -> Any:
    form = asked(page_forms.KnowledgeForm)
    wanted = form.body or page_forms.KnowledgeForm()
    unit, day = _unit(wanted.unit), city_day(now())
    pile = wanted.pile if wanted.pile and may(Action.EDIT_KNOWLEDGE) else Pile.IN_FORCE
    with current().database.read() as session:
        counts = article_lists.counts(session, unit, day)
        rows = article_lists.listing(session, pile, unit, day, wanted.after)
        gaps = desk.gaps(session, now(), unit)
    found = current().knowledge().find(wanted.q, day)[:FOUND] if wanted.q else None
    page = render_template(
        "knowledge/listing.html", form=form, wanted=wanted, pile=pile, unit=unit, counts=counts,
        rows=rows, found=found, gaps=gaps, Pile=Pile, names=PILES, meaning=MEANINGS[pile],
        empty=EMPTY[pile], size=article_lists.SHOWN, day=day,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def article(article_id: int) -> str:
    return article_page(article_id, Form())


def article_page(article_id: int, form: Form[Any]) -> str:
    """The words in force; for who may write it the newest ones and the whole story as well."""
    with current().database.read() as session:
        row = registry.find(session, article_id)
        mine = is_mine(row)
        if not mine and not row.published:
            raise NotFound("这条知识还没有发布，或已下架。")
        versions = article_lists.versions(session, article_id)
        events = article_lists.events(session, article_id) if mine else []
        names = {each.by for each in (*versions, *events)} if mine else set()
        titles = users.titles(session, names)
    words = {version.version: version for version in versions}
    return render_template(
        "knowledge/article.html",
        article=row,
        form=form,
        mine=mine,
        published=words.get(row.published),
        newest=words[row.newest],
        waiting=row.newest > row.settled,
        story=_story(versions, events, titles) if mine else [],
        fields=FIELDS,
        day=city_day(now()),
    )


def is_mine(row: Article) -> bool:
    """Whether the reader may write this article."""
    return may(Action.EDIT_KNOWLEDGE) and editor(Action.EDIT_KNOWLEDGE).unit in ("", row.unit)


def editor(action: Action) -> Editor:
    """The reader as an editor; within a unit where that is all the right reaches."""
    who = actor()
    return Editor(who.id, who.unit if scope_of(who, action) is Scope.UNIT else "")


def _unit(asked_for: str) -> str:
    """Whose articles are listed: a handler's own, else those asked for."""
    return actor().unit or asked_for


def _story(
    versions: Sequence[ArticleVersion], events: Sequence[ArticleEvent], titles: dict[str, str]
) -> list[Happened]:
    """The newest first; of the same moment the act after the writing."""
    older = [*versions[1:], None]
    written = [
        _written(after, before, titles) for after, before in zip(versions, older, strict=True)
    ]
    done = [
        Happened(
            event.at, titles.get(event.by, event.by), _(ACTS[Act(event.act)], n=event.version),
            event.note, [],
        )
        for event in events
    ]  # fmt: skip
    return sorted([*done, *written], key=lambda each: each.at, reverse=True)


def _written(
    after: ArticleVersion, before: ArticleVersion | None, titles: dict[str, str]
) -> Happened:
    changes = [
        (name, shown(before, name), shown(after, name))
        for name in FIELDS
        if before and getattr(before, name) != getattr(after, name)
    ]
    words = _("写第 %(n)d 版", n=after.version)
    by = titles.get(after.by, after.by)
    return Happened(after.at, by, words, after.note, changes, after.version)


def shown(words: ArticleVersion, name: str) -> str:
    """A field of a version as text; a list has a line for each."""
    value = getattr(words, name)
    return "\n".join(value) if isinstance(value, list) else str(value or "")
