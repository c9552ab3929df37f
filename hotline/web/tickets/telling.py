"""The story of a ticket in plain words: one line an event."""

from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from hotline.people.rights import Action, Role
from hotline.tickets.models import TicketEvent
from hotline.tickets.reopening import AS_MERGED, BY_MERGED
from hotline.tickets.stories import Story
from hotline.tickets.words import Grievance, ReminderKind
from hotline.web import saying

SENTENCES = {
    Action.LOG: _("%(who)s 登记，来自%(channel)s"),
    Action.ACCEPT: _("%(who)s 受理"),
    Action.REDIRECT: _("%(who)s 引导到别处"),
    Action.ANSWER: _("%(who)s 直接答复"),
    Action.DISPATCH: _("%(who)s 派单给 %(unit)s"),
    Action.TRANSFER: _("%(who)s 转办给 %(unit)s"),
    Action.ASSIST: _("%(who)s 请 %(unit)s 协办"),
    Action.CLAIM: _("%(unit)s %(handler)s 签收"),
    Action.OBJECT: _("%(unit)s 退单：%(ground)s，认为应由 %(right_unit)s 办理"),
    Action.REPLY: _("%(unit)s 答复"),
    Action.APPROVE: _("%(who)s 审核通过"),
    Action.SEND_FOR_REWORK: _("%(who)s 退回 %(unit)s 重办"),
    Action.DELIVER: _("答复已送达诉求人"),
    Action.FOLLOW_UP: _("%(who)s 回访：%(solved)s，%(satisfied)s"),
    Action.CLOSE: _("%(who)s 办结"),
    Action.REOPEN: _("%(who)s 重启"),
    Action.WITHDRAW: _("%(who)s 撤单"),
    Action.MERGE: _("%(who)s 并单"),
    Action.UNMERGE: _("%(who)s 撤销并单"),
    Action.FALL_OVERDUE: _("%(unit)s 超期"),
    Action.ASK_EXTENSION: _("%(unit)s 申请延期"),
    Action.REMIND: _("%(reason)s"),
    Action.SUPERVISE: _("%(who)s 对 %(unit)s 下%(reason)s"),
    Action.ANSWER_ORDER: _("%(unit)s 回复督办"),
    Action.ADVISE: _("%(unit)s 提交协办意见"),
    Action.REVIEW_RATING: _("%(who)s 核定评价：%(reason)s"),
}
# Where the reason changes the sentence.
BY_REASON = {
    (Action.RULE, "granted"): _("%(who)s 同意退单，改派给 %(unit)s"),
    (Action.RULE, "refused"): _("%(who)s 不同意退单，仍由 %(unit)s 办理"),
    (Action.RULE_EXTENSION, "granted"): _("%(who)s 同意 %(unit)s 延期"),
    (Action.RULE_EXTENSION, "refused"): _("%(who)s 不同意 %(unit)s 延期"),
    (Action.REOPEN, BY_MERGED): _("%(who)s 从并入本件的工单重启"),
    (Action.REOPEN, AS_MERGED): _("%(who)s 重启（连同并入的工单）"),
    (Action.CLAIM, "late"): _("%(unit)s %(handler)s 签收（超过签收时限）"),
    (Action.DISPATCH, "late"): _("%(who)s 派单给 %(unit)s（超过派单时限）"),
    (Action.DELIVER, "late"): _("答复已送达诉求人（超过承诺时限）"),
    # To whom: the lead, or an assistant.
    (Action.REMIND, ReminderKind.DUE_SOON): _("%(reason)s：%(unit)s"),
    (Action.REMIND, ReminderKind.ASSIST_LATE): _("%(reason)s：%(unit)s"),
    **dict.fromkeys(
        product((Action.FOLLOW_UP,), Grievance),
        _("%(who)s 回访：%(solved)s，%(satisfied)s，%(reason)s"),
    ),
}
WRITTEN_TO = _("%(who)s 登记，来自%(channel)s，写给%(unit)s领导")
SOLVED = {True: _("已解决"), False: _("未解决")}
SATISFIED = {5: _("很满意"), 4: _("满意"), 3: _("一般"), 2: _("不满意"), 1: _("很不满意")}
TONES = {
    Action.FALL_OVERDUE: "bad",
    Action.OBJECT: "late",
    Action.SEND_FOR_REWORK: "late",
    Action.SUPERVISE: "bad",
    Action.REMIND: "late",
    Action.DELIVER: "good",
    Action.CLOSE: "good",
}
# Nobody's name: the role says who it was.
NAMELESS = (Role.CITIZEN, Role.CHANNEL, Role.SYSTEM)


@dataclass(frozen=True, slots=True)
class Line:
    """What happened, when, in one sentence, and the words that were written with it."""

    at: datetime
    words: str
    text: str
    tone: str


def told(story: Story, titles: dict[str, str]) -> list[Line]:
    """The events in order; `titles` is what pages call the actors."""
    return [
        Line(
            event.at,
            _sentence(event) % _facts(event, story, titles),
            # The matter itself stands above the story.
            story.texts.get(event.seq, "") if event.action != Action.LOG else "",
            TONES.get(event.action, ""),
        )
        for event in story.events
    ]


def _sentence(event: TicketEvent) -> LazyString:
    action = Action(event.action)
    if action is Action.LOG and event.unit:
        return WRITTEN_TO
    return BY_REASON.get((action, event.reason)) or SENTENCES[action]


def _facts(event: TicketEvent, story: Story, titles: dict[str, str]) -> dict[str, Any]:
    objection = story.objections.get(event.seq)
    nameless = Role(event.role) in NAMELESS
    return {
        "who": saying.role(event.role) if nameless else titles.get(event.actor, event.actor),
        "unit": event.unit,
        "channel": saying.word(event.channel),
        "handler": _handler(event, story),
        "ground": saying.word(event.reason),
        "reason": saying.word(event.reason),
        "right_unit": objection.right_unit if objection else "",
        "solved": SOLVED[event.solved] if event.solved is not None else "",
        "satisfied": SATISFIED[event.satisfied] if event.satisfied else "",
    }


def _handler(event: TicketEvent, story: Story) -> str:
    """Who signed for it: a name is in the assignment alone, where it can be erased."""
    claimed = (a for a in story.assignments if a.claimed_at == event.at)
    return next((a.handler for a in claimed if a.unit == event.unit), "")
