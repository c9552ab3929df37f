"""批量导入: a department's old list, checked row by row, then brought in."""

import time
from typing import Any

from flask import Blueprint, render_template, request

from hotline.errors import HotlineError, Invalid
from hotline.tickets.file_kinds import LARGEST
from hotline.tickets.past import FIELDS
from hotline.tickets.past_files import columns_said, read_file
from hotline.web import bodies
from hotline.web.current import actor, city, current, now
from hotline.web.forms import Form, filled
from hotline.web.importing import Brought, Import

# A browser waits no longer, in seconds; what is left comes when the same list is sent again.
PATIENCE = 20
# Wrong rows that are listed.
SHOWN = 100


def add_routes(administration: Blueprint) -> None:
    administration.get("/import", endpoint="past")(past)
    administration.post("/import", endpoint="bring_in")(bring_in)


def past() -> str:
    return _page(Form())


def bring_in() -> Any:
    given = filled(bodies.PastListForm)
    if given.body is None:
        return _page(given), 422
    try:
        done = _run(given.body)
    except HotlineError as refused:
        given.refuse(refused)
        return _page(given), refused.status
    return _page(given, done, dry=given.body.act == "check")


def _run(body: bodies.PastListForm) -> Brought:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("请选择文件。", field="file")
    data = sent.read()
    if len(data) > LARGEST:
        raise Invalid("文件超过 10 MB,请分成几个。", field="file")
    until = time.monotonic() + PATIENCE
    run = Import(
        current().database, city(), current().contact_key, read_file(data),
        city().unit(body.unit), actor(), now(),
    )  # fmt: skip
    return run.run(
        columns_said([line for line in body.map.splitlines() if line.strip()]),
        dry=body.act == "check",
        enough=lambda: time.monotonic() > until,
    )


def _page(form: Form[Any], done: Brought | None = None, *, dry: bool = False) -> str:
    return render_template(
        "administration/import.html",
        form=form, done=done, dry=dry, shown=SHOWN, fields=FIELDS,
        units=[unit.name for unit in city().directory.units],
    )  # fmt: skip
