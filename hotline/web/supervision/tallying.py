"""Tallies on a page: every number leads to the very rows that it counts."""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, Response, make_response, render_template
from flask_babel import lazy_gettext as _

from hotline.clock import city_day
from hotline.db import Session
from hotline.errors import HotlineError, Invalid
from hotline.people.access_log import note_look
from hotline.reports import standing, tallies
from hotline.reports.measures import MEASURES
from hotline.reports.tallies import CountedEvent
from hotline.web.addresses import one_of
from hotline.web.current import actor, current, now
from hotline.web.forms import Form, asked
from hotline.web.supervision import counting
from hotline.web.supervision.counting import Counted
from hotline.web.supervision.files import FORMATS, attachment
from hotline.web.supervision.page_forms import TallyForm, TallyListForm

PERIODS = {"today": _("今天"), "yesterday": _("昨天"), "week": _("本周"), "month": _("本月")}
SHOWN = 50


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/tallies")(tallies_page)
    blueprint.get("/tallies/list")(tally_list)
    blueprint.get("/tallies/table.<form>")(tally_table)


def tallies_page() -> Response:
    given = asked(TallyForm)
    try:
        return _page(given, _counted(given), 200)
    except HotlineError as refused:
        if refused.status >= 500:
            raise
        if not given.errors:
            given.refuse(refused)
        return _page(given, None, refused.status)


def tally_table(form: str) -> Response:
    """The table shown, as a file."""
    written = one_of(FORMATS.__getitem__, form)
    shown = _counted(asked(TallyForm))
    return attachment(written(shown.as_section()), f"统计 {shown.title} {shown.days}.{form}")


def _counted(given: Form[TallyForm]) -> Counted:
    if given.body is None:
        raise Invalid
    with current().database.read() as session:
        return counting.counted(session, given.body)


def _page(given: Form[TallyForm], shown: Counted | None, status: int) -> Response:
    page = render_template(
        "supervision/tallies.html", form=given, shown=shown, periods=PERIODS,
        dimensions=counting.dimensions(), today=city_day(now()),
    )  # fmt: skip
    return make_response(page, status)


def tally_list() -> str:
    """The rows behind one number, and in words which they are."""
    body = asked(TallyListForm).body
    if body is None:
        raise Invalid("链接不完整，请从统计表里点数字进来。")
    name, definition = counting.defined(body.measure)
    first, last = counting.two_days(body.first, body.last)
    with current().database.read() as session:
        rows = _rows(session, body, first, last)
        count = _count(session, body, first, last)
    with current().database.work() as session:
        note_look(session, actor(), [row.number for row in rows], "list", now())
    return render_template(
        "supervision/tally_list.html", asked=body, first=first, last=last, name=name,
        definition=definition, count=count, rows=rows, words=counting.words,
        more=rows[-1].id if len(rows) == SHOWN else 0, dimensions=counting.DIMENSIONS,
    )  # fmt: skip


def _count(session: Session, body: TallyListForm, first: date, last: date) -> int:
    """The number that the list is about, from where the table has it."""
    if body.measure == standing.NAME:
        by_value: Mapping[str, int] = standing.standing(session, first, last, actor=actor())
    else:
        tally = tallies.tally(session, first, last, actor=actor())
        by_value = tally.by(body.measure, body.dimension or MEASURES[body.measure].by[0])
    return by_value.get(body.value, 0) if body.dimension else sum(by_value.values())


def _rows(session: Session, body: TallyListForm, first: date, last: date) -> list[CountedEvent]:
    if body.measure == standing.NAME:
        return standing.standing_list(
            session, first, last, actor=actor(), after=body.after, limit=SHOWN,
            status=body.value if body.dimension else None,
        )  # fmt: skip
    return tallies.listing(
        session, body.measure, first, last, actor=actor(), dimension=body.dimension,
        value=body.value, after=body.after, limit=SHOWN,
    )  # fmt: skip
