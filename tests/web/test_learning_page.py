"""Learning as an administrator sees it: models, switches, previews, proposed phrases."""

import os
import re
import time
from dataclasses import replace
from itertools import count, product

import pytest
from browsing import Browser, a_look
from builders import SUGGESTION, Desk
from served import eventually
from test_bad_input import statements

from hotline import clock
from hotline.cli.teaching import learn_and_keep
from hotline.people.rights import Role
from hotline.registry import editing, learned
from hotline.routing.learning.storage import dump
from hotline.routing.learning.training import learn
from hotline.routing.types import Candidate, Case
from hotline.tickets.corrections import newest_corrections
from hotline.web.administration.preview import PREVIEWED

PAGE = "/administration/learning"
PROPOSALS = "/administration/proposals"
CULTURE, FUND, CITY = "市文化广电新闻出版局", "市住房公积金管理中心", "市城管执法局"
# Words that no directory holds.
SAID = {
    CULTURE: ("坨坨糖化了", "皮影箱子锁着", "戏台子空着", "唱本缺页"),
    FUND: ("本本丢了", "缴的数对不上", "窗口号排不到", "提取单打不出"),
    CITY: ("棚棚垮了", "招牌晃来晃去", "铁皮桶挡路", "灰袋子乱甩"),
    "市水务局": ("龙头冒泡泡", "管管淌起走", "表针倒起转", "坝坝头浸水"),
}
SOAK = bool(os.environ.get("HOTLINE_SOAK"))
STREETS = ("桂花街", "新华路", "滨江小区", "东门口", "菜园村", "老车站旁", "学府苑", "南桥头")
FIGURES = {
    "before": {"n": 40, "top1": 0.5, "top3": 0.7, "auto_share": 0.1, "auto_precision": 0.9},
    "after": {"n": 40, "top1": 0.75, "top3": 0.875, "auto_share": 0.4, "auto_precision": 0.95},
    "worse": [],
}
serial = count()


@pytest.fixture
def administrator(signed_in) -> Browser:
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def database(app):
    return app.extensions["hotline"].database


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    told = [(u, w, s) for s, u in product(STREETS, SAID) for w in SAID[u]]
    return [
        Case(f"NJ{n}", "", f"{street}{words}，请处理", (unit,), "unit", "自编")
        for n, (unit, words, street) in enumerate(told)
    ]


@pytest.fixture(scope="module")
def content(app, cases) -> bytes:
    return dump(learn(cases, app.extensions["hotline"].city().directory, seed=1))


# What the model of `content` proved, as it is written down when such a model is kept.
PROVED = {unit: {"rows": 32, "alone": 32, "right": 32} for unit in SAID}


def keep(database, content: bytes, **more) -> int:
    figures = FIGURES | {"units": PROVED}
    facts = {"source": "自编", "cases": 128, "passed": True, "figures": figures} | more
    with database.work() as session:
        model = learned.keep_model(session, content, by="夜间学习", now=clock.now(), **facts)
        return model.id


def choose(database, number: int | None) -> None:
    with database.work() as session:
        learned.choose_model(session, number, by="管理员", now=clock.now())


def row_of(page: str, unit: str) -> str:
    return re.search(rf"<tr>\s*<td>{unit}</td>.*?</tr>", page, re.S)[0]


def chosen(database) -> int | None:
    with database.read() as session:
        model = learned.chosen_model(session)
        return model and model.id


def first_of(agent, text: str) -> str:
    return agent.post("/route", {"text": text}).json["candidates"][0]["unit"]


def test_without_a_model_the_page_says_so_and_how_to_learn(administrator):
    page = administrator.get(PAGE).text
    assert "还没有模型：只凭派单目录推荐" in page
    assert "hotline train" in page
    assert page.count("<h1>") == 1


def test_a_model_is_listed_with_what_the_gate_measured(administrator, database, content):
    figures = FIGURES | {"worse": ["市粮食局"]}
    number = keep(database, content, passed=False, figures=figures, cases=4321, source="旧案.csv")
    page = administrator.get(PAGE).text
    for shown in ("4321 条", "旧案.csv", "未通过", "50.0 % → 75.0 %", "87.5 %", "市粮食局"):
        assert shown in page
    assert f"确认启用第 {number} 号" in page


