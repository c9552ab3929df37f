"""Names that the gazetteer lacks are learned from closed tickets that say where they lie."""

from dataclasses import replace
from random import Random

import pytest

from hotline.routing.learning.landmarks import FEWEST, Landmark, Landmarks, learn_landmarks
from hotline.routing.learning.model import Model
from hotline.routing.learning.storage import dump, load
from hotline.routing.learning.training import learn
from hotline.routing.places import Gazetteer
from hotline.routing.router import Router
from hotline.routing.types import Case, Directory, Unit, UnitKind

ESTATE = "翡翠天际小区"
EAST, CENTRE, ZONE = "东兴区", "市中区", "高新区"
SHARES = {EAST: 0.4, CENTRE: 0.4, "资中县": 0.2}
OPENINGS = ("我住", "就在", "还是", "来看")
MATTERS = ("停水好几天了", "停电没人修", "垃圾没人收", "公交等不到", "门口那条路在挖")


def city(town: Directory, *territories: str) -> Directory:
    names = territories or (*SHARES, ZONE)
    units = [Unit(name, name, name, UnitKind.TERRITORY) for name in names]
    return replace(town, units=(*town.units, *units))


def of(text: str, n: int) -> Case:
    return Case(f"{text}{n}", "", f"{text}，这是第{n}回了", ("水务",), "unit", "自编")


def noise(count: int) -> list[Case]:
    """Tickets of all territories that name no estate."""
    pick = Random(1)
    places = pick.choices(list(SHARES), SHARES.values(), k=count)
    return [of(f"{place}这边{pick.choice(MATTERS)}", n) for n, place in enumerate(places)]


def told(n: int, place: str = EAST, name: str = ESTATE) -> list[Case]:
    pick = Random(2)
    said = ((pick.choice(OPENINGS), pick.choice(MATTERS)) for _ in range(n))
    return [of(f"{a}{place}{name}{z}", 1000 + each) for each, (a, z) in enumerate(said)]


def learned(town: Directory, cases: list[Case]) -> Landmarks:
    return learn_landmarks(cases, (*SHARES, ZONE), Gazetteer(city(town)))


@pytest.fixture(scope="module")
def taught(town: Directory, tickets: list[Case]) -> Model:
    return learn([*tickets, *noise(300), *told(30)], city(town), seed=1)


def test_an_estate_is_learned_from_tickets_that_name_its_district(town: Directory, taught: Model):
    before, after = Router(city(town)), Router(city(town), taught)
    text = f"在{ESTATE}门口垃圾堆起了"
    assert before.suggest(text).territory is None
    given = after.suggest(text)
    assert given.territory == EAST == after.locate(text).territory
    (reason,) = [each for each in given.reasons if each.kind == "landmark"]
    assert reason.said == f"以往工单中的地名「{ESTATE} × 30」"
    (mark,) = reason.marks
    assert text[mark.start : mark.end] == ESTATE


def test_what_the_citizen_names_stands_before_what_was_learned(town: Directory, taught: Model):
    router = Router(city(town), taught)
    assert router.suggest(f"{CENTRE}{ESTATE}停水").territory == CENTRE
    assert router.suggest(f"{EAST}和{CENTRE}都有，{ESTATE}也是").territory is None
    assert router.suggest(f"成都的{ESTATE}停水").territory is None


@pytest.mark.parametrize("count", [1, FEWEST - 1, FEWEST])
def test_few_tickets_prove_nothing(town: Directory, count: int):
    # Of five tickets from two fifths of the city all lie there by chance once in a hundred names.
    assert ESTATE not in learned(town, [*noise(300), *told(count)]).known


def test_a_name_of_two_territories_stays_undecided(town: Directory):
    cases = [*noise(300), *told(30), *told(12, CENTRE)]
    assert learned(town, cases).known == {}


def test_two_learned_names_of_two_territories_leave_it_open(town: Directory):
    cases = [*noise(300), *told(30), *told(30, CENTRE, "松鹤楼花园")]
    landmarks = learned(town, cases)
    assert set(landmarks.known) == {ESTATE, "松鹤楼花园"}
    router = Router(city(town))
    model = learn([*noise(60), *_of_power()], city(town), seed=1)
    router = router.taught(replace(model, landmarks=landmarks))
    assert router.suggest("松鹤楼花园停水").territory == CENTRE
    assert router.suggest(f"从{ESTATE}到松鹤楼花园都停水").territory is None


def test_the_same_letter_sent_again_and_again_counts_once(town: Directory):
    again = [told(1)[0]] * 50
    assert learned(town, [*noise(300), *again]).known == {}


def test_words_that_are_said_everywhere_are_no_places(town: Directory):
    everywhere = [of(f"{place}门口那条大路烂了", n) for n in range(60) for place in SHARES]
    assert learned(town, [*everywhere, *noise(300)]).known == {}


def test_a_case_that_a_territory_settled_teaches_without_naming_it(town: Directory):
    settled = [replace(each, kind="territory", units=(ZONE,)) for each in told(20, place="")]
    assert learned(town, [*noise(300), *settled]).known[ESTATE] == Landmark(ZONE, 20)


def test_what_was_learned_survives_in_the_model_and_dies_with_its_territory(
    town: Directory, taught: Model
):
    loaded = load(dump(taught))
    assert loaded.landmarks.known == taught.landmarks.known != {}
    without = city(town, CENTRE)
    assert Router(without, loaded).suggest(f"在{ESTATE}停水").territory is None
    assert Router(without).taught(loaded).suggest(f"在{ESTATE}停水").territory is None


def _of_power() -> list[Case]:
    return [replace(each, units=("供电",)) for each in told(20, place="", name="电杆歪了")]
