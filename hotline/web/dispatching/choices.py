"""Whose it may be: the router's candidates with how sure it is and why, ready to be picked."""

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from hotline.desk.look_alikes import longest
from hotline.routing.types import Candidate, Decision, Suggestion
from hotline.tickets.models import Ticket
from hotline.tickets.stories import Story
from hotline.tickets.words import Status
from hotline.web.console.advice import SURENESS
from hotline.web.current import city
from hotline.web.saying import led, why
from hotline.web.thinking import suggested, with_ruling

REASONS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit that one key picks; `sure` and `why` say how far the router stands behind it."""

    unit: str
    sure: str
    why: tuple[str, ...]
    picked: bool = False


def suggestion(story: Story) -> Suggestion:
    """What the router says today; rulings made since the ticket was logged count."""
    matter, ticket = story.matter, story.ticket
    line = next((line for line in city().directory.lines if line.key == ticket.line), None)
    given = suggested(
        matter.text,
        title=matter.title,
        dialled=line,
        addressee=ticket.addressee,
        phone_hash=story.requester.phone_hash,
        but=ticket.id or 0,
    )
    return with_ruling(given, matter.text, matter.title)


def choices(story: Story, given: Suggestion) -> list[Choice]:
    """The candidates, before them the territory that leads by rule.

    For a ruling those beside the unit that the objection names.
    """
    ticket = story.ticket
    fresh = ticket.status in (Status.LOGGED, Status.ACCEPTED) and ticket.decision != Decision.ASK
    left_out = {*_barred(ticket), _named(story)}
    offered = [each for each in given.candidates if each.unit not in left_out]
    found = [_choice(each.unit, each) for each in offered]
    lead = given.lead
    if lead and lead.assist and lead.unit not in left_out:
        found.insert(0, Choice(lead.unit, _("按属地规则"), (led(lead),)))
    return [replace(each, picked=fresh and place == 0) for place, each in enumerate(found)]


def named(story: Story, given: Suggestion) -> Choice | None:
    """Whose the objecting unit says it is; None for a unit that must not have it."""
    unit = _named(story)
    if not unit or unit in _barred(story.ticket):
        return None
    by_unit = {candidate.unit: candidate for candidate in given.candidates}
    return _choice(unit, by_unit.get(unit))


def _named(story: Story) -> str:
    if story.ticket.status != Status.OBJECTED:
        return ""
    return list(story.objections.values())[-1].right_unit


def _barred(ticket: Ticket) -> set[str]:
    """The accused, and whoever has it already."""
    return {*ticket.excluded, *(a.unit for a in ticket.assignments if a.ended_at is None)}


def _choice(unit: str, candidate: Candidate | None, *, picked: bool = False) -> Choice:
    if candidate is None:
        return Choice(unit, _("系统没有推荐"), ())
    # 拖欠工资, and not 欠工资 beside it.
    marked = longest(reason.text for reason in candidate.reasons if reason.marks)
    told = [each for each in candidate.reasons if not each.marks or each.text in marked]
    reasons = dict.fromkeys(map(why, told))
    return Choice(unit, _sure(candidate.confidence), tuple(reasons)[:REASONS_SHOWN], picked)


def _sure(confidence: float) -> str:
    return _(next(words for least, words, _tone in SURENESS if confidence >= least))
