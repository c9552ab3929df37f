"""The states of a delivery, what may follow what, and how long to wait in between."""

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    BY_HAND = "by_hand"  # no channel reaches the requester, and a person does


class Outcome(StrEnum):
    """What a channel says about one try."""

    DELIVERED = "delivered"
    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Settlement(StrEnum):
    """What a receipt or a person says about a delivery."""

    DELIVERED = "delivered"
    FAILED = "failed"
    RESEND = "resend"


# Whoever took the message from us answers for it from there (RFC 5321, 4.2.5), so `sent` is told.
TOLD = (State.SENT, State.DELIVERED)
NEEDING_PERSON = (State.UNKNOWN, State.FAILED, State.BY_HAND)

# The wait before the first try, the second, and so on; after the last one it has failed.
BACK_OFF = (
    timedelta(0),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
)

AFTER: dict[Outcome, State] = {
    Outcome.DELIVERED: State.DELIVERED,
    Outcome.SENT: State.SENT,
    Outcome.RETRY: State.QUEUED,
    Outcome.FAILED: State.FAILED,
    Outcome.UNKNOWN: State.UNKNOWN,
}

S = Settlement
SETTLED: dict[tuple[State, Settlement], State] = {
    (State.SENT, S.DELIVERED): State.DELIVERED,
    (State.SENT, S.FAILED): State.FAILED,
    (State.SENT, S.RESEND): State.QUEUED,
    (State.UNKNOWN, S.DELIVERED): State.DELIVERED,
    (State.UNKNOWN, S.FAILED): State.FAILED,
    (State.UNKNOWN, S.RESEND): State.QUEUED,
    (State.FAILED, S.DELIVERED): State.DELIVERED,
    (State.FAILED, S.RESEND): State.QUEUED,
    (State.BY_HAND, S.DELIVERED): State.DELIVERED,
    # The same receipt twice changes nothing.
    (State.DELIVERED, S.DELIVERED): State.DELIVERED,
    (State.FAILED, S.FAILED): State.FAILED,
    (State.QUEUED, S.RESEND): State.QUEUED,
}

CHINESE: dict[State, str] = {
    State.QUEUED: "待发送",
    State.SENDING: "发送中",
    State.SENT: "已发出",
    State.DELIVERED: "已送达",
    State.FAILED: "发送失败",
    State.UNKNOWN: "结果不明",
    State.BY_HAND: "待人工发布",
}


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait when this many tries have failed; None when there is no further one."""
    return BACK_OFF[attempts] if attempts < len(BACK_OFF) else None
