"""Finding tickets: by what, whose, how far back, and how honest the answer is."""

import random
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from builders import (
    AGENT,
    CALENDAR,
    CITY,
    DISPATCHER,
    ENVIRONMENT,
    KEY,
    NOON,
    SUGGESTION,
    SUPERVISOR,
    Desk,
    handler_of,
)
from sent import statements
from sqlalchemy import delete, insert, select, text, update
from sqlmodel import Session

from hotline.db import Database
from hotline.errors import Invalid
from hotline.people.rights import Actor
from hotline.tickets import asking, dispatch, replies, word_index
from hotline.tickets.filters import Due, Filters, narrowings, span_of
from hotline.tickets.hunt import Hunt
from hotline.tickets.intake import Requester
from hotline.tickets.models import Ticket
from hotline.tickets.pairs import BLOCK, Searchable, block_of, pairs
from hotline.tickets.search import COUNTED, Found, search
from hotline.tickets.words import Channel, MatterKind, Status, Urgency

NOTHING = Filters()


def found(
    session: Session,
    query: str = "",
    *,
    actor: Actor = DISPATCHER,
    filters: Filters = NOTHING,
    **more: object,
) -> Found:
    asked = asking.read(query, KEY)
    return search(session, actor, asked, filters, **{"now": NOON} | more)


def numbers(session: Session, query: str = "", **more: object) -> list[str]:
    return [row.number for row in found(session, query, **more).rows]


@pytest.mark.parametrize(
    "query",
    [
        "烧烤摊扰民",  # the title
        "半夜还在吵",  # the text
        "烧烤摊 油烟",  # several words, in any order
        "油烟 烧烤摊",
        "油煙",  # traditional
        "PM2.5超标",  # small, full-width, with a sign between
        "３０１",
        "水",  # one character, at the end of a stretch
        "西林街道",  # the place that was recognised
        "东兴区 西林",
        "13800000832",
        "+86 138 0000 0832",
    ],
)
def test_a_ticket_is_found_by_words_place_and_caller_in_any_spelling(either: Database, query: str):
    with either.work() as session:
        desk = Desk(session, NOON)
        mine = desk.logged(
            text="小区楼下烧烤摊半夜还在吵，油烟也大，301 室 ｐｍ２．５ 超标，又停水"
        )
        noise = {"title": "公积金", "text": "想提取公积金", "requester": Requester(name="赵某")}
        desk.logged(replace(SUGGESTION, territory="资中县", place="重龙镇"), **noise)
        session.flush()
        assert numbers(session, query) == [mine.number]


