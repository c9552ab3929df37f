"""批量导入: a department's old list or an export of the message board, checked, then brought in."""

import time
from typing import Any, Literal

from flask import Blueprint, render_template, request

from hotline.errors import HotlineError, Invalid
from hotline.tickets.file_kinds import LARGEST
from hotline.tickets.past_files import PastFile, columns_said, read_file
from hotline.web.current import actor, city, current, now
from hotline.web.fields import Body, NeededWord, line
from hotline.web.forms import Form, filled
from hotline.web.importing import Brought, Import, Kind
from hotline.web.lists import Board, PastList

# A browser waits no longer, in seconds; what is left comes when the same list is sent again.
PATIENCE = 20
# Wrong rows that are listed.
SHOWN = 100


class ListForm(Body):
    """What the columns of a list mean, and whether only to check it."""

    map: line(2000) = ""
    act: Literal["check", "bring_in"]

    def kind(self, file: PastFile) -> Kind:
        """The messages of the board."""
        return Board(city(), current().contact_key, file, actor(), now())


class PastListForm(ListForm):
    unit: NeededWord

    def kind(self, file: PastFile) -> Kind:
        """The old requests of this unit, where a row names no other."""
        unit = city().unit(self.unit)
        return PastList(city(), current().contact_key, file, unit, actor(), now())


def add_routes(administration: Blueprint) -> None:
    administration.get("/import", endpoint="past")(past)
    administration.post("/import", endpoint="bring_in")(bring_in)
    administration.get("/board", endpoint="board")(board)
    administration.post("/board", endpoint="bring_in_board")(bring_in_board)


def past() -> str:
    return _page("import", PastList, Form())


def bring_in() -> Any:
    return _bring_in("import", PastList, PastListForm)


def board() -> str:
    return _page("board", Board, Form())


def bring_in_board() -> Any:
    return _bring_in("board", Board, ListForm)


def _bring_in(name: str, kind: type[Kind], form: type[ListForm]) -> Any:
    given = filled(form)
    if given.body is None:
        return _page(name, kind, given), 422
    try:
        done = _run(given.body)
    except HotlineError as refused:
        given.refuse(refused)
        return _page(name, kind, given), refused.status
    return _page(name, kind, given, done, dry=given.body.act == "check")


def _run(body: ListForm) -> Brought:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("请选择文件。", field="file")
    data = sent.read()
    if len(data) > LARGEST:
        raise Invalid("文件超过 10 MB，请分成几个。", field="file")
    until = time.monotonic() + PATIENCE
    file = read_file(data)
    return Import(current().database, file, body.kind(file), actor()).run(
        columns_said([line for line in body.map.splitlines() if line.strip()]),
        dry=body.act == "check",
        enough=lambda: time.monotonic() > until,
    )


def _page(
    name: str,
    kind: type[Kind],
    form: Form[Any],
    done: Brought | None = None,
    *,
    dry: bool = False,
) -> str:
    return render_template(
        f"administration/{name}.html",
        form=form, done=done, dry=dry, shown=SHOWN, fields=kind.fields,
        units=[unit.name for unit in city().directory.units],
    )  # fmt: skip
