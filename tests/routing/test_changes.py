"""What another directory would change among past tickets."""

from dataclasses import replace
from itertools import count

from hotline.routing.changes import Change, Turn, compare
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory, Duty


def past(text: str, unit: str) -> Case:
    return Case(f"{text}/{unit}", "", text, (unit,), "unit", "自编")


def test_a_change_is_better_worse_or_neither_by_the_unit_that_has_the_ticket(town: Directory):
    duty = Duty("环卫", "粪污", 3, ("化粪池", "停水停水"))
    cases = [past("化粪池", "环卫"), past("停水停水", "水务"), past("停水停水", "供电"),
             past("停电了", "供电")]  # fmt: skip
    before = Router(town)
    preview = compare(
        before, before.under(replace(town, duties=(*town.duties, duty))), cases,
        lines={}, timer=lambda: 0.0, seconds=1,
    )  # fmt: skip
    assert preview.asked == 4
    assert [change.turn for change in preview.changes] == list(Turn)
    assert preview.changes[1] == Change("停水停水/水务", "水务", "环卫", "水务")
    assert [preview.count(turn) for turn in Turn] == [1, 1, 1]


def test_the_same_directory_changes_nothing(town: Directory, tickets: list[Case], model):
    router = Router(town, model)
    preview = compare(router, router.under(town), tickets, lines={}, timer=lambda: 0.0, seconds=1)
    assert (preview.asked, preview.changes) == (len(tickets), ())


def test_when_the_time_is_over_the_rest_is_not_asked(town: Directory, tickets: list[Case]):
    seconds, router = count(), Router(town)
    preview = compare(router, router, tickets, lines={}, timer=lambda: next(seconds), seconds=5)
    assert preview.asked == 6
