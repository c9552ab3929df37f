"""The lives that a simulated ticket may lead: which steps, and how often."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from hotline.tickets.words import MatterKind


class Move(StrEnum):
    """One thing that somebody does; each but taking an alarm leaves one event."""

    LOG = "log"
    TAKE_ALARM = "take_alarm"
    ACCEPT = "accept"
    REDIRECT = "redirect"
    ANSWER = "answer"
    DISPATCH = "dispatch"
    ASSIST = "assist"
    ADVISE = "advise"
    TRANSFER = "transfer"
    CLAIM = "claim"
    OBJECT = "object"
    GRANT = "grant"
    REFUSE = "refuse"
    FALL_OVERDUE = "fall_overdue"
    REPLY = "reply"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DELIVER = "deliver"
    RATE = "rate"
    COMPLAIN = "complain"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    MERGE = "merge"


# Each of these needs a second unit.
OTHER_UNIT = {Move.ASSIST, Move.TRANSFER, Move.OBJECT}
# Each of these starts the clock of the lead unit, or another that is kept beside it.
STARTS_CLOCK = {Move.DISPATCH, Move.TRANSFER, Move.GRANT, Move.SEND_BACK}
STARTS_ANOTHER = {Move.ACCEPT, Move.ASSIST}
# Each of these starts the desk's own, which runs until the next dispatch.
TO_THE_DESK = {Move.ACCEPT, Move.REOPEN}


@dataclass(frozen=True)
class Script:
    """The moves of a life in order; `anonymous` where the requester left nothing to reach them."""

    name: str
    moves: tuple[Move, ...]
    anonymous: bool = False

    @cached_property
    def timed(self) -> list[tuple[Move, int, int]]:
        """Each dispatch and delivery: the positions of the move that it is timed by, and its own.

        The desk's time runs from the last move to the desk, the promise from acceptance alone.
        """
        found, desk = [], 0
        for n, move in enumerate(self.moves):
            desk = n if move in TO_THE_DESK else desk
            if move is Move.DISPATCH:
                found.append((move, desk, n))
            elif move is Move.DELIVER:
                found.append((move, self.moves.index(Move.ACCEPT), n))
        return found

    @property
    def other_unit(self) -> bool:
        return not OTHER_UNIT.isdisjoint(self.moves)


def _script(name: str, moves: str, *, anonymous: bool = False) -> Script:
    return Script(name, tuple(map(Move, moves.split())), anonymous)


TO_UNIT = "log accept dispatch"
TO_CITIZEN = "reply approve deliver"
SCRIPTS: dict[str, Script] = {
    script.name: script
    for script in (
        _script("redirected", "log redirect"),
        _script("answered", "log accept answer deliver close"),
        _script("answered and rated", "log accept answer deliver rate close"),
        _script("answered anonymously", "log accept answer deliver close", anonymous=True),
        _script("handled", f"{TO_UNIT} claim {TO_CITIZEN} close"),
        _script("handled and rated", f"{TO_UNIT} claim {TO_CITIZEN} rate close"),
        _script("handled anonymously", f"{TO_UNIT} claim {TO_CITIZEN} close", anonymous=True),
        _script("assisted", f"{TO_UNIT} assist claim advise {TO_CITIZEN} rate close"),
        _script("transferred", f"{TO_UNIT} transfer claim {TO_CITIZEN} close"),
        _script("returned", f"{TO_UNIT} object grant claim {TO_CITIZEN} rate close"),
        _script("kept", f"{TO_UNIT} object refuse claim {TO_CITIZEN} rate close"),
        _script("late", f"{TO_UNIT} claim fall_overdue {TO_CITIZEN} rate close"),
        _script("stuck", f"{TO_UNIT} claim fall_overdue"),
        _script("merged", f"{TO_UNIT} merge"),
        _script("sent back", f"{TO_UNIT} claim reply send_back {TO_CITIZEN} rate close"),
        _script(
            "unsolved",
            f"{TO_UNIT} claim {TO_CITIZEN} complain send_back {TO_CITIZEN} rate close",
        ),
        _script(
            "reopened",
            f"{TO_UNIT} claim {TO_CITIZEN} close reopen dispatch claim {TO_CITIZEN} close",
        ),
        _script("withdrawn", f"{TO_UNIT} claim withdraw"),
        _script("withdrawn at once", "log accept withdraw"),
        # Whoever helps is 119 or 110; the desk says so, and no unit has a clock of hours.
        _script("alarmed", "log take_alarm accept answer deliver close"),
    )
}

# Shares of the kinds: Sichuan's cities in 2024-07 (domain.md), 投诉 and 举报 parted by habit.
KINDS: dict[MatterKind, float] = {
    MatterKind.CONSULTATION: 0.42,
    MatterKind.COMPLAINT: 0.29,
    MatterKind.HELP: 0.21,
    MatterKind.REPORT: 0.05,
    MatterKind.SUGGESTION: 0.025,
    MatterKind.PRAISE: 0.005,
}
# How much of a kind the desk answers itself; with KINDS about 57 %, as in Sichuan in 2023-09.
ANSWERED: dict[MatterKind, float] = {
    MatterKind.CONSULTATION: 0.88,
    MatterKind.COMPLAINT: 0.34,
    MatterKind.HELP: 0.42,
    MatterKind.REPORT: 0.15,
    MatterKind.SUGGESTION: 0.6,
    MatterKind.PRAISE: 0.8,
}
# Within what the desk answers, and within what it dispatches. Follow-ups: a habit; late ones:
# 96 % in time (Lianyungang 2020-09); sent back: under 1 % (domain.md). The rest are guesses.
AT_THE_DESK: dict[str, float] = {
    "answered": 0.66,
    "answered and rated": 0.27,
    "answered anonymously": 0.07,
}
AT_A_UNIT: dict[str, float] = {
    "handled": 0.38,
    "handled and rated": 0.36,
    "handled anonymously": 0.03,
    "assisted": 0.06,
    "transferred": 0.02,
    "kept": 0.01,
    "late": 0.03,
    "stuck": 0.01,
    "merged": 0.04,
    "sent back": 0.01,
    "unsolved": 0.02,
    "reopened": 0.005,
    "withdrawn": 0.015,
    "withdrawn at once": 0.01,
}
