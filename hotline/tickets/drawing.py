"""Draws docs/workflow.md from the tables, so that page and code cannot differ."""

from hotline.people.rights import RIGHTS, Action, Role, Scope
from hotline.tickets.steps import STEPS
from hotline.tickets.words import CHINESE, Status

HEAD = """# The life of a ticket

Drawn from `STEPS` (hotline/tickets/steps.py) and `RIGHTS` (hotline/people/rights.py) by
`hotline workflow`; a test keeps this page fresh. Nothing else decides what may happen.
"""


def draw() -> str:
    """The whole page: a diagram, the table of steps, the table of rights."""
    return "\n".join((HEAD, _diagram(), _steps(), _rights()))


def _diagram() -> str:
    lines = [f"  {status}: {CHINESE[status]}" for status in Status]
    for (start, action), end in STEPS.items():
        if start != end:
            lines.append(f"  {start or '[*]'} --> {end}: {CHINESE[action]}")
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def _steps() -> str:
    rows = [
        f"| {_status(start)} | {_action(action)} | {_status(end)} | {_who(action)} |"
        for (start, action), end in STEPS.items()
    ]
    return "\n".join(("| from | action | to | who |", "|---|---|---|---|", *rows, ""))


def _rights() -> str:
    actions = list(dict.fromkeys(action for _, action in RIGHTS))
    head = "| action | " + " | ".join(Role) + " |"
    rows = [
        f"| {_action(action)} | "
        + " | ".join(RIGHTS.get((role, action), "") for role in Role)
        + " |"
        for action in actions
    ]
    scopes = (
        f"`{Scope.ALL}` every ticket · `{Scope.UNIT}` those standing with the unit · "
        f"`{Scope.OWN}` the one whose query code was given · "
        f"`{Scope.SUGGESTED}` to a unit the router suggests, unless it asks.\n"
    )
    return "\n".join((head, "|---" * (len(Role) + 1) + "|", *rows, "", scopes))


def _status(status: Status | None) -> str:
    return f"{status} {CHINESE[status]}" if status else "–"


def _action(action: Action) -> str:
    return f"{action} {CHINESE[action]}"


def _who(action: Action) -> str:
    return ", ".join(role for role, known in RIGHTS if known is action)
