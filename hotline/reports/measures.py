"""What is counted: the table of measures, each the events it counts and what that means."""

import hashlib
from collections.abc import Callable

from sqlalchemy import ColumnElement, select

from hotline.people.rights import Action
from hotline.reports.counting import EVENT, Columns, Measure
from hotline.tickets.dispatch import IN_TIME, LATE
from hotline.tickets.ratings import ASKED_ANEW
from hotline.tickets.reopening import AS_MERGED
from hotline.tickets.words import Channel, Fault, Path, ReminderKind

# Each of these starts a clock of a unit's own; a ruling does so when it grants the objection.
_STARTS = (Action.DISPATCH, Action.TRANSFER, Action.RULE, Action.SEND_FOR_REWORK)
# 满意 and 基本满意 and above: domain.md 1.13, five grades of 好差评.
_CONTENT = 3


def _not_refused(event: Columns) -> ColumnElement[bool]:
    return event.reason != "refused"


def _reason(*reasons: str) -> Callable[[Columns], ColumnElement[bool]]:
    return lambda event: event.reason.in_(reasons)


def _of_the_desk(reason: str) -> Callable[[Columns], ColumnElement[bool]]:
    """What the desk did itself: cases that were brought in settled tell nothing of its clock."""
    return lambda event: (event.reason == reason) & (event.channel != Channel.IMPORT)


def _first_told(reason: str) -> Callable[[Columns], ColumnElement[bool]]:
    """The first reply that was told: what follows rework or a reopening was promised to nobody."""

    def condition(event: Columns) -> ColumnElement[bool]:
        earlier = EVENT.alias("earlier")
        told = select(earlier.c.id).where(
            earlier.c.ticket_id == event.ticket_id,
            earlier.c.seq < event.seq,
            earlier.c.action == Action.DELIVER,
        )
        return _of_the_desk(reason)(event) & ~told.correlate_except(earlier).exists()

    return condition


def _on_time(event: Columns) -> ColumnElement[bool]:
    """No overdue event since the unit's clock was last started."""
    since = EVENT.alias("since")
    last = (
        select(since.c.action)
        .where(
            since.c.ticket_id == event.ticket_id,
            since.c.seq < event.seq,
            since.c.action.in_((*_STARTS, Action.FALL_OVERDUE)),
            _not_refused(since.c),
        )
        .order_by(since.c.seq.desc())
        .limit(1)
        .correlate_except(since)
    )
    return last.scalar_subquery() != Action.FALL_OVERDUE


