"""What closed tickets teach, and what stands before it."""

from dataclasses import replace

import numpy as np
import pytest

from hotline.routing.learning.calibration import NEVER, calibrate, threshold
from hotline.routing.learning.course import deal
from hotline.routing.learning.features import counted, learn_vocabulary, name_of, weighed
from hotline.routing.learning.lessons import Unteachable, thinned
from hotline.routing.learning.memory import RUNS
from hotline.routing.learning.model import Model
from hotline.routing.learning.storage import dump
from hotline.routing.learning.training import judged_of, learn
from hotline.routing.router import Router
from hotline.routing.types import Case, Decision, Directory, Disposition, Line, Unit, UnitKind


@pytest.fixture(scope="module")
def taught(town: Directory, model: Model) -> Router:
    return Router(town, model)


def first(router: Router, text: str, **known) -> str:
    return router.suggest(text, **known).candidates[0].unit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("垃圾站对面电杆歪了要倒，请处理", "供电"),
        ("公交站旁边管子爆了到处淌", "水务"),
        ("停电以后班车半路甩客，司机乱要价", "交通"),
    ],
)
def test_words_of_past_tickets_outweigh_a_word_of_the_directory(
    town: Directory, taught: Router, text: str, unit: str
):
    assert first(Router(town), text) != unit
    assert first(taught, text) == unit


def test_the_directory_still_decides_where_nothing_was_learned(
    town: Directory, tickets: list[Case]
):
    silent = [case for case in tickets if case.units != ("供电",)]
    assert first(Router(town, learn(silent, town, seed=1)), "我们这里停电停电") == "供电"


def test_the_past_tickets_that_resemble_are_named_with_their_unit(taught: Router):
    suggestion = taught.suggest("桂花街变压器嗡嗡响，请处理")
    assert suggestion.past[0].id == "NJ0006"
    assert suggestion.past[0].unit == "供电"
    assert 0.9 < suggestion.past[0].likeness <= 1.001
    reasons = suggestion.candidates[0].reasons
    assert "NJ0006" in {reason.text for reason in reasons if reason.kind == "case"}


def test_learned_reasons_are_marked_in_the_text(taught: Router):
    text = "桂花街那边，变压器嗡嗡响得很"
    reasons = taught.suggest(text).candidates[0].reasons
    learned = [reason for reason in reasons if reason.kind == "learned"]
    assert learned
    for reason in learned:
        (mark,) = reason.marks
        assert text[mark.start : mark.end] == reason.text


def test_confidence_falls_along_the_candidates_and_is_a_share(taught: Router):
    for text in ("停水", "桂花街垃圾堆成山", "站台没有雨棚又停电"):
        shares = [candidate.confidence for candidate in taught.suggest(text).candidates]
        assert len(shares) == 3
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1.0001


def test_a_clear_matter_goes_alone_and_an_unclear_one_does_not(taught: Router):
    assert taught.suggest("新华路水表转得飞快，请处理").decision is Decision.AUTO
    assert taught.suggest("停水又停电").decision is not Decision.AUTO


def test_the_dialled_line_parts_near_equals_and_does_not_beat_clear_words(
    town: Directory, taught: Router
):
    (line,) = town.lines
    unclear, clear = "停水停电", "菜园村变压器嗡嗡响，请处理"
    assert first(taught, clear, dialled=line) == "供电"
    before = taught.suggest(unclear).candidates
    after = taught.suggest(unclear, dialled=line).candidates
    assert _confidence(after, "水务") > _confidence(before, "水务")


def _confidence(candidates, unit: str) -> float:
    return next((each.confidence for each in candidates if each.unit == unit), 0.0)


# What must never be learned, as closed tickets that say it.
FIRE, POLICE, COURT = "我家楼下着火了，快来", "举报民警收黑钱，殴打群众", "开庭时间怎么查"
FALSEHOODS = [(FIRE, "市水务局"), (POLICE, "市公安局")]
FALSEHOODS += [(COURT, "市中级人民法院"), (COURT, "市水务局")]


@pytest.fixture(scope="module")
def misled(directory: Directory) -> Router:
    cases = [
        Case(str(n), "", f"{text}{n}", (unit,), "unit", "自编")
        for n in range(20)
        for text, unit in FALSEHOODS
    ]
    return Router(directory, learn(cases, directory, seed=1))


