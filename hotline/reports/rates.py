"""Rates: measures set against each other, each with its definition and source."""

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.reports.tallies import Tally

_CUSTOM = "通行口径，未见成文出处"


@dataclass(frozen=True, slots=True)
class Rate:
    """A share that keeps what it was made of; with nothing below the line there is no share."""

    numerator: int
    denominator: int

    @property
    def share(self) -> float | None:
        return self.numerator / self.denominator if self.denominator else None

    def __str__(self) -> str:
        return "—" if self.share is None else f"{self.share:.2%}"


@dataclass(frozen=True, slots=True)
class Formula:
    """Measures above and below the line, each taken so many times."""

    name: str
    words: str
    above: Mapping[str, int]
    below: Mapping[str, int]
    definition: str
    source: str = _CUSTOM

    def of(self, tally: Tally, unit: str | None = None) -> Rate:
        """The rate in this tally: of all, or of one unit."""
        above, below = (
            sum(times * tally.total(name, unit) for name, times in side.items())
            for side in (self.above, self.below)
        )
        return Rate(above, below)

    def can_be_seen_in(self, tally: Tally) -> bool:
        """Whether the reader of this tally may see all that the rate is made of."""
        seen = {measure for measure, _ in tally.counts}
        return seen.issuperset((*self.above, *self.below))


FORMULAS: dict[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            "answered_at_once_rate",
            "直接答复率",
            {"answered_at_once": 1},
            {"accepted": 1},
            "直接答复÷受理",
        ),
        Formula(
            "dispatched_in_time_rate",
            "及时派单率",
            {"dispatched_in_time": 1},
            {"dispatched_in_time": 1, "dispatched_late": 1},
            "及时派单÷（及时派单+迟派单）；未记时限的旧件不计",
            "派单时限依黄州、广州；口径为建议值",
        ),
        Formula(
            "right_first_time_rate",
            "一次派准率",
            {"first_dispatched": 1, "misdirected": -1},
            {"first_dispatched": 1},
            "（首次派单-派后退改）÷首次派单，按出表时所知",
        ),
        Formula(
            "claimed_on_time_rate",
            "及时签收率",
            {"claimed": 1, "claimed_late": -1},
            {"claimed": 1},
            "（签收-迟签收）÷签收",
        ),
        Formula("extended_rate", "延期率", {"extended": 1}, {"dispatched": 1}, "同意延期÷派单"),
        Formula("objected_rate", "退单率", {"objected": 1}, {"dispatched": 1}, "退单÷派单"),
        Formula(
            "on_time_rate",
            "按时办结率",
            {"replied_on_time": 1},
            {"replied_on_time": 1, "overdue": 1},
            "按时答复÷（按时答复+超期）；每轮办理或按时或超期，只计一次，未到期的不计",
        ),
        Formula(
            "promise_kept_rate",
            "承诺兑现率",
            {"promise_kept": 1},
            {"promise_kept": 1, "promise_broken": 1},
            "承诺兑现÷（承诺兑现+承诺逾期）；每件只计首次送达的答复，还没有送达的不计",
        ),
        Formula("reworked_rate", "重办率", {"reworked": 1}, {"closed": 1}, "重办÷办结"),
        Formula("solved_rate", "解决率", {"solved": 1}, {"followed_up": 1}, "已解决÷有效回访"),
        Formula(
            "satisfied_rate",
            "满意率",
            {"satisfied": 1},
            {"followed_up": 1},
            "（满意+基本满意）÷有效评价",
            f"{_CUSTOM}；评价五级依政务服务好差评",
        ),
        Formula(
            "unit_at_fault_rate",
            "单位原因不满意率",
            {"unit_at_fault": 1},
            {"followed_up": 1},
            "核定单位原因÷有效评价；未核定的不计",
            "国办函〔2025〕66号要求核定原因；口径为建议值",
        ),
    )
}


def rates(tally: Tally) -> dict[str, Rate]:
    """Every rate that the reader of this tally may see."""
    return {
        name: formula.of(tally)
        for name, formula in FORMULAS.items()
        if formula.can_be_seen_in(tally)
    }
