"""The statuses, kinds and other words of a ticket, each with its Chinese term."""

from enum import StrEnum

from hotline.people.rights import Action


class Status(StrEnum):
    LOGGED = "logged"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    OBJECTED = "objected"
    IN_PROGRESS = "in_progress"
    REPLIED = "replied"
    APPROVED = "approved"
    DELIVERED = "delivered"
    CLOSED = "closed"
    REDIRECTED = "redirected"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class MatterKind(StrEnum):
    CONSULTATION = "consultation"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    CRITICAL = "critical"


class Channel(StrEnum):
    """By which way a matter came in; plan 2018, items 20 and 31, names those in writing."""

    PHONE = "phone"
    MAYORS_MAILBOX = "mayors_mailbox"
    LEADER_MAILBOX = "leader_mailbox"
    WEB = "web"
    PORTAL_CONSULTATION = "portal_consultation"
    PORTAL_COMPLAINT = "portal_complaint"
    PORTAL_MISTAKE = "portal_mistake"
    MESSAGE_BOARD = "message_board"
    POLICE_HANDOVER = "police_handover"
    WECHAT = "wechat"
    APP = "app"
    IMPORT = "import"


class Path(StrEnum):
    """A short way with a limit of its own, `act_<path>`; most tickets take none."""

    MOVE_CAR = "move_car"


class Ground(StrEnum):
    """Why a unit says that a ticket is not its own."""

    NOT_OUR_DUTY = "not_our_duty"
    OTHER_TERRITORY = "other_territory"
    HIGHER_LEVEL = "higher_level"
    ALREADY_DECIDED = "already_decided"


class Part(StrEnum):
    LEAD = "lead"
    ASSIST = "assist"


class Outcome(StrEnum):
    """How an assignment ended; a unit keeps sight of a ticket unless it was `moved` away."""

    REPLIED = "replied"
    MOVED = "moved"
    ENDED = "ended"


class Colour(StrEnum):
    """三色督办单. Sanming 2017: blue reminds, orange warns, red is for what still fails."""

    BLUE = "blue"
    ORANGE = "orange"
    RED = "red"


class ReminderKind(StrEnum):
    """Who or what reminded: a unit's time, used up in part or whole; the requester; a leader."""

    UNCLAIMED = "unclaimed"
    DUE_SOON = "due_soon"
    ASSIST_LATE = "assist_late"
    RULING_LATE = "ruling_late"
    CITIZEN = "citizen"
    LEADER = "leader"


class SanctionKind(StrEnum):
    """Of a unit. Plan 2018, items 29 and 30."""

    INTERVIEW = "interview"
    CRITICISM = "criticism"


class Fault(StrEnum):
    """Whose it was that a requester is not satisfied; a third side decides. 国办函〔2025〕66号."""

    UNIT = "unit"
    POLICY = "policy"
    UNREASONABLE = "unreasonable"


class Grievance(StrEnum):
    """Why a requester is not satisfied, by the requester's own word."""

    NOT_SOLVED = "not_solved"
    SLOW = "slow"
    ATTITUDE = "attitude"
    NO_CONTACT = "no_contact"
    DISAGREE_POLICY = "disagree_policy"
    OTHER = "other"


class CallGround(StrEnum):
    """Why the desk follows up by telephone; Yueyang 2017 sampled, Aba asked all of the rest."""

    UNSATISFIED = "unsatisfied"
    SUPERVISED = "supervised"
    REWORKED = "reworked"
    NO_ADDRESS = "no_address"
    SAMPLED = "sampled"


