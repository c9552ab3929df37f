"""An old list becomes tickets of the real steps, once, and the learner has them."""

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO

import pytest
from builders import CITY, ENVIRONMENT
from flask import Flask
from sqlmodel import func, select
from walks import events

from hotline import clock
from hotline.db import Database
from hotline.delivery.models import Delivery
from hotline.errors import NotAllowed
from hotline.people.rights import Actor, Role
from hotline.routing.router import Router
from hotline.routing.types import Suggestion
from hotline.tickets import cases, queries
from hotline.tickets.models import Alarm, Content, Ticket
from hotline.tickets.past_files import read_file
from hotline.tickets.steps import broken_link
from hotline.web.importing import CHUNK, Import
from hotline.web.lists import PastList

ADMINISTRATOR = Actor("guanli", Role.ADMINISTRATOR)
HEADER = "编号,受理时间,内容,类别,答复,办结时间,姓名,电话,承办单位\n"


@pytest.fixture
def stored(app: Flask) -> Database:
    return app.extensions["hotline"].database


@pytest.fixture
def bring(app: Flask):
    """Brings a list in, as the command and the page do."""

    def run(text: str, *, dry: bool = False, by: Actor = ADMINISTRATOR, **more):
        current = app.extensions["hotline"]
        file = read_file((HEADER + text).encode())
        city, key = current.city(), current.contact_key
        kind = PastList(city, key, file, CITY, by, clock.now())
        return Import(current.database, file, kind, by).run({}, dry=dry, **more)

    return run


def of(stored: Database, words: str) -> list[Ticket]:
    with stored.read() as session:
        query = select(Ticket).join(Content, Content.ticket_id == Ticket.id)
        return list(session.exec(query.where(Content.text == words).order_by(Ticket.id)))


def tickets(stored: Database) -> int:
    with stored.read() as session:
        return session.exec(select(func.count()).select_from(Ticket)).one()


def test_a_settled_row_lives_its_life_at_the_times_of_the_list(bring, stored):
    done = bring(
        "B1,2016-03-01 14:05,东兴区西林街道路灯坏了,投诉,已修复,2016-03-04,李某,13800000832,\n"
    )
    assert (done.brought, done.known, done.errors) == (1, 0, [])
    (row,) = of(stored, "东兴区西林街道路灯坏了")
    assert (row.status, row.channel, row.lead_unit, row.territory) == (
        "closed", "import", CITY, "东兴区",
    )  # fmt: skip
    assert row.number.startswith("NJ20160301")
    assert f"{row.closed_at:%Y-%m-%d %H:%M}" == "2016-03-04 09:00"
    assert events(stored, row.number) == [
        "log", "accept", "dispatch", "claim", "reply", "approve", "deliver", "close",
    ]  # fmt: skip
    with stored.read() as session:
        assert broken_link(queries.events(session, row)) is None
        assert queries.approved_reply(session, row)[1].text == "已修复"
        told = select(Delivery).where(Delivery.ticket_id == row.id)
        assert session.exec(told).first() is None


def test_a_row_that_was_settled_late_fell_overdue_when_it_did(bring, stored):
    bring("B2,2016-03-01,拖了两个月的路灯,投诉,已修复,2016-05-04,,,\n")
    assert "fall_overdue" in events(stored, of(stored, "拖了两个月的路灯")[0].number)


def test_an_open_row_goes_to_its_unit_today_with_its_full_time(bring, stored):
    bring(f"B3,2016-03-01,还没办的排污口,投诉,,,,,{ENVIRONMENT}\n")
    (row,) = of(stored, "还没办的排污口")
    assert (row.status, row.lead_unit) == ("dispatched", ENVIRONMENT)
    assert row.promised_at > clock.now()
    assert row.logged_at.year == 2016


def test_the_same_list_again_changes_nothing_and_a_longer_one_adds_what_is_new(bring, stored):
    first = "B4,2016-03-01,第一件旧事,,已办,2016-03-04,,,\n"
    bring(first)
    before = tickets(stored)
    again = bring(first)
    longer = bring(first + "B5,2016-03-02,第二件旧事,,已办,2016-03-05,,,\n")
    assert (again.brought, again.known) == (0, 1)
    assert (longer.brought, longer.known) == (1, 1)
    assert tickets(stored) == before + 1


def test_rows_without_numbers_are_known_by_the_file_and_their_place_in_it(bring, stored):
    text = ",2016-03-01,没有编号的旧事,,,2016-03-04,,,\n" * 2
    assert bring(text).brought == 2
    assert bring(text).known == 2
    assert len(of(stored, "没有编号的旧事")) == 2


def test_a_wrong_row_is_told_and_keeps_no_other_out(bring, stored):
    done = bring(
        "B6,上周,写错日期的旧事,,,,,,\n"
        "B7,2016-03-01,写对的旧事,,,2016-03-04,,,\n"
        "B8,2016-03-01,没有的单位,,,,,,市魔法局\n"
        "B7,2016-03-02,编号重了的旧事,,,,,,\n"
    )
    assert done.brought == 1
    assert [(each.row, each.column) for each in done.errors] == [
        (2, "受理时间"), (4, "承办单位"), (5, "编号"),
    ]  # fmt: skip
    assert len(of(stored, "写对的旧事")) == 1


