"""The line dialled or leader written to, tickets of caller and place: evidence, no verdict."""

from dataclasses import replace
from random import Random

import pytest

from hotline.routing.circumstances import ALONE, MOST, bounded, written_to
from hotline.routing.learning.fusion import LARGEST, PRIOR, Fusion
from hotline.routing.learning.model import Model
from hotline.routing.learning.training import learn
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory, Earlier, Reason, Suggestion

SAID = "停水停电都有，管子和灯泡的事"
OF_CALLER = Earlier("供电", SAID, days=2, open=True, of_caller=True)
OF_PLACE = replace(OF_CALLER, of_caller=False)


@pytest.fixture(scope="module")
def plain(town: Directory) -> Router:
    return Router(town)


@pytest.fixture(scope="module")
def extreme(town: Directory, model: Model) -> Router:
    """What was learned where circumstances always told, as far as they may."""
    weights = PRIOR | LARGEST
    return Router(town, replace(model, fusion=Fusion(tuple(weights.values()))))


def confidence(given: Suggestion, unit: str) -> float:
    return next((each.confidence for each in given.candidates if each.unit == unit), 0.0)


def reasons(given: Suggestion, kind: str) -> list:
    return [r for c in given.candidates for r in c.reasons if r.kind == kind]


@pytest.mark.parametrize("ticket", [OF_CALLER, OF_PLACE])
def test_a_ticket_of_before_parts_near_equals(plain: Router, ticket: Earlier):
    before, after = plain.suggest(SAID), plain.suggest(SAID, earlier=[ticket])
    assert confidence(after, "供电") > confidence(before, "供电")
    assert after.candidates[0].unit == "供电"
    other = plain.suggest(SAID, earlier=[replace(ticket, unit="水务")])
    assert other.candidates[0].unit == "水务"


def test_an_open_ticket_of_the_caller_on_the_matter_counts_most(plain: Router):
    weaker = [
        replace(OF_CALLER, open=False),
        replace(OF_CALLER, text="档案馆的开放时间想问清楚"),
        replace(OF_CALLER, open=False, days=200),
        OF_PLACE,
        replace(OF_PLACE, days=6),
    ]
    (strongest,) = reasons(plain.suggest(SAID, earlier=[OF_CALLER]), "caller")
    for each in weaker:
        kind = "caller" if each.of_caller else "place"
        (reason,) = reasons(plain.suggest(SAID, earlier=[each]), kind)
        assert reason.points < strongest.points


def test_a_ticket_of_the_place_on_another_matter_says_nothing(plain: Router):
    other = replace(OF_PLACE, text="档案馆的开放时间想问清楚")
    assert plain.suggest(SAID, earlier=[other]) == plain.suggest(SAID)


def test_living_at_the_same_place_is_not_the_same_matter(router: Router):
    ticket = Earlier("市环保局", "东兴区田家镇这边好大的味道", 2, open=True, of_caller=False)
    given = router.suggest("东兴区田家镇这边公积金怎么提取", earlier=[ticket])
    assert not reasons(given, "place")


@pytest.mark.parametrize("name", ["plain", "extreme"])
def test_clear_words_stand_against_line_caller_and_place_together(
    request: pytest.FixtureRequest, town: Directory, name: str
):
    asked: Router = request.getfixturevalue(name)
    clear = "菜园村变压器嗡嗡响停电，请处理"
    (line,) = town.lines
    against = [replace(each, unit="水务", text=clear) for each in (OF_CALLER, OF_PLACE)]
    given = asked.suggest(clear, dialled=line, earlier=against)
    assert line.department == "水务"
    assert given.candidates[0].unit == "供电"
    written = asked.suggest(clear, dialled=written_to("水务"), earlier=against)
    assert written.candidates[0].unit == "供电"


def test_clear_words_stand_in_this_city(router: Router, lines):
    clear = "小区楼下烧烤摊半夜还在吵，油烟也大"
    against = [Earlier("市税务局", clear, 1, True, of_caller) for of_caller in (True, False)]
    given = router.suggest(clear, dialled=lines["12366"], earlier=against)
    assert given.candidates[0].unit == "市城管执法局"


