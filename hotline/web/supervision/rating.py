"""评价核定: bad ratings that wait for a third side to say whose it was."""

from flask import Blueprint, render_template

from hotline.people.access_log import note_look
from hotline.tickets import ratings
from hotline.web.current import actor, current, now
from hotline.web.forms import asked
from hotline.web.page_forms import AfterForm
from hotline.web.tickets.telling import SATISFIED, SOLVED


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/supervision/ratings")(ratings_page)


def ratings_page() -> str:
    """The oldest first; each is decided on its ticket's page."""
    after = (asked(AfterForm).body or AfterForm()).after
    with current().database.work() as session:
        rows = ratings.undecided(session, actor=actor(), after=after)
        count = ratings.count_undecided(session)
        note_look(session, actor(), [row.number for row in rows], "list", now())
    return render_template(
        "supervision/ratings.html", rows=rows, count=count, after=after, solved=SOLVED,
        satisfied=SATISFIED, more=rows[-1].id if len(rows) == ratings.SHOWN else 0,
    )  # fmt: skip
