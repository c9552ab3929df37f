"""How each field of a step is asked for on the page of a ticket."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from hotline.tickets import extensions
from hotline.tickets.dispatch import last_lead
from hotline.tickets.replies import awaited
from hotline.tickets.stories import Story
from hotline.tickets.words import Colour, Fault, Grievance, Ground
from hotline.web import saying
from hotline.web.current import City
from hotline.web.tickets.telling import SATISFIED, SOLVED

Choices = list[tuple[str, str | LazyString]]
Choosing = Callable[[City, Story], Choices]


@dataclass(frozen=True, slots=True)
class Input:
    """How a field of a body is asked for; `choices` may depend on city and ticket as they are."""

    kind: str  # unit | line | text | pick | choose
    label: LazyString
    choices: Choosing = lambda city, story: []


def _grounds(_city: City, _story: Story) -> Choices:
    return [(ground, saying.word(ground)) for ground in Ground]


def _rulings(_city: City, _story: Story) -> Choices:
    return [("true", _("同意退单")), ("false", _("不同意，退回原单位"))]


def _solved(_city: City, _story: Story) -> Choices:
    return [(str(value).lower(), words) for value, words in SOLVED.items()]


def _yes(_city: City, _story: Story) -> Choices:
    return [("true", _("是")), ("false", _("否"))]


def extension_rulings(_city: City, _story: Story) -> Choices:
    return [("true", _("同意延期")), ("false", _("不同意"))]


def _colours(_city: City, story: Story) -> Choices:
    return [(colour, saying.word(colour)) for colour in colours_left(story)]


def colours_left(story: Story) -> list[Colour]:
    """Those that the unit which has or last had the ticket has not been given yet."""
    lead = last_lead(story.ticket)
    if lead is None:
        return []
    given = {each.colour for each in story.orders if each.assignment_id == lead.id}
    return [colour for colour in Colour if colour not in given]


def _satisfied(_city: City, _story: Story) -> Choices:
    return [(str(value), words) for value, words in SATISFIED.items()]


def _grievances(_city: City, _story: Story) -> Choices:
    return [(grievance, saying.word(grievance)) for grievance in Grievance]


def _faults(_city: City, _story: Story) -> Choices:
    return [(fault, saying.word(fault)) for fault in Fault]


def _days(city: City, story: Story) -> Choices:
    most = extensions.most_days(story.ticket, city.calendar)
    return [(str(n), _("%(n)d 个工作日", n=n)) for n in range(1, most + 1)]


def _guidance(city: City, _story: Story) -> Choices:
    return [(each.code, f"{each.matter} → {each.target}") for each in city.directory.guidance]


INPUTS = {
    "unit": Input("unit", _("单位")),
    "right_unit": Input("unit", _("应由哪个单位办理")),
    "guide": Input("unit", _("请谁指导协办（派给属地时）")),
    "handler": Input("line", _("经办人")),
    "parent": Input("line", _("并入哪件工单（编号）")),
    "text": Input("text", _("答复内容")),
    "note": Input("text", _("说明理由")),
    "reason": Input("text", _("原因")),
    "sentence": Input("text", _("告诉诉求人的话")),
    "code": Input("choose", _("引导到哪里"), _guidance),
    "ground": Input("pick", _("退单理由"), _grounds),
    "granted": Input("pick", _("裁定"), _rulings),
    "basis": Input("text", _("裁定依据（再次退单的会商结论必填）")),
    "without": Input("text", _("协办单位还没有意见，不等的原因")),
    "answers_matter": Input("pick", _("答复切题吗"), _yes),
    "contact_proved": Input("pick", _("有联系过诉求人的凭证吗"), _yes),
    "days": Input("choose", _("延长多久"), _days),
    "colour": Input("pick", _("颜色"), _colours),
    "solved": Input("pick", _("问题解决了吗"), _solved),
    "satisfied": Input("pick", _("满意吗"), _satisfied),
    "grievance": Input("choose", _("不满意的主要原因（不满意、很不满意必选）"), _grievances),
    "fault": Input("pick", _("不满意是谁的原因"), _faults),
    "remark": Input("text", _("诉求人的原话")),
}
# Fields that most tickets need not ask for.
ONLY_WHEN: dict[str, Callable[[Story], bool]] = {
    "without": lambda story: bool(awaited(story.ticket)),
}
