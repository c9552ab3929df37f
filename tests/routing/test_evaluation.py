"""The figures of an evaluation, worked out by hand for a small city."""

from itertools import count

import pytest

from hotline.routing.evaluation import evaluate
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory, Duty, Unit, UnitKind


@pytest.fixture(scope="module")
def router() -> Router:
    duties = (Duty("水务", "供水", 3, ("停水", "水压")), Duty("供电", "供电", 3, ("停电", "电压")))
    units = tuple(Unit(d.unit, d.unit, d.unit, UnitKind.DEPARTMENT) for d in duties)
    return Router(Directory(1, units, (), duties, (), ()))


def case(body: str, *units: str, kind: str = "unit", source: str = "甲") -> Case:
    return Case("1", "", body, units, kind, source)


def test_shares_are_counted_over_unit_rows_only(router: Router):
    cases = [
        case("停水了", "水务"),
        case("停电了", "供电"),
        case("停电停水停电", "水务"),
        case("村里的事", "属地政府", kind="territory"),
    ]
    figures = evaluate(router, cases, count().__next__)
    assert (figures.n, figures.territory_n) == (3, 1)
    assert figures.top1 == pytest.approx(2 / 3, abs=1e-4)
    assert figures.top3 == 1.0
    # F1 of 水务 is 2/3 (one of two found), of 供电 2/3 (one of two said is right).
    assert figures.macro_f1 == pytest.approx(2 / 3, abs=1e-4)
    assert figures.rare_top1 == figures.top1


def test_any_of_several_right_answers_is_right(router: Router):
    figures = evaluate(router, [case("停电了", "水务", "供电")], count().__next__)
    assert figures.top1 == 1.0
    assert figures.macro_f1 == 1.0


def test_sources_are_told_apart(router: Router):
    cases = [case("停水了", "水务"), case("停水了", "供电", source="乙")]
    figures = evaluate(router, cases, count().__next__)
    assert {name: (each.n, each.top1) for name, each in figures.by_source.items()} == {
        "甲": (1, 1.0),
        "乙": (1, 0.0),
    }


def test_times_are_taken_around_each_suggestion(router: Router):
    ticks = iter([0.0, 0.001, 1.0, 1.002, 2.0, 2.009])
    figures = evaluate(router, [case("停水了", "水务")] * 3, ticks.__next__)
    assert figures.p50_ms == pytest.approx(2.0)
    assert figures.p99_ms == pytest.approx(9.0)


def test_calibration_error_is_the_gap_between_confidence_and_right(router: Router):
    sure = router.suggest("停水了").candidates[0].confidence
    right = evaluate(router, [case("停水了", "水务")], count().__next__)
    wrong = evaluate(router, [case("停水了", "供电")], count().__next__)
    assert right.ece == pytest.approx(1 - sure, abs=1e-3)
    assert wrong.ece == pytest.approx(sure, abs=1e-3)


def test_no_cases_give_figures_of_nothing(router: Router):
    figures = evaluate(router, [], count().__next__)
    assert (figures.n, figures.top1, figures.p99_ms, figures.by_source) == (0, 0.0, 0.0, {})
