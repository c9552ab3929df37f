"""What an agent has taken down today."""

from datetime import timedelta

from builders import AGENT, DISPATCHER, KEY, MATTER, NOON, SUGGESTION, Desk

from hotline.clock import city_day, city_span
from hotline.db import Database
from hotline.desk import shift
from hotline.tickets import intake


def test_the_count_is_of_the_rows_and_of_this_agent_and_day_alone(database: Database):
    day = city_span(city_day(NOON), city_day(NOON))
    with database.work() as session:
        early = Desk(session, NOON).dispatched()
        late = Desk(session, NOON).later().logged()
        Desk(session, NOON - timedelta(days=1)).logged()
        intake.log(session, MATTER, SUGGESTION, actor=DISPATCHER, key=KEY, now=NOON)
        rows = shift.taken(session, AGENT, *day)
        assert [row.number for row in rows] == [late.number, early.number]
        assert rows[1].unit == early.lead_unit
        assert shift.count(session, AGENT, *day) == 2


def test_a_call_tells_all_tickets_that_came_of_it(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        of_call = [desk.logged(call_id="c1").number, desk.logged(call_id="c1").number]
        desk.logged(call_id="c2")
        assert shift.of_call(session, "c1") == of_call