def test_a_model_is_put_in_force_in_every_process_and_taken_back(
    administrator, database, content, agent
):
    number, text = keep(database, content), "学府苑坨坨糖化了"
    before = first_of(agent, text)
    assert before != CULTURE
    done = administrator.post(f"{PAGE}/model", {"model": number})
    assert done.location == PAGE
    assert f"第 {number} 号模型：学自 128 条" in administrator.get(PAGE).text
    assert eventually(lambda: first_of(agent, text) == CULTURE)
    administrator.post(f"{PAGE}/model", {"model": 0})
    assert "没有启用模型" in administrator.get(PAGE).text
    assert eventually(lambda: first_of(agent, text) == before)


@pytest.mark.parametrize("model", ["999", "-1", "x", ""])
def test_a_model_that_is_not_there_is_not_put_in_force(administrator, database, model):
    was = chosen(database)
    page = administrator.post(f"{PAGE}/model", {"model": model})
    assert page.status_code in (404, 422)
    assert 'role="alert"' in page.text
    assert chosen(database) == was


def test_a_model_that_cannot_be_read_is_said_to_be_out_of_use(administrator, database, content):
    said = "不能使用，眼下只凭派单目录推荐"
    choose(database, keep(database, content))
    assert eventually(lambda: said not in administrator.get(PAGE).text)
    choose(database, keep(database, b"no model"))
    assert eventually(lambda: said in administrator.get(PAGE).text)
    choose(database, None)
    assert said not in administrator.get(PAGE).text


def test_the_page_does_not_read_the_model_itself(app, administrator, database, content):
    choose(database, keep(database, content))
    questions(app, administrator, PAGE)
    with statements(app) as sent:
        administrator.get(PAGE)
    assert not [each for each in sent if "model_content.content" in each]


def test_a_unit_shows_how_often_it_went_alone_and_was_right(administrator, database, content):
    choose(database, keep(database, content))
    row = row_of(administrator.get(PAGE).text, CULTURE)
    rows, alone = map(int, re.findall(r'class="number">(\d+)<', row)[:2])
    assert (rows, alone) == (32, 32)
    assert re.search(r"100\.0 %\s*<span[^>]*>\(89\.3 %–100\.0 %\)", row)
    assert "不足" not in row


@pytest.mark.skipif(not SOAK, reason="a gate of trainings: in make soak")
def test_what_a_trained_model_proved_is_shown_from_what_was_written_down(
    app, administrator, database, cases
):
    directory = app.extensions["hotline"].city().directory
    _, number = learn_and_keep(database, directory, cases, "自编")
    choose(database, number)
    assert (
        re.findall(r'class="number">(\d+)<', row_of(administrator.get(PAGE).text, CULTURE))[0]
        == "32"
    )
    choose(database, None)


def test_no_unit_goes_alone_until_somebody_says_so(administrator, database, content):
    choose(database, keep(database, content))
    assert ">关</span>" in row_of(administrator.get(PAGE).text, CULTURE)
    administrator.post(f"{PAGE}/auto", {"unit": CULTURE, "on": "yes"})
    page = administrator.get(PAGE).text
    assert ">开</span>" in row_of(page, CULTURE)
    administrator.post(f"{PAGE}/auto", {"unit": CULTURE, "on": "no"})
    assert ">关</span>" in row_of(administrator.get(PAGE).text, CULTURE)


def test_a_unit_with_few_rows_goes_alone_only_when_one_is_sure(administrator, database):
    choose(database, None)
    assert "不足 30 条" in row_of(administrator.get(PAGE).text, FUND)
    refused = administrator.post(f"{PAGE}/auto", {"unit": FUND, "on": "yes"})
    assert refused.status_code == 422
    assert "只检验过 0 条" in refused.text
    with database.read() as session:
        assert FUND not in learned.auto_units(session)
    administrator.post(f"{PAGE}/auto", {"unit": FUND, "on": "yes", "sure": "yes"})
    with database.read() as session:
        assert FUND in learned.auto_units(session)
    administrator.post(f"{PAGE}/auto", {"unit": FUND, "on": "no"})


