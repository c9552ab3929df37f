"""Which words of corrected tickets are proposed as phrases, and which are not."""

from dataclasses import replace

import pytest

from hotline.routing.corrections import Correction
from hotline.routing.mining import Proposal, mine
from hotline.routing.types import Case, Directory, Duty, Place

TOLD = (
    "桂花街这边窨井盖松动，车子过去哐当响",
    "夜里又听见窨井盖松动了，睡不着",
    "窨井盖松动，骑车的人差点摔倒",
)


def corrected(*texts: str, unit: str = "环卫", instead_of: str = "水务", number: int = 1):
    return [
        Correction(f"NJ{number + n}", "", text, unit, instead_of, "派单员一")
        for n, text in enumerate(texts)
    ]


def past(*texts: str, unit: str) -> list[Case]:
    return [Case(f"P{n}", "", text, (unit,), "unit", "自编") for n, text in enumerate(texts)]


def phrases(found: list[Proposal]) -> list[str]:
    return [proposal.phrase for proposal in found]


def with_duty(town: Directory, *phrases: str, look_alikes: tuple[str, ...] = ()) -> Directory:
    duty = Duty("环卫", "新职责", 3, phrases, look_alikes)
    return replace(town, duties=(*town.duties, duty))


def test_words_of_three_tickets_corrected_to_a_unit_are_proposed_with_these(town: Directory):
    assert mine(corrected(*TOLD), [], town) == [
        Proposal("窨井盖松动", "环卫", ("NJ1", "NJ2", "NJ3"), 0, ())
    ]


def test_two_tickets_are_too_few_and_one_ticket_corrected_thrice_is_one(town: Directory):
    assert mine(corrected(*TOLD[:2]), [], town) == []
    thrice = [replace(each, ticket="NJ1") for each in corrected(*TOLD)]
    assert mine(thrice, [], town) == []


def test_the_last_word_on_a_ticket_counts(town: Directory):
    first = corrected(*TOLD)
    assert mine(first + corrected(TOLD[0], unit="水务", instead_of="环卫"), [], town) == []


def test_a_unit_that_is_no_more_gets_no_phrase(town: Directory):
    assert mine(corrected(*TOLD, unit="从前的局"), [], town) == []


def test_pieces_of_a_longer_phrase_are_not_proposed_beside_it(town: Directory):
    found = phrases(mine(corrected(*TOLD), [], town))
    assert found == ["窨井盖松动"]
    alone = ("窨井盖不见了", "少了一个窨井盖", "窨井盖被偷")
    assert phrases(mine(corrected(*TOLD, *alone), [], town)) == ["窨井盖松动", "窨井盖"]


def test_pieces_of_a_run_too_long_for_a_phrase_are_not_proposed(town: Directory):
    told = [f"{lead}社区食堂涨价通知牌" for lead in ("看见", "又是", "门口")]
    assert mine(corrected(*told), [], town) == []


@pytest.mark.parametrize("others", ["corrections", "past tickets"])
def test_words_that_tickets_of_other_units_hold_too_are_not_proposed(town: Directory, others: str):
    same = ("水表边上窨井盖松动", "自来水的窨井盖松动")
    if others == "corrections":
        asked = corrected(*TOLD) + corrected(*same, unit="水务", instead_of="环卫", number=8)
        assert mine(asked, [], town) == []
    else:
        assert mine(corrected(*TOLD), past(*same, unit="水务"), town) == []
        assert mine(corrected(*TOLD), past(*same, unit="环卫"), town)


def test_one_ticket_elsewhere_does_not_outweigh_many(town: Directory):
    more = (*TOLD, "路中间窨井盖松动", "窨井盖松动没人管")
    (found,) = mine(corrected(*more), past("学校门口窨井盖松动", unit="水务"), town)
    assert (found.phrase, len(found.tickets), found.elsewhere) == ("窨井盖松动", 5, 1)


def test_what_the_directory_says_already_is_not_proposed(town: Directory):
    assert mine(corrected(*TOLD), [], with_duty(town, "窨井盖松动")) == []


def test_a_look_alike_of_the_unit_is_not_proposed(town: Directory):
    refusing = with_duty(town, "扫帚", look_alikes=("窨井盖松动",))
    assert mine(corrected(*TOLD), [], refusing) == []


def test_a_phrase_that_another_unit_has_is_said_to_be_shared(town: Directory):
    shared = replace(town, duties=(*town.duties, Duty("交通", "道路", 1, ("窨井盖松动",))))
    (found,) = mine(corrected(*TOLD), [], shared)
    assert found.known_to == ("交通",)


def test_names_of_places_are_no_phrases(town: Directory):
    told = ("西林街道灰大", "西林街道噪音重", "西林街道味道难闻")
    place = Place("1", "town", "西林街道", ("西林街道", "西林"), "东兴区")
    assert phrases(mine(corrected(*told), [], town)) == ["西林街道"]
    assert mine(corrected(*told), [], replace(town, places=(place,))) == []


def test_a_phrase_reaches_over_no_stop_and_begins_with_no_particle(town: Directory):
    told = ("车棚，充电桩坏了", "车棚，充电桩冒烟", "车棚，充电桩的插口")
    assert sorted(phrases(mine(corrected(*told), [], town))) == ["充电桩", "车棚"]


def test_traditional_characters_count_as_the_same_words(town: Directory):
    told = ("窨井蓋鬆動", *TOLD[1:])
    assert phrases(mine(corrected(*told), [], town)) == ["窨井盖松动"]


@pytest.mark.parametrize("text", ["", "。", "abc 123", "😀" * 50, "的的的的"])
def test_texts_without_words_propose_nothing(town: Directory, text: str):
    assert mine(corrected(text, text, text), [], town) == []
    assert mine([], [], town) == []


def test_a_refused_phrase_comes_again_when_its_tickets_have_doubled(town):
    corrections, key = corrected(*TOLD), ("环卫", "窨井盖松动")
    assert phrases(mine(corrections, [], town)) == [key[1]]
    assert mine(corrections, [], town, {key: 2}) == []
    assert mine(corrections, [], town, {key: 1})
    assert mine(corrections, [], town, {("水务", key[1]): 3})
