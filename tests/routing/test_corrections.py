"""A correction acts at once, as far as those who made it agree."""

import pytest

from hotline.routing.corrections import Correction
from hotline.routing.router import Router
from hotline.routing.types import Decision

SAID = "楼上住户半夜在家里打麻将，吵得睡不着觉"
NEAR = "我家楼上半夜打麻将，天天吵得全家睡不着觉"
FAR = "公积金贷款额度怎么算"
CULTURE, CITY = "市文化广电新闻出版局", "市城管执法局"


def correction(unit: str = CULTURE, **facts: object) -> Correction:
    known = {"ticket": "NJ1", "title": "", "text": SAID, "instead_of": "市公安局", "by": "坐席07"}
    return Correction(**(known | {"unit": unit} | facts))


def first(router: Router, *corrections: Correction, text: str = NEAR) -> str:
    return router.recalling(corrections).suggest(text).candidates[0].unit


def test_one_person_alone_does_not_outweigh_clear_words(router: Router):
    before = router.suggest(NEAR).candidates[0]
    assert before.confidence > 0.5
    assert first(router, correction()) == before.unit


def test_one_opinion_is_shown_among_the_three(router: Router):
    given = router.recalling([correction()]).suggest(NEAR)
    mine = next(c for c in given.candidates if c.unit == CULTURE)
    assert [(r.kind, r.text) for r in mine.reasons] == [("correction", "NJ1")]


def test_a_ruling_outweighs_the_directory(router: Router):
    assert first(router, correction(ruled=True)) == CULTURE


def test_two_people_who_agree_outweigh_the_directory(router: Router):
    alone = correction(), correction(ticket="NJ2")
    assert first(router, *alone) != CULTURE
    assert first(router, correction(), correction(ticket="NJ2", by="派单员一")) == CULTURE


def test_another_matter_is_left_alone(router: Router):
    ruled = [correction(ruled=True)]
    assert router.recalling(ruled).suggest(FAR) == router.suggest(FAR)


def test_corrections_that_come_and_go_leave_nothing_behind(router: Router):
    earlier, later = correction(ticket="NJ1"), correction(ticket="NJ2", ruled=True)
    both = router.recalling([earlier]).recalling([earlier, later])
    assert both.suggest(NEAR) == router.recalling([earlier, later]).suggest(NEAR)
    assert both.recalling([earlier]).suggest(NEAR) == router.recalling([earlier]).suggest(NEAR)


def test_what_corrections_decide_a_person_looks_at(router: Router):
    given = router.recalling([correction(ruled=True)]).suggest(NEAR)
    assert given.decision is Decision.CHOOSE


@pytest.mark.parametrize("text", ["", "吵", "吵" * 20_000, "🀄" * 300, SAID * 400])
def test_any_text_keeps_confidences_between_nothing_and_certainty(router: Router, text: str):
    ruled = [correction(ticket=str(n), ruled=True, text=f"{SAID}{n}") for n in range(50)]
    candidates = router.recalling(ruled).suggest(text).candidates
    assert all(0 <= c.confidence <= 1 for c in candidates)
    assert sum(c.confidence for c in candidates) <= 1.001
    assert len(candidates) <= 3


def test_the_router_that_forgets_is_as_before(router: Router):
    assert router.recalling(()).suggest(NEAR) == router.suggest(NEAR)


def test_two_matters_in_one_street_are_two_matters(router: Router):
    where = "东兴区西林街道太白路"
    ruled = [correction(ruled=True, text=f"{where}的烧烤摊占道经营")]
    text = f"{where}路灯不亮"
    assert router.recalling(ruled).suggest(text) == router.suggest(text)
