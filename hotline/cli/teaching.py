"""Learning from closed cases, the gate before the new model, and keeping it."""

import time
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import Any

from hotline import clock
from hotline.city import load_city, load_model
from hotline.cli.cases import labelled
from hotline.cli.judging import SEED, progress_bar
from hotline.db import Database
from hotline.registry import learned
from hotline.routing.learning.gate import Verdict, judge
from hotline.routing.learning.storage import dump
from hotline.routing.learning.training import learn
from hotline.routing.types import Case, Directory, UnitKind
from hotline.settings import Settings
from hotline.tickets.cases import closed_cases

WHO = "hotline train"


def teach(settings: Settings, database: Database, cases: Path | None) -> list[str]:
    """Learns from a file, else from closed tickets; tells in sentences what came of it."""
    with database.read() as session:
        directory = load_city(session, settings).directory
        taught = labelled(cases) if cases else closed_cases(session, *_known(directory))
    if cases:
        # A file has no order, and the gate asks about the last.
        Random(SEED).shuffle(taught)
    source = cases.name if cases else "已办结工单"
    return _told(*learn_and_keep(database, directory, taught, source))


def learn_and_keep(
    database: Database, directory: Directory, cases: list[Case], source: str
) -> tuple[Verdict, int]:
    """The gate's verdict and the new model's number; in force if it passed."""
    with database.read() as session:
        current = load_model(session)
    with progress_bar() as progress:
        verdict = judge(
            cases, directory, current, time.perf_counter, seed=SEED,
            progress=lambda share, doing: progress(share / 2, f"试学 {doing}"),
        )  # fmt: skip
        model = learn(
            cases, directory, seed=SEED,
            progress=lambda share, doing: progress((1 + share) / 2, doing),
        )  # fmt: skip
    figures = {"before": _shown(verdict.before), "after": _shown(verdict.after)}
    # What each unit's suggestions proved is shown on a page that never reads the model itself.
    proved = {unit: asdict(record) for unit, record in model.calibration.records.items()}
    figures |= {"worse": list(verdict.worse), "units": proved}
    with database.work() as session:
        kept = learned.keep_model(
            session, dump(model), source=source[:120], cases=model.facts.cases,
            passed=verdict.passed, figures=figures, by=WHO, now=clock.now(),
        )  # fmt: skip
        if verdict.passed:
            learned.choose_model(session, kept.id, by=WHO, now=clock.now())
        return verdict, kept.id


def _known(directory: Directory) -> tuple[frozenset[str], dict[str, Any]]:
    territories = (unit.name for unit in directory.units if unit.kind is UnitKind.TERRITORY)
    return frozenset(territories), {line.key: line for line in directory.lines}


def _shown(figures: Any) -> dict[str, float]:
    names = ("n", "top1", "top3", "macro_f1", "ece", "auto_share", "auto_precision")
    return {name: getattr(figures, name) for name in names}


def _told(verdict: Verdict, model_id: int) -> list[str]:
    before, after = verdict.before, verdict.after
    said = [
        f"在没有学过的 {after.n} 条上：首选 {before.top1:.3f} → {after.top1:.3f}，"
        f"前三 {before.top3:.3f} → {after.top3:.3f}。"
    ]
    if verdict.passed:
        return [*said, f"第 {model_id} 号模型已启用。"]
    worse = f"这些单位变差：{'、'.join(verdict.worse)}。" if verdict.worse else "总体不如现在。"
    return [*said, f"第 {model_id} 号模型未启用：{worse}可用 hotline models use {model_id} 启用。"]
