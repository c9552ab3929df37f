"""What the router says, as an agent takes it in at a glance: how sure, by which words, where."""

from dataclasses import dataclass
from itertools import groupby

from hotline.desk.look_alikes import longest
from hotline.people.rights import Action, Scope, scope_of
from hotline.routing.boundaries import PLACE_UNKNOWN
from hotline.routing.confidence import ASK, AUTO
from hotline.routing.types import (
    OF_TICKETS,
    Candidate,
    Decision,
    Disposition,
    Line,
    LineCategory,
    Suggestion,
)
from hotline.web import bodies, intake
from hotline.web.current import actor, city
from hotline.web.saying import led, why
from hotline.web.thinking import guide_of, with_ruling

# From so much confidence on; never a bare percentage (ui.md, rule 6).
SURENESS = ((AUTO, "很有把握", "good"), (ASK, "比较可能", ""), (0.0, "拿不准", "quiet"))
PHRASES = 4
# Stretches underlined in a text; a pasted book may hold thousands.
MARKS = 300
LONGEST = 20_000

Stretch = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit to choose: how sure the router is, and the words that decided."""

    unit: str
    sure: str
    tone: str
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """`chosen` is the unit that F4 sends to, blank where there is none.

    That is so where a dispatcher must decide (`ask`), and where the unit that somebody picked is no
    longer among the choices (`lost`): it is never exchanged for another without a word.
    `guide` helps where the territory leads, unless it was unticked: then not `guided`.
    `emergency` and `transfer` are numbers to put the caller through to, with what they are.
    """

    suggestion: Suggestion
    choices: tuple[Choice, ...]
    chosen: str
    ask: bool
    lost: str
    guide: str
    guided: bool
    emergency: str
    transfer: Line | None
    where: str
    ask_place: bool
    marks: tuple[Stretch, ...]


def advise(
    text: str,
    *,
    dialled: str = "",
    picked: str = "",
    guide: str | None = None,
    phone_hash: str = "",
) -> Advice | None:
    """None while there is nothing to go by; `picked` is the unit the agent chose before.

    So is `guide`, blank where it was unticked.
    """
    text = _as_typed(text)
    line = city().find_line(dialled)
    if not text.strip() and line is None:
        return None
    asked = bodies.RouteBody.model_construct(text=text, title="", dialled=dialled)
    found = with_ruling(intake.think(asked, phone_hash), text)
    choices = _choices(found)
    ask = found.decision is Decision.ASK and not may_choose_freely()
    lost = "" if ask or picked in {choice.unit for choice in choices} else picked
    return Advice(
        suggestion=found,
        choices=choices,
        chosen="" if ask or lost else picked or choices[0].unit,
        ask=ask,
        lost=lost,
        guide=guide_of(found, choices[0].unit),
        guided=guide != "",
        emergency=found.service or "" if found.disposition is Disposition.EMERGENCY else "",
        transfer=_transfer(found),
        where=" · ".join(filter(None, (found.territory, found.place))),
        ask_place=any(reason.text == PLACE_UNKNOWN for reason in found.reasons),
        marks=tuple(_in_utf16(text, _marks(text, found))),
    )


def may_choose_freely() -> bool:
    return scope_of(actor(), Action.DISPATCH) is Scope.ALL


def _as_typed(text: str) -> str:
    """A form ends lines with two characters where the page has one."""
    return text.replace("\r\n", "\n")[:LONGEST]


def _choice(candidate: Candidate) -> Choice:
    sure, tone = next((w, t) for least, w, t in SURENESS if candidate.confidence >= least)
    phrases = [reason.text for reason in candidate.reasons if reason.kind in ("phrase", "name")]
    words = [reason.text for reason in candidate.reasons if reason.kind not in OF_TICKETS]
    tickets = [why(reason) for reason in candidate.reasons if reason.kind in OF_TICKETS]
    said = [f"「{each}」" for each in longest(phrases or words)[:PHRASES]]
    return Choice(candidate.unit, sure, tone, (*said, *tickets[:1]))


def _choices(found: Suggestion) -> tuple[Choice, ...]:
    """The candidates; before them, for who may send to it, the territory that leads by rule."""
    lead = found.lead
    by_rule = lead and lead.assist and may_choose_freely()
    first = [Choice(lead.unit, "按属地规则", "", (led(lead),))] if lead and by_rule else []
    return (*first, *map(_choice, found.candidates))


def _transfer(found: Suggestion) -> Line | None:
    """The line that stayed: the one the router names, else one of the first unit's own."""
    kept = [each for each in city().directory.lines if each.category is LineCategory.RETAINED]
    named = [each for each in kept if found.service and each.number == found.service]
    own = [each for each in kept if each.number and each.department == found.candidates[0].unit]
    return next(iter(named or own), None)


def _marks(text: str, found: Suggestion) -> list[Stretch]:
    """Stretches that do not overlap; where they would, the more pressing one is seen."""
    painted = [""] * len(text)
    reasons = [reason for candidate in found.candidates for reason in candidate.reasons]
    for tone, marks in (
        ("said", [mark for reason in reasons for mark in reason.marks]),
        ("where", [mark for reason in found.reasons for mark in reason.marks]),
        ("danger", found.emergency.marks if found.emergency else ()),
    ):
        for mark in marks:
            painted[mark.start : mark.end] = [tone] * (mark.end - mark.start)
    return _runs(painted)[:MARKS]


def _runs(painted: list[str]) -> list[Stretch]:
    stretches: list[Stretch] = []
    at = 0
    for tone, same in groupby(painted):
        length = len(list(same))
        if tone:
            stretches.append((at, at + length, tone))
        at += length
    return stretches


def _in_utf16(text: str, stretches: list[Stretch]) -> list[Stretch]:
    """Browsers count a rare character as two."""
    if text.isascii() or max(text) <= "\uffff":
        return stretches
    places = [0]
    for character in text:
        places.append(places[-1] + 1 + (character > "\uffff"))
    return [(places[start], places[end], tone) for start, end, tone in stretches]
