"""`hotline evaluate`: the router before and after it learned, on labelled cases."""

import filecmp
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

from hotline.cli.cases import labelled
from hotline.routing.evaluation import Answer, Figures, ask, figures, territories
from hotline.routing.learning.judging import FOLDS, cross_validate, distort, unseen
from hotline.routing.learning.training import learn
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory
from hotline.web.current import City

# The same cases give the same figures.
SEED = 12345


@dataclass(frozen=True, slots=True)
class Judged:
    figures: Figures
    training: str  # how what was judged had learned, in a sentence
    noise: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self.figures), "training": self.training, "noise": self.noise}

    def as_text(self) -> Iterator[str]:
        yield self.training
        told = asdict(self.figures)
        intervals = told.pop("intervals")
        for name, value in told.items():
            if name not in ("by_source", "confusions"):
                low, high = intervals.get(name, ("", ""))
                yield f"{name:15} {value:<8} {f'95%: {low}–{high}' if name in intervals else ''}"
        for source, of_source in told["by_source"].items():
            yield f"source {source:8} " + " ".join(f"{k} {v}" for k, v in of_source.items())
        for each in told["confusions"]:
            yield f"confused {each['n']:4}   {each['right']} → {each['said']}"


def judge(city: Callable[[], City], cases: Path, *, train: Path | None, noise: str) -> Judged:
    """The router as it is; with `train` it learns first, from the same file by cross-validation."""
    asked = labelled(cases)
    if train is None:
        answers, told = _as_it_is(city().router, asked, noise)
    elif filecmp.cmp(cases, train, shallow=False):
        answers, told = _cross_validated(city().directory, asked, noise)
    else:
        answers, told = _taught(city().directory, train, asked, noise)
    return Judged(figures(answers, territory_n=territories(asked)), told, noise)


def _as_it_is(router: Router, asked: list[Case], noise: str) -> tuple[list[Answer], str]:
    told = "凭派单目录和启用中的模型。" if router.learned else "未训练：只凭派单目录。"
    return ask(router, distort(asked, noise, seed=SEED), time.perf_counter), told


def _cross_validated(
    directory: Directory, asked: list[Case], noise: str
) -> tuple[list[Answer], str]:
    with progress_bar() as progress:
        answers = cross_validate(
            asked, directory, time.perf_counter, seed=SEED, noise=noise, progress=progress
        )
    told = f"训练与评估是同一份案例：{FOLDS} 折交叉验证，每一条都由没有学过它的模型判断。"
    return answers, told


def _taught(
    directory: Directory, train: Path, asked: list[Case], noise: str
) -> tuple[list[Answer], str]:
    given = labelled(train)
    taught = unseen(given, asked)
    with progress_bar() as progress:
        model = learn(taught, directory, seed=SEED, progress=progress)
    told = (
        f"用 {train.name} 中的 {model.facts.cases} 条案例训练"
        f"（另有 {len(given) - len(taught)} 条也在评估案例中，没有学）。"
    )
    router = Router(directory, model)
    return ask(router, distort(asked, noise, seed=SEED), time.perf_counter), told


@contextmanager
def progress_bar() -> Iterator[Callable[[float, str], None]]:
    with tqdm(total=100, unit="%", bar_format="{desc} {bar} {n:.0f}% {elapsed}") as bar:

        def show(share: float, doing: str) -> None:
            bar.set_description(doing, refresh=False)
            bar.update(100 * share - bar.n)

        yield show