def test_units_that_go_alone_stand_first(administrator, database, content):
    choose(database, keep(database, content))
    administrator.post(f"{PAGE}/auto", {"unit": "市气象局", "on": "yes", "sure": "yes"})
    page = administrator.get(PAGE).text
    assert page.index("<td>市气象局</td>") < page.index(f"<td>{CITY}</td>")
    assert "不足 30 条" in row_of(page, "市气象局")
    administrator.post(f"{PAGE}/auto", {"unit": "市气象局", "on": "no"})
    page = administrator.get(PAGE).text
    assert page.index("<td>市气象局</td>") > page.index(f"<td>{CITY}</td>")


def test_a_switch_that_stands_so_already_is_refused(administrator):
    page = administrator.post(f"{PAGE}/auto", {"unit": CITY, "on": "no"})
    assert page.status_code == 422
    assert "自动派单已关闭" in page.text


@pytest.mark.parametrize("unit", ["没有的单位", ""])
def test_a_unit_that_is_not_there_has_no_switch(administrator, unit):
    assert administrator.post(f"{PAGE}/auto", {"unit": unit, "on": "yes"}).status_code == 422


def test_the_pages_need_as_many_statements_for_many_models_as_for_one(
    app, administrator, database, content
):
    choose(database, keep(database, content))
    few = questions(app, administrator, PAGE)
    for _ in range(6):
        keep(database, b"x")
    assert questions(app, administrator, PAGE) == few


def questions(app, browser: Browser, path: str) -> int:
    """How many statements the page needs, besides the look for something newer."""
    time.sleep(1.1)
    browser.get(path)
    with statements(app) as sent:
        assert browser.get(path).status_code == 200
    return len([each for each in sent if not a_look(each)])


def duty_row(database, unit: str) -> tuple[int, dict[str, str], int]:
    with database.read() as session:
        newest = editing.newest(session, "duties.csv")
    rows = enumerate(editing.records(newest.content))
    index, record = next((n, row) for n, row in rows if row["unit"] == unit)
    return index, record, newest.version


def settled(database, unit: str, text: str, **matter: str) -> str:
    """A ticket that went where it was suggested, so that nobody corrected anything."""
    suggested = replace(SUGGESTION, candidates=(Candidate(unit, 0.9),))
    with database.work() as session:
        desk = Desk(session, clock.now())
        return desk.replied(unit, text=text, title="", suggestion=suggested, **matter).number


@pytest.fixture
def past(database):
    """Two settled tickets with the same words, which a phrase would take to the culture bureau."""
    choose(database, None)
    time.sleep(1.1)
    words = f"鼎鼎碑{next(serial)}号"
    own = settled(database, CULTURE, f"{words}没有人管")
    return words, own, settled(database, CITY, f"{words}占道经营")


def test_a_preview_names_the_tickets_that_would_change_and_publishes_nothing(
    administrator, database, past
):
    words, own, other = past
    index, record, version = duty_row(database, CULTURE)
    typed = {"phrases": f"{record['phrases']}|{words}", "weight": "10", "version": version}
    address = f"/administration/data/duties.csv/{index}"
    page = administrator.post(address, record | typed | {"preview": "yes"})
    assert page.status_code == 200
    assert "2 件会改变：1 件变对，1 件变错" in page.text
    changes = dict(
        re.findall(r'<tr><td class="nowrap">([^<]+)</td>.*badge-word (\w*)">', page.text)
    )
    assert changes == {own: "good", other: "bad"}
    # What was typed is kept, and nothing has changed.
    assert f"|{words}</textarea>" in page.text
    assert duty_row(database, CULTURE)[2] == version


def test_a_preview_of_a_row_that_changes_no_ticket_says_so(administrator, database, past):
    index, record, version = duty_row(database, CULTURE)
    page = administrator.post(
        f"/administration/data/duties.csv/{index}",
        record | {"version": version, "preview": "yes"},
    )
    assert "首选去处都不变" in page.text


