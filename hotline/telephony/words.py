"""The words of calls and seats, each with its Chinese term."""

from enum import StrEnum

from hotline.telephony.dialplan import CallAction


class CallEventKind(StrEnum):
    """What the switch tells of a call, in the order in which it happens."""

    QUEUED = "queued"
    OFFERED = "offered"  # rings at an extension
    ANSWERED = "answered"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"  # the caller hung up before anybody answered
    ENDED = "ended"
    RECORDED = "recorded"


class CallState(StrEnum):
    WAITING = "waiting"
    RINGING = "ringing"
    TALKING = "talking"
    TRANSFERRED = "transferred"
    ABANDONED = "abandoned"
    ENDED = "ended"


class SeatState(StrEnum):
    FREE = "free"
    BUSY = "busy"  # a call rings at the extension, or is talked on
    PAUSED = "paused"


ACTIONS = {
    CallAction.PASS_THROUGH: "直通",
    CallAction.TRANSFER: "转接",
    CallAction.INTAKE: "统一接听",
}
EVENTS = {
    CallEventKind.QUEUED: "排队",
    CallEventKind.OFFERED: "振铃",
    CallEventKind.ANSWERED: "接通",
    CallEventKind.TRANSFERRED: "转出",
    CallEventKind.ABANDONED: "放弃",
    CallEventKind.ENDED: "挂断",
    CallEventKind.RECORDED: "录音",
}
STATES = {
    CallState.WAITING: "排队中",
    CallState.RINGING: "振铃中",
    CallState.TALKING: "通话中",
    CallState.TRANSFERRED: "已转出",
    CallState.ABANDONED: "已放弃",
    CallState.ENDED: "已挂断",
}
SEATS = {SeatState.FREE: "空闲", SeatState.BUSY: "通话中", SeatState.PAUSED: "小休"}
