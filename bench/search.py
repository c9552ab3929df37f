"""The first page of a search, with its count to 1,000, beside reading texts until 50 hold it."""

from collections import Counter
from collections.abc import Iterator, Sequence

from sqlalchemy import Column, func, select

from bench.measure import Aim, Row, latencies
from bench.stage import DISPATCHER, Stage, handler_of
from hotline.people.rights import Actor
from hotline.tickets import asking
from hotline.tickets.filters import Filters
from hotline.tickets.models import Contact, Content, Ticket
from hotline.tickets.pairs import runs
from hotline.tickets.search import search

READINGS = 100
# Reading every text for what stands in none takes seconds.
ANCHOR_EVERY = 50
AIM = Aim(within=(95, 200))
TICKET, CONTENT, CONTACT = (model.__table__ for model in (Ticket, Content, Contact))

Case = tuple[Actor, str]


def rows(stage: Stage) -> Iterator[Row]:
    for name, actors, words in _cases(stage):
        yield _row(stage, name, list(zip(actors, words, strict=True)))


def _cases(stage: Stage) -> Iterator[tuple[str, list[Actor], list[str]]]:
    pick = stage.pick
    desk = [DISPATCHER] * READINGS
    unit = [handler_of(pick.choice(stage.units)) for _ in range(READINGS)]
    duties = [phrase for phrase in stage.phrases if len(phrase) >= asking.LONG]
    stretches = [run for text in _sample(stage, CONTENT.c.text) for run in runs(text)]
    common = _most_common(stretches)
    names = pick.choices(duties, k=READINGS)
    yield "a duty", desk, names
    yield "a duty, one unit", unit, names
    yield "three duties", desk, [" ".join(pick.sample(duties, 3)) for _ in range(READINGS)]
    yield "what most texts hold", desk, pick.choices(common, k=READINGS)
    yield "what most texts hold, one unit", unit, pick.choices(common, k=READINGS)
    yield "what no text holds", desk, [f"{name[::-1]}{name[::-1]}" for name in names]
    yield "5 characters of a text", desk, _pieces(stage, stretches, 5)
    yield "2 characters of a text", desk, _pieces(stage, stretches, 2)
    yield "a caller", desk, _sample(stage, CONTACT.c.phone)
    yield "the end of a number", desk, [number[-6:] for number in _sample(stage, TICKET.c.number)]


def _row(stage: Stage, name: str, cases: Sequence[Case]) -> Row:
    def ours(case: Case) -> None:
        actor, words = case
        asked = asking.read(words, stage.contact_key)
        with stage.database.read() as session:
            search(session, actor, asked, Filters(), now=stage.now)

    def anchor(case: Case) -> None:
        held = CONTENT.c.text.contains(case[1], autoescape=True)
        query = select(CONTENT).where(held).order_by(CONTENT.c.id.desc()).limit(50)
        with stage.database.engine.connect() as connection:
            connection.execute(query).all()

    said = f"{stage.name}: search, {name}; newest 50 by LIKE"
    return latencies(said, ours, anchor, cases, ANCHOR_EVERY, stage.aim(AIM))


def _sample(stage: Stage, column: Column[str]) -> list[str]:
    """What stands there in rows all over the table, as many as there are readings."""
    id = column.table.c.id
    with stage.database.read() as session:
        last = session.execute(select(func.max(id))).scalar_one()
        query = select(column).where(column != "").order_by(id).limit(1)
        starts = [stage.pick.randrange(last * 9 // 10) for _ in range(READINGS)]
        return [session.execute(query.where(id > start)).scalar_one() for start in starts]


def _pieces(stage: Stage, stretches: Sequence[str], length: int) -> list[str]:
    long = stage.pick.choices([run for run in stretches if len(run) >= length], k=READINGS)
    starts = [stage.pick.randrange(len(run) - length + 1) for run in long]
    return [run[start : start + length] for run, start in zip(long, starts, strict=True)]


def _most_common(stretches: Sequence[str]) -> list[str]:
    pieces = (run[at : at + 3] for run in stretches for at in range(len(run) - 2))
    return [piece for piece, _ in Counter(pieces).most_common(10)]
