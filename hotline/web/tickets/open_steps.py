"""Which steps a reader may take on a ticket now: by right, by status, by what is there."""

from collections.abc import Callable

from hotline.people.rights import RIGHTS, Action, Actor, Scope
from hotline.tickets.dispatch import last_lead
from hotline.tickets.extensions import most_days
from hotline.tickets.models import Ticket
from hotline.tickets.reopening import may_reopen
from hotline.tickets.steps import STEPS as LIFE
from hotline.tickets.stories import Story
from hotline.tickets.words import Part, Status
from hotline.web.current import City, now
from hotline.web.tickets.step_inputs import colours_left


def is_open(actor: Actor, action: Action, story: Story, city: City) -> bool:
    """Whether the reader may take this step on the ticket as it stands now."""
    ticket = story.ticket
    scope = RIGHTS.get((actor.role, action))
    waits = WAITS.get(action)
    return (
        (Status(ticket.status), action) in LIFE
        and scope is not None
        and (scope is not Scope.UNIT or actor.unit == _whose(action, ticket, actor))
        and (scope is not Scope.SUGGESTED or ticket.decision != "ask")
        and (waits is None or waits(story, actor, city))
    )


def _whose(action: Action, ticket: Ticket, actor: Actor) -> str:
    """The unit whose step it is: an assistant's own advice, else the lead's."""
    helps = any(
        a.unit == actor.unit and a.ended_at is None and a.part == Part.ASSIST
        for a in ticket.assignments
    )
    if action is Action.ADVISE:
        return actor.unit if helps else ""
    return ticket.lead_unit if action is Action.ANSWER_ORDER else lead_unit(ticket)


def undecided(story: Story) -> bool:
    """Whether an extension asked for still waits for its decision."""
    asked = story.extension
    if asked is None or asked.decided_at:
        return False
    # A reply or another unit may have overtaken it: then nothing is left to decide.
    return any(a.id == asked.assignment_id and a.ended_at is None for a in story.assignments)


def _unasked(story: Story, city: City) -> bool:
    """One that nobody decided on before its unit was done does not bar the next.

    Of what has hours there is nothing to ask for, and not when the time is over.
    """
    asked, lead = story.extension, last_lead(story.ticket)
    first = asked is None or not (asked.decided_at or undecided(story))
    in_time = lead is not None and now() <= lead.due_at
    return first and in_time and most_days(story.ticket, city.calendar) > 0


def _unanswered(story: Story, actor: Actor) -> bool:
    return any(each.unit == actor.unit and each.answered_at is None for each in story.orders)


def _unreviewed(story: Story) -> bool:
    return any(
        rating.grievance and not rating.fault and not rating.superseded for rating in story.ratings
    )


# Steps that need something to be there, or not to be there yet.
WAITS: dict[Action, Callable[[Story, Actor, City], bool]] = {
    Action.ASK_EXTENSION: lambda story, _, city: _unasked(story, city),
    Action.RULE_EXTENSION: lambda story, *_: undecided(story),
    Action.ANSWER_ORDER: lambda story, actor, _: _unanswered(story, actor),
    Action.REVIEW_RATING: lambda story, *_: _unreviewed(story),
    Action.FOLLOW_UP: lambda story, *_: story.told,
    Action.SEND_FOR_REWORK: lambda story, *_: bool(story.ticket.lead_unit),
    Action.REOPEN: lambda story, *_: may_reopen(story.answered),
    Action.SUPERVISE: lambda story, *_: bool(colours_left(story)),
}


def lead_unit(ticket: Ticket) -> str:
    """The unit that has it now, blank while none has."""
    standing = (a for a in ticket.assignments if a.ended_at is None and a.part == Part.LEAD)
    return next((assignment.unit for assignment in standing), "")
