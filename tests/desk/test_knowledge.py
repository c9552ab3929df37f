"""Articles as the desk finds them, and what their use leaves behind."""

import time
from dataclasses import replace
from datetime import date, timedelta

from builders import AGENT, CALENDAR, NOON, Desk
from shipped_files import TABLES
from sqlmodel import select

from hotline.db import Database
from hotline.desk import knowledge as desk
from hotline.desk.knowledge import LOOK_EVERY, ArticleUse, Knowledge, KnowledgeWatch
from hotline.registry import article_lists, knowledge
from hotline.registry.article_lists import InForce
from hotline.registry.articles import Article, Editor

DAY = date(2018, 7, 25)
ARTICLE = InForce(
    id=1, version=1, question="公积金怎么提取？", look_alikes=("取公积金",), answer="带身份证。",
    basis="规定", unit="市住房公积金管理中心", territory="", valid_from=None, valid_to=None,
    changed_why="",
)  # fmt: skip
DISPATCHER = Editor("派单员一")


def seeded(database: Database) -> None:
    with database.work() as session:
        knowledge.seed(session, TABLES, NOON)


def article(database: Database, number: int) -> Article:
    with database.read() as session:
        return knowledge.find(session, number)


def later(watch: KnowledgeWatch) -> Knowledge:
    """After the second that passes between two looks."""
    time.sleep(LOOK_EVERY + 0.05)
    return watch()


def test_only_what_holds_on_the_day_is_found():
    ended = replace(ARTICLE, id=2, valid_to=DAY)
    coming = replace(ARTICLE, id=3, valid_from=DAY + timedelta(days=1))
    last_day = replace(ARTICLE, id=4, valid_from=DAY, valid_to=DAY + timedelta(days=1))
    base = Knowledge([ended, coming, last_day])
    assert [each.id for each in base.find("取公积金", DAY)] == [4]
    assert [each.id for each in base.reliable([2, 3, 4, 9], DAY)] == [4]


def test_articles_of_another_territory_are_left_out_once_the_territory_is_known():
    base = Knowledge([ARTICLE, replace(ARTICLE, id=2, territory="资中县")])
    assert {each.id for each in base.find("取公积金", DAY)} == {1, 2}
    assert [each.id for each in base.find("取公积金", DAY, territory="威远县")] == [1]
    assert {each.id for each in base.find("取公积金", DAY, territory="资中县")} == {1, 2}


def test_citizens_are_not_told_what_is_known_to_have_changed():
    base = Knowledge([replace(ARTICLE, changed_why="材料减少了")])
    assert base.find("取公积金", DAY)
    assert base.told("取公积金", DAY) == base.reliable([1], DAY) == []


def test_a_process_finds_what_was_published_within_a_second(database: Database):
    seeded(database)
    watch = KnowledgeWatch(database)
    (first, *_) = watch().find("查询码忘了", DAY)
    with database.work() as session:
        knowledge.mark(session, first.id, "改了", editor=DISPATCHER, calendar=CALENDAR, now=NOON)
    assert later(watch).find("查询码忘了", DAY)[0].changed_why == "改了"
    with database.work() as session:
        knowledge.take_down(session, first.id, "停用", editor=DISPATCHER, now=NOON)
    assert first.id not in [each.id for each in later(watch).find("查询码忘了", DAY)]


def test_an_answer_remembers_its_article_and_counts_its_hit(database: Database):
    seeded(database)
    with database.work() as session:
        ticket, other = (Desk(session, NOON).logged() for _ in range(2))
        desk.note_use(session, ticket, 3, now=NOON)
        desk.note_use(session, other, 3, now=NOON)
    assert article(database, 3).hits == 2
    with database.read() as session:
        source = desk.source(session, ticket.id)
        assert (source.article_id, source.version) == (3, 1)
        assert article_lists.most_used(session, 2) == [3, 1]


def test_an_article_that_has_gone_meanwhile_is_not_remembered(database: Database):
    seeded(database)
    with database.work() as session:
        ticket = Desk(session, NOON).logged()
        knowledge.take_down(session, 3, "停用", editor=DISPATCHER, now=NOON)
        for gone in (3, 999):
            desk.note_use(session, ticket, gone, now=NOON)
        assert session.exec(select(ArticleUse)).all() == []


def test_a_gap_counts_for_the_unit_lately_and_for_the_article_shown_first(database: Database):
    seeded(database)
    with database.work() as session:
        for days, unit, shown in ((0, "市税务局", 3), (1, "市税务局", None), (40, "市民政局", 3)):
            at = NOON - timedelta(days=days)
            desk.note_gap(session, unit, shown, actor=AGENT, now=at)
    with database.read() as session:
        assert desk.gaps(session, NOON) == [("市税务局", 2)]
        assert desk.gaps(session, NOON, "市民政局") == []
    assert article(database, 3).unanswered == 2
