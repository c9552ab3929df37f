"""However a matter comes in, it has one life: a story for each way that is not a call."""

from datetime import timedelta

import pytest
from builders import AGENT, CALENDAR, CITY, DISPATCHER, KEY, SUGGESTION
from town import Town

from hotline.delivery import settling
from hotline.errors import StepRefused
from hotline.people.rights import Actor, Role
from hotline.tickets import board, intake, sources
from hotline.tickets.board import Posted
from hotline.tickets.intake import Requester
from hotline.tickets.sources import AlreadyLogged
from hotline.tickets.words import Channel, MatterKind, Path, Status, Urgency

SCHOOLS, POLICE = "市教育局", "市公安局"
WHOLE_LIFE = [
    "log", "accept", "dispatch", "claim", "reply", "approve", "deliver", "follow_up", "close",
]  # fmt: skip


def accepts(town: Town, number: str) -> None:
    with town.ticket(number) as (session, ticket):
        intake.accept(session, ticket, calendar=CALENDAR, actor=AGENT, now=town.now)


def is_put_right(town: Town, number: str, unit: str) -> None:
    """From dispatch to the end, as every ticket goes."""
    town.dispatches(number, unit)
    town.claims(number, unit)
    town.replies(number, unit, "已办好。")
    town.approves(number)
    town.clock()
    town.rates(number, solved=True, satisfied=5)
    town.closes(number)
    town.clock()


def test_a_letter_to_the_wrong_leader_reaches_the_right_unit_and_is_answered(town: Town):
    number = town.calls(
        "学校门口烧烤摊半夜还在吵", channel=Channel.LEADER_MAILBOX, addressee=SCHOOLS
    )
    is_put_right(town, number, CITY)
    assert town.story(number) == WHOLE_LIFE
    (letter,) = town.letters()
    assert "已办好。" in letter
    found = town.tally("07-25", "07-25")
    assert found.by("letters", "unit") == {SCHOOLS: 1}
    assert found.by("closed", "unit") == {CITY: 1}
    assert found.by("received", "channel") == {"leader_mailbox": 1}


def test_a_message_of_the_board_counts_when_it_was_posted_and_runs_from_acceptance(town: Town):
    town.at("07-20 09:12")
    posted = Posted(
        row=2, own_id="B1", written=town.now, text="河边路灯不亮", title="", kind=MatterKind.HELP,
        to="东兴区", name="河边人", phone="",
    )  # fmt: skip
    town.at("07-25 10:00")
    administrator = Actor("guanli", Role.ADMINISTRATOR)
    facts = {"batch": "board-1", "key": KEY, "brought_by": administrator, "now": town.now}
    with town.database.work() as session:
        number = board.take_in(session, posted, SUGGESTION, **facts).number
    with pytest.raises(AlreadyLogged), town.database.work() as session:
        board.take_in(session, posted, SUGGESTION, **facts)
    accepts(town, number)
    with town.ticket(number) as (_, ticket):
        assert ticket.promised_at == CALENDAR.add_working_days(town.now, 7)
    town.dispatches(number, CITY)
    town.claims(number, CITY)
    town.replies(number, CITY, "已修好。")
    town.approves(number)
    town.clock()
    is_put_on_the_board(town, number, "B1")
    town.rates(number, solved=True, satisfied=5)
    town.closes(number)
    assert town.story(number) == WHOLE_LIFE
    assert town.tally("07-20", "07-20").total("received") == 1
    assert town.tally("07-25", "07-25").total("received") == 0


def is_put_on_the_board(town: Town, number: str, reference: str) -> None:
    """Nobody else reaches whoever wrote there, and until then the ticket is not delivered."""
    with town.ticket(number) as (session, ticket):
        assert ticket.status == Status.APPROVED
        (waiting,) = settling.needing_person(session)
        assert waiting.number == number
        assert f"留言 {reference}" in waiting.detail
        facts = {"actor": DISPATCHER, "now": town.now}
        with pytest.raises(StepRefused):
            settling.settle(session, waiting.delivery.id, "resend", **facts)
        settling.settle(session, waiting.delivery.id, "delivered", **facts)
    assert town.letters() == []


def test_whoever_leaves_a_number_on_the_board_is_told_as_anybody_is(town: Town):
    caller = Requester(phone="13800000832")
    number = town.calls("路灯不亮", channel=Channel.MESSAGE_BOARD, requester=caller)
    with town.ticket(number) as (session, ticket):
        sources.note(session, ticket, "B2")
    is_put_right(town, number, CITY)
    assert len(town.letters()) == 1
    assert town.story(number) == WHOLE_LIFE


def test_what_110_hands_over_is_told_to_the_caller_and_comes_once(town: Town):
    caller = Requester(phone="13800000832")
    number = town.calls("楼上半夜打麻将", channel=Channel.POLICE_HANDOVER, requester=caller)
    with town.ticket(number) as (session, ticket):
        sources.note(session, ticket, "J511000201807250001", told=False)
    with town.database.read() as session:
        again = sources.find(session, Channel.POLICE_HANDOVER, "J511000201807250001")
        assert again.number == number
    is_put_right(town, number, POLICE)
    assert town.story(number) == WHOLE_LIFE
    assert town.tally("07-25", "07-25").by("received", "channel") == {"police_handover": 1}


def test_a_car_is_moved_within_the_hour_at_night(town: Town):
    town.at("07-25 22:10")
    number = town.calls("请求挪车，车牌 川K12345。", path=Path.MOVE_CAR, urgency=Urgency.URGENT)
    town.dispatches(number, POLICE)
    town.at("07-25 22:15")
    town.claims(number, POLICE)
    town.at("07-25 22:40")
    town.replies(number, POLICE, "车主已到，车已挪走。")
    town.approves(number)
    town.clock()
    town.calls("路灯不亮")
    found = town.tally("07-25", "07-25")
    assert (found.total("received"), found.total("cars")) == (2, 1)
    assert (found.total("replied_on_time", POLICE), found.total("overdue")) == (1, 0)
    assert found.total("claimed_late", POLICE) == 0


def test_a_car_that_nobody_moves_is_urged_and_overdue_before_the_night_is_over(town: Town):
    town.at("07-25 22:10")
    began = town.now
    number = town.calls("请求挪车，车牌 川K12345。", path=Path.MOVE_CAR, urgency=Urgency.URGENT)
    town.dispatches(number, POLICE)
    heard = []
    for minutes in (35, 50, 61):
        town.now = began + timedelta(minutes=minutes)
        heard += town.clock()
    assert heard == ["unclaimed", "due_soon", "blue"]
    assert town.tally("07-25", "07-25").total("overdue", POLICE) == 1
