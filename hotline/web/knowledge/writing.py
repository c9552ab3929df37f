"""Writing an article: a new one, a new version, an earlier version once more."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from hotline.errors import HotlineError, Invalid, NotAllowed
from hotline.people.rights import Action
from hotline.registry import knowledge as registry
from hotline.registry.articles import Writing
from hotline.registry.knowledge import next_review
from hotline.repeats import Replayed, keep_reply
from hotline.routing.types import UnitKind
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.knowledge import page_forms
from hotline.web.knowledge.reading import article_page, editor, is_mine, shown
from hotline.web.knowledge.words import FIELDS
from hotline.web.page_forms import RestoreForm
from hotline.web.request_keys import request_key


def add_routes(knowledge: Blueprint) -> None:
    knowledge.get("/new", endpoint="new")(new)
    knowledge.post("/new", endpoint="add")(add)
    knowledge.get("/<int:article_id>/edit", endpoint="edit")(edit)
    knowledge.post("/<int:article_id>/edit", endpoint="change")(change)
    knowledge.post("/<int:article_id>/restore", endpoint="restore")(restore)


def new() -> str:
    """Begun with what was looked for in vain."""
    review = next_review(now(), city().calendar.limits)
    values = {"question": request.args.get("question", "")[:200], "unit": actor().unit}
    return _editor(None, Form(values | {"review_on": str(review)}))


def edit(article_id: int) -> str:
    with current().database.read() as session:
        row = registry.find(session, article_id)
        words = registry.version_of(session, article_id, row.newest)
    if not is_mine(row):
        raise NotAllowed("这条知识由%(unit)s负责，请由该单位或热线修改。", unit=row.unit)
    values = {name: shown(words, name) for name in FIELDS}
    return _editor(article_id, Form(values | {"seen": row.newest}))


def add() -> Any:
    return _written(None)


def change(article_id: int) -> Any:
    return _written(article_id)


def restore(article_id: int) -> Any:
    given = filled(RestoreForm)
    if given.body is None:
        return article_page(article_id, given), 422
    try:
        with current().database.work() as session:
            registry.restore(
                session, article_id, given.body.version,
                editor=editor(Action.EDIT_KNOWLEDGE), now=now(),
            )  # fmt: skip
    except HotlineError as refused:
        given.refuse(refused)
        return article_page(article_id, given), refused.status
    flash(_("第 %(n)d 版的内容已作为新的一版提交，等待审核发布。", n=given.body.version), "good")
    return redirect(f"/knowledge/{article_id}")


def _written(article_id: int | None) -> Any:
    given = filled(page_forms.ArticleForm)
    if given.body is None:
        return _editor(article_id, given), 422
    try:
        written = _write(given.body, article_id)
    except Replayed as again:
        written = again.reply
    except HotlineError as refused:
        given.refuse(refused)
        return _editor(article_id, given), refused.status
    flash(_("已提交，等派单员或督办员审核发布。"), "good")
    return redirect(f"/knowledge/{written['article']}")


def _write(body: page_forms.ArticleForm, article_id: int | None) -> dict[str, int]:
    writing = _writing(body)
    with current().database.work(key=request_key(), now=now()) as session:
        version = registry.write(
            session, writing, editor=editor(Action.EDIT_KNOWLEDGE), now=now(), note=body.note,
            article_id=article_id, seen=body.seen,
        )  # fmt: skip
        return keep_reply(session, {"article": version.article_id})


def _writing(body: page_forms.ArticleForm) -> Writing:
    if body.territory and body.territory not in _territories():
        raise Invalid("没有这个地区，请从列表中选。", field="territory")
    given = body.model_dump(exclude={"note", "seen"})
    looks = tuple(body.look_alikes.splitlines())
    return Writing(**given | {"look_alikes": looks, "unit": city().unit(body.unit)})


def _editor(article_id: int | None, form: Form[Any]) -> str:
    return render_template(
        "knowledge/form.html",
        article_id=article_id,
        form=form,
        names=FIELDS,
        own=editor(Action.EDIT_KNOWLEDGE).unit,
        units=[unit.name for unit in city().directory.units],
        territories=[("", _("全市")), *((name, name) for name in _territories())],
    )


def _territories() -> list[str]:
    units = city().directory.units
    return [unit.name for unit in units if unit.kind is UnitKind.TERRITORY]
