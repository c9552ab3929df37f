"""What the switch shall do with a call: a table over the kind of line that was dialled."""

from dataclasses import dataclass
from enum import StrEnum

from hotline.registry.numbers import OWN_NUMBER, Lines
from hotline.routing.types import LineCategory


class CallAction(StrEnum):
    """直通, 转接, 统一接听."""

    PASS_THROUGH = "pass_through"
    TRANSFER = "transfer"
    INTAKE = "intake"


ACTIONS = {
    LineCategory.EMERGENCY: CallAction.PASS_THROUGH,
    LineCategory.RETAINED: CallAction.TRANSFER,
    LineCategory.MERGED: CallAction.INTAKE,
}


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """`to` is the number to connect; line and department are None where the number tells none."""

    action: CallAction
    to: str
    line: str | None = None
    department: str | None = None


def answer(lines: Lines, dialled: str) -> CallAnswer:
    """Never refuses: 12345 itself and a number we do not know are taken in by the desk."""
    line = lines.find(dialled)
    if line is None:
        return CallAnswer(CallAction.INTAKE, OWN_NUMBER)
    action = ACTIONS[line.category]
    to = OWN_NUMBER if action is CallAction.INTAKE else line.number
    return CallAnswer(action, to, line.key, line.department)
