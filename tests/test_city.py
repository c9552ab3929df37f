"""What one process learns of another's change, within a second and without a restart."""

import os
import time
from collections.abc import Iterator

import pytest
from builders import CALENDAR, CITY, DISPATCHER, NOON, Desk, handler_of
from served import eventually

from hotline.city import CityWatch
from hotline.db import Database
from hotline.registry import learned, versions
from hotline.routing.learning.storage import dump
from hotline.routing.learning.training import learn
from hotline.routing.types import Case, Decision
from hotline.settings import Settings
from hotline.tickets import objections
from hotline.tickets.corrections import correct
from hotline.tickets.models import Ticket
from hotline.tickets.words import Ground

CULTURE = "市文化广电新闻出版局"
TEXT = "小区楼下烧烤摊半夜还在吵，油烟也大"
SURE = "公积金贷款怎么提取，住房公积金账户转移"
FUND = "市住房公积金管理中心"


# The rows are read alike: PostgreSQL has its turn in the long run.
@pytest.fixture(params=["sqlite", "postgres"] if os.environ.get("HOTLINE_SOAK") else ["sqlite"])
def database(request: pytest.FixtureRequest) -> Database:
    return request.getfixturevalue(request.param)


@pytest.fixture
def watch(database: Database, tmp_path) -> Iterator[CityWatch]:
    with database.work() as session:
        versions.seed(session, NOON)
    yield CityWatch(database, Settings(data_dir=tmp_path, database_url=""))


def test_a_ruling_is_followed_by_the_next_suggestion(database: Database, watch: CityWatch):
    assert watch().suggest(TEXT).candidates[0].unit != CULTURE
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched(CITY)
        objections.object_to(
            session, ticket, calendar=CALENDAR,
            ground=Ground.NOT_OUR_DUTY, right_unit=CULTURE, note="不归我们",
            actor=handler_of(CITY), now=NOON,
        )  # fmt: skip
        objections.rule(
            session, ticket, granted=True, calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
    assert eventually(lambda: watch().suggest(TEXT).candidates[0].unit == CULTURE)


def test_a_correction_that_commits_late_is_heard_too(postgres: Database, tmp_path):
    with postgres.work() as session:
        versions.seed(session, NOON)
        for_late, for_quick = (Desk(session, NOON).dispatched(CITY) for _ in range(2))
    watch = CityWatch(postgres, Settings(data_dir=tmp_path, database_url=""))
    with postgres.work() as slow:
        ruled = {"instead_of": CITY, "actor": DISPATCHER, "now": NOON, "ruled": True}
        correct(slow, slow.get(Ticket, for_late.id), CULTURE, **ruled)
        slow.flush()
        with postgres.work() as quick:
            correct(quick, quick.get(Ticket, for_quick.id), "市公安局", **ruled)
        assert eventually(lambda: watch().suggest(TEXT).candidates[0].unit == "市公安局")
    assert eventually(lambda: CULTURE in [c.unit for c in watch().suggest(TEXT).candidates])


def test_a_unit_goes_by_itself_only_when_it_was_switched_on(database: Database, watch: CityWatch):
    given = watch().suggest(SURE)
    assert given.candidates[0].unit == FUND
    assert watch().router.suggest(SURE).decision is Decision.AUTO
    assert given.decision is Decision.CHOOSE
    with database.work() as session:
        learned.switch_auto(session, FUND, on=True, by="管理员", now=NOON)
    assert eventually(lambda: watch().suggest(SURE).decision is Decision.AUTO)
    with database.work() as session:
        learned.switch_auto(session, FUND, on=False, by="管理员", now=NOON)
    assert eventually(lambda: watch().suggest(SURE).decision is Decision.CHOOSE)


def test_a_model_speaks_from_its_choice_on_and_is_taken_back(database: Database, watch: CityWatch):
    said = "坨坨糖化了"
    cases = [
        Case(f"{unit}{n}", "", f"{words}，第{n}回", (unit,), "unit", "自编")
        for unit, words in ((CULTURE, said), (CITY, "棚棚垮了"), (FUND, "本本丢了"))
        for n in range(12)
    ]
    model = learn(cases, watch().directory, seed=1)
    before = watch().suggest(said).candidates[0].unit
    assert before != CULTURE
    with database.work() as session:
        kept = learned.keep_model(
            session, dump(model), source="自编", cases=len(cases), passed=True, figures={},
            by="管理员", now=NOON,
        )  # fmt: skip
        learned.choose_model(session, kept.id, by="管理员", now=NOON)
    assert eventually(lambda: watch().suggest(said).candidates[0].unit == CULTURE)
    with database.work() as session:
        learned.choose_model(session, None, by="管理员", now=NOON)
    assert eventually(lambda: watch().suggest(said).candidates[0].unit == before)


def test_a_model_that_was_changed_behind_our_back_is_not_used(database: Database, watch: CityWatch):
    with database.work() as session:
        kept = learned.keep_model(
            session, b"HOTLINE no model at all", source="坏", cases=1, passed=True, figures={},
            by="管理员", now=NOON,
        )  # fmt: skip
        learned.choose_model(session, kept.id, by="管理员", now=NOON)
    before = watch().suggest(SURE)
    time.sleep(1.2)
    assert watch().suggest(SURE) == before


def test_only_the_newest_contents_are_kept_and_the_one_in_force(database: Database):
    facts = {"source": "自编", "cases": 1, "passed": True, "figures": {}, "by": "管理员"}
    with database.work() as session:
        first = learned.keep_model(session, b"0", now=NOON, **facts)
        learned.choose_model(session, first.id, by="管理员", now=NOON)
        later = [learned.keep_model(session, b"x", now=NOON, **facts) for _ in range(7)]
        kept = learned.kept_models(session)
    assert kept == {first.id, *(model.id for model in later[-learned.KEPT :])}