def test_whom_a_letter_was_written_to_parts_near_equals_and_is_told(plain: Router):
    for unit in ("水务", "供电"):
        given = plain.suggest(SAID, dialled=written_to(unit))
        assert given.candidates[0].unit == unit
        assert [r.text for r in reasons(given, "addressee")] == [f"写给{unit}领导"]


def test_together_they_bring_no_more_than_the_bound(plain: Router):
    everything = bounded([Reason(kind, "", 1.0) for kind in ("line", "caller", "place")])
    assert sum(reason.points for reason in everything) == pytest.approx(MOST)


def test_without_words_a_person_is_offered_the_unit_that_has_the_callers_open_ticket(
    plain: Router,
):
    given = plain.suggest("喂", earlier=[OF_CALLER])
    assert [each.unit for each in given.candidates] == ["供电"]
    assert given.decision != "auto"


def test_the_reason_names_the_unit_and_no_word_or_number_of_the_other_ticket(plain: Router):
    given = plain.suggest(SAID, earlier=[OF_CALLER, OF_PLACE])
    (own,), (near,) = reasons(given, "caller"), reasons(given, "place")
    assert own.said == "来电人2天前的同类诉求正由供电办理"
    assert near.said == "当地近期同类诉求正由供电办理"
    assert not own.marks and not near.marks


def test_what_stands_with_a_territory_says_nothing_of_departments(router: Router):
    ticket = Earlier("东兴区", "公积金怎么提取", 2, open=True, of_caller=True)
    assert router.suggest("公积金怎么提取", earlier=[ticket]) == router.suggest("公积金怎么提取")


def _asked(kind: str, share: float, town: Directory) -> list[Case]:
    """Unclear words, and one circumstance that names the right unit so often in a hundred."""
    pick = Random(1)
    (line,) = town.lines

    def case(n: int) -> Case:
        named, other = ("水务", "供电")[:: 1 if n % 2 else -1]
        right = named if pick.random() < share else other
        known = Case(f"U{n}", "", f"第{n}户停水停电", (right,), "unit", "自编")
        if kind == "line":
            return replace(known, dialled=replace(line, department=named))
        if kind == "addressee":
            return replace(known, dialled=written_to(named))
        ticket = OF_CALLER if kind == "caller" else replace(OF_PLACE, days=0)
        return replace(known, earlier=(replace(ticket, unit=named, text=known.body),))

    return [case(n) for n in range(300)]


def _taught(kind: str, share: float, tickets: list[Case], town: Directory) -> Model:
    return learn([*tickets, *_asked(kind, share, town)], town, seed=1)


@pytest.mark.parametrize("kind", ["line", "addressee", "caller", "place"])
def test_how_much_a_circumstance_counts_is_learned_from_cases_within_bounds(
    town: Directory, tickets: list[Case], kind: str
):
    telling, misleading = (_taught(kind, share, tickets, town) for share in (0.97, 0.1))
    assert misleading.fusion.weight(kind) < PRIOR[kind] < telling.fusion.weight(kind)
    assert misleading.fusion.weight(kind) >= 0
    assert telling.fusion.weight(kind) == pytest.approx(LARGEST[kind])


@pytest.mark.parametrize("kind", ["line", "addressee", "caller", "place"])
@pytest.mark.parametrize("share", [0.9, 0.3])
def test_how_sure_a_circumstance_makes_us_without_words_is_counted_in_cases(
    town: Directory, tickets: list[Case], kind: str, share: float
):
    model = _taught(kind, share, tickets, town)
    assert model.alone[kind] == pytest.approx(share, abs=0.1)
    asked = _asked(kind, 1.0, town)[0]
    unknown = "嘎吱嘎吱"
    earlier = [replace(each, text=unknown) for each in asked.earlier]
    given = Router(town, model).suggest(unknown, dialled=asked.dialled, earlier=earlier)
    assert given.candidates[0].unit in asked.units and given.decision != "auto"
    assert given.candidates[0].confidence == pytest.approx(model.alone[kind], abs=0.001)
    others = {each: sure for each, sure in model.alone.items() if each != kind}
    assert others == pytest.approx({each: ALONE[each] for each in others})


def test_few_cases_hardly_move_what_is_thought_of_a_circumstance(
    town: Directory, tickets: list[Case]
):
    few = learn([*tickets, *_asked("caller", 1.0, town)[:3]], town, seed=1)
    assert ALONE["caller"] < few.alone["caller"] < ALONE["caller"] + 0.1
