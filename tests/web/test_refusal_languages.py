"""Refusals in the reader's language: pages by the session, the API by what a program asks for."""

import ast
import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from browsing import Browser
from builders import CITY, Desk
from walks import make

import hotline
from hotline.errors import HotlineError
from hotline.people.rights import Role
from hotline.web import problems
from hotline.web.console.acts import ACTS

# What only a terminal, a log or the switch reads.
UNSEEN = ("cli/", "jobs/", "app.py", "routing/learning/", "web/line/")
# Sentences that stand in tables.
TABLES = (
    problems.SENTENCES.values(), problems.FIELD_SENTENCES.values(),
    problems.PATTERN_SENTENCES.values(), (act.needs[1] for act in ACTS.values() if act.needs),
)  # fmt: skip


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    with (files("hotline") / "translations/en/messages.po").open("rb") as file:
        return read_po(file)


def classes() -> set[type[HotlineError]]:
    for module in walk_packages(hotline.__path__, "hotline."):
        if not module.name.startswith(("hotline.data", "hotline.migrations")):
            __import__(module.name)
    return subclasses(HotlineError)


def subclasses(kind: type[HotlineError]) -> set[type[HotlineError]]:
    return {kind} | {below for each in kind.__subclasses__() for below in subclasses(each)}


def raised() -> set[str]:
    """The sentences with which refusals are raised where somebody reads them."""
    names = {kind.__name__: None for kind in classes()}
    found = extract_from_dir(str(files("hotline")), [("**.py", "python")], keywords=names)
    return {said for file, _, said, _, _ in found if not file.startswith(UNSEEN) and chinese(said)}


def chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def missing(catalog: Catalog, sentences: Iterable[str]) -> list[str]:
    return sorted(each for each in set(sentences) if not getattr(catalog.get(each), "string", ""))


def test_the_sentence_of_every_class_of_refusals_has_its_english(catalog: Catalog):
    assert missing(catalog, (kind.sentence for kind in classes())) == []


def test_every_sentence_that_a_refusal_is_raised_with_has_its_english(catalog: Catalog):
    assert missing(catalog, raised()) == []
    assert missing(catalog, (sentence for table in TABLES for sentence in table)) == []


def test_no_refusal_is_put_together_from_parts_that_no_catalog_knows():
    names, root = {kind.__name__ for kind in classes()}, Path(str(files("hotline")))
    for file in root.rglob("*.py"):
        place = file.relative_to(root).as_posix()
        calls = (
            []
            if place.startswith((*UNSEEN, "settings.py"))
            else ast.walk(ast.parse(file.read_text()))
        )
        for call in calls:
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in names and call.args:
                assert not isinstance(call.args[0], ast.JoinedStr), f"{place}:{call.lineno}"


def test_a_step_that_the_status_forbids_is_told_in_english(app, signed_in):
    number = make(app.extensions["hotline"].database, Desk.replied, unit=CITY)
    page = in_english(signed_in(Role.DISPATCHER)).post(f"/tickets/{number}/accept")
    assert page.status_code == 409
    assert f"Ticket {number} is" in page.text


def test_english_sentences_hold_the_same_values(catalog: Catalog):
    for message in catalog:
        if message.id and isinstance(message.id, str):
            assert names_in(message.string) <= names_in(message.id)


def names_in(sentence: str) -> set[str]:
    return {part.split(")")[0] for part in sentence.split("%(")[1:]}


def in_english(browser: Browser) -> Browser:
    browser.client.set_cookie("language", "en")
    return browser


def test_a_refused_step_is_told_in_the_language_of_the_page(app, signed_in):
    number = make(app.extensions["hotline"].database, Desk.replied, unit=CITY)
    page = in_english(signed_in(Role.HANDLER, CITY)).post(
        f"/tickets/{number}/reply", {"text": "Written at the same time"}
    )
    assert page.status_code == 409
    assert re.search(r"Your colleague .+ replied on \d+/\d+ at \d\d:\d\d", page.text)


def test_a_missing_field_is_told_in_the_language_of_the_page(app, signed_in):
    number = make(app.extensions["hotline"].database, Desk.in_progress, unit=CITY)
    page = in_english(signed_in(Role.HANDLER, CITY)).post(f"/tickets/{number}/reply", {})
    assert "This is needed." in page.text


def test_values_stand_in_the_english_sentence(signed_in):
    page = in_english(signed_in(Role.AGENT)).get("/tickets/NJ20180725000001")
    assert page.status_code == 404
    assert "There is no ticket NJ20180725000001 (mistyped); check its number." in page.text


def test_programs_read_chinese_unless_they_ask_for_english(agent):
    path = "/api/v1/tickets/NJ1"
    asked = {
        None: "没有找到工单 NJ1",
        "zh-CN,zh;q=0.9,en;q=0.8": "没有找到工单 NJ1",
        "fr": "没有找到工单 NJ1",
        "*": "没有找到工单 NJ1",
        "en-US,en;q=0.9": "There is no ticket NJ1",
    }
    for language, sentence in asked.items():
        headers = {"Authorization": f"Bearer {agent.key}"}
        headers |= {"Accept-Language": language} if language else {}
        title = agent.client.get(path, headers=headers).json["title"]
        assert title.startswith(sentence), language


def test_a_programs_wrong_fields_are_named_in_the_language_it_asks_for(agent):
    sent = agent.post("/tickets", {"text": "\x07", "kind": "?"}, Accept_Language="en")
    remedies = {each["field"]: each["remedy"] for each in sent.json["errors"]}
    assert remedies["text"] == "Holds invisible control characters; delete them."
    assert remedies["kind"].startswith("Must be one of ")
    assert remedies["channel"] == "This is needed."
    assert sent.json["title"].startswith("Something is wrong in what you filled in")
