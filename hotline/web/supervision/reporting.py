"""The day list, the month summary and the quarter bulletin: read, taken away, published."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from hotline.clock import city_day
from hotline.errors import HotlineError, Invalid
from hotline.people import users
from hotline.reports import publishing
from hotline.reports.documents import Report
from hotline.reports.periods import Period, PeriodKind
from hotline.reports.publishing import PublishedReport
from hotline.reports.rendering import NUMERALS, RENDERERS
from hotline.reports.writing import WRITERS, write_report
from hotline.tickets.numbers import is_number
from hotline.web.addresses import one_of
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.supervision.files import attachment
from hotline.web.supervision.page_forms import PublishForm

ENDINGS = {"text": "txt", "json": "json", "xlsx": "xlsx"}
# Asked for instead of a version's number: the figures as they stand now.
DRAFT = "draft"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One report as asked for: a published version, or (`version` None) as the events stand."""

    period: Period
    versions: list[PublishedReport]
    version: PublishedReport | None
    report: Report
    publishers: Mapping[str, str]  # what pages call those who published the versions


def add_routes(blueprint: Blueprint) -> None:
    blueprint.get("/reports")(reports)
    blueprint.get("/reports/<kind>/<day>")(report)
    blueprint.get("/reports/<kind>/<day>/<form>")(report_file)
    blueprint.post("/reports/<kind>/<day>/publish")(publish)


def reports() -> Any:
    """The reports near at hand, those published last, and any other by its day."""
    if "day" in request.args:
        kind = request.args.get("kind", PeriodKind.DAY)
        return redirect(url_for(".report", kind=kind, day=request.args["day"]))
    with current().database.read() as session:
        latest = publishing.latest(session, actor=actor())
        publishers = users.titles(session, {row.published_by for row in latest})
    return render_template(
        "supervision/reports.html", near=_near(), latest=latest, publishers=publishers,
        titles=_titles(), period_of=_period_of, today=city_day(now()),
    )  # fmt: skip


def report(kind: str, day: str) -> str:
    return _page(_chosen(kind, day), Form())


def report_file(kind: str, day: str, form: str) -> Response:
    ending, render = one_of(ENDINGS.__getitem__, form), RENDERERS[form]
    chosen = _chosen(kind, day)
    version = f" 第{chosen.version.version}版" if chosen.version else ""
    name = f"{chosen.report.title}{version}.{ending}"
    return attachment(render(chosen.report), name)


def publish(kind: str, day: str) -> Response:
    given, period = filled(PublishForm), _period(kind, day)
    if given.body is None:
        return make_response(_page(_chosen(kind, day, DRAFT), given), 422)
    with current().database.read() as session:
        written = _written(session, period)
    try:
        with current().database.work() as session:
            row = publishing.publish(
                session, written, by=actor().id, now=now(), reason=given.body.reason
            )
    except HotlineError as refused:
        given.refuse(refused)
        return make_response(_page(_chosen(kind, day, DRAFT), given), refused.status)
    if row.published_at == now():
        flash(_("第 %(n)d 版已发布。", n=row.version), "good")
    else:
        flash(_("数字与第 %(n)d 版相同，没有另发新版。", n=row.version), "late")
    return redirect(url_for(".report", kind=kind, day=day))


def _page(chosen: Chosen, form: Form[PublishForm]) -> str:
    return render_template(
        "supervision/report.html", chosen=chosen, report=chosen.report, form=form,
        numerals=NUMERALS, is_number=is_number, running=chosen.period.is_running(now()),
        endings=ENDINGS,
    )  # fmt: skip


def _chosen(kind: str, day: str, wanted: str | None = None) -> Chosen:
    """What is asked for; by itself the newest published version, else as the events stand."""
    period = _period(kind, day)
    wanted = request.args.get("version", "") if wanted is None else wanted
    with current().database.read() as session:
        versions = publishing.versions(session, period, actor=actor())
        publishers = users.titles(session, {row.published_by for row in versions})
        if wanted == DRAFT or not versions:
            return Chosen(period, versions, None, _written(session, period), publishers)
    version = publishing.version(versions, int(wanted)) if wanted.isdecimal() else versions[0]
    return Chosen(period, versions, version, version.report, publishers)


def _written(session: Any, period: Period) -> Report:
    return write_report(
        session, period, directory=city().directory, calendar=city().calendar, actor=actor(),
        now=now(),
    )  # fmt: skip


def _period(kind: str, day: str) -> Period:
    known = one_of(PeriodKind, kind)
    try:
        return Period.containing(known, date.fromisoformat(day))
    except ValueError:
        raise Invalid(
            "日期「%(day)s」有误，须形如 2018-07-25。", field="day", day=day[:20]
        ) from None


def _period_of(row: PublishedReport) -> Period:
    return Period(PeriodKind(row.kind), row.first, row.last)


def _titles() -> dict[PeriodKind, str]:
    return {kind: writer.TITLE.removeprefix("12345 ") for kind, writer in WRITERS.items()}


def _near() -> dict[PeriodKind, tuple[Period, Period]]:
    """Of each kind the last that is over, and the one that is running."""
    today = city_day(now())
    running = {kind: Period.containing(kind, today) for kind in PeriodKind}
    return {kind: (period.previous, period) for kind, period in running.items()}
