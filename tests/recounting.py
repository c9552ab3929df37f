"""An independent count, straight from the stories of tickets: no SQL, no shared predicate."""

from collections.abc import Sequence

from hotline.people.rights import Action
from hotline.tickets.models import TicketEvent

STARTS = {Action.DISPATCH, Action.TRANSFER, Action.SEND_FOR_REWORK}
ONE_TO_ONE = {
    "log": "received", "accept": "accepted", "redirect": "redirected",
    "answer": "answered_at_once", "dispatch": "first_dispatched", "assist": "assisted",
    "claim": "claimed", "object": "objected", "rule": "ruled", "reply": "replied",
    "fall_overdue": "overdue", "send_for_rework": "reworked", "deliver": "delivered",
    "follow_up": "followed_up", "close": "closed", "merge": "merged",
    "withdraw": "withdrawn", "review_rating": "rating_reviewed", "supervise": "supervised",
}  # fmt: skip

PROMISES = {"in_time": "promise_kept", "late": "promise_broken"}
OF_THE_DESK = {"in_time": "dispatched_in_time", "late": "dispatched_late"}
BY_REASON = {
    ("log", "move_car"): "cars",
    ("review_rating", "unit"): "unit_at_fault",
    ("claim", "late"): "claimed_late",
    ("remind", "ruling_late"): "ruled_late",
    ("rule", "refused"): "unfounded",
    ("rule_extension", "granted"): "extended",
    ("remind", "citizen"): "reminded",
    ("remind", "leader"): "reminded",
}


def recount(story: Sequence[TicketEvent]) -> list[tuple[str, TicketEvent]]:
    """Each measure that an event of one ticket's story counts for, with the event."""
    found, late, first, rated, told = [], False, None, None, False
    for step in story:
        if step.action == Action.DELIVER and not told and step.channel != "import":
            found.append((PROMISES[step.reason], step))
        told = told or step.action == Action.DELIVER
        if step.action in (Action.DELIVER, Action.MERGE, Action.REOPEN):
            rated = None
        if step.action == Action.FOLLOW_UP:
            # Of several ratings of one reply the last one counts.
            found = [each for each in found if each[1] is not rated]
            rated = step
        if step.action in ONE_TO_ONE:
            found.append((ONE_TO_ONE[step.action], step))
        if step.action == Action.REOPEN and step.status != "merged":
            found.append(("reopened", step))
        granted = step.action == Action.RULE and step.reason == "granted"
        if step.action in (Action.DISPATCH, Action.TRANSFER) or granted:
            found.append(("dispatched", step))
        if step.action in (Action.RULE, Action.TRANSFER) and first:
            found.append(("misdirected", first))
            first = None
        if step.action == Action.DISPATCH:
            first = step
            if step.channel != "import":
                found.append((OF_THE_DESK[step.reason], step))
        if step.action in STARTS or granted:
            late = False
        if step.action == Action.FALL_OVERDUE:
            late = True
        if step.action == Action.REPLY and not late:
            found.append(("replied_on_time", step))
        if step.solved:
            found.append(("solved", step))
        if (step.satisfied or 0) >= 3:
            found.append(("satisfied", step))
        elif step.satisfied:
            found.append(("unsatisfied", step))
        if step.action == Action.LOG and step.unit:
            found.append(("letters", step))
        if (step.action, step.reason) in BY_REASON:
            found.append((BY_REASON[step.action, step.reason], step))
    return found