_A = Action
_BY_INTAKE = ("kind", "channel", "line", "territory")
MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure(
            "received", "收到", "登记的诉求，一件一次，含引导和直接答复的", (_A.LOG,), _BY_INTAKE
        ),
        Measure(
            "letters",
            "领导来信",
            "写给单位领导的（领导信箱、领导留言板），计入写给的单位，不论由谁承办；被反映的单位不计",
            (_A.LOG,),
            when=lambda event: event.unit != "",
        ),
        Measure(
            "cars",
            "挪车",
            "登记的诉求中请求挪车、走短路的",
            (_A.LOG,),
            _BY_INTAKE,
            when=_reason(Path.MOVE_CAR),
        ),
        Measure("accepted", "受理", "受理次数；重启和撤销并单不再计", (_A.ACCEPT,), ("kind",)),
        Measure("redirected", "引导", "引导到其他渠道的次数", (_A.REDIRECT,), ("kind",)),
        Measure("answered_at_once", "直接答复", "话务台当场答复的次数", (_A.ANSWER,), ("kind",)),
        Measure(
            "first_dispatched",
            "首次派单",
            "话务台派单的次数，不含转办和裁定改派；重启或撤销并单后再派的另计一次",
            (_A.DISPATCH,),
        ),
        Measure(
            "dispatched_in_time",
            "及时派单",
            "话务台在派单时限内的首次派单；时限自受理起算，重启或撤销并单的自那时起算；批量导入的不计",
            (_A.DISPATCH,),
            ("kind",),
            when=_of_the_desk(IN_TIME),
        ),
        Measure(
            "dispatched_late",
            "迟派单",
            "话务台超过派单时限的首次派单，不计入承办单位；批量导入的不计",
            (_A.DISPATCH,),
            ("kind",),
            when=_of_the_desk(LATE),
        ),
        Measure(
            "dispatched",
            "派单",
            "派到单位的次数：派单、转办、同意退单后改派各计一次，计入接单的单位",
            (_A.DISPATCH, _A.TRANSFER, _A.RULE),
            when=_not_refused,
        ),
        Measure(
            "misdirected",
            "派后退改",
            "首次派单中，其后被退单并裁定（不论是否同意）或转办的；计入派单当日和当时派给的单位",
            (_A.DISPATCH,),
            # Not the objection: of a ticket withdrawn before the ruling nobody knows whose it was.
            once=(_A.RULE, _A.TRANSFER),
        ),
        Measure("assisted", "协办", "请单位协办的次数，计入协办单位", (_A.ASSIST,)),
        Measure("claimed", "签收", "单位经办人签收的次数", (_A.CLAIM,)),
        Measure(
            "claimed_late", "迟签收", "超过签收时限才签收的次数", (_A.CLAIM,), when=_reason(LATE)
        ),
        Measure("objected", "退单", "单位提出退单的次数，不论是否同意", (_A.OBJECT,)),
        Measure(
            "unfounded",
            "不当退单",
            "裁定不同意的退单，计入退单的单位",
            (_A.RULE,),
            when=_reason("refused"),
        ),
        Measure(
            "ruled_late",
            "会商超时",
            "再次退单的会商裁定，时限已过而未裁定的，计入到期当日；是话务台的，不计入单位",
            (_A.REMIND,),
            ("kind",),
            when=_reason(ReminderKind.RULING_LATE),
        ),
        Measure("ruled", "裁定", "退单裁定的次数，计入裁定后承办的单位", (_A.RULE,)),
        Measure("replied", "答复", "单位提交答复的次数，重办后再答复的另计一次", (_A.REPLY,)),
        Measure(
            "replied_on_time",
            "按时答复",
            "本轮办理时限内提交的答复；时限自派到单位起算，重办另起一轮",
            (_A.REPLY,),
            when=_on_time,
        ),
        Measure(
            "overdue", "超期", "办理时限已到而未答复，每轮计一次，计入到期当日", (_A.FALL_OVERDUE,)
        ),
        Measure(
            "extended",
            "延期",
            "同意延期的次数",
            (_A.RULE_EXTENSION,),
            when=_reason("granted"),
        ),
        Measure(
            "reminded",
            "催办",
            "诉求人和领导催办的次数，不含系统提醒",
            (_A.REMIND,),
            when=_reason(ReminderKind.CITIZEN, ReminderKind.LEADER),
        ),
        Measure("supervised", "督办", "下督办单的次数，三色各计", (_A.SUPERVISE,)),
        Measure("reworked", "重办", "退回单位重办的次数", (_A.SEND_FOR_REWORK,)),
        Measure("delivered", "反馈", "答复送达诉求人的次数，一件可有多次", (_A.DELIVER,)),
        Measure(
            "promise_kept",
            "承诺兑现",
            "首次送达诉求人的答复（含直接答复），在承诺时限内的；获准延期的按延后的时限；批量导入的不计",
            (_A.DELIVER,),
            ("kind",),
            when=_first_told(IN_TIME),
        ),
        Measure(
            "promise_broken",
            "承诺逾期",
            "首次送达诉求人的答复，超过承诺时限的；承诺由话务台和单位一起兑现，不计入单位；批量导入的不计",
            (_A.DELIVER,),
            ("kind",),
            when=_first_told(LATE),
        ),
        Measure(
            "followed_up",
            "回访",
            "有结果的回访；一次反馈后评价多次的，只计最后一次",
            (_A.FOLLOW_UP,),
            since=ASKED_ANEW,
        ),
        Measure(
            "solved",
            "已解决",
            "回访中诉求人最后表示已解决的",
            (_A.FOLLOW_UP,),
            when=lambda event: event.solved.is_(True),
            since=ASKED_ANEW,
        ),
        Measure(
            "satisfied",
            "满意",
            "回访最后评价为基本满意、满意、非常满意的",
            (_A.FOLLOW_UP,),
            when=lambda event: event.satisfied >= _CONTENT,
            since=ASKED_ANEW,
        ),
        Measure(
            "unsatisfied",
            "不满意",
            "回访最后评价为不满意、很不满意的，都有原因",
            (_A.FOLLOW_UP,),
            when=lambda event: event.satisfied < _CONTENT,
            since=ASKED_ANEW,
        ),
        Measure(
            "rating_reviewed", "评价核定", "不满意评价经第三方核定原因的次数", (_A.REVIEW_RATING,)
        ),
        Measure(
            "unit_at_fault",
            "核定单位原因",
            "评价核定中认定为单位原因的（不含政策原因、诉求不合理）",
            (_A.REVIEW_RATING,),
            when=lambda event: event.reason == Fault.UNIT,
        ),
        Measure("closed", "办结", "办结次数，重启后再办结的另计一次", (_A.CLOSE,)),
        Measure(
            "reopened",
            "重启",
            "办结后重启的次数，含直接答复未解决的；一并办理的只计主件一次",
            (_A.REOPEN,),
            ("kind",),
            when=lambda event: event.reason != AS_MERGED,
        ),
        Measure("merged", "并单", "并入他件的次数，计入主件的承办单位", (_A.MERGE,)),
        Measure("withdrawn", "撤单", "撤单次数，计入当时的承办单位", (_A.WITHDRAW,)),
    )
}


def _fingerprint() -> str:
    facts = []
    for measure in MEASURES.values():
        for counted, condition in filter(None, (measure.chosen(EVENT), measure.taken_off(EVENT))):
            rule = condition.compile(compile_kwargs={"literal_binds": True})
            facts.append(f"{measure.name}|{','.join(measure.by)}|{counted.name}|{rule}")
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()


# Changes with any definition: sums folded under another one are not read.
DEFINITIONS = _fingerprint()