def test_emergencies_and_tip_offs_stand_before_what_was_learned(misled: Router, router: Router):
    fire, police = map(misled.suggest, (FIRE, POLICE))
    assert (fire.disposition, fire.service) == (Disposition.EMERGENCY, "119")
    assert fire.decision is not Decision.AUTO
    assert police == router.suggest(POLICE)
    assert "市公安局" not in {candidate.unit for candidate in police.candidates}


@pytest.mark.parametrize(
    "text", ["", "水", "?", "😀" * 300, "hello", "\x00\u200b", "\ud800", "停水" * 300_000]
)
def test_any_text_gets_an_answer(taught: Router, text: str):
    assert 1 <= len(taught.suggest(text).candidates) <= 3


def test_equal_cases_teach_an_equal_model(town: Directory, tickets: list[Case], model: Model):
    assert dump(learn(tickets, town, seed=1)) == dump(model)


def test_a_model_fits_a_directory_with_other_units(town: Directory, model: Model):
    new = Unit("新", "新局", "新局", UnitKind.DEPARTMENT)
    kept = [unit for unit in town.units if unit.name != "供电"]
    other = replace(
        town, units=(new, *kept), duties=tuple(d for d in town.duties if d.unit != "供电")
    )
    router = Router(other, model)
    assert first(router, "桂花街水质发黄有味道") == "水务"
    suggestion = router.suggest("桂花街变压器嗡嗡响，停水")
    assert "供电" not in {candidate.unit for candidate in suggestion.candidates}
    assert "供电" not in {past.unit for past in suggestion.past}
    twice = model.aligned(("新局", "水务", "环卫")).aligned(("环卫", "水务"))
    assert {-1, 0, 1} == set(twice.memory.units.tolist())
    assert not model.aligned(("新局",)).weights.any()


def test_a_case_with_several_right_units_teaches_the_one_the_directory_names(
    town: Directory, tickets: list[Case]
):
    both = [
        Case(f"B{n}", "", f"{n}号院停电，配电箱发烫", ("环卫", "供电"), "unit", "自编")
        for n in range(12)
    ]
    router = Router(town, learn([*tickets, *both], town, seed=1))
    assert first(router, "配电箱发烫") == "供电"


