"""Rules for what is happening now: which emergency service, and the words that say so."""

import re
from dataclasses import dataclass
from itertools import islice

from hotline.routing import emergency_words as words
from hotline.routing.emergency_words import Strength
from hotline.routing.fold import Folded
from hotline.routing.types import Emergency


@dataclass(frozen=True, slots=True)
class Rule:
    service: str
    strength: Strength
    pattern: re.Pattern[str]


def _any(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(alternatives))


RULES = tuple(Rule(service, strength, _any(forms)) for service, strength, forms in words.TABLE)
PAST, SUPPOSED, HABIT = _any(words.PAST), _any(words.SUPPOSED), _any(words.HABIT)
AFTERMATH, NOW, CUE = _any(words.AFTERMATH), _any(words.NOW), _any(words.CUE)
NOW_DESPITE_AFTERMATH = _any(words.NOW_DESPITE_AFTERMATH)
NEGATED = re.compile("(?:没有?|未|并未|不是|不会|不再)(?:发生|出现|被|有|人)?[^,。!?;]{0,2}$")

# Above this a message is a letter that tells a story, and plain words need a sign of now.
LETTER = 150
# Places looked at for each rule; one is enough to raise the alarm, more only underline it.
PLACES = 20
SENTENCE_ENDS, CLAUSE_ENDS = "。!?;", ",。!?;"


def find_emergency(folded: Folded) -> Emergency | None:
    """The service of the first rule of the table that holds; None never means that all is well."""
    found = [(rule, match.span()) for rule in RULES for match in _hits(rule, folded.text)]
    if not found:
        return None
    service = found[0][0].service
    spans = sorted({span for rule, span in found if rule.service == service})
    said = tuple(dict.fromkeys(folded.text[start:end] for start, end in spans))
    return Emergency(service, said, tuple(folded.mark(start, end) for start, end in spans))


def _hits(rule: Rule, text: str) -> list[re.Match[str]]:
    matches = islice(rule.pattern.finditer(text), PLACES)
    return [match for match in matches if _is_now(rule, text, match)]


def _is_now(rule: Rule, text: str, match: re.Match[str]) -> bool:
    if rule.strength is Strength.ALWAYS:
        return True
    sentence = _around(SENTENCE_ENDS, text, match)
    if _is_harmless(sentence, _around(CLAUSE_ENDS, text, match), text[: match.start()][-8:]):
        return False
    if len(text) > LETTER:
        return bool(NOW.search(sentence))
    return rule.strength is Strength.CLEAR or bool(CUE.search(sentence))


def _is_harmless(sentence: str, clause: str, before: str) -> bool:
    if NEGATED.search(before):
        return True
    if AFTERMATH.search(sentence) and not NOW_DESPITE_AFTERMATH.search(sentence):
        return True
    if SUPPOSED.search(clause) and not NOW.search(clause):
        return True
    return bool((PAST.search(sentence) or HABIT.search(clause)) and not NOW.search(sentence))


def _around(ends: str, text: str, match: re.Match[str]) -> str:
    """The sentence or clause that the match stands in."""
    start = max(text.rfind(end, 0, match.start()) for end in ends) + 1
    stops = [text.find(end, match.end()) for end in ends]
    return text[start : min((stop for stop in stops if stop >= 0), default=len(text))]