def test_a_check_stores_nothing_and_counts_the_same(bring, stored):
    text = "B9,2016-03-01,只检查的旧事,,,2016-03-04,,,\n"
    before = tickets(stored)
    assert bring(text, dry=True).brought == 1
    assert tickets(stored) == before
    assert bring(text).brought == 1
    assert bring(text, dry=True).known == 1


class Interrupted:
    """The router, which is asked while somebody else brings the same list."""

    def __init__(self, router: Router, meanwhile: Callable[[], object]) -> None:
        self._router, self._meanwhile = router, meanwhile

    def suggest(self, text: str, *, title: str = "") -> Suggestion:
        self._meanwhile()
        return self._router.suggest(text, title=title)


def test_two_who_bring_the_same_list_at_once_bring_it_once(app, bring, stored):
    text = "G1,2016-03-01,两人同时带来的旧事,,,2016-03-04,,,\n"
    current = app.extensions["hotline"]
    city = current.city()
    city = replace(city, router=Interrupted(city.router, lambda: bring(text)))
    file = read_file((HEADER + text).encode())
    kind = PastList(city, current.contact_key, file, CITY, ADMINISTRATOR, clock.now())
    second = Import(current.database, file, kind, ADMINISTRATOR)
    done = second.run({}, dry=False)
    assert (done.brought, done.known) == (0, 1)
    assert len(of(stored, "两人同时带来的旧事")) == 1


def test_an_import_that_runs_out_of_time_goes_on_where_it_stopped(bring, stored):
    text = "".join(f"C{n},2016-03-01,分两次的旧事,,,2016-03-04,,,\n" for n in range(30))
    answers = iter((False, True))
    first = bring(text, enough=lambda: next(answers))
    assert (first.brought, first.left) == (CHUNK, 30 - CHUNK)
    assert bring(text).brought == 30 - CHUNK
    assert len(of(stored, "分两次的旧事")) == 30


def test_an_old_emergency_rings_no_alarm(bring, stored):
    bring("D1,2016-03-01,我家楼下着火了快来,,已扑灭,2016-03-01,,,\n")
    (row,) = of(stored, "我家楼下着火了快来")
    with stored.read() as session:
        assert session.exec(select(Alarm).where(Alarm.ticket_id == row.id)).first() is None
    assert row.urgency == "normal"


def test_the_learner_has_the_settled_ones_with_their_units(bring, stored):
    bring(f"D2,2016-03-01,学得到的旧事,,已办,2016-03-04,,,{ENVIRONMENT}\n")
    with stored.read() as session:
        learned = cases.closed_cases(session, frozenset(), {})
    assert (ENVIRONMENT,) in [case.units for case in learned if case.body == "学得到的旧事"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.HANDLER, Role.SUPERVISOR])
def test_only_administrators_bring_lists_in(bring, role: Role):
    with pytest.raises(NotAllowed):
        bring("D3,2016-03-01,不许的旧事,,,,,,\n", by=Actor("某人", role, unit=CITY))


# The page


def send(browser, text: str, act: str, **more: str):
    file = (BytesIO((HEADER + text).encode()), "清单.csv")
    return browser.post("/administration/import", {"file": file, "unit": CITY, "act": act} | more)


def test_an_administrator_checks_a_list_and_then_brings_it_in(signed_in, stored):
    browser = signed_in(Role.ADMINISTRATOR)
    text = "E1,2016-03-01,页面上的旧事,,,2016-03-04,,,\nE2,昨天,日期不对,,,,,,\n"
    checked = send(browser, text, "check")
    assert "可导入 1 件，早已导入 0 件，有错 1 行" in checked.text
    assert "应写成 2018-07-25" in checked.text
    assert of(stored, "页面上的旧事") == []
    assert "已导入 1 件" in send(browser, text, "bring_in").text
    assert "早已导入 1 件" in send(browser, text, "bring_in").text
    assert len(of(stored, "页面上的旧事")) == 1


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"unit": "市魔法局"}, "没有名为「市魔法局」的单位"),
        ({"map": "来件日期=受理时间"}, "没有「来件日期」这一列"),
        ({"unit": ""}, "此项必填"),
    ],
)
def test_what_is_wrong_with_the_form_is_said_and_what_was_typed_stays(signed_in, more, says):
    page = send(signed_in(Role.ADMINISTRATOR), "F1,2016-03-01,旧事,,,,,,\n", "check", **more)
    assert page.status_code == 422
    assert says in page.text
    assert more.get("map", "") in page.text


def test_an_agent_does_not_reach_the_page(signed_in):
    assert signed_in(Role.AGENT).get("/administration/import").status_code == 403