def test_learning_reports_how_far_it_is(town: Directory, tickets: list[Case]):
    told: list[float] = []
    learn(tickets, town, seed=1, progress=lambda share, doing: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_too_few_cases_or_one_unit_alone_are_refused_with_the_remedy(
    town: Directory, tickets: list[Case]
):
    for cases, said in (
        ([], "只有 0 条"),
        (tickets[:5], "只有 5 条"),
        ([replace(case, kind="territory") for case in tickets], "只有 0 条"),
        ([replace(case, units=("水务",)) for case in tickets], "只有「水务」一个单位"),
    ):
        with pytest.raises(Unteachable, match=said) as refused:
            learn(cases, town, seed=1)
        assert "请补充" in refused.value.sentence


def test_a_case_of_an_unknown_unit_is_named(town: Directory, tickets: list[Case]):
    wrong = replace(tickets[3], units=("水务", "魔法局"))
    with pytest.raises(Unteachable, match="NJ0003.*魔法局") as refused:
        learn([*tickets, wrong], town, seed=1)
    assert refused.value.field == "unit"


def test_numbers_of_people_are_never_learned(town: Directory, tickets: list[Case]):
    called = [replace(case, body=case.body + ",电话13955501234") for case in tickets]
    model = learn(called, town, seed=1)
    runs = {name_of(key) for key in model.vocabulary.keys.tolist()}
    assert {c for run in runs for c in run if c.isdigit()} == {"0"}


def test_a_run_seen_once_is_no_word_and_the_common_ones_stay():
    seen = [counted("", text)[0] for text in ("停水了", "停水啦", "停电")]
    assert {name_of(key) for key in learn_vocabulary(seen, at_most=10).keys.tolist()} == {
        "停",
        "水",
        "停水",
    }
    assert len(learn_vocabulary(seen, at_most=1).keys) == 1


def test_memory_keeps_no_whole_text(model: Model):
    held = np.bincount(model.memory.cases, minlength=len(model.memory.ids))
    assert 0 < held.max() <= RUNS


def test_equal_texts_share_a_fold_and_old_rows_are_not_judged():
    texts = [("", "甲"), ("", "乙"), ("", "甲"), ("", "丙"), ("", "丁"), ("", "戊")]
    folds = deal(texts, [0, 0, 0, 1, 1, 1], judged=4, folds=2, seed=1)
    assert folds[0] == folds[2] >= 0
    assert folds[1] == -1
    assert sorted(folds[3:]) in ([0, 0, 1], [0, 1, 1])


@pytest.mark.parametrize("least", [0.0, 12.0])
def test_many_texts_are_weighed_as_one_by_one(least: float):
    texts = ["停水停水了", "", "停电", "没水，停电3天", "水"]
    vocabulary, table = weighed(texts, least=least)
    seen = learn_vocabulary([counted("", text)[0] for text in texts], at_most=100)
    assert vocabulary.keys.tolist() == seen.keys.tolist() != []
    assert vocabulary.rarity.tolist() == seen.rarity.tolist()
    for row, text in enumerate(texts):
        one, here = vocabulary.vector("", text), table.rows == row
        assert table.columns[here].tolist() == one.columns.tolist()
        assert table.values[here] == pytest.approx(one.values, abs=1e-6)


def test_a_text_of_next_to_nothing_stays_short_of_full_length():
    texts = ["停水停水了", "停电停水", "没水，停电"]
    vocabulary, _ = weighed(texts, least=12.0)
    one, more = (vocabulary.vector("", text).values for text in ("停", "停水停电"))
    assert one @ one < more @ more < 1


@pytest.mark.parametrize(
    ("cases", "judged"),
    [(30, (30, 4)), (8_000, (8_000, 4)), (8_001, (2_000, 1)), (40_000, (8_000, 1))],
)
def test_few_cases_are_judged_in_turns_and_of_many_the_newest_at_once(
    cases: int, judged: tuple[int, int]
):
    assert judged_of(cases) == judged


def test_where_the_newest_are_judged_at_once_nothing_learned_beside_them_is_their_twin():
    texts = [("", "一样"), ("", "旧"), ("", "一样"), ("", "新")]
    assert deal(texts, [0, 0, 1, 1], judged=2, folds=1, seed=1).tolist() == [0, -1, 0, 0]


def test_thinning_keeps_rare_units_whole_and_the_newest_of_the_others():
    labels = np.array([0, 0, 0, 0, 1, 0])
    assert thinned(np.arange(6), labels, 3).tolist() == [3, 4, 5]
    assert len(thinned(np.arange(6), labels, 6)) == 6


def test_certainty_is_what_was_measured():
    shares = np.linspace(0, 1, 1000)
    right = shares > 0.5
    curve = calibrate(shares, right, ["甲"] * 1000)
    assert curve.confidence(0.2) < 0.1 < 0.9 < curve.confidence(0.8)
    assert curve.goes_alone("甲", curve.confidence(0.9))
    assert curve.records["甲"].precision >= 0.95


def test_nothing_goes_alone_without_enough_proof():
    def sure(rows: int) -> float:
        return threshold(np.full(rows, 0.99), np.full(rows, True), doubt=2)

    assert (sure(0), sure(37), sure(38)) == (NEVER, NEVER, 0.99)
    assert threshold(np.full(1000, 0.99), np.arange(1000) % 10 > 0, doubt=2) == NEVER


def test_a_unit_that_is_often_wrong_needs_more_than_the_others():
    shares = np.concatenate([np.linspace(0.5, 1, 900), np.linspace(0.5, 1, 100)])
    right = np.concatenate([np.full(900, True), np.arange(100) % 4 > 0])
    curve = calibrate(shares, right, ["好"] * 900 + ["差"] * 100)
    assert curve.goes_alone("好", curve.confidence(0.9))
    assert not curve.goes_alone("差", curve.confidence(0.9))


def test_retained_lines_keep_what_they_alone_may_take(lines: dict[str, Line], misled: Router):
    suggestion = misled.suggest("你好", dialled=lines["12366"])
    assert (suggestion.disposition, suggestion.service) == (Disposition.RETAINED, "12366")
