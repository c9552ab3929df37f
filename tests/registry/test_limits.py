"""Limits: each key once and in its own measure, each with a source; a bad one is refused."""

from datetime import timedelta

import pytest
from shipped_files import TABLES, spoiled

from hotline.errors import BadData
from hotline.registry.columns import LIMITS
from hotline.registry.limits import Limits
from hotline.registry.loading import read_tables


@pytest.fixture(scope="module")
def limits() -> Limits:
    return Limits.from_rows(TABLES["limits.csv"].rows)


def test_sichuan_grants_3_7_and_15_working_days(limits: Limits):
    days = [limits.number(f"close_{kind}") for kind in ("consultation", "help", "complaint")]
    assert days == [3, 7, 15]


def test_a_limit_by_the_wall_clock_is_a_span(limits: Limits):
    assert limits.span("claim_critical") == timedelta(minutes=10)
    assert limits.span("act_urgent") == timedelta(hours=24)
    assert limits.span("reopen_within") == timedelta(days=15)


def test_a_share_is_a_part_of_one(limits: Limits):
    assert limits.share("assist_share") == 0.6


def test_every_limit_names_its_source_and_no_other_is_known():
    rows = TABLES["limits.csv"].rows
    assert {row["key"] for row in rows} == LIMITS.keys()
    assert all(row["source"] for row in rows)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("close_help,求助办结时限,7,", "close_help,求助办结时限,0,", "value"),
        ("close_help,求助办结时限,7,", "close_help,求助办结时限,-7,", "value"),
        ("close_help,求助办结时限,7,working_days", "close_help,求助办结时限,7,hours", "measure"),
        ("60,percent", "160,percent", "value"),
        ("close_help,", "close_helps,", "key"),
        ("reopen_within,办结后可重启,15,days,建议值\n", "", "key"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_at_its_column(old: str, new: str, column: str):
    with pytest.raises(BadData) as refusal:
        read_tables(spoiled("limits.csv", lambda text: text.replace(old, new)))
    assert (refusal.value.file, refusal.value.column) == ("limits.csv", column)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("13:30,17:30", "11:30,17:30", "opens"),
        ("13:30,17:30", "18:30,17:30", "closes"),
        (",09:00", "市公安局,09:00", "unit"),
        ("09:00", "9点", "opens"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_column(old: str, new: str, column: str):
    def edit(text: str) -> str:
        # The last two rows are the only ones; both must go for the default to be missing.
        changed = text.replace(old, new)
        return changed.replace("\n,13:30", "\n市公安局,13:30") if column == "unit" else changed

    with pytest.raises(BadData) as refusal:
        read_tables(spoiled("hours.csv", edit))
    assert (refusal.value.file, refusal.value.column) == ("hours.csv", column)
