"""The steps that a reader may take on a ticket now, each with its form, from one table."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from hotline.people.rights import RIGHTS, Action, Actor, Scope
from hotline.routing.types import Suggestion
from hotline.tickets.models import Ticket
from hotline.tickets.stories import Story
from hotline.tickets.words import Status
from hotline.web import steps
from hotline.web.current import City
from hotline.web.forms import Form
from hotline.web.tickets.open_steps import is_open
from hotline.web.tickets.step_inputs import (
    INPUTS,
    ONLY_WHEN,
    Choices,
    Choosing,
    extension_rulings,
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a step is offered: what its button says, what it will do, and its tone."""

    button: LazyString
    hint: LazyString | str = ""
    tone: str = ""
    labels: Mapping[str, LazyString] = field(default_factory=dict)
    choices: Mapping[str, Choosing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as the page shows it."""

    name: str
    kind: str
    label: LazyString
    choices: Choices
    required: bool
    default: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A step that was refused a moment ago, with all that was typed for it."""

    action: Action
    form: Form[Any]

    @property
    def written(self) -> list[str]:
        """What must not get lost even where the step is no longer offered."""
        values = self.form.values
        return [values[name] for name in values if name in INPUTS and INPUTS[name].kind == "text"]


@dataclass(frozen=True, slots=True)
class Offer:
    """One step on the page, and what was typed for it so far."""

    action: Action
    look: Look
    asked: list[Asked]
    form: Form[Any]


# In the order of the page: what moves the work on stands first and open.
LOOKS = {
    Action.CLAIM: Look(_("签收"), _("签收后由经办人办理。办理时限从派单时起算。")),
    Action.REPLY: Look(_("提交答复"), _("话务台审核后，由热线统一答复诉求人。")),
    Action.APPROVE: Look(_("审核通过并答复诉求人"), _("通过后即送出，不能收回。")),
    Action.RULE: Look(_("裁定"), labels={"unit": _("改派给")}),
    Action.ACCEPT: Look(_("受理"), _("从受理时起计算对诉求人的承诺期限。")),
    Action.DISPATCH: Look(_("派单"), labels={"unit": _("派给")}),
    Action.FOLLOW_UP: Look(_("记下回访结果"), _("按诉求人的原话选，两项分开问。")),
    Action.REVIEW_RATING: Look(
        _("核定评价"),
        _("承办单位不能核定；有几条不满意评价的，先评的先核定。"),
        labels={"remark": _("核定依据")},
    ),
    Action.ANSWER: Look(_("直接答复诉求人"), _("不派单，送出后不能收回。")),
    Action.CLOSE: Look(_("办结")),
    Action.UNMERGE: Look(_("撤销并单"), _("恢复为单独一件，回到待派。")),
    Action.REOPEN: Look(_("重启"), _("回到待派，重新派单。")),
    Action.OBJECT: Look(_("退单"), _("等待裁定期间，办理时限照常计算。")),
    Action.SEND_FOR_REWORK: Look(_("退回重办"), _("承办单位重新计时，对诉求人的承诺期限不变。")),
    Action.REDIRECT: Look(_("引导到别处"), _("不属 12345 受理的，告诉诉求人该找谁。")),
    Action.TRANSFER: Look(_("转办"), _("新单位重新计时。"), labels={"unit": _("转给")}),
    Action.ASSIST: Look(_("请单位协办"), _("主办单位不变。"), labels={"unit": _("请谁协办")}),
    Action.MERGE: Look(_("并单"), _("本件跟随并入的工单办理，诉求人会收到同一答复。可撤销。")),
    Action.ADVISE: Look(
        _("提交协办意见"), _("只给主办单位看，由主办单位一并答复。"), labels={"text": _("协办意见")}
    ),
    Action.ANSWER_ORDER: Look(_("回复督办单"), labels={"text": _("怎么办的、何时办好")}),
    Action.ASK_EXTENSION: Look(_("申请延期"), _("到期前申请，一件一次；同意后热线告知诉求人。")),
    Action.RULE_EXTENSION: Look(
        _("审批延期"), labels={"granted": _("延期")}, choices={"granted": extension_rulings}
    ),
    Action.REMIND: Look(_("记一次催办"), _("承办单位会看到，次数计入统计。")),
    Action.SUPERVISE: Look(
        _("下督办单"), _("同一颜色对同一次承办只下一次。"), labels={"text": _("督办要求")}
    ),
    Action.WITHDRAW: Look(_("撤单"), tone="danger"),
}


def offers(
    story: Story, actor: Actor, *, city: City, meant: Mapping[str, str], refused: Refused | None
) -> list[Offer]:
    """What this reader may do to the ticket now; `meant` are words for its fields."""
    return [
        Offer(
            action=action,
            look=look,
            asked=_asked(action, look, city, meant, story),
            form=refused.form if refused and refused.action is action else Form(),
        )
        for action, look in LOOKS.items()
        if is_open(actor, action, story, city)
    ]


def _asked(
    action: Action, look: Look, city: City, defaults: Mapping[str, str], story: Story
) -> list[Asked]:
    fields = steps.STEPS[action][0].model_fields
    return [
        Asked(
            name=name,
            kind=INPUTS[name].kind,
            label=look.labels.get(name, INPUTS[name].label),
            choices=look.choices.get(name, INPUTS[name].choices)(city, story),
            required=field.is_required(),
            default=defaults.get(name, ""),
        )
        for name, field in fields.items()
        if name not in ONLY_WHEN or ONLY_WHEN[name](story)
    ]


def units(ticket: Ticket, actor: Actor, city: City) -> list[str]:
    """Whom the reader may name: candidates first, not the accused, nor who has it already."""
    named = list(ticket.candidates)
    if RIGHTS.get((actor.role, Action.DISPATCH)) is not Scope.SUGGESTED:
        named += [unit.name for unit in city.directory.units]
    barred = {*ticket.excluded, *(a.unit for a in ticket.assignments if a.ended_at is None)}
    return [unit for unit in dict.fromkeys(named) if unit not in barred]


def likely(story: Story, title: str, given: Suggestion) -> dict[str, str]:
    """What is most likely meant, so that nobody types it: one's own name, the unit named."""
    row = story.ticket
    objections = list(story.objections.values())
    sure = row.decision == "auto" and row.status == Status.ACCEPTED
    named = objections[-1].right_unit if row.status == Status.OBJECTED and objections else ""
    guide = (given.lead and given.lead.assist) or ""
    return {"handler": title, "unit": row.candidates[0] if sure else named, "guide": guide}
