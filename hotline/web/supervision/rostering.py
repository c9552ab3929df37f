"""排值守: who is on duty when, entered one by one or pasted from a table."""

from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from hotline.clock import city_day
from hotline.errors import HotlineError
from hotline.people import roster
from hotline.people.roster import Turn
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, asked, filled
from hotline.web.page_forms import DayForm
from hotline.web.supervision import page_forms

# Days on a page.
SHOWN = 14


def add_routes(supervision: Blueprint) -> None:
    supervision.get("/supervision/roster", endpoint="roster")(page)
    supervision.post("/supervision/roster", endpoint="enter_turn")(enter_turn)
    supervision.post("/supervision/roster/table", endpoint="enter_table")(enter_table)
    supervision.post("/supervision/roster/<int:id>/off", endpoint="take_off")(take_off)


def page() -> str:
    return _shown(Form())


def enter_turn() -> Any:
    given = filled(page_forms.TurnForm)
    if given.body is None:
        return _shown(given), 422
    return _entered([Turn(**given.body.model_dump())])


def enter_table() -> Any:
    given = filled(page_forms.RosterTableForm)
    if given.body is None:
        return _shown(given), 422
    try:
        turns = roster.pasted(given.body.table)
    except HotlineError as refused:
        given.refuse(refused)
        return _shown(given), refused.status
    return _entered(turns)


def take_off(id: int) -> Any:
    with current().database.work() as session:
        first = roster.take_off(session, id, actor=actor())
    return redirect(_address(first))


def _entered(turns: list[Turn]) -> Any:
    with current().database.work() as session:
        count = roster.enter(session, turns, actor=actor(), now=now())
        first = roster.found(session, min(turns, key=attrgetter("day"))) if turns else None
        # Eyes and keys go on from whoever was entered.
        place = f"{_address(first.day)}#turn-{first.id}" if first else _address(None)
    flash(_("已排 %(n)d 人次。", n=count), "good")
    return redirect(place)


def _address(day: date | None) -> str:
    """The page on which the day stands: this fortnight, or one that begins with it."""
    here = day is None or _monday() <= day < _monday() + timedelta(days=SHOWN)
    return "/supervision/roster" if here else f"/supervision/roster?day={day}"


def _monday() -> date:
    today = city_day(now())
    return today - timedelta(days=today.weekday())


def _shown(form: Form[Any]) -> str:
    wanted = asked(DayForm).body
    first: date = (wanted and wanted.day) or _monday()
    days = [first + timedelta(days=n) for n in range(SHOWN)]
    with current().database.read() as session:
        rows = roster.on_duty(session, days[0], days[-1])
    return render_template(
        "supervision/roster.html",
        form=form, days=days, rows=rows, shifts=roster.WORDS, today=city_day(now()),
        before=first - timedelta(days=SHOWN), behind=first + timedelta(days=SHOWN),
    )  # fmt: skip
