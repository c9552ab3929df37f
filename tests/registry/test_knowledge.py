"""The life of an article: written by one, published by another, kept fresh by its unit."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import CALENDAR, NOON
from shipped_files import TABLES
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import Invalid, NotAllowed
from hotline.registry import article_lists, knowledge
from hotline.registry.article_lists import Pile
from hotline.registry.articles import Act, Article, Editor, Writing

UNIT, OTHER = "市住房公积金管理中心", "市税务局"
HANDLER, STRANGER = Editor("经办一", UNIT), Editor("经办二", OTHER)
DISPATCHER, SUPERVISOR = Editor("派单员一"), Editor("督办员一")
WRITING = Writing(
    question="公积金怎么提取?", answer="带身份证到窗口。", basis="本单位的规定", unit=UNIT,
    look_alikes=("取公积金",), review_on=date(2019, 1, 1),
)  # fmt: skip
TODAY = city_day(NOON)


def written(session, editor=HANDLER, now=NOON, article: Article | None = None, **words) -> Article:
    """The article with a new version; the first when no article is given."""
    known = {"article_id": article.id, "seen": article.newest} if article else {}
    writing = replace(WRITING, **words)
    version = knowledge.write(session, writing, editor=editor, now=now, **known)
    return knowledge.find(session, version.article_id)


def published(session, now=NOON, article: Article | None = None, **words) -> Article:
    article = written(session, now=now, article=article, **words)
    return knowledge.publish(session, article.id, article.newest, editor=DISPATCHER, now=now)


def marked(session, now=NOON) -> Article:
    article = published(session)
    return knowledge.mark(
        session, article.id, "材料减少了", editor=DISPATCHER, calendar=CALENDAR, now=now
    )


def in_force(database: Database) -> list[str]:
    with database.read() as session:
        return [each.answer for each in article_lists.in_force(session)]


def counts(database: Database, unit: str = "") -> dict[Pile, int]:
    with database.read() as session:
        found = article_lists.counts(session, unit, TODAY)
    return {pile: count for pile, count in found.items() if count}


def test_the_shipped_articles_are_in_force_once_and_never_again(database: Database):
    with database.work() as session:
        knowledge.seed(session, TABLES, NOON)
    assert len(in_force(database)) == 20
    with database.work() as session:
        first = article_lists.in_force(session)[0]
        knowledge.take_down(session, first.id, "不对", editor=DISPATCHER, now=NOON)
        knowledge.seed(session, TABLES, NOON)
    assert len(in_force(database)) == 19


def test_the_city_decides_when_an_article_is_looked_at_again(database: Database):
    limits = CALENDAR.limits
    often = replace(limits, values={**limits.values, "knowledge_review": 30})
    assert knowledge.next_review(NOON, often) == TODAY + timedelta(days=30)
    with database.work() as session:
        knowledge.seed(session, TABLES, NOON)
        article = knowledge.find(session, 1)
        assert knowledge.version_of(session, article.id, 1).review_on == TODAY + timedelta(days=180)


def test_what_is_written_is_in_force_only_when_another_has_published_it(database: Database):
    with database.work() as session:
        article = written(session)
    assert (in_force(database), counts(database)) == ([], {Pile.TO_REVIEW: 1})
    with database.work() as session:
        knowledge.publish(session, article.id, 1, editor=DISPATCHER, now=NOON)
    assert (in_force(database), counts(database)) == (["带身份证到窗口。"], {Pile.IN_FORCE: 1})


def test_nobody_publishes_what_he_wrote_himself(database: Database):
    with database.work() as session:
        article = written(session, editor=DISPATCHER)
        with pytest.raises(NotAllowed, match="另一位"):
            knowledge.publish(session, article.id, 1, editor=DISPATCHER, now=NOON)
        knowledge.publish(session, article.id, 1, editor=SUPERVISOR, now=NOON)
    assert len(in_force(database)) == 1


def test_a_new_version_leaves_the_old_one_in_force_until_it_is_published(database: Database):
    with database.work() as session:
        article = written(session, article=published(session), answer="网上就能办。")
    assert in_force(database) == ["带身份证到窗口。"]
    with database.work() as session:
        knowledge.publish(session, article.id, 2, editor=DISPATCHER, now=NOON)
    assert in_force(database) == ["网上就能办。"]


def test_what_was_sent_back_waits_no_more_and_cannot_be_published(database: Database):
    with database.work() as session:
        article = written(session)
        knowledge.send_back(session, article.id, 1, "写清材料", editor=DISPATCHER, now=NOON)
    assert counts(database) == {Pile.NOT_IN_FORCE: 1}
    with database.work() as session, pytest.raises(Invalid, match="刷新"):
        knowledge.publish(session, article.id, 1, editor=SUPERVISOR, now=NOON)


def test_a_unit_writes_its_own_articles_alone(database: Database):
    with database.work() as session:
        article = published(session)
        with pytest.raises(NotAllowed, match="只能写本单位"):
            written(session, editor=STRANGER)
        with pytest.raises(NotAllowed, match=UNIT):
            written(session, editor=STRANGER, article=article, unit=OTHER)
        with pytest.raises(NotAllowed, match=UNIT):
            knowledge.mark(
                session, article.id, "变了", editor=STRANGER, calendar=CALENDAR, now=NOON
            )
        with pytest.raises(NotAllowed, match="只能写本单位"):
            written(session, article=article, unit=OTHER)


def test_what_another_wrote_meanwhile_is_not_overwritten(database: Database):
    with database.work() as session:
        article = written(session)
        written(session, editor=DISPATCHER, article=article, answer="改过。")
        with pytest.raises(Invalid, match="别人刚改过"):
            knowledge.write(
                session, WRITING, editor=HANDLER, now=NOON, article_id=article.id, seen=1
            )


def test_an_article_must_begin_before_it_ends(database: Database):
    with database.work() as session, pytest.raises(Invalid, match="失效日期") as caught:
        written(session, valid_from=date(2018, 8, 1), valid_to=date(2018, 8, 1))
    assert caught.value.field == "valid_to"


def test_an_earlier_version_comes_back_as_a_new_one_that_waits_for_the_desk(database: Database):
    with database.work() as session:
        article = published(session, article=published(session), answer="错的。")
        knowledge.restore(session, article.id, 1, editor=HANDLER, now=NOON)
    assert in_force(database) == ["错的。"]
    with database.work() as session:
        knowledge.publish(session, article.id, 3, editor=DISPATCHER, now=NOON)
        notes = [each.note for each in article_lists.versions(session, article.id)]
    assert in_force(database) == ["带身份证到窗口。"]
    assert notes == ["恢复第 1 版", "", ""]


def test_a_unit_has_one_working_day_for_a_change_to_its_closing_hour(database: Database):
    friday = datetime(2018, 7, 27, 8, 0, tzinfo=UTC)
    with database.work() as session:
        article = marked(session, friday)
        # Monday 17:30 in Neijiang.
        assert article.due_at == datetime(2018, 7, 30, 9, 30, tzinfo=UTC)


def test_a_changed_article_presses_its_unit_until_the_update_is_published(database: Database):
    late = NOON + timedelta(days=3)
    with database.work() as session:
        article = marked(session)
        published(session, question="别的", unit=UNIT)
        assert article_lists.pressing(session, NOON)[:2] == (1, 0)
        assert article_lists.pressing(session, late)[:2] == (1, 1)
        assert article_lists.pressing(session, late, UNIT)[:2] == (1, 1)
        assert article_lists.pressing(session, late, OTHER)[:2] == (0, 0)
        written(session, article=article, now=late, answer="只要身份证。")
        assert (article.handed_in_at, article_lists.pressing(session, late)[:2]) == (late, (1, 1))
        knowledge.publish(session, article.id, 2, editor=DISPATCHER, now=late)
        assert article_lists.pressing(session, late)[:2] == (0, 0)


def test_an_update_that_is_sent_back_has_not_stopped_the_clock(database: Database):
    with database.work() as session:
        article = marked(session)
        due_at = article.due_at
        written(session, article=article)
        knowledge.send_back(session, article.id, 2, "没改", editor=DISPATCHER, now=NOON)
        assert (article.handed_in_at, article.due_at) == (None, due_at)


def test_a_mark_set_by_mistake_is_taken_off_and_not_set_twice(database: Database):
    with database.work() as session:
        article = marked(session)
        with pytest.raises(Invalid, match="已标为待更新"):
            knowledge.mark(session, article.id, "又变", editor=HANDLER, calendar=CALENDAR, now=NOON)
        knowledge.unmark(session, article.id, "没有变", editor=SUPERVISOR, now=NOON)
        with pytest.raises(Invalid, match="没有标为"):
            knowledge.unmark(session, article.id, "没有变", editor=SUPERVISOR, now=NOON)
    assert counts(database) == {Pile.IN_FORCE: 1}


def test_only_what_is_in_force_can_change_or_be_taken_down(database: Database):
    with database.work() as session:
        article = written(session)
        with pytest.raises(Invalid, match="没有发布"):
            knowledge.mark(session, article.id, "变", editor=HANDLER, calendar=CALENDAR, now=NOON)
        with pytest.raises(Invalid, match="没有发布"):
            knowledge.take_down(session, article.id, "不对", editor=DISPATCHER, now=NOON)


def test_each_act_is_on_record_with_who_and_why(database: Database):
    with database.work() as session:
        article = marked(session)
        knowledge.take_down(session, article.id, "停办了", editor=SUPERVISOR, now=NOON)
        story = [
            (each.act, each.by, each.note) for each in article_lists.events(session, article.id)
        ]
    assert story == [
        ("take_down", "督办员一", "停办了"),
        ("mark", "派单员一", "材料减少了"),
        ("publish", "派单员一", ""),
    ]


def test_what_is_due_for_review_or_has_ended_is_to_be_checked(database: Database):
    with database.work() as session:
        published(session)
        published(session, question="到了复核日", review_on=TODAY)
        published(session, question="已失效", valid_to=TODAY)
        rows = article_lists.listing(session, Pile.TO_CHECK, "", TODAY)
    assert {words.question for _, words in rows} == {"到了复核日", "已失效"}
    assert counts(database) == {Pile.IN_FORCE: 3, Pile.TO_CHECK: 2}
    assert counts(database, OTHER) == {}


def test_changed_articles_are_listed_by_what_is_due_first(database: Database):
    with database.work() as session:
        later = marked(session, NOON + timedelta(days=1))
        sooner = marked(session)
        rows = article_lists.listing(session, Pile.CHANGED, "", TODAY)
    assert [article.id for article, _ in rows] == [sooner.id, later.id]


def test_two_editors_at_once_do_not_both_write_the_next_version(postgres: Database):
    with postgres.work() as session:
        article = written(session)
    with postgres.work() as slow, postgres.work() as quick:
        knowledge.write(slow, WRITING, editor=HANDLER, now=NOON, article_id=article.id, seen=1)
        quick.execute(text("SET LOCAL lock_timeout = '200ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            knowledge.write(
                quick, WRITING, editor=DISPATCHER, now=NOON, article_id=article.id, seen=1
            )
        quick.rollback()


# An update that does not come


def lapses(session, article: Article) -> list[datetime]:
    events = article_lists.events(session, article.id)
    return [event.at for event in events if event.act == Act.FALL_OVERDUE]


def test_an_update_that_does_not_come_is_noted_once_with_the_time_it_was_due(database: Database):
    with database.work() as session:
        article = marked(session)
        due, late = article.due_at, article.due_at + timedelta(minutes=1)
        assert knowledge.fall_overdue(session, due) == []
        assert [each.id for each in knowledge.fall_overdue(session, late)] == [article.id]
        assert knowledge.fall_overdue(session, late) == []
        assert lapses(session, article) == [due]


def test_who_hands_it_in_late_was_late_though_the_clock_has_not_come_by(database: Database):
    with database.work() as session:
        article = marked(session)
        late = article.due_at + timedelta(minutes=1)
        written(session, now=late, article=article)
        assert lapses(session, article) == [article.due_at]
        assert knowledge.fall_overdue(session, late) == []


def test_what_was_handed_in_in_time_is_not_overdue_while_the_desk_looks_at_it(database: Database):
    with database.work() as session:
        article = marked(session)
        late = article.due_at + timedelta(days=3)
        written(session, article=article)
        assert knowledge.fall_overdue(session, late) == []
        assert article_lists.pressing(session, late) == (1, 0, 1)


def test_an_update_sent_back_has_the_same_time_and_is_noted_once_all_the_same(database: Database):
    with database.work() as session:
        article = marked(session)
        late = article.due_at + timedelta(minutes=1)
        knowledge.fall_overdue(session, late)
        written(session, now=late, article=article)
        knowledge.send_back(
            session, article.id, article.newest, "金额不对", editor=DISPATCHER, now=late
        )
        assert knowledge.fall_overdue(session, late + timedelta(days=1)) == []
        assert len(lapses(session, article)) == 1


def test_the_next_mark_has_a_time_of_its_own(database: Database):
    with database.work() as session:
        article = marked(session)
        late = article.due_at + timedelta(days=1)
        knowledge.fall_overdue(session, late)
        written(session, now=late, article=article)
        knowledge.publish(session, article.id, article.newest, editor=DISPATCHER, now=late)
        facts = {"editor": DISPATCHER, "calendar": CALENDAR, "now": late}
        knowledge.mark(session, article.id, "又变了", **facts)
        assert knowledge.fall_overdue(session, article.due_at + timedelta(minutes=1))
        assert len(lapses(session, article)) == 2
