"""Every count is a sum of events, and equals the list behind it."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from threading import Thread

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    NOON,
    SUPERVISOR,
    Desk,
    handler_of,
)
from recounting import recount
from sqlalchemy import event as listen
from sqlmodel import func, select
from walk import Walk
from walks import approved, closed, delivered, merged, quarrelled

from hotline.clock import city_day, city_moment
from hotline.db import Database
from hotline.errors import Invalid, NotAllowed
from hotline.people.rights import CHANNEL
from hotline.reports.measures import MEASURES
from hotline.reports.rates import FORMULAS, rates
from hotline.reports.rollup import TallyFold, TallyRow, fold
from hotline.reports.tallies import Tally, listing, tally
from hotline.tickets import (
    dispatch,
    feed,
    intake,
    ladder,
    merging,
    objections,
    reopening,
    replies,
    supervision,
)
from hotline.tickets.models import Ticket, TicketEvent
from hotline.tickets.words import Channel, Grievance, Ground, MatterKind, ReminderKind, Urgency

TODAY = city_day(NOON)
# Random lives of a city; `make soak` lives more of them, and longer ones.
SEEDS, ROUNDS = (40, 30) if os.environ.get("HOTLINE_SOAK") else (2, 12)
EVER = (date(2018, 1, 1), date(2020, 12, 31))


def counts(database: Database, first: date = TODAY, last: date = TODAY, actor=SUPERVISOR) -> Tally:
    with database.read() as session:
        return tally(session, first, last, actor=actor)


def place_and_fold(database: Database, limit: int = 5000) -> int:
    with database.work() as session:
        feed.place(session)
    with database.work() as session:
        return fold(session, limit=limit)


def walked(database: Database, seed: int, steps: int) -> Walk:
    walk = Walk(Random(seed), NOON)
    with database.work() as session:
        for _ in range(steps):
            walk.step(session)
    return walk


def expected(database: Database, first: date, last: date) -> Counter:
    with database.read() as session:
        events = session.exec(select(TicketEvent).order_by(TicketEvent.ticket_id, TicketEvent.seq))
        stories: dict[int, list[TicketEvent]] = {}
        for step in events:
            stories.setdefault(step.ticket_id, []).append(step)
    return Counter(
        (measure, dimension, getattr(step, dimension))
        for story in stories.values()
        for measure, step in recount(story)
        if first <= city_day(step.at) <= last
        for dimension in MEASURES[measure].by
    )


def flat(tally: Tally) -> Counter:
    return Counter(
        {(*key, value): n for key, values in tally.counts.items() for value, n in values.items()}
    )


def ruled_late(database: Database) -> None:
    """Hardly ever do two units object in time and nobody rules: not at random."""
    with database.work() as session:
        ticket = quarrelled(Desk(session, NOON + timedelta(days=3)))
        objections.rule(
            session, ticket, granted=False, basis="会商", calendar=CALENDAR, actor=DISPATCHER,
            now=NOON + timedelta(days=10),
        )  # fmt: skip


@pytest.fixture(scope="module")
def lived_in(shared_url: str) -> Iterator[Database]:
    """A city in which every measure counts something; tests may fold but take no step."""
    database = Database(shared_url)
    ruled_late(database)
    for seed in range(10_011, 10_021):
        walked(database, seed=seed, steps=350)
        if {measure for measure, *_ in expected(database, *EVER)} == MEASURES.keys():
            break
    yield database
    database.engine.dispose()


def test_every_count_is_the_sum_of_its_events_folded_or_not(lived_in: Database):
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=40)
    wanted = expected(lived_in, first, last)
    for limit in (0, 90, 10_000):
        place_and_fold(lived_in, limit=limit)
        assert flat(counts(lived_in, first, last)) == wanted
    assert {measure for measure, *_ in expected(lived_in, *EVER)} == MEASURES.keys()


def test_every_count_equals_the_list_behind_it(lived_in: Database):
    place_and_fold(lived_in, limit=300)
    first, last = TODAY + timedelta(days=2), TODAY + timedelta(days=40)
    found = counts(lived_in, first, last)
    with lived_in.read() as session:
        for name in MEASURES:
            rows = listing(session, name, first, last, actor=SUPERVISOR, limit=10_000)
            assert len(rows) == found.total(name) == len({row.id for row in rows})
        for (name, dimension), values in found.counts.items():
            for value, count in values.items():
                rows = listing(
                    session, name, first, last, actor=SUPERVISOR, dimension=dimension, value=value,
                    limit=10_000,
                )  # fmt: skip
                assert len(rows) == count
                assert {getattr(row, dimension) for row in rows} == {value}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_counts_hold_whatever_is_placed_and_folded_between_the_steps(database: Database, seed: int):
    random, walk = Random(seed), Walk(Random(seed), NOON)
    for _ in range(ROUNDS):
        with database.work() as session:
            for _ in range(random.randrange(20)):
                walk.step(session)
        with database.work() as session:
            feed.place(session, limit=random.randrange(1, 30))
        with database.work() as session:
            fold(session, limit=random.randrange(1, 30))
        assert flat(counts(database, *EVER)) == expected(database, *EVER)
    place_and_fold(database)
    assert flat(counts(database, *EVER)) == expected(database, *EVER)


def test_a_fold_that_commits_in_the_middle_of_a_reading_changes_no_count(database: Database):
    walked(database, seed=2, steps=300)
    wanted = counts(database, *EVER)
    with database.work() as session:
        feed.place(session)
    with database.read() as session:
        said = []

        def fold_beside(*_) -> None:
            if not said:
                said.append(None)
            elif len(said) == 1:
                said.append(None)
                with database.work() as other:
                    said.append(fold(other))

        connection = session.connection()
        listen.listen(connection, "before_cursor_execute", fold_beside)
        assert tally(session, *EVER, actor=SUPERVISOR) == wanted
    assert said[-1] > 100
    assert counts(database, *EVER) == wanted


def test_a_late_commit_is_counted_once_by_every_reader(postgres: Database):
    with postgres.work() as slow:
        Desk(slow, NOON).logged()
        slow.flush()
        with postgres.work() as quick:
            # The day's serial is one row, so the quick one logs on another day.
            Desk(quick, NOON + timedelta(days=1)).logged()
        place_and_fold(postgres)
        assert counts(postgres, *EVER).total("received") == 1
    assert counts(postgres, *EVER).total("received") == 2
    place_and_fold(postgres)
    assert counts(postgres, *EVER).total("received") == 2
    assert place_and_fold(postgres) == 0


def test_of_two_folders_at_once_the_second_waits_and_takes_what_is_left(database: Database):
    walked(database, seed=3, steps=220)
    wanted = counts(database, *EVER)
    with database.work() as session:
        feed.place(session)
        events = session.exec(select(func.count(TicketEvent.id))).one()
        fold(session, limit=1)
    taken = []

    def fold_rest() -> None:
        with database.work() as session:
            taken.append(fold(session))

    second = Thread(target=fold_rest)
    with database.work() as session:
        assert fold(session, limit=40) == 40
        second.start()
        second.join(timeout=0.3)
        assert not taken
    second.join()
    assert taken == [events - 41]
    assert counts(database, *EVER) == wanted


def test_sums_made_by_other_definitions_are_not_read_and_give_way(database: Database):
    with database.work() as session:
        Desk(session, NOON).logged()
        session.add(TallyFold(definitions="older", position=10))
        session.add(
            TallyRow(day=TODAY, measure="received", dimension="kind", value="complaint", count=9)
        )
    assert counts(database).total("received") == 1
    place_and_fold(database)
    assert counts(database).total("received") == 1
    with database.read() as session:
        assert "older" not in session.exec(select(TallyFold.definitions)).all()


@pytest.mark.parametrize("folded", [False, True])
def test_days_begin_at_midnight_in_the_city(database: Database, folded: bool):
    midnight = city_moment(TODAY)
    with database.work() as session:
        for at in (midnight - timedelta(microseconds=1), midnight, midnight + timedelta(hours=23)):
            Desk(session, at).logged()
        Desk(session, city_moment(TODAY + timedelta(days=1))).logged()
    if folded:
        place_and_fold(database)
    for first, count in ((TODAY, 2), (TODAY - timedelta(days=1), 3)):
        assert counts(database, first, TODAY).total("received") == count
        with database.read() as session:
            assert len(listing(session, "received", first, TODAY, actor=SUPERVISOR)) == count


def test_received_is_told_apart_by_channel_kind_territory_and_dialled_line(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        desk.logged()
        desk.logged(channel=Channel.WEB, kind=MatterKind.HELP, line="")
    found = counts(database)
    assert found.by("received", "channel") == {"phone": 1, "web": 1}
    assert found.by("received", "kind") == {"complaint": 1, "help": 1}
    assert found.by("received", "territory") == {"东兴区": 2}
    assert found.by("received", "line") == {"": 1, "12319": 1}


def objected(desk: Desk, session, *, granted: bool | None):
    ticket = desk.dispatched()
    objections.object_to(
        session, ticket, calendar=CALENDAR,
        ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT, note="不是",
        actor=handler_of(CITY), now=desk.now,
    )  # fmt: skip
    if granted is not None:
        objections.rule(
            session, ticket, granted=granted, calendar=CALENDAR, actor=DISPATCHER, now=desk.now
        )
    return ticket


def test_a_dispatch_counts_for_each_unit_it_comes_to(database: Database):
    with database.work() as session:
        desk = Desk(session, NOON)
        desk.dispatched()
        objected(desk, session, granted=True)
        objected(desk, session, granted=False)
        dispatch.transfer(
            session, desk.dispatched(), "市公安局", calendar=CALENDAR, actor=DISPATCHER, now=NOON
        )
    found = counts(database)
    assert found.by("first_dispatched", "unit") == {CITY: 4}
    assert found.by("dispatched", "unit") == {CITY: 4, ENVIRONMENT: 1, "市公安局": 1}
    assert found.by("objected", "unit") == {CITY: 2}
    assert found.by("misdirected", "unit") == {CITY: 3}
    assert str(FORMULAS["right_first_time_rate"].of(found)) == "25.00%"
    assert str(FORMULAS["objected_rate"].of(found)) == "33.33%"


@pytest.mark.parametrize(
    ("urgency", "minutes", "reason"),
    [
        (Urgency.NORMAL, 15, "in_time"),
        (Urgency.NORMAL, 16, "late"),
        (Urgency.URGENT, 5, "in_time"),
        (Urgency.CRITICAL, 6, "late"),
    ],
)
def test_a_dispatch_after_the_desks_own_time_is_the_desks_and_no_units(
    database: Database, urgency: Urgency, minutes: int, reason: str
):
    with database.work() as session:
        late = Desk(session, NOON)
        ticket = late.accepted(urgency=urgency)
        dispatched(late.later(minutes=minutes), ticket)
        Desk(session, NOON).dispatched()
    found = counts(database)
    wanted = Counter({"in_time": 1, "late": 0}) + Counter([reason])
    assert found.total("dispatched_in_time") == wanted["in_time"]
    assert found.total("dispatched_late") == wanted["late"]
    rate = FORMULAS["dispatched_in_time_rate"].of(found)
    assert (rate.numerator, rate.denominator) == (wanted["in_time"], 2)
    mine = counts(database, actor=handler_of(CITY))
    assert mine.by("first_dispatched", "unit") == {CITY: 2}
    assert not any(name.startswith("dispatched_") for name, _ in mine.counts)


def dispatched(desk: Desk, ticket: Ticket) -> None:
    dispatch.dispatch(desk.session, ticket, CITY, calendar=CALENDAR, actor=DISPATCHER, now=desk.now)


def test_a_promise_is_kept_or_broken_once_by_the_first_reply_that_is_told(database: Database):
    with database.work() as session:
        kept, broken, moved = (approved(Desk(session, NOON)) for _ in range(3))
        # Longer, as if an extension had been granted.
        moved.promised_at += timedelta(days=10)
        late = kept.promised_at + timedelta(seconds=1)
        for ticket, now in ((kept, kept.promised_at), (broken, late), (moved, late)):
            replies.deliver(session, ticket, actor=CHANNEL, now=now)
        for ticket in (kept, broken):
            facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": late}
            replies.send_for_rework(session, ticket, "没办好", **facts)
            replies.reply(session, ticket, "办好了", actor=handler_of(CITY), now=late)
            replies.approve(session, ticket, actor=DISPATCHER, now=late)
            replies.deliver(session, ticket, actor=CHANNEL, now=late)
    found = counts(database, *EVER)
    assert found.total("delivered") == 5
    assert [found.total(name) for name in ("promise_kept", "promise_broken")] == [2, 1]
    assert str(FORMULAS["promise_kept_rate"].of(found)) == "66.67%"
    assert ("promise_broken", "unit") not in found.counts


def test_of_many_told_at_a_time_each_event_says_whether_as_promised(database: Database):
    with database.work() as session:
        rows = [approved(Desk(session, NOON), kind=kind) for kind in MatterKind]
        at = sorted(row.promised_at for row in rows)[2]
        session.flush()
        late = {row.number for row in rows if row.promised_at < at}
        tickets = session.execute(select(Ticket.__table__)).all()
        replies.deliver_all(session, tickets, actor=CHANNEL, now=at)
    with database.read() as session:
        told = {
            row.number: step.reason
            for row, step in session.exec(
                select(Ticket, TicketEvent)
                .join(TicketEvent, TicketEvent.ticket_id == Ticket.id)
                .where(TicketEvent.action == "deliver")
            )
        }
    assert {number for number, reason in told.items() if reason == "late"} == late
    assert set(told.values()) == {"late", "in_time"}


@pytest.mark.parametrize("back", ["reopened", "unmerged"])
def test_what_comes_back_to_the_desk_gives_it_a_new_clock(database: Database, back: str):
    later = NOON + timedelta(days=2)
    with database.work() as session:
        desk = Desk(session, NOON)
        facts = {"calendar": CALENDAR, "actor": DISPATCHER, "now": later}
        if back == "reopened":
            ticket = closed(desk)
            reopening.reopen(session, ticket, "又来了", **facts)
        else:
            ticket = merged(desk)
            merging.unmerge(session, ticket, **facts)
        # An act beside the ticket is none of the desk's.
        supervision.remind(
            session, ticket, calendar=CALENDAR, actor=DISPATCHER, now=later + timedelta(minutes=9)
        )
        dispatched(replace(desk, now=later + timedelta(minutes=15)), ticket)
    found = counts(database, TODAY, city_day(later))
    assert found.total("dispatched_late") == 0
    assert found.total("dispatched_in_time") == found.total("first_dispatched") > 1


def test_a_case_that_was_brought_in_settled_tells_nothing_of_the_desks_clock(database: Database):
    with database.work() as session:
        Desk(session, NOON).dispatched(channel=Channel.IMPORT)
    assert counts(database).total("first_dispatched") == 1
    assert counts(database).total("dispatched_in_time") == 0


def test_a_joint_ruling_is_late_on_the_day_when_its_time_was_over_whoever_notes_it(
    database: Database,
):
    late = NOON + timedelta(days=5)
    with database.work() as session:
        ruled, swept, kept = (quarrelled(Desk(session, NOON)) for _ in range(3))
        facts = {"granted": False, "basis": "会商", "calendar": CALENDAR, "actor": DISPATCHER}
        objections.rule(session, kept, **facts, now=NOON + timedelta(days=1))
        objections.rule(session, ruled, **facts, now=late)
        session.flush()
        (step,) = [
            step for step in ladder.due(session, CALENDAR, late)
            if step.what is ReminderKind.RULING_LATE
        ]  # fmt: skip
        assert ladder.climb(session, step, CALENDAR, late)
        objections.rule(session, swept, **facts, now=late)
    tomorrow = city_day(CALENDAR.add_working_days(NOON, 1))
    assert counts(database, tomorrow, tomorrow).total("ruled_late") == 2
    assert counts(database, *EVER).total("ruled_late") == 2


@pytest.mark.parametrize("fold_before", [False, True])
def test_a_return_counts_against_the_day_of_its_dispatch(database: Database, fold_before: bool):
    with database.work() as session:
        ticket = Desk(session, NOON).dispatched()
    if fold_before:
        place_and_fold(database)
    assert counts(database).total("misdirected") == 0
    later = NOON + timedelta(days=1)
    with database.work() as session:
        objections.object_to(
            session, session.get(Ticket, ticket.id), calendar=CALENDAR,
            ground=Ground.NOT_OUR_DUTY, right_unit=ENVIRONMENT, note="不是",
            actor=handler_of(CITY), now=later,
        )  # fmt: skip
    assert counts(database).total("misdirected") == 0, "nobody has ruled yet"
    with database.work() as session:
        objections.rule(
            session, session.get(Ticket, ticket.id), granted=True, calendar=CALENDAR,
            actor=DISPATCHER, now=later,
        )  # fmt: skip
    for _ in range(2):
        assert counts(database).total("misdirected") == 1
        assert counts(database, city_day(later), city_day(later)).total("misdirected") == 0
        place_and_fold(database)


def test_a_reply_is_on_time_unless_its_own_round_fell_overdue(database: Database):
    much_later = NOON + timedelta(days=60)
    with database.work() as session:
        Desk(session, NOON).replied()
        late = Desk(session, NOON).in_progress()
        replies.reply(session, late, "晚了", actor=handler_of(CITY), now=much_later)
        replies.send_for_rework(
            session, late, "不对题", calendar=CALENDAR, actor=DISPATCHER, now=much_later
        )
        replies.reply(session, late, "改好了", actor=handler_of(CITY), now=much_later)
    found = counts(database, TODAY, city_day(much_later))
    assert (found.total("replied"), found.total("replied_on_time")) == (3, 2)
    assert found.total("overdue") == 1
    rate = FORMULAS["on_time_rate"].of(found, CITY)
    assert (rate.numerator, rate.denominator) == (2, 3)


def test_solved_and_satisfied_are_counted_apart(database: Database):
    with database.work() as session:
        for solved, grade in ((True, 2), (False, 3), (False, 1)):
            ticket = Desk(session, NOON).replied()
            replies.approve(session, ticket, actor=DISPATCHER, now=NOON)
            replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
            replies.follow_up(
                session, ticket, solved=solved, satisfied=grade, grievance=Grievance.SLOW,
                actor=AGENT, now=NOON,
            )  # fmt: skip
    found = counts(database)
    assert [found.total(name) for name in ("followed_up", "solved", "satisfied")] == [3, 1, 1]
    assert found.by("satisfied", "unit") == {CITY: 1}


@pytest.mark.parametrize("fold_before", [True, False])
def test_of_several_ratings_of_one_reply_the_last_counts_on_its_own_day(
    database: Database, fold_before: bool
):
    tomorrow = NOON + timedelta(days=1)
    with database.work() as session:
        ticket = delivered(Desk(session, NOON))
        facts = {"solved": False, "satisfied": 1, "grievance": Grievance.SLOW, "actor": AGENT}
        for _ in range(2):
            replies.follow_up(session, ticket, **facts, now=NOON)
    if fold_before:
        place_and_fold(database)
    assert counts(database).total("unsatisfied") == counts(database).total("followed_up") == 1
    with database.work() as session:
        ticket = session.exec(select(Ticket)).one()
        replies.follow_up(session, ticket, solved=True, satisfied=5, actor=AGENT, now=tomorrow)
    for _ in range(2):
        today, next_day = counts(database), counts(database, city_day(tomorrow), city_day(tomorrow))
        assert (today.total("followed_up"), today.by("unsatisfied", "unit")) == (0, {})
        names = ("followed_up", "solved", "satisfied", "unsatisfied")
        assert [next_day.total(name) for name in names] == [1, 1, 1, 0]
        place_and_fold(database)


def test_what_the_desk_answers_itself_belongs_to_no_unit(database: Database):
    with database.work() as session:
        ticket = Desk(session, NOON).accepted()
        intake.answer(session, ticket, "请带身份证", actor=AGENT, now=NOON)
        replies.deliver(session, ticket, actor=CHANNEL, now=NOON)
    assert counts(database).by("delivered", "unit") == {"": 1}
    assert str(FORMULAS["answered_at_once_rate"].of(counts(database))) == "100.00%"


def test_a_unit_sees_its_own_counts_and_lists_only(database: Database):
    with database.work() as session:
        Desk(session, NOON).replied(CITY)
        Desk(session, NOON).replied(ENVIRONMENT)
        Desk(session, NOON).replied(ENVIRONMENT)
    mine = handler_of(CITY)
    found = counts(database, actor=mine)
    assert found.by("replied", "unit") == {CITY: 1}
    assert ("received", "kind") not in found.counts
    # What the desk alone answers for is no unit's.
    of_the_desk = {"answered_at_once_rate", "dispatched_in_time_rate", "promise_kept_rate"}
    assert rates(found).keys() == FORMULAS.keys() - of_the_desk
    with database.read() as session:
        assert len(listing(session, "replied", TODAY, TODAY, actor=mine)) == 1
        assert not listing(
            session, "replied", TODAY, TODAY, actor=mine, dimension="unit", value=ENVIRONMENT
        )
        with pytest.raises(NotAllowed):
            listing(session, "received", TODAY, TODAY, actor=mine)


def test_who_has_no_right_to_tallies_gets_none(database: Database):
    with database.read() as session:
        with pytest.raises(NotAllowed):
            tally(session, TODAY, TODAY, actor=AGENT)
        with pytest.raises(NotAllowed):
            listing(session, "received", TODAY, TODAY, actor=AGENT)


def test_a_list_is_read_a_page_at_a_time(database: Database):
    with database.work() as session:
        numbers = [Desk(session, NOON).logged().number for _ in range(5)]
    read, after = [], 0
    with database.read() as session:
        while page := listing(
            session, "received", TODAY, TODAY, actor=SUPERVISOR, after=after, limit=2
        ):
            read += [row.number for row in page]
            after = page[-1].id
    assert read == numbers


def test_a_rate_with_nothing_below_the_line_is_no_number(database: Database):
    for rate in rates(counts(database)).values():
        assert rate.share is None
        assert str(rate) == "—"


@pytest.mark.parametrize(
    ("first", "last"),
    [(TODAY, TODAY - timedelta(days=1)), (date(1, 1, 1), TODAY), (TODAY, date(9999, 12, 31))],
)
def test_days_that_make_no_period_are_refused(database: Database, first: date, last: date):
    with database.read() as session:
        with pytest.raises(Invalid):
            tally(session, first, last, actor=SUPERVISOR)
        with pytest.raises(Invalid):
            listing(session, "received", first, last, actor=SUPERVISOR)


def test_an_unknown_measure_or_dimension_is_refused_with_the_known_ones(database: Database):
    with database.read() as session:
        with pytest.raises(Invalid, match="received"):
            listing(session, "recieved", TODAY, TODAY, actor=SUPERVISOR)
        with pytest.raises(Invalid, match="channel"):
            listing(session, "received", TODAY, TODAY, actor=SUPERVISOR, dimension="unit")


def statements(database: Database) -> int:
    """How many statements one tally takes."""
    said = []
    with database.read() as session:
        listen.listen(session.connection(), "before_cursor_execute", lambda *_: said.append(1))
        tally(session, *EVER, actor=SUPERVISOR)
    return len(said)


def test_a_tally_takes_as_many_statements_for_many_tickets_as_for_few(database: Database):
    walked(database, seed=1, steps=20)
    few = statements(database)
    walked(database, seed=1, steps=300)
    assert statements(database) == few == 2