def test_a_new_row_and_a_removed_one_can_be_previewed(administrator, database, past):
    words, own, _ = past
    index, record, version = duty_row(database, CULTURE)
    fresh = {"unit": CULTURE, "duty": "试一试", "weight": "3", "phrases": words}
    asked = {"version": version, "preview": "yes"}
    assert own in administrator.post("/administration/data/duties.csv/new", fresh | asked).text
    removed = administrator.post(f"/administration/data/duties.csv/{index}/remove", asked)
    assert "预览：还没有发布" in removed.text
    assert f'value="{record["duty"]}"' in removed.text
    assert duty_row(database, CULTURE)[2] == version


def test_a_wrong_row_is_refused_in_the_preview_as_in_publishing(administrator, database):
    index, record, version = duty_row(database, CULTURE)
    wrong = record | {"weight": "11", "version": version, "note": "试"}
    address = f"/administration/data/duties.csv/{index}"
    previewed = administrator.post(address, wrong | {"preview": "yes"})
    published = administrator.post(address, wrong)
    assert previewed.status_code == published.status_code == 422
    for page in (previewed, published):
        assert "应为大于 0、不大于 10 的数" in page.text


def test_a_unit_that_ends_with_nobody_to_stand_in_is_refused_in_both(administrator, database):
    with database.read() as session:
        newest = editing.newest(session, "units.csv")
    rows = enumerate(editing.records(newest.content))
    index, record = next((n, row) for n, row in rows if row["name"] == FUND)
    gone = record | {"valid_to": "2018-01-01", "version": newest.version, "note": "撤销"}
    address = f"/administration/data/units.csv/{index}"
    for sent in (gone | {"preview": "yes"}, gone):
        page = administrator.post(address, sent)
        assert page.status_code == 422
        assert f"使「{FUND}」或其接替单位" in page.text.replace("&#39;", "'")
    assert administrator.get(PAGE).status_code == 200


def test_only_what_says_where_a_matter_goes_has_a_preview(administrator):
    offered = 'name="preview"'
    for file in PREVIEWED:
        assert offered in administrator.get(f"/administration/data/{file}/0").text
    assert offered not in administrator.get("/administration/data/holidays.csv/0").text


def test_a_matter_that_would_be_led_elsewhere_is_previewed(administrator, database, past):
    words, own, _ = past
    with database.read() as session:
        version = editing.newest(session, "guidance.csv").version
    row = {"code": "trial", "matter": "试一试", "phrases": words, "target": "物业公司"}
    row |= {"sentence": "请找物业公司。", "version": version, "preview": "yes"}
    page = administrator.post("/administration/data/guidance.csv/new", row).text
    assert "2 件会改变" in page
    assert re.search(rf"{own}</td><td>[^<]+</td><td>引导：物业公司</td><td>{CULTURE}", page)


def test_a_new_name_of_a_place_is_previewed_by_who_would_lead(administrator, database):
    village = f"鹞子坝{next(serial)}"
    number = settled(database, "威远县", f"{village}的路灯坏了")
    with database.read() as session:
        version = editing.newest(session, "places.csv").version
    row = {
        "code": "T9",
        "level": "town",
        "name": village,
        "names": village,
        "territory": "威远县",
        "town": "",
    }
    page = administrator.post(
        "/administration/data/places.csv/new", row | {"version": version, "preview": "yes"}
    ).text
    assert re.search(rf"{number}</td><td>[^<]+</td><td>威远县</td><td>威远县", page)


def test_a_line_that_would_be_another_departments_is_previewed(administrator, database):
    number = settled(database, CULTURE, "嗯嗯嗯", line="12318")
    with database.read() as session:
        newest = editing.newest(session, "legacy_lines.csv")
    rows = enumerate(editing.records(newest.content))
    index, record = next((n, row) for n, row in rows if row["number"] == "12318")
    other = record | {"department": FUND, "version": newest.version, "preview": "yes"}
    page = administrator.post(f"/administration/data/legacy_lines.csv/{index}", other).text
    assert re.search(rf"{number}</td><td>{CULTURE}</td><td>{FUND}</td>", page)


WARES = (
    "皮影戏箱", "竹编灯笼", "铜锣腰鼓", "糖画摊子", "蜡染布匹", "木刻年画", "藤编躺椅", "剪纸窗花",
)  # fmt: skip


