"""热点: more than usual of one thing in one place; opened, followed and closed by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from builders import AGENT, CALENDAR, CITY, ENVIRONMENT, KEY, MATTER, NOON, SUGGESTION, SUPERVISOR
from sqlmodel import Session, select

from hotline.clock import city_day
from hotline.db import Database
from hotline.errors import NotAllowed
from hotline.routing.types import Candidate, Duty
from hotline.tickets import intake, topics
from hotline.tickets.topics import Duties, HotTopic, Said, surges
from hotline.tickets.words import Channel

LIMITS = CALENDAR.limits
DUTIES = Duties(
    [
        Duty(CITY, "夜间摊点", 3.0, ("烧烤", "烧烤摊", "油烟"), ("烧烤店",)),
        Duty(CITY, "路灯", 3.0, ("路灯", "灯不亮")),
        Duty(ENVIRONMENT, "工业废气", 3.0, ("废气", "臭味")),
    ]
)
STALL, LAMP = "王小二家楼下烧烤摊油烟大", "路灯坏了"


def log(session: Session, n: int, text=STALL, at=NOON, unit=CITY, **where: str) -> None:
    """So many tickets a minute apart, the last of them at that moment."""
    given = replace(SUGGESTION, candidates=(Candidate(unit, 0.9),), **where)
    channel = where.pop("channel", MATTER.channel)
    for minute in reversed(range(n)):
        matter = replace(MATTER, text=text, title="", channel=channel)
        intake.log(session, matter, given, actor=AGENT, key=KEY, now=at - timedelta(minutes=minute))


def watch(session: Session, now: datetime = NOON) -> list[HotTopic]:
    """One round of the job; the topics that are open after it."""
    said = topics.recent(session, now, LIMITS)
    found = topics.counted(said, topics.earlier(session, now, LIMITS), DUTIES, LIMITS)
    topics.keep(session, found, LIMITS, now)
    session.flush()
    return topics.open_topics(session)


def test_a_surge_becomes_a_topic_by_itself(database: Database):
    with database.work() as session:
        log(session, 6)
        log(session, 4, LAMP)
        log(session, 4, "臭味大", unit=ENVIRONMENT)
        (topic,) = watch(session)
    assert (topic.unit, topic.duty, topic.territory) == (CITY, "夜间摊点", "东兴区")
    assert (topic.count, topic.usual, topic.peak) == (6, 0.0, 6)
    assert topic.first_at == NOON - timedelta(minutes=5) and topic.last_at == NOON
    assert topic.places == ["西林街道"]


def test_the_city_decides_with_how_many_days_it_compares_and_what_is_too_much(database: Database):
    values = {**LIMITS.values, "topic_days": 2, "topic_sigmas": 9}
    strict = replace(LIMITS, values=values)
    with database.work() as session:
        for day in (1, 2, 3):
            log(session, 4, at=NOON - timedelta(days=day))
        log(session, 1)
        before, said = topics.earlier(session, NOON, strict), topics.recent(session, NOON, strict)
        (found,) = topics.counted(said, before, DUTIES, strict)
    assert (len(before), found.usual) == (8, 4.0)
    assert surges(20, 4.0, LIMITS) and not surges(20, 4.0, strict)


def test_no_word_of_a_requester_gets_into_a_title(database: Database):
    with database.work() as session:
        log(session, 6)
        (topic,) = watch(session)
    assert topic.title == "东兴区：烧烤摊、油烟"
    assert "王小二" not in repr(topic)


def test_what_is_usual_at_this_hour_is_no_surge(database: Database):
    with database.work() as session:
        for day in range(1, 8):
            log(session, 5, at=NOON - timedelta(days=day))
        log(session, 7)
        # Of other hours nothing counts.
        log(session, 9, at=NOON - timedelta(days=1, hours=6))
        assert watch(session) == []
        log(session, 6)
        (topic,) = watch(session)
    assert (topic.count, topic.usual) == (13, 5.0)


@pytest.mark.parametrize(
    ("count", "usual", "is_one"),
    [(4, 0, False), (5, 0, True), (5, 2, False), (7, 2, True), (18, 9, True), (17, 9, False)],
)
def test_rarer_things_need_fewer(count: int, usual: float, is_one: bool):
    assert surges(count, usual, LIMITS) is is_one


def test_one_thing_in_two_territories_is_two(database: Database):
    with database.work() as session:
        log(session, 5)
        log(session, 6, territory="市中区", place=None)
        assert [row.territory for row in watch(session)] == ["市中区", "东兴区"]


def test_a_look_alike_is_not_the_thing(database: Database):
    said = Said(1, CITY, "东兴区", "", "想开一家烧烤店", NOON)
    assert DUTIES.about(said) == ("", [])
    assert DUTIES.about(replace(said, text="烧烤店门口的烧烤摊"))[0] == "夜间摊点"


def test_an_imported_list_is_no_surge_of_today(database: Database):
    with database.work() as session:
        for _ in range(9):
            matter = replace(MATTER, text=STALL, channel=Channel.IMPORT)
            intake.log(session, matter, SUGGESTION, actor=AGENT, key=KEY, now=NOON)
        assert watch(session) == []


def test_a_topic_grows_and_closes_when_nobody_speaks_of_it_any_more(database: Database):
    with database.work() as session:
        log(session, 6)
        (topic,) = watch(session)
        later = NOON + timedelta(hours=1)
        log(session, 3, at=later)
        assert watch(session, later) == [topic]
        assert (topic.count, topic.peak, topic.last_at) == (9, 9, later)
        # Half as many keep it open, or it would flicker.
        assert watch(session, NOON + timedelta(hours=3, minutes=30)) == [topic]
        assert (topic.count, topic.peak) == (3, 9)
        night = NOON + timedelta(hours=5)
        assert watch(session, night) == []
        assert topic.closed_at == night


def test_what_comes_back_is_a_topic_of_its_own(database: Database):
    with database.work() as session:
        log(session, 6)
        watch(session)
        watch(session, NOON + timedelta(hours=5))
        log(session, 9, at=NOON + timedelta(hours=9))
        (second,) = watch(session, NOON + timedelta(hours=9))
        assert len(session.exec(select(HotTopic)).all()) == 2
        assert second.closed_at is None


def test_a_second_look_at_the_same_moment_changes_nothing(database: Database):
    with database.work() as session:
        log(session, 6)
        before = [row.model_dump() for row in watch(session)]
        assert [row.model_dump() for row in watch(session)] == before


def test_the_agent_is_told_of_a_topic_when_the_matter_sounds_like_it(database: Database):
    with database.work() as session:
        log(session, 6)
        (topic,) = watch(session)

        def told(text: str, units=(CITY,), territory="东兴区") -> list[HotTopic]:
            return topics.matching(session, text, units, territory)

        assert told("楼下烧烤攤吵") == told("烧烤摊太吵") == [topic]
        assert told("路灯不亮") == told("烧烤摊", (ENVIRONMENT,)) == []
        assert told("烧烤摊", territory="市中区") == []


def test_the_day_has_the_topics_that_were_open_on_it(database: Database):
    with database.work() as session:
        log(session, 6)
        (topic,) = watch(session)
        today, tomorrow = city_day(NOON), city_day(NOON) + timedelta(days=1)
        assert topics.of_days(session, today, today) == [topic]
        assert topics.of_days(session, tomorrow, tomorrow) == [topic]
        watch(session, NOON + timedelta(hours=5))
        assert topics.of_days(session, tomorrow, tomorrow) == []
        yesterday = today - timedelta(days=1)
        assert topics.of_days(session, yesterday, yesterday) == []


def test_without_a_crowd_nothing_more_is_read(database: Database):
    with database.work() as session:
        log(session, 4)
        assert not topics.crowded(topics.recent(session, NOON, LIMITS), LIMITS)
        log(session, 1)
        assert topics.crowded(topics.recent(session, NOON, LIMITS), LIMITS)


def test_the_tickets_of_a_topic_are_the_supervisors_to_see(database: Database):
    with database.work() as session:
        log(session, 6)
        (topic,) = watch(session)
        assert len(topics.topic(session, topic.id, actor=SUPERVISOR).tickets) == 6
        with pytest.raises(NotAllowed):
            topics.topic(session, topic.id, actor=AGENT)
