"""The one table of rights: which role may do what, and over which tickets."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.errors import NotAllowed


class Role(StrEnum):
    AGENT = "agent"  # 坐席
    DISPATCHER = "dispatcher"  # 派单员
    HANDLER = "handler"  # 经办人
    SUPERVISOR = "supervisor"  # 督办员
    ADMINISTRATOR = "administrator"  # 管理员
    CITIZEN = "citizen"  # 市民
    CHANNEL = "channel"  # 对外渠道
    SYSTEM = "system"  # 系统
    GATEWAY = "gateway"  # 接入平台: 110, WeChat, the message board


# Who signs in and holds keys.
STAFF = (Role.AGENT, Role.DISPATCHER, Role.HANDLER, Role.SUPERVISOR, Role.ADMINISTRATOR)


class Action(StrEnum):
    LOG = "log"  # 登记
    ACCEPT = "accept"  # 受理
    REDIRECT = "redirect"  # 引导
    ANSWER = "answer"  # 直接答复
    DISPATCH = "dispatch"  # 派单
    TRANSFER = "transfer"  # 转办
    ASSIST = "assist"  # 协办
    CLAIM = "claim"  # 签收
    OBJECT = "object"  # 退单
    RULE = "rule"  # 裁定
    REPLY = "reply"  # 答复
    APPROVE = "approve"  # 审核
    SEND_FOR_REWORK = "send_for_rework"  # 重办
    DELIVER = "deliver"  # 反馈
    FOLLOW_UP = "follow_up"  # 回访
    CLOSE = "close"  # 办结
    REOPEN = "reopen"  # 重启
    WITHDRAW = "withdraw"  # 撤单
    MERGE = "merge"  # 并单
    UNMERGE = "unmerge"  # 撤销并单
    FALL_OVERDUE = "fall_overdue"  # 超期
    # What stands beside the ticket and moves no status:
    ASK_EXTENSION = "ask_extension"  # 申请延期
    RULE_EXTENSION = "rule_extension"  # 延期审批
    REMIND = "remind"  # 催办
    SUPERVISE = "supervise"  # 督办
    ANSWER_ORDER = "answer_order"  # 回复督办
    ADVISE = "advise"  # 协办意见
    REVIEW_RATING = "review_rating"  # 评价核定
    # What moves no ticket:
    READ = "read"  # 查看工单
    ROUTE = "route"  # 派单建议
    TALLY = "tally"  # 统计
    TAKE_ALARM = "take_alarm"  # 接警
    TAKE_CALLS = "take_calls"  # 接听
    SETTLE_DELIVERY = "settle_delivery"  # 回执
    PUBLISH = "publish"  # 发布
    EDIT_KNOWLEDGE = "edit_knowledge"  # 编写知识
    PUBLISH_KNOWLEDGE = "publish_knowledge"  # 审核知识
    ADMINISTER = "administer"  # 管理
    ATTACH = "attach"  # 添加附件
    ERASE = "erase"  # 删去附件
    REPORT_OPINION = "report_opinion"  # 报舆情
    KEEP_OPINION = "keep_opinion"  # 处置舆情
    KEEP_ROSTER = "keep_roster"  # 排值守
    NOTE_SHIFT = "note_shift"  # 交接班


class Scope(StrEnum):
    ALL = "all"
    UNIT = "unit"  # tickets that stand with the actor's unit
    OWN = "own"  # the ticket whose number and query code the citizen gave
    SUGGESTED = "suggested"  # to one of the router's candidates, unless it said "ask"


def _rows(role: Role, scope: Scope, *actions: Action) -> dict[tuple[Role, Action], Scope]:
    return {(role, action): scope for action in actions}


A = Action
RIGHTS: dict[tuple[Role, Action], Scope] = {
    **_rows(Role.AGENT, Scope.ALL, A.LOG, A.ACCEPT, A.REDIRECT, A.ANSWER, A.FOLLOW_UP),
    **_rows(Role.AGENT, Scope.ALL, A.READ, A.ROUTE, A.TAKE_ALARM, A.TAKE_CALLS),
    **_rows(Role.AGENT, Scope.SUGGESTED, A.DISPATCH),
    **_rows(Role.DISPATCHER, Scope.ALL, A.LOG, A.ACCEPT, A.REDIRECT, A.ANSWER, A.DISPATCH),
    **_rows(Role.DISPATCHER, Scope.ALL, A.TRANSFER, A.ASSIST, A.RULE, A.APPROVE, A.CLOSE),
    **_rows(
        Role.DISPATCHER, Scope.ALL, A.SEND_FOR_REWORK, A.REOPEN, A.WITHDRAW, A.MERGE, A.UNMERGE
    ),
    **_rows(Role.DISPATCHER, Scope.ALL, A.READ, A.ROUTE, A.TALLY, A.TAKE_ALARM, A.TAKE_CALLS),
    **_rows(Role.DISPATCHER, Scope.ALL, A.SETTLE_DELIVERY),
    **_rows(Role.HANDLER, Scope.UNIT, A.CLAIM, A.OBJECT, A.REPLY, A.READ, A.TALLY),
    **_rows(Role.SUPERVISOR, Scope.ALL, A.READ, A.TALLY, A.SUPERVISE, A.PUBLISH),
    **_rows(Role.ADMINISTRATOR, Scope.ALL, A.ADMINISTER, A.TALLY, A.PUBLISH),
    **_rows(Role.HANDLER, Scope.UNIT, A.EDIT_KNOWLEDGE),
    **_rows(Role.DISPATCHER, Scope.ALL, A.EDIT_KNOWLEDGE, A.PUBLISH_KNOWLEDGE),
    **_rows(Role.SUPERVISOR, Scope.ALL, A.EDIT_KNOWLEDGE, A.PUBLISH_KNOWLEDGE),
    **_rows(Role.ADMINISTRATOR, Scope.ALL, A.EDIT_KNOWLEDGE),
    **_rows(Role.CITIZEN, Scope.OWN, A.LOG, A.READ, A.FOLLOW_UP, A.REOPEN, A.WITHDRAW),
    **_rows(Role.CHANNEL, Scope.ALL, A.DELIVER),
    **_rows(Role.GATEWAY, Scope.ALL, A.LOG),
    **_rows(Role.SYSTEM, Scope.ALL, A.FALL_OVERDUE, A.CLOSE, A.REMIND, A.SUPERVISE, A.ASSIST),
    **_rows(Role.HANDLER, Scope.UNIT, A.ASK_EXTENSION, A.ANSWER_ORDER, A.ADVISE),
    **_rows(Role.DISPATCHER, Scope.ALL, A.RULE_EXTENSION, A.REMIND, A.REVIEW_RATING),
    **_rows(Role.SUPERVISOR, Scope.ALL, A.RULE_EXTENSION, A.REMIND, A.REVIEW_RATING),
    **_rows(Role.AGENT, Scope.ALL, A.REMIND, A.REPORT_OPINION),
    **_rows(Role.DISPATCHER, Scope.ALL, A.REPORT_OPINION),
    **_rows(Role.SUPERVISOR, Scope.ALL, A.REPORT_OPINION, A.KEEP_OPINION),
    **_rows(Role.CITIZEN, Scope.OWN, A.REMIND),
    **_rows(Role.AGENT, Scope.ALL, A.ATTACH, A.NOTE_SHIFT),
    **_rows(Role.DISPATCHER, Scope.ALL, A.ATTACH, A.ERASE, A.NOTE_SHIFT),
    **_rows(Role.HANDLER, Scope.UNIT, A.ATTACH),
    **_rows(Role.CITIZEN, Scope.OWN, A.ATTACH),
    **_rows(Role.SUPERVISOR, Scope.ALL, A.KEEP_ROSTER, A.NOTE_SHIFT),
}


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is asking: `id` is what events store.

    `unit` is for handlers, `ticket` for citizens, `channel` for gateways.
    """

    id: str
    role: Role
    unit: str = ""
    ticket: str = ""
    channel: str = ""


CHANNEL = Actor("channel", Role.CHANNEL)
SYSTEM = Actor("system", Role.SYSTEM)


def scope_of(actor: Actor, action: Action) -> Scope:
    """The scope within which the actor may do this; refuses when there is none."""
    scope = RIGHTS.get((actor.role, action))
    if scope is None:
        raise NotAllowed
    return scope
