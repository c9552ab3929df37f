"""Learning: which model is in force, what each unit's suggestions proved, and who goes alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from hotline.errors import HotlineError, Invalid
from hotline.registry import learned
from hotline.registry.learned import LearnedModel
from hotline.routing.intervals import wilson
from hotline.routing.learning import storage
from hotline.routing.learning.calibration import ENOUGH, Record
from hotline.routing.types import UnitKind
from hotline.web import bodies
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled

HERE = "/administration/learning"
NOTHING = Record(0, 0, 0)


@dataclass(frozen=True, slots=True)
class InForce:
    """The chosen model and what its units proved; `problem` says why it cannot be used."""

    chosen: LearnedModel | None = None
    records: Mapping[str, Record] = field(default_factory=dict)
    problem: str = ""

    def of(self, unit: str) -> Record:
        return self.records.get(unit, NOTHING)


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
    given = filled(bodies.ModelForm)
    if given.body is None:
        return _page(given, 422)
    number = given.body.model or None
    try:
        with current().database.work() as session:
            learned.choose_model(session, number, by=actor().id, now=now())
    except HotlineError as refused:
        given.errors[""] = refused.sentence
        return _page(given, refused.status)
    if number:
        flash(_("已启用第 %(n)d 号模型,各处一秒内生效。", n=number), "good")
    else:
        flash(_("已停用模型,只凭派单目录推荐,各处一秒内生效。"), "good")
    return redirect(HERE)


def switch() -> Any:
    given = filled(bodies.AutoForm)
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
        given.errors[""] = refused.sentence
        return _page(given, refused.status)
    on, off = _("%(unit)s的自动派单已打开。", unit=unit), _("%(unit)s的自动派单已关闭。", unit=unit)
    flash(on if body.on else off, "good")
    return redirect(HERE)


def _check_proved(unit: str) -> None:
    rows = _in_force().of(unit).rows
    if rows < ENOUGH:
        raise Invalid(
            f"{unit}只检验过 {rows} 条,不足 {ENOUGH} 条;确要打开,请勾选「仍要打开」。",
            field="sure",
        )


def _in_force() -> InForce:
    with current().database.read() as session:
        chosen = learned.chosen_model(session)
        if chosen is None:
            return InForce()
        try:
            content = learned.content_of(session, chosen)
        except HotlineError as lost:
            return InForce(chosen, problem=lost.sentence)
    try:
        return InForce(chosen, storage.load(content).calibration.records)
    except HotlineError as unusable:
        return InForce(chosen, problem=unusable.sentence)


def _page(form: Form[Any], status: int = 200) -> Any:
    in_force = _in_force()
    with current().database.read() as session:
        models, kept = learned.known_models(session), learned.kept_models(session)
        on = learned.auto_units(session)
    page = render_template(
        "administration/learning.html",
        form=form,
        in_force=in_force,
        models=models,
        kept=kept,
        units=_standings(in_force, on),
        enough=ENOUGH,
    )
    return page, status


def _standings(in_force: InForce, on: frozenset[str]) -> list[Standing]:
    """Those that go alone first, then those with most to show."""
    units = city().directory.units
    names = [unit.name for unit in units if unit.kind is UnitKind.DEPARTMENT]
    rows = [Standing(name, in_force.of(name), name in on) for name in names]
    return sorted(rows, key=lambda row: (not row.on, -row.record.rows))