@pytest.fixture
def proposed(database):
    """Three tickets with the same words, dispatched elsewhere than suggested."""
    words = WARES[next(serial) % len(WARES)]
    texts = (f"夜里{words}丢在路边", f"又说{words}没人收", f"{words}还在那儿")
    with database.work() as session:
        desk = Desk(session, clock.now())
        numbers = [desk.dispatched(CULTURE, text=text, title="").number for text in texts]
    return words, numbers


def proposals(page: str) -> list[str]:
    return re.findall(r'type="hidden" name="phrase" value="([^"]+)"', page)


def test_words_of_corrected_tickets_are_proposed_with_their_tickets(administrator, proposed):
    words, numbers = proposed
    page = administrator.get(PROPOSALS).text
    assert words in proposals(page)
    assert "3 件更正给它的工单里有" in page
    assert "、".join(sorted(numbers)) in page


def test_a_proposal_is_added_to_a_duty_with_the_tickets_as_its_reason(
    administrator, database, proposed
):
    words, numbers = proposed
    index, record, version = duty_row(database, CULTURE)
    given = {"unit": CULTURE, "phrase": words, "duty": record["duty"]}
    assert administrator.post(PROPOSALS, given).location == PROPOSALS
    assert duty_row(database, CULTURE)[1]["phrases"] == f"{record['phrases']}|{words}"
    with database.read() as session:
        newest = editing.newest(session, "duties.csv")
    assert newest.version == version + 1
    assert all(number in newest.note for number in numbers)
    assert words not in proposals(administrator.get(PROPOSALS).text)
    again = administrator.post(PROPOSALS, given)
    assert again.status_code == 422
    assert "这条建议已不在" in again.text


def told(database, words: str, times: int) -> None:
    """So many more corrected tickets with the words."""
    with database.work() as session:
        desk = Desk(session, clock.now())
        for n in range(times):
            text = f"{'早午晚'[n]}上看见{words}{'挡扔摔'[n]}着"
            desk.dispatched(CULTURE, text=text, title="")


def test_a_refused_proposal_stays_refused_until_its_tickets_have_doubled(
    administrator, database, proposed
):
    words, _ = proposed
    given = {"unit": CULTURE, "phrase": words}
    assert administrator.post(f"{PROPOSALS}/refuse", given).location == PROPOSALS
    page = administrator.get(PROPOSALS).text
    assert words not in proposals(page)
    row = re.search(rf"<tr>\s*<td class=\"nowrap\"><strong>{words}</strong>.*?</tr>", page, re.S)[0]
    assert "3 件工单" in row
    assert "测试administrator" in row
    told(database, words, 2)
    assert words not in proposals(administrator.get(PROPOSALS).text)
    assert administrator.post(f"{PROPOSALS}/refuse", given).status_code == 422
    told(database, words, 1)
    assert words in proposals(administrator.get(PROPOSALS).text)


def test_a_refusal_is_taken_back_once(administrator, proposed):
    words, _ = proposed
    given = {"unit": CULTURE, "phrase": words}
    administrator.post(f"{PROPOSALS}/refuse", given)
    assert administrator.post(f"{PROPOSALS}/take-back", given).location == PROPOSALS
    assert words in proposals(administrator.get(PROPOSALS).text)
    again = administrator.post(f"{PROPOSALS}/take-back", given)
    assert again.status_code == 404
    assert f"「{words}」没有被不采纳过" in again.text


def test_a_phrase_that_nobody_proposed_or_another_units_duty_is_refused(
    administrator, database, proposed
):
    words, _ = proposed
    _, record, version = duty_row(database, CULTURE)
    for phrase, duty in (("自己想的", record["duty"]), (words, "归集与提取"), (words, "")):
        given = {"unit": CULTURE, "phrase": phrase, "duty": duty}
        assert administrator.post(PROPOSALS, given).status_code == 422
    assert duty_row(database, CULTURE)[2] == version


def test_proposals_need_as_many_statements_for_many_corrections_as_for_few(
    app, administrator, database, proposed
):
    few = questions(app, administrator, PROPOSALS)
    with database.work() as session:
        desk = Desk(session, clock.now())
        for n in range(12):
            desk.dispatched(CULTURE, text=f"第{n}回说木雕花板不见", title="")
    assert questions(app, administrator, PROPOSALS) == few
    with database.read() as session:
        assert len(newest_corrections(session)) >= 12