class CallOutcome(StrEnum):
    """How a call that the desk owed ended."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    MOOT = "moot"  # the ticket went on without it
    ANSWERED = "answered"  # the caller got through before
    WITHHELD = "withheld"  # no number to call


class OpinionLevel(StrEnum):
    """Plan 2018, item 28: 特别重大、重大突发, and all other."""

    MAJOR = "major"
    ORDINARY = "ordinary"


class OpinionState(StrEnum):
    FOUND = "found"
    JUDGED = "judged"
    HANDLED = "handled"
    RESPONDED = "responded"
    ASSESSED = "assessed"


class OpinionAct(StrEnum):
    """Two of these are asked of major ones alone: authoritative information, a conference."""

    FIND = "find"
    JUDGE = "judge"
    INFORM = "inform"
    CONFER = "confer"
    HANDLE = "handle"
    RESPOND = "respond"
    ASSESS = "assess"


CHINESE: dict[StrEnum, str] = {
    Status.LOGGED: "已登记",
    Status.ACCEPTED: "已受理（待派）",
    Status.DISPATCHED: "已派单（待签收）",
    Status.OBJECTED: "退单待裁",
    Status.IN_PROGRESS: "办理中",
    Status.REPLIED: "待审核",
    Status.APPROVED: "已审核（待反馈）",
    Status.DELIVERED: "待回访",
    Status.CLOSED: "已办结",
    Status.REDIRECTED: "已引导",
    Status.WITHDRAWN: "已撤单",
    Status.MERGED: "已并单",
    Action.LOG: "登记",
    Action.ACCEPT: "受理",
    Action.REDIRECT: "引导",
    Action.ANSWER: "直接答复",
    Action.DISPATCH: "派单",
    Action.TRANSFER: "转办",
    Action.ASSIST: "协办",
    Action.CLAIM: "签收",
    Action.OBJECT: "退单",
    Action.RULE: "裁定",
    Action.REPLY: "答复",
    Action.APPROVE: "审核",
    Action.SEND_FOR_REWORK: "重办",
    Action.DELIVER: "反馈",
    Action.FOLLOW_UP: "回访",
    Action.CLOSE: "办结",
    Action.REOPEN: "重启",
    Action.WITHDRAW: "撤单",
    Action.MERGE: "并单",
    Action.UNMERGE: "撤销并单",
    Action.FALL_OVERDUE: "超期",
    Action.ASK_EXTENSION: "申请延期",
    Action.RULE_EXTENSION: "延期审批",
    Action.REMIND: "催办",
    Action.ANSWER_ORDER: "回复督办",
    Action.ADVISE: "协办意见",
    Action.REVIEW_RATING: "评价核定",
    Action.READ: "查看",
    Action.ROUTE: "派单建议",
    Action.TALLY: "统计",
    Action.TAKE_ALARM: "接警",
    Action.TAKE_CALLS: "接听",
    Action.SETTLE_DELIVERY: "回执",
    Action.SUPERVISE: "督办",
    Action.PUBLISH: "发布",
    Action.EDIT_KNOWLEDGE: "编写知识",
    Action.PUBLISH_KNOWLEDGE: "审核知识",
    Action.ADMINISTER: "管理",
    Action.ATTACH: "添加附件",
    Action.ERASE: "删去附件",
    Action.KEEP_ROSTER: "排值守",
    Action.NOTE_SHIFT: "交接班",
    MatterKind.CONSULTATION: "咨询",
    MatterKind.HELP: "求助",
    MatterKind.COMPLAINT: "投诉",
    MatterKind.REPORT: "举报",
    MatterKind.SUGGESTION: "建议",
    MatterKind.PRAISE: "表扬",
    Urgency.NORMAL: "一般",
    Urgency.URGENT: "紧急",
    Urgency.CRITICAL: "特急",
    Channel.PHONE: "电话",
    Channel.MAYORS_MAILBOX: "市长信箱",
    Channel.LEADER_MAILBOX: "领导信箱",
    Channel.WEB: "网站",
    Channel.PORTAL_CONSULTATION: "政务咨询",
    Channel.PORTAL_COMPLAINT: "投诉举报",
    Channel.PORTAL_MISTAKE: "我为政府网站找错",
    Channel.MESSAGE_BOARD: "领导留言板",
    Channel.POLICE_HANDOVER: "110 转入",
    Channel.WECHAT: "微信",
    Channel.APP: "手机应用",
    Channel.IMPORT: "批量导入",
    Path.MOVE_CAR: "挪车",
    Colour.BLUE: "蓝色督办单",
    Colour.ORANGE: "橙色督办单",
    Colour.RED: "红色督办单",
    ReminderKind.UNCLAIMED: "未签收提醒",
    ReminderKind.DUE_SOON: "临期提醒",
    ReminderKind.ASSIST_LATE: "协办超时提醒",
    ReminderKind.RULING_LATE: "会商裁定超时",
    ReminderKind.CITIZEN: "诉求人催办",
    ReminderKind.LEADER: "领导催办",
    SanctionKind.INTERVIEW: "约谈",
    SanctionKind.CRITICISM: "通报批评",
    Fault.UNIT: "单位原因",
    Fault.POLICY: "政策原因",
    Fault.UNREASONABLE: "诉求不合理",
    Grievance.NOT_SOLVED: "问题没有解决",
    Grievance.SLOW: "办得太慢",
    Grievance.ATTITUDE: "态度不好",
    Grievance.NO_CONTACT: "没有联系我",
    Grievance.DISAGREE_POLICY: "不认同政策规定",
    Grievance.OTHER: "其他原因",
    CallGround.UNSATISFIED: "评价不满意",
    CallGround.SUPERVISED: "督办件",
    CallGround.REWORKED: "重办件",
    CallGround.NO_ADDRESS: "没有邮箱",
    CallGround.SAMPLED: "抽样",
    CallOutcome.REACHED: "打通",
    CallOutcome.NOT_REACHED: "没打通",
    CallOutcome.MOOT: "不必再打",
    CallOutcome.ANSWERED: "已自行打进",
    CallOutcome.WITHHELD: "号码未显示",
    OpinionLevel.MAJOR: "重大",
    OpinionLevel.ORDINARY: "其他",
    OpinionState.FOUND: "已发现",
    OpinionState.JUDGED: "已研判",
    OpinionState.HANDLED: "处置中",
    OpinionState.RESPONDED: "已回应",
    OpinionState.ASSESSED: "已评估",
    OpinionAct.FIND: "发现",
    OpinionAct.JUDGE: "研判",
    OpinionAct.INFORM: "发布权威信息",
    OpinionAct.CONFER: "举行新闻发布会",
    OpinionAct.HANDLE: "处置",
    OpinionAct.RESPOND: "回应",
    OpinionAct.ASSESS: "评估",
    Action.REPORT_OPINION: "报舆情",
    Action.KEEP_OPINION: "处置舆情",
    Ground.NOT_OUR_DUTY: "非本单位职责",
    Ground.OTHER_TERRITORY: "属地不符",
    Ground.HIGHER_LEVEL: "应由上级办理",
    Ground.ALREADY_DECIDED: "已有结论",
}
