"""What a router that learned is worth: it is never asked about a case that it was taught."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hotline.routing.evaluation import Answer, Timer, ask
from hotline.routing.fold import fold
from hotline.routing.learning.course import deal
from hotline.routing.learning.noise import KINDS, SHORT
from hotline.routing.learning.training import Progress, learn, silent
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory

FOLDS = 5


def cross_validate(
    cases: Sequence[Case],
    directory: Directory,
    timer: Timer,
    *,
    seed: int,
    noise: str = "",
    progress: Progress = silent,
) -> list[Answer]:
    """Five routers, each taught four fifths of the cases and asked about the last.

    Equal texts are never parted. `noise`, one of KINDS, is put on what is asked alone.
    """
    cases = [case for case in cases if case.kind == "unit"]
    untaught = Router(directory)
    answers: list[Answer] = []
    for each, (taught, asked) in enumerate(parted(cases, seed=seed)):
        model = learn(taught, directory, seed=seed, progress=_part(progress, each))
        answers += ask(untaught.taught(model), distort(asked, noise, seed=seed), timer)
    return answers


def parted(cases: Sequence[Case], *, seed: int) -> list[tuple[list[Case], list[Case]]]:
    """Five times the cases to learn from, and those to be asked about then; each is asked once."""
    fold_of = list(zip(cases, _folds(cases, seed), strict=True))
    return [
        (
            [case for case, fold in fold_of if fold != each],
            [case for case, fold in fold_of if fold == each],
        )
        for each in range(FOLDS)
    ]


def unseen(train: Sequence[Case], cases: Sequence[Case]) -> list[Case]:
    """The cases of `train` whose text none of `cases` has."""
    judged = {_text(case) for case in cases}
    return [case for case in train if _text(case) not in judged]


def distort(cases: Sequence[Case], noise: str, *, seed: int) -> list[Case]:
    """The cases with one kind of noise; as they are where `noise` is blank."""
    return [_distorted(case, noise, seed) for case in cases] if noise else list(cases)


def _distorted(case: Case, noise: str, seed: int) -> Case:
    random = Random(f"{seed} {noise} {case.id}")
    if noise == "short":
        return replace(case, title="", body=(case.title + case.body)[:SHORT])
    change = KINDS[noise]
    return replace(case, title=change(case.title, random), body=change(case.body, random))


def _folds(cases: Sequence[Case], seed: int) -> list[int]:
    names = sorted({case.units[0] for case in cases})
    labels = [names.index(case.units[0]) for case in cases]
    texts = [_text(case) for case in cases]
    return deal(texts, labels, judged=len(cases), folds=FOLDS, seed=seed).tolist()


def _text(case: Case) -> tuple[str, str]:
    return fold(case.title).text, fold(case.body).text


def _part(progress: Progress, fold: int) -> Progress:
    return lambda share, doing: progress((fold + share) / FOLDS, f"{fold + 1}/{FOLDS} {doing}")
