"""Open tickets of the same place that speak of the same things."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from builders import AGENT, CITY, DISPATCHER, NOON, SUGGESTION, Desk
from sqlalchemy import event

from hotline.db import Database
from hotline.desk import look_alikes as looking
from hotline.desk.look_alikes import look_alikes
from hotline.registry.directory import build_directory
from hotline.registry.loading import read_shipped, read_tables
from hotline.routing.router import Router
from hotline.routing.types import Suggestion
from hotline.tickets import intake, merging

TEXT = "东兴区西林街道太白路烧烤摊半夜还在吵，油烟也大"


@pytest.fixture(scope="module")
def router() -> Router:
    tables = read_tables(read_shipped())
    return Router(build_directory(tables, on=date(2018, 7, 20), version=1))


def alike(session, suggestion: Suggestion, now=NOON) -> list[str]:
    found = look_alikes(session, TEXT, suggestion, actor=AGENT, now=now)
    return [each.number for each in found]


def test_a_ticket_of_the_same_place_and_things_is_found_and_says_what_both_share(
    database: Database, router: Router
):
    with database.work() as session:
        desk = Desk(session, NOON)
        ticket = desk.dispatched(text="夜市的烧烤摊油烟熏人", title="")
        desk.dispatched(text="公交车到站不停", title="")
        found = look_alikes(session, TEXT, router.suggest(TEXT), actor=AGENT, now=NOON)
    assert [(each.number, each.unit) for each in found] == [(ticket.number, CITY)]
    assert {"烧烤摊", "油烟"} <= set(found[0].shared)
    assert all(phrase in TEXT for phrase in found[0].shared)


def test_who_says_the_same_in_other_words_is_found_by_the_part_that_both_have(
    database: Database, router: Router
):
    text = "西林街道太白路那边路灯不亮"
    with database.work() as session:
        ticket = Desk(session, NOON).accepted(text="太白路的路灯坏了好几天", title="")
        found = look_alikes(session, text, router.suggest(text), actor=AGENT, now=NOON)
    assert [(each.number, each.shared) for each in found] == [(ticket.number, ("路灯",))]


def test_the_name_of_the_place_makes_nothing_alike(database: Database, router: Router):
    text = "东兴区西林街道太白路烧烤摊扰民"
    assert "街道" not in looking.telling_phrases(text, router.suggest(text))


def test_finished_tickets_push_no_open_one_out_of_sight(
    database: Database, router: Router, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(looking, "NEWEST", 3)
    with database.work() as session:
        desk = Desk(session, NOON)
        still_open = desk.accepted()
        for _ in range(3):
            done = desk.later().accepted()
            intake.withdraw(session, done, "好了", actor=DISPATCHER, now=NOON)
        assert alike(session, router.suggest(TEXT)) == [still_open.number]


def test_the_one_that_shares_more_comes_first(database: Database, router: Router):
    with database.work() as session:
        desk = Desk(session, NOON)
        more = desk.accepted(text="烧烤摊油烟大", title="")
        less = desk.accepted(text="烧烤摊占道", title="")
        assert alike(session, router.suggest(TEXT)) == [more.number, less.number]


def test_other_places_old_and_finished_tickets_are_not_alike(database: Database, router: Router):
    suggestion = router.suggest(TEXT)
    with database.work() as session:
        desk = Desk(session, NOON)
        elsewhere = replace(SUGGESTION, territory="威远县", place=None)
        desk.logged(elsewhere)
        Desk(session, NOON - looking.WITHIN - timedelta(minutes=1)).logged()
        answered = desk.accepted()
        intake.answer(session, answered, "已告知", actor=AGENT, now=NOON)
        gone = desk.accepted()
        intake.withdraw(session, gone, "算了", actor=DISPATCHER, now=NOON)
        assert alike(session, suggestion) == []
        near = desk.logged()
        assert alike(session, suggestion) == [near.number]


def test_a_merged_ticket_is_found_by_its_parent_alone(database: Database, router: Router):
    with database.work() as session:
        desk = Desk(session, NOON)
        parent, child = desk.dispatched(), desk.dispatched()
        merging.merge(session, child, parent, actor=DISPATCHER, now=NOON)
        assert alike(session, router.suggest(TEXT)) == [parent.number]


@pytest.mark.parametrize("text", ["烧烤摊油烟大", "东兴区西林街道", ""])
def test_without_place_or_matter_nothing_is_searched(database: Database, router: Router, text: str):
    with database.work() as session:
        Desk(session, NOON).dispatched()
        found = look_alikes(session, text, router.suggest(text), actor=AGENT, now=NOON)
    assert found == []


def test_a_search_takes_one_statement_and_reads_the_newest_only(
    database: Database, router: Router, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(looking, "NEWEST", 3)
    sent: list[str] = []
    with database.work() as session:
        oldest = Desk(session, NOON).logged()
        for minute in range(1, 4):
            Desk(session, NOON).later(minutes=minute).logged()
        session.flush()
        event.listen(session.connection(), "before_cursor_execute", lambda *a: sent.append(a[2]))
        found = alike(session, router.suggest(TEXT), NOON + timedelta(hours=1))
    assert len(sent) == 1
    assert len(found) == 3 and oldest.number not in found
