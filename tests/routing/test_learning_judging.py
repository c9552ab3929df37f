"""A router is never judged on what it was taught."""

from dataclasses import replace
from itertools import count

import pytest

from hotline.routing.evaluation import evaluate, figures
from hotline.routing.intervals import bootstrap, wilson
from hotline.routing.learning.judging import cross_validate, distort, unseen
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory


def test_every_case_is_judged_once_and_better_than_untrained(town: Directory, tickets: list[Case]):
    territory = replace(tickets[0], id="T", kind="territory")
    answers = cross_validate([*tickets, territory], town, count().__next__, seed=1)
    assert sorted(answer.case.id for answer in answers) == [case.id for case in tickets]
    untrained = evaluate(Router(town), tickets, count().__next__)
    assert figures(answers, territory_n=1).top1 > 0.9 > untrained.top1


def test_no_answer_rests_on_the_case_itself_or_an_equal_text(town: Directory, tickets: list[Case]):
    twins = [*tickets, *(replace(case, id=f"{case.id}-2") for case in tickets)]
    for answer in cross_validate(twins, town, count().__next__, seed=1):
        own = answer.case.id.removesuffix("-2")
        assert own not in {past.id.removesuffix("-2") for past in answer.suggestion.past}


def test_noise_is_put_on_what_is_asked_and_not_on_what_is_taught(
    town: Directory, tickets: list[Case]
):
    answers = cross_validate(tickets, town, count().__next__, seed=1, noise="oral")
    assert all(answer.case.body not in {case.body for case in tickets} for answer in answers)
    assert figures(answers, territory_n=0).top1 > 0.8


def test_cases_that_are_judged_too_are_not_taught(tickets: list[Case]):
    respelt = [replace(tickets[0], id="X", body=" " + tickets[0].body)]
    assert unseen(tickets, respelt) == tickets[1:]


def test_distortion_is_the_same_each_time_and_short_takes_the_start():
    case = Case("1", "路灯坏了", "电" * 50, ("甲",), "unit", "自编")
    (short,) = distort([case], "short", seed=1)
    assert (short.title, short.body) == ("", "路灯坏了" + "电" * 26)
    assert distort([case], "", seed=1) == [case]
    assert distort([case], "typos", seed=1) == distort([case], "typos", seed=1) != [case]


def test_confusions_and_intervals_stand_beside_the_figures(town: Directory):
    cases = [Case(str(n), "", "停水了", ("供电",), "unit", "甲") for n in range(3)]
    cases += [Case("9", "", "停水了", ("水务",), "unit", "乙")]
    found = evaluate(Router(town), cases, count().__next__)
    assert [(each.right, each.said, each.n) for each in found.confusions] == [("供电", "水务", 3)]
    low, high = found.intervals["top1"]
    assert low < found.top1 == 0.25 < high
    assert (found.rare_n, found.by_source["乙"].top1) == (4, 1.0)


def test_wilson_is_the_interval_of_the_textbook():
    assert wilson([True] * 8 + [False] * 2) == (pytest.approx(0.4902), pytest.approx(0.9433))
    assert wilson([]) == (0.0, 1.0)


def test_the_bootstrap_holds_the_figure_and_is_the_same_each_time():
    rows = [0.0, 1.0] * 50

    def mean(drawn: list[float]) -> float:
        return sum(drawn) / len(drawn)

    low, high = bootstrap(rows, mean)
    assert 0.35 < low < 0.5 < high < 0.65
    assert bootstrap(rows, mean) == (low, high)
    assert bootstrap([], mean) == (0.0, 1.0)
