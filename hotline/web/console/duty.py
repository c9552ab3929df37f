"""今日值守 and 交接班: who is on duty, and what one shift tells the next."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from hotline.clock import city_day
from hotline.db import Session
from hotline.people import roster, shift_notes, users
from hotline.people.roster import Shift
from hotline.web.console import page_forms
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, asked, filled
from hotline.web.page_forms import DayForm


def add_routes(console: Blueprint) -> None:
    console.get("/notes")(notes)
    console.post("/notes")(write_note)
    console.post("/notes/<int:id>/read")(read_note)


def pane(session: Session) -> dict[str, Any]:
    """What the bar of the desk shows: today's people by shift, and notes not yet read."""
    here = roster.shift_at(now())
    people = by_shift(roster.on_duty(session, city_day(now()), city_day(now())))
    unread = shift_notes.unread(session, actor=actor(), now=now())
    titles = users.titles(session, {note.written_by for note in unread})
    return {"here": here, "people": people, "unread": unread, "titles": titles}


def by_shift(rows: list[roster.OnDuty]) -> dict[Shift, list[roster.OnDuty]]:
    """Each shift of a day with its people; a shift that nobody has stands there empty."""
    return {shift: [row for row in rows if row.shift == shift] for shift in roster.BEGINS}


def notes() -> str:
    return _page(Form())


def write_note() -> Any:
    given = filled(page_forms.ShiftNoteForm)
    if given.body is None:
        return _page(given), 422
    with current().database.work() as session:
        shift_notes.write(session, **given.body.model_dump(), actor=actor(), now=now())
    flash(_("交接记录已写下，接班的人会在接话页看到。"), "good")
    return redirect("/desk/notes")


def read_note(id: int) -> Any:
    with current().database.work() as session:
        shift_notes.mark_read(session, id, actor=actor(), now=now())
    if "HX-Request" not in request.headers:
        return redirect("/desk/notes")
    with current().database.read() as session:
        return render_template("console/duty.html", duty=pane(session), opened=True)


def _page(form: Form[page_forms.ShiftNoteForm]) -> str:
    wanted = asked(DayForm).body
    day: date = (wanted and wanted.day) or city_day(now())
    with current().database.read() as session:
        told = shift_notes.of_day(session, day)
        people = by_shift(roster.on_duty(session, day, day))
        names = {each.note.written_by for each in told}
        names |= {row.reader for each in told for row in each.readers}
        titles = users.titles(session, names)
    return render_template(
        "console/notes.html",
        form=form, day=day, told=told, people=people, titles=titles, shifts=roster.WORDS,
        here=roster.shift_at(now()), before=day - timedelta(days=1),
        behind=day + timedelta(days=1) if day < city_day(now()) else None,
    )  # fmt: skip
