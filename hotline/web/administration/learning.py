"""Learning: which model is in force, what each unit's suggestions proved, and who goes alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from hotline.errors import HotlineError, Invalid
from hotline.registry import learned
from hotline.registry.learned import LearnedModel
from hotline.routing.intervals import wilson
from hotline.routing.learning.calibration import ENOUGH, Record
from hotline.routing.types import UnitKind
from hotline.web.administration import page_forms
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.languages import said

HERE = "/administration/learning"
NOTHING = Record(0, 0, 0)
# By then every process has looked whether something newer was chosen.
SETTLING = timedelta(seconds=2)
Records = Mapping[str, Record]  # by unit


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's row: what its suggestions proved, and whether they may go alone."""

    unit: str
    record: Record
    on: bool

    @property
    def enough(self) -> bool:
        return self.record.rows >= ENOUGH

    @property
    def interval(self) -> tuple[float, float]:
        right, alone = self.record.right, self.record.alone
        return wilson([True] * right + [False] * (alone - right))


def add_routes(administration: Blueprint) -> None:
    administration.get("/learning", endpoint="learning")(page)
    administration.post("/learning/model", endpoint="choose_model")(choose)
    administration.post("/learning/auto", endpoint="switch_auto")(switch)


def page() -> Any:
    return _page(Form())


def choose() -> Any:
    given = filled(page_forms.ModelForm)
    if given.body is None:
        return _page(given, 422)
    number = given.body.model or None
    try:
        with current().database.work() as session:
            learned.choose_model(session, number, by=actor().id, now=now())
    except HotlineError as refused:
        given.errors[""] = said(refused)
        return _page(given, refused.status)
    if number:
        flash(_("已启用第 %(n)d 号模型，各处一秒内生效。", n=number), "good")
    else:
        flash(_("已停用模型，只凭派单目录推荐，各处一秒内生效。"), "good")
    return redirect(HERE)


def switch() -> Any:
    given = filled(page_forms.AutoForm)
    if given.body is None:
        return _page(given, 422)
    body = given.body
    try:
        unit = city().unit(body.unit)
        if body.on and not body.sure:
            _check_proved(unit)
        with current().database.work() as session:
            learned.switch_auto(session, unit, on=body.on, by=actor().id, now=now())
    except HotlineError as refused:
        given.errors[""] = said(refused)
        return _page(given, refused.status)
    on, off = _("%(unit)s的自动派单已打开。", unit=unit), _("%(unit)s的自动派单已关闭。", unit=unit)
    flash(on if body.on else off, "good")
    return redirect(HERE)


def _check_proved(unit: str) -> None:
    with current().database.read() as session:
        rows = _proved(learned.chosen_model(session)).get(unit, NOTHING).rows
    if rows < ENOUGH:
        raise Invalid(
            "%(unit)s只检验过 %(rows)d 条，不足 %(enough)d 条；确要打开，请勾选「仍要打开」。",
            field="sure", unit=unit, rows=rows, enough=ENOUGH,
        )  # fmt: skip


def _proved(model: LearnedModel | None) -> Records:
    """By unit, as written down when the model was kept: a model itself is megabytes."""
    units = model.figures.get("units", {}) if model else {}
    return {unit: Record(**record) for unit, record in units.items()}


def _page(form: Form[Any], status: int = 200) -> Any:
    with current().database.read() as session:
        chosen, choice = learned.chosen_model(session), learned.last_choice(session)
        models, kept = learned.known_models(session), learned.kept_models(session)
        on = learned.auto_units(session)
    page = render_template(
        "administration/learning.html",
        form=form,
        chosen=chosen,
        unread=chosen and not city().router.learned and now() - choice.at > SETTLING,
        models=models,
        kept=kept,
        units=_standings(_proved(chosen), on),
        enough=ENOUGH,
    )
    return page, status


def _standings(proved: Records, on: frozenset[str]) -> list[Standing]:
    """Those that go alone first, then those with most to show."""
    units = city().directory.units
    names = [unit.name for unit in units if unit.kind is UnitKind.DEPARTMENT]
    rows = [Standing(name, proved.get(name, NOTHING), name in on) for name in names]
    return sorted(rows, key=lambda row: (not row.on, -row.record.rows))