def test_a_ticket_is_found_by_its_number_or_the_end_of_it(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        first, second = desk.logged().number, desk.logged().number
        session.flush()
        for query in (first, first.lower(), first[2:], first[-6:], first[-8:], f"{first} 烧烤摊"):
            assert numbers(session, query) == [first], query
        assert numbers(session, f"{first} {second}") == [second, first]
        assert numbers(session, f"{first} 公积金") == []


def test_digits_are_looked_for_in_the_text_as_well(either: Database):
    with either.work() as session:
        told = Desk(session, NOON).logged(text="车牌川K88123乱停").number
        Desk(session, NOON).logged()
        session.flush()
        assert numbers(session, "88123") == [told]


@pytest.mark.parametrize("query", ["烧烤摊", "烤烧", "半夜还在 公积金", "还在吵油烟", "飞碟"])
def test_all_words_must_be_there_and_each_in_one_piece(either: Database, query: str):
    with either.work() as session:
        Desk(session, NOON).logged(title="", text="半夜还在吵，油烟也大。烧烤，烤摊")
        session.flush()
        assert numbers(session, query) == []


@pytest.mark.parametrize(
    "query", ["100%", "路_灯", '"路灯"', "路灯*", "路灯' OR 1=1", "路灯：A & B|!"]
)
def test_signs_with_a_meaning_to_a_database_mean_nothing(either: Database, query: str):
    with either.work() as session:
        desk = Desk(session, NOON)
        mine = desk.logged(text="路灯 a b or 11 100").number
        desk.logged(text="路口")
        session.flush()
        assert numbers(session, query) == [mine]


@pytest.mark.parametrize("query", ["%", "!!!", " ? "])
def test_a_question_without_a_letter_is_refused(database: Database, query: str):
    with database.read() as session, pytest.raises(Invalid, match="请输入"):
        found(session, query)


def test_a_unit_finds_what_stands_with_it_and_nothing_moved_away(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        mine, theirs, gone = desk.dispatched(), desk.dispatched(ENVIRONMENT), desk.dispatched()
        desk.logged()
        dispatch.transfer(session, gone, ENVIRONMENT, calendar=CALENDAR, actor=DISPATCHER, now=NOON)
        session.flush()
        for query in ("烧烤摊", "烧烤", "13800000832", mine.number + " " + theirs.number, ""):
            assert numbers(session, query, actor=handler_of(CITY)) == [mine.number], query


def test_a_unit_cannot_try_numbers_against_a_confidential_report(either: Database):
    with either.work() as session:
        report = Desk(session, NOON).dispatched(kind=MatterKind.REPORT).number
        session.flush()
        assert numbers(session, "13800000832", actor=handler_of(CITY)) == []
        assert numbers(session, "烧烤摊", actor=handler_of(CITY)) == [report]
        assert numbers(session, "13800000832") == [report]


def test_short_words_go_back_ninety_days_and_say_so(either: Database):
    with either.work() as session:
        old = Desk(session, NOON - timedelta(days=91)).logged(text="停水三天").number
        new = Desk(session, NOON - timedelta(days=89)).logged(text="停水三天").number
        session.flush()
        short = found(session, "停水")
        assert [row.number for row in short.rows] == [new]
        assert short.since == date(2018, 4, 26)
        for query in ("停水三天", "停水三 三天"):
            whole = found(session, query)
            assert ([row.number for row in whole.rows], whole.since) == ([new, old], None)
        assert numbers(session, "停水", filters=Filters(last=date(2018, 4, 26))) == []
        assert found(session, "停水", filters=Filters(first=date(2018, 7, 1))).since is None


def test_pages_show_each_ticket_once_the_newest_first(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        made = [desk.dispatched().number for _ in range(5)]
        session.flush()
        for actor in (DISPATCHER, handler_of(CITY)):
            for query in ("烧烤摊", ""):
                pages, after = [], None
                while after or not pages:
                    page = found(session, query, actor=actor, after=after, limit=2)
                    pages.append([row.number for row in page.rows])
                    after = page.after
                assert pages == [[made[4], made[3]], [made[2], made[1]], [made[0]]]
        first = found(session, "烧烤摊", limit=2)
        newer = desk.logged().number
        session.flush()
        assert numbers(session, "烧烤摊", after=first.after, limit=2) == [made[2], made[1]]
        assert numbers(session, "烧烤摊", limit=1) == [newer]


def test_what_is_found_is_counted_to_a_thousand_and_no_further(database: Database):
    with database.work() as session:
        specimen = Desk(session, NOON).logged()
        session.flush()
        copies(session, specimen, COUNTED - 1)
        exactly = found(session, "烧烤摊")
        assert (exactly.count, exactly.more, len(exactly.rows)) == (1000, False, 50)
        copies(session, specimen, 1)
        beyond = found(session, "烧烤摊")
        assert (beyond.count, beyond.more) == (1000, True)
        assert found(session, "烧烤摊", after=beyond.after).count is None


FITTING = {
    "status": (Status.LOGGED, Status.CLOSED),
    "kind": (MatterKind.COMPLAINT, MatterKind.PRAISE),
    "channel": (Channel.PHONE, Channel.WEB),
    "territory": ("东兴区", "资中县"),
    "urgency": (Urgency.NORMAL, Urgency.CRITICAL),
    "first": (date(2018, 7, 25), date(2018, 7, 26)),
    "last": (date(2018, 7, 25), date(2018, 7, 24)),
}


@pytest.mark.parametrize("name", FITTING)
@pytest.mark.parametrize("query", ["", "烧烤摊"])
def test_each_filter_narrows_a_list_and_a_search(either: Database, name: str, query: str):
    fits, not_so = FITTING[name]
    with either.work() as session:
        number = Desk(session, NOON).logged().number
        session.flush()
        assert numbers(session, query, filters=Filters(**{name: fits})) == [number]
        assert numbers(session, query, filters=Filters(**{name: not_so})) == []


def test_units_and_due_states_narrow_too(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        mine, theirs = desk.dispatched().number, desk.dispatched(ENVIRONMENT).number
        desk.replied()
        session.flush()
        assert numbers(session, filters=Filters(unit=ENVIRONMENT)) == [theirs]
        late, soon = NOON + timedelta(days=60), NOON + timedelta(days=18)
        overdue, due_soon = Filters(due=Due.OVERDUE), Filters(due=Due.DUE_SOON)
        assert numbers(session, filters=overdue, now=late) == [theirs, mine]
        assert numbers(session, "烧烤摊", filters=replace(overdue, unit=CITY), now=late) == [mine]
        assert numbers(session, filters=overdue, now=soon) == []
        assert numbers(session, filters=due_soon, now=soon) == [theirs, mine]


def test_what_is_rolled_back_is_not_found(either: Database):
    with pytest.raises(ZeroDivisionError), either.work() as session:
        Desk(session, NOON).logged()
        session.flush()
        assert numbers(session, "烧烤摊")
        raise ZeroDivisionError
    with either.read() as session:
        assert numbers(session, "烧烤摊") == []


def test_an_erased_text_is_found_no_more(either: Database):
    with either.work() as session:
        desk = Desk(session, NOON)
        blank, gone, kept = desk.logged(), desk.logged(), desk.logged().number
        session.flush()
        session.execute(
            update(Searchable)
            .where(Searchable.ticket_id == blank.id)
            .values(pairs=pairs(blank.id, blank.number))
        )
        session.execute(delete(Searchable).where(Searchable.ticket_id == gone.id))
    with either.read() as session:
        assert numbers(session, "烧烤摊") == numbers(session, "烧烤") == [kept]
        assert numbers(session, blank.number[-6:]) == [blank.number]


def test_nothing_of_an_erased_text_stays_in_the_index_of_sqlite(sqlite: Database):
    with sqlite.work() as session:
        desk = Desk(session, NOON)
        blank, gone = desk.logged(), desk.logged()
        session.flush()
        session.get(Searchable, blank.id).pairs = pairs(blank.id, blank.number)
        session.delete(session.get(Searchable, gone.id))
        session.flush()
        # Compares every entry of the index with the rows, and fails if one is too many.
        check = (
            "INSERT INTO searchable_pairs (searchable_pairs, rank) VALUES ('integrity-check', 1)"
        )
        session.execute(text(check))


def test_the_clock_sorts_new_tickets_into_the_index_of_postgresql(postgres: Database):
    with postgres.work() as session:
        Desk(session, NOON).logged()
    with postgres.read() as session:
        assert word_index.tidy(session) > 0
    with postgres.read() as session:
        assert word_index.tidy(session) == 0
        assert len(numbers(session, "烧烤摊")) == 1


def test_a_page_of_fifty_takes_as_many_statements_as_one_of_five(either: Database):
    taken = []
    with either.work() as session:
        specimen = Desk(session, NOON).dispatched()
        session.flush()
        for more in (4, 45):
            copies(session, specimen, more)
            with statements(either) as sent:
                shown = [len(found(session, query).rows) for query in ("烧烤摊", "烧烤", "")]
            taken.append(len(sent))
            assert shown == [5 if more == 4 else 50] * 3
    assert taken[0] == taken[1] <= 3 * 8


def test_every_way_leads_to_the_same_tickets(either: Database):
    """The index, the unit's own, the few that meet a condition: whichever is thought cheapest."""
    pick = random.Random(20180725)
    words = ["烧烤摊", "路灯", "停水", "公积金", "西林街道"]
    with either.work() as session:
        for _ in range(40):
            desk = Desk(session, NOON - timedelta(days=pick.randrange(200)))
            matter = {
                "text": "。".join(pick.sample(words, 2)),
                "title": "",
                "kind": pick.choice(list(MatterKind)),
                "urgency": pick.choice(list(Urgency)),
            }
            walk = pick.choice([desk.dispatched, desk.in_progress, desk.replied])
            ticket = walk(pick.choice([CITY, ENVIRONMENT]), **matter)
            if ticket.status == Status.REPLIED:
                again(session, ticket)
        session.flush()
        for _ in range(40):
            asked = asking.read(" ".join(pick.sample(words, pick.choice([1, 1, 2]))), KEY)
            filters = Filters(
                status=pick.choice([None, Status.DISPATCHED]),
                kind=pick.choice([None, None, MatterKind.HELP]),
                urgency=pick.choice([None, None, Urgency.CRITICAL]),
                first=pick.choice([None, date(2018, 3, 1)]),
                last=pick.choice([None, date(2018, 6, 1)]),
            )
            actor = pick.choice([DISPATCHER, SUPERVISOR, AGENT, handler_of(CITY)])
            span, days = span_of(session, filters)
            conditions = narrowings(session, actor, asked, filters, NOON) + days
            hunt = Hunt(session, actor, asked.words, conditions, span, pick.choice([3, 100]))
            assert hunt.from_words(span) == hunt.from_lead(span) == hunt.ids()


@pytest.mark.parametrize("step", [1, BLOCK - 1, BLOCK, 7 * BLOCK])
def test_tickets_far_apart_are_found_however_far_one_looks_at_first(either: Database, step: int):
    with either.work() as session:
        specimen = Desk(session, NOON).logged()
        session.flush()
        copies(session, specimen, 4, step=step)
        words, (span, _) = asking.read("烧烤摊", KEY).words, span_of(session, NOTHING)
        for wanted, spare in product((2, 10), (1, 3, 10**6)):
            hunt = Hunt(session, DISPATCHER, words, [], span, wanted, spare)
            found = [specimen.id + step * n for n in (4, 3, 2, 1, 0)][:wanted]
            assert hunt.from_words(span) == hunt.from_lead(span) == hunt.ids() == found


def again(session: Session, ticket: Ticket) -> None:
    """The same unit gets it a second time."""
    replies.send_for_rework(
        session, ticket, "未解决", calendar=CALENDAR, actor=DISPATCHER, now=NOON
    )


def copies(session: Session, specimen: Ticket, more: int, *, step: int = 1) -> None:
    """So many further tickets with the words of this one, each so many ids after the last."""
    table, index = Ticket.__table__, Searchable.__table__
    row = dict(session.execute(select(table).where(table.c.id == specimen.id)).mappings().one())
    cut = session.get(Searchable, specimen.id).pairs
    last = session.execute(select(table.c.id).order_by(table.c.id.desc())).scalar()
    ids = [last + step * n for n in range(1, more + 1)]
    session.execute(
        insert(table), [row | {"id": id, "number": f"C{id}", "query_code": "X"} for id in ids]
    )
    block = block_of(specimen.id)
    session.execute(
        insert(index), [{"ticket_id": id, "pairs": cut.replace(block, block_of(id))} for id in ids]
    )
