"""Rules for what is happening now: which emergency service, and the words that say so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from hotline.routing import emergency_contexts as contexts
from hotline.routing import emergency_words as words
from hotline.routing.emergency_words import Strength
from hotline.routing.fold import Folded
from hotline.routing.types import Emergency

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Rule:
    service: str
    strength: Strength
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where words stand that call for a service."""

    service: str
    span: Span


def _any(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


RULES = tuple(Rule(service, strength, _any(forms)) for service, strength, forms in words.TABLE)
PAST, SUPPOSED, HABIT = _any(contexts.PAST), _any(contexts.SUPPOSED), _any(contexts.HABIT)
MATTER, NOW, CUE = _any(contexts.MATTER), _any(contexts.NOW), _any(contexts.CUE)
NOW_DESPITE_MATTER = _any(contexts.NOW_DESPITE_MATTER)
NEGATED = re.compile("(?:没有?|未|并未|不是|不会|不再)(?:发生|出现|被|有|人)?[^,。!?;]{0,2}$")
SIGNS = tuple((service, _any(forms)) for service, forms in contexts.SIGNS)
PEOPLE = _any(contexts.PEOPLE)
IDIOM = _any(contexts.IDIOMS)
OFFICE = _any((*contexts.OFFICE, *contexts.MATTER, *contexts.SUPPOSED, *contexts.PAST))

# Longer than this nobody speaks in one breath; so many weak signs are then an emergency.
SPOKEN, ENOUGH = 60, 2
# Above this a message is a letter that tells a story, and plain words need a sign of now.
LETTER = 150
# A letter whose opening names it once in so many characters is a cry, not a story.
OPENING, CRY = 600, 30
# Places looked at for each rule; one is enough to raise the alarm, more only underline it.
PLACES = 20
# No sentence or clause is read further than this from the words, which bounds the work.
REACH = 60
SENTENCE_ENDS, CLAUSE_ENDS = "。!?;", ",。!?;"


def find_emergency(folded: Folded) -> Emergency | None:
    """By rules and weak signs alone."""
    text = without_idioms(folded.text)
    return emergency_of(folded, stated(text) or signs(text))


def emergency_of(folded: Folded, places: list[Place]) -> Emergency | None:
    """The service of the first place, and all words that call for it."""
    if not places:
        return None
    service = places[0].service
    spans = sorted({place.span for place in places if place.service == service})
    said = tuple(dict.fromkeys(folded.text[start:end] for start, end in spans))
    return Emergency(service, said, tuple(folded.mark(start, end) for start, end in spans))


def without_idioms(text: str) -> str:
    """Every other character stays in its place."""
    return IDIOM.sub(lambda match: "〇" * len(match.group()), text)


def stated(text: str) -> list[Place]:
    """Where a rule holds, in the order of the table."""
    if len(text) <= LETTER:
        return _places(text, [(0, len(text))])
    opening = min(len(text), OPENING)
    cries = _places(text, [(0, opening)])
    if len(cries) * CRY >= opening:
        return cries
    return _places(text, _sentences_of_now(text))


def _places(text: str, parts: list[Span]) -> list[Place]:
    return [
        Place(rule.service, match.span())
        for rule in RULES
        for match in islice(_matches(rule, text, parts), PLACES)
        if rule.strength is Strength.ALWAYS or _is_now(rule, text, match)
    ]


def _matches(rule: Rule, text: str, parts: list[Span]) -> Iterator[re.Match[str]]:
    parts = [(0, len(text))] if rule.strength is Strength.ALWAYS else parts
    return (match for start, end in parts for match in rule.pattern.finditer(text, start, end))


def _sentences_of_now(text: str) -> list[Span]:
    """The sentences that say now; what overlaps becomes one."""
    parts: list[Span] = []
    for match in NOW.finditer(text):
        start, end = _around(SENTENCE_ENDS, text, match)
        if parts and start <= parts[-1][1]:
            start = parts.pop()[0]
        parts.append((start, end))
    return parts


def _is_now(rule: Rule, text: str, match: re.Match[str]) -> bool:
    """Whether nothing around the words makes them harmless."""
    sentence = text[slice(*_around(SENTENCE_ENDS, text, match))]
    clause = text[slice(*_around(CLAUSE_ENDS, text, match))]
    if NEGATED.search(text[max(0, match.start() - 8) : match.start()]):
        return False
    return not _is_harmless(sentence, clause) and (
        rule.strength is Strength.CLEAR or bool(CUE.search(sentence))
    )


def _is_harmless(sentence: str, clause: str) -> bool:
    if MATTER.search(sentence) and not NOW_DESPITE_MATTER.search(sentence):
        return True
    if SUPPOSED.search(clause) and not NOW.search(clause):
        return True
    return bool((PAST.search(sentence) or HABIT.search(clause)) and not NOW.search(sentence))


def _around(ends: str, text: str, match: re.Match[str]) -> Span:
    """The sentence or clause that the match stands in."""
    first, last = max(0, match.start() - REACH), min(len(text), match.end() + REACH)
    start = max(text.rfind(end, first, match.start()) for end in ends)
    stops = [text.find(end, match.end(), last) for end in ends]
    return max(start + 1, first), min((stop for stop in stops if stop >= 0), default=last)


def signs(text: str) -> list[Place]:
    """What weak signs say together where no rule holds; each counts once, people as one."""
    if len(text) > SPOKEN or OFFICE.search(text):
        return []
    found = {
        match.group(): Place(service, match.span())
        for service, sign in SIGNS
        for match in sign.finditer(text)
    }
    enough = len(found) + bool(PEOPLE.search(text)) >= ENOUGH
    return list(found.values()) if found and enough else []
