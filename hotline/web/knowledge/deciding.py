"""What the desk decides upon an article, and the mark that its conditions have changed."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect
from flask_babel import gettext as _

from hotline.errors import HotlineError
from hotline.people.rights import Action
from hotline.registry import knowledge as registry
from hotline.registry.articles import Act
from hotline.web.current import city, current, now
from hotline.web.fields import Body
from hotline.web.forms import filled
from hotline.web.knowledge import page_forms
from hotline.web.knowledge.reading import article_page, editor
from hotline.web.knowledge.words import DONE
from hotline.web.page_forms import RestoreForm

# Each act: what its form says, the right that it asks for, and what is done.
DECIDED: dict[Act, tuple[type[Body], Action, Callable[..., Any], tuple[str, ...]]] = {
    Act.PUBLISH: (
        RestoreForm, Action.PUBLISH_KNOWLEDGE, registry.publish, ("version",),
    ),
    Act.SEND_BACK: (
        page_forms.SendBackForm, Action.PUBLISH_KNOWLEDGE, registry.send_back, ("version", "why"),
    ),
    Act.TAKE_DOWN: (page_forms.WhyForm, Action.PUBLISH_KNOWLEDGE, registry.take_down, ("why",)),
    Act.MARK: (page_forms.WhyForm, Action.EDIT_KNOWLEDGE, registry.mark, ("why",)),
    Act.UNMARK: (page_forms.WhyForm, Action.PUBLISH_KNOWLEDGE, registry.unmark, ("why",)),
}  # fmt: skip


def add_routes(knowledge: Blueprint) -> None:
    for act in DECIDED:
        knowledge.post(f"/<int:article_id>/{act}", endpoint=act)(_deciding(act))


def _deciding(act: Act) -> Callable[[int], Any]:
    kind, right, decide, fields = DECIDED[act]

    def view(article_id: int) -> Any:
        given = filled(kind)
        if given.body is None:
            return article_page(article_id, given), 422
        facts = {"editor": editor(right), "now": now()}
        if act is Act.MARK:
            facts["calendar"] = city().calendar
        try:
            with current().database.work() as session:
                decide(session, article_id, *(getattr(given.body, f) for f in fields), **facts)
        except HotlineError as refused:
            given.refuse(refused)
            return article_page(article_id, given), refused.status
        flash(_(DONE[act]), "good")
        return redirect(f"/knowledge/{article_id}")

    return view
