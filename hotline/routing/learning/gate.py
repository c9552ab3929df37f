"""Whether a model may come into force: not worse than what is, overall and for any unit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from hotline.routing.evaluation import Answer, Figures, Timer, ask, figures
from hotline.routing.learning.model import Model
from hotline.routing.learning.training import Progress, learn, silent
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory

# The newest tickets judge: what comes next is most like them. So many are enough to tell.
SHARE, MOST = 0.2, 2000
# A unit is judged by at least so many; of fewer, one that goes astray says nothing.
ENOUGH = 20
# How much a unit may lose by chance: one in twenty of its rows.
LEEWAY = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was in force and what would be, asked about tickets that the new one never saw."""

    before: Figures
    after: Figures
    worse: tuple[str, ...]  # units that would lose

    @property
    def passed(self) -> bool:
        return not self.worse and self.after.top1 >= self.before.top1


def judge(
    cases: Sequence[Case],
    directory: Directory,
    current: Model | None,
    timer: Timer,
    *,
    seed: int,
    progress: Progress = silent,
) -> Verdict:
    """Learns from the older cases of kind unit and asks about the newest, given oldest first.

    What is in force may have seen these, which only makes it harder for the new one.
    """
    cases = [case for case in cases if case.kind == "unit"]
    newest = min(MOST, max(1, round(len(cases) * SHARE)))
    model = learn(cases[:-newest], directory, seed=seed, progress=progress)
    asked = cases[-newest:]
    router = Router(directory, current)
    before, after = ask(router, asked, timer), ask(router.taught(model), asked, timer)
    return Verdict(
        figures(before, territory_n=0), figures(after, territory_n=0), _worse(before, after)
    )


def _worse(before: Sequence[Answer], after: Sequence[Answer]) -> tuple[str, ...]:
    rows = Counter(answer.case.units[0] for answer in before)
    had, has = _right(before), _right(after)
    judged = {unit: n for unit, n in rows.items() if n >= ENOUGH}
    return tuple(sorted(u for u, n in judged.items() if has[u] < had[u] - LEEWAY * n))


def _right(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(answer.case.units[0] for answer in answers if answer.right)
