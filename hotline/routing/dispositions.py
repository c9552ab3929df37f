"""Where a request goes instead of a ticket: a retained line, or guidance to another door."""

from collections import defaultdict

from hotline.routing.fold import Folded, fold_phrase
from hotline.routing.scan import Hit, Scanner
from hotline.routing.types import Candidate, Directory, Guidance, Line, LineCategory, Mark
from hotline.routing.wording import pairs

# Lines of bodies outside the government: what they alone may take cannot become a ticket. 12389 is
# reached by tip-offs only, and social insurance, consumer, tax or power matters are tickets.
THEIRS_ALONE = frozenset({"12388", "12380", "12371", "12309", "12368", "12310"})
# How likely such a body must be; below it a dispatcher decides.
SURE_ENOUGH = 0.5
# A letter may mention a lawsuit or a petition in passing; its title, or a short text, may not.
SHORT = 100


class RetainedLines:
    """The lines of bodies whose every line is theirs alone."""

    def __init__(self, directory: Directory) -> None:
        self._lines: dict[str, list[Line]] = defaultdict(list)
        for line in directory.lines:
            if line.category is LineCategory.RETAINED and line.number in THEIRS_ALONE:
                self._lines[line.department].append(line)

    def find(
        self, first: Candidate, title: Folded, text: Folded, dialled: Line | None
    ) -> Line | None:
        """The line to transfer to; a body with two has the one whose words are nearer."""
        if not any(reason.marks or reason.kind == "phrase" for reason in first.reasons):
            # Who dialled a retained line and has not said why is put through to it.
            return dialled if dialled and dialled.category is LineCategory.RETAINED else None
        lines = self._lines.get(first.unit, [])
        if not lines or first.confidence < SURE_ENOUGH:
            return None
        words = set(pairs(title.text + text.text))
        return max(lines, key=lambda line: len(words & _pairs_of(line)))


class GuidanceBook:
    """Matters that 12345 does not handle, by their phrases."""

    def __init__(self, directory: Directory) -> None:
        self._by_phrase = {
            fold_phrase(phrase): guidance
            for guidance in directory.guidance
            for phrase in guidance.phrases
        }
        self._scanner = Scanner(self._by_phrase)

    def find(self, title: Folded, text: Folded) -> tuple[Guidance, str, tuple[Mark, ...]] | None:
        """The guidance, the phrase that called for it, and where that stands in the text."""
        for folded in (text, title):
            if len(folded.text) > SHORT:
                continue
            if hit := max(self._scanner.hits(folded.text), key=_length, default=None):
                marks = (folded.mark(hit.start, hit.end),) if folded is text else ()
                return self._by_phrase[hit.phrase], hit.phrase, marks
        return None


def _length(hit: Hit) -> int:
    return hit.end - hit.start


def _pairs_of(line: Line) -> set[str]:
    return {pair for word in (line.name, *line.words) for pair in pairs(fold_phrase(word))}
