"""What the forms of the desk mean: for each decision the steps that it takes, and what is told."""

from collections.abc import Callable
from typing import Any

from flask import render_template
from markupsafe import Markup

from hotline.errors import Invalid
from hotline.people.rights import Action
from hotline.web import bodies
from hotline.web.current import city
from hotline.web.dispatching import page_forms
from hotline.web.fields import Body

Steps = list[tuple[Action, Body]]


def _alone(action: Action) -> Callable[[Body], Steps]:
    """A decision that is one step, with the very fields of the form."""
    return lambda body: [(action, body)]


def _dispatch(body: page_forms.UnitForm) -> Steps:
    return [(Action.DISPATCH, bodies.DispatchBody(unit=_unit(body), guide=body.guide))]


def _to_unit(action: Action) -> Callable[[page_forms.UnitForm], Steps]:
    return lambda body: [(action, bodies.UnitBody(unit=_unit(body)))]


def _unit(body: page_forms.UnitForm) -> str:
    if not body.chosen:
        raise Invalid("请选一个单位，或写出单位名称。", field="unit")
    return body.chosen


def _accept(body: page_forms.UnitForm) -> Steps:
    """受理, and 派单 with it when a unit is named."""
    accepted: Steps = [(Action.ACCEPT, bodies.EmptyBody())]
    return accepted + (_dispatch(body) if body.chosen else [])


def _rule(body: page_forms.RuleForm) -> Steps:
    # Only whoever says so refuses; to grant is to name another unit.
    granted = body.granted is not False
    unit = _unit(body) if granted else ""
    return [(Action.RULE, bodies.RuleBody(granted=granted, unit=unit, basis=body.basis))]


def _redirect(body: page_forms.GuidanceForm) -> Steps:
    told = {each.code: each.sentence for each in city().directory.guidance}
    sentence = body.sentence or told.get(body.code, "")
    if not sentence:
        raise Invalid("目录里没有这一条，请写明告诉诉求人的话。", field="sentence")
    return [(Action.REDIRECT, bodies.RedirectBody(sentence=sentence, code=body.code))]


DECISIONS: dict[Action, tuple[type[Body], Callable[[Any], Steps]]] = {
    Action.ACCEPT: (page_forms.UnitForm, _accept),
    Action.DISPATCH: (page_forms.UnitForm, _dispatch),
    Action.TRANSFER: (page_forms.UnitForm, _to_unit(Action.TRANSFER)),
    Action.RULE: (page_forms.RuleForm, _rule),
    Action.REDIRECT: (page_forms.GuidanceForm, _redirect),
    Action.MERGE: (bodies.MergeBody, _alone(Action.MERGE)),
    Action.UNMERGE: (bodies.EmptyBody, _alone(Action.UNMERGE)),
    Action.APPROVE: (page_forms.ApproveForm, lambda body: [(Action.APPROVE, body.checks())]),
    Action.SEND_FOR_REWORK: (bodies.ReasonBody, _alone(Action.SEND_FOR_REWORK)),
    Action.REOPEN: (bodies.ReasonBody, _alone(Action.REOPEN)),
}


def told(done: dict[str, Any]) -> Markup:
    """What was done, in one sentence, with the way back where the table of steps has one."""
    return Markup(render_template("dispatching/done.html", **done).strip())
