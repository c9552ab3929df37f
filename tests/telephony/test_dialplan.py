"""What a dialled number means: emergencies through, retained lines over, the rest to the desk."""

import pytest

from hotline.registry.numbers import Lines
from hotline.routing.types import LineCategory
from hotline.telephony.dialplan import CallAction, answer
from hotline.telephony.snapshot import shipped

LINES = shipped()
BY_CATEGORY = {
    category: [line for line in LINES.by_number.values() if line.category is category]
    for category in LineCategory
}


def test_each_emergency_line_is_passed_through_to_its_own_number():
    lines = BY_CATEGORY[LineCategory.EMERGENCY]
    assert {line.number for line in lines} == {"110", "119", "120", "122", "12395", "12119"}
    for line in lines:
        given = answer(LINES, line.number)
        assert (given.action, given.to, given.line) == ("pass_through", line.number, line.key)


def test_each_retained_line_is_transferred_to_its_own_number():
    lines = BY_CATEGORY[LineCategory.RETAINED]
    assert len(lines) == 17
    for line in lines:
        given = answer(LINES, line.number)
        assert (given.action, given.to, given.line) == ("transfer", line.number, line.key)


def test_a_merged_line_is_taken_in_with_its_department_as_evidence():
    lines = BY_CATEGORY[LineCategory.MERGED]
    assert len(lines) == 28
    for line in lines:
        given = answer(LINES, line.number)
        assert (given.action, given.to) == ("intake", "12345")
        assert (given.line, given.department) == (line.key, line.department)


@pytest.mark.parametrize("dialled", ["110", "1 1 0", "１１０", "+86 110", "0832-110", "tel:110"])
def test_an_emergency_is_known_in_any_spelling(dialled: str):
    assert answer(LINES, dialled).action is CallAction.PASS_THROUGH


@pytest.mark.parametrize("dialled", ["12345", "0832 12345", "2012345", "", "线路忙", "9" * 64])
def test_our_own_number_and_any_unknown_one_reach_the_desk(dialled: str):
    given = answer(LINES, dialled)
    assert (given.action, given.to, given.line, given.department) == (
        "intake", "12345", None, None,
    )  # fmt: skip


def test_without_any_line_everybody_still_reaches_the_desk():
    assert answer(Lines.of(()), "110").action is CallAction.INTAKE
