"""Reference data: rows read and changed, each change a version with author and reason."""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hotline.errors import BadData, HotlineError, Invalid
from hotline.registry import editing, versions
from hotline.registry.columns import SCHEMAS
from hotline.registry.versions import ReferenceVersion
from hotline.routing.changes import Preview
from hotline.web import page_forms
from hotline.web.administration.preview import PREVIEWED, directory_with, preview
from hotline.web.administration.words import COLUMNS, FILES, LONG, VALUES
from hotline.web.current import actor, current, now
from hotline.web.fields import Body
from hotline.web.forms import Form, filled
from hotline.web.languages import said

SHOWN = 200  # rows of a list; more are reached by searching


def add_routes(administration: Blueprint) -> None:
    routes = {
        ("GET", "file", "/data/<file>"): listing,
        ("GET", "row", "/data/<file>/<int:index>"): row,
        ("GET", "new_row", "/data/<file>/new"): new_row,
        ("POST", "change_row", "/data/<file>/<int:index>"): change_row,
        ("POST", "add_row", "/data/<file>/new"): add_row,
        ("POST", "remove_row", "/data/<file>/<int:index>/remove"): remove_row,
        ("GET", "history", "/data/<file>/history"): history,
        ("POST", "restore", "/data/<file>/restore"): restore,
        ("GET", "download", "/data/<file>/download"): download,
        ("POST", "upload", "/data/<file>/upload"): upload,
    }
    for (method, name, address), view in routes.items():
        administration.add_url_rule(address, name, view, methods=[method])


def listing(file: str) -> Any:
    return _listing(file, Form())


def row(file: str, index: int) -> str:
    return _editor(file, index, Form(_as_it_is(file, index)))


def new_row(file: str) -> str:
    return _editor(file, None, Form({"version": _in_force(file).version}))


def change_row(file: str, index: int) -> Any:
    return _edited(file, index)


def add_row(file: str) -> Any:
    return _edited(file, None)


def _edited(file: str, index: int | None) -> Any:
    given = Form[Body](values=request.form.to_dict())
    try:
        content = _unchanged(file, given.value("version"))
        fresh = editing.with_record(content, index, given.values)
        if given.value("preview"):
            return _editor(file, index, given, preview(file, fresh))
        _publish(file, fresh, given.value("note"))
    except HotlineError as refused:
        _refuse(given, refused)
        return _editor(file, index, given), 422
    flash(_("已发布新版本，各处一秒内生效。"), "good")
    return redirect(_list_address(file))


def remove_row(file: str, index: int) -> Any:
    as_it_is = _as_it_is(file, index) | {"version": ""}
    given = Form[Body](values=as_it_is | request.form.to_dict())
    try:
        content = _unchanged(file, given.value("version"))
        fresh = editing.without_record(content, index)
        if given.value("preview"):
            return _editor(file, index, given, preview(file, fresh))
        _publish(file, fresh, given.value("note"))
    except HotlineError as refused:
        _refuse(given, refused)
        return _editor(file, index, given), 422
    flash(_("已删去这一行，可在历史版本中恢复。"), "good")
    return redirect(_list_address(file))


def history(file: str) -> str:
    with current().database.read() as session:
        rows = editing.history(session, file)
    older = [*rows[1:], None]
    changes = [
        editing.difference(before.content, after.content) if before else []
        for after, before in zip(rows, older, strict=True)
    ]
    return render_template(
        "administration/history.html",
        file=file,
        name=FILES[file],
        versions=list(zip(rows, changes, strict=True)),
    )


def restore(file: str) -> Any:
    given = filled(page_forms.RestoreForm)
    if given.body is None:
        raise Invalid("请选择要恢复的版本。", field="version")
    with current().database.read() as session:
        old = editing.version(session, file, given.body.version)
    _publish(file, old.content.encode(), _("恢复第 %(n)d 版", n=old.version))
    flash(_("已恢复第 %(n)d 版的内容。", n=old.version), "good")
    return redirect(f"/administration/data/{file}/history")


def download(file: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={file}"}
    # The mark tells spreadsheets that this is UTF-8.
    return Response("\ufeff" + _in_force(file).content, mimetype="text/csv", headers=headers)


def upload(file: str) -> Any:
    given = Form[Body](values=request.form.to_dict())
    sent = request.files.get("content")
    try:
        if sent is None or not sent.filename:
            raise Invalid("请选择一个 CSV 文件。", field="content")
        _publish(file, sent.read(), given.value("note"))
    except HotlineError as refused:
        given.errors[""] = said(refused)
        return _listing(file, given), 422
    flash(_("已发布新版本，各处一秒内生效。"), "good")
    return redirect(f"/administration/data/{file}")


def _publish(file: str, content: bytes, note: str) -> None:
    if not note.strip():
        raise Invalid("请写明为什么改。", field="note")
    # Every process builds its router from what is published: it must be possible.
    directory_with(file, content)
    with current().database.work() as session:
        versions.publish(
            session, file, content, author=actor().id, note=note.strip()[:200], now=now()
        )


def _in_force(file: str) -> ReferenceVersion:
    with current().database.read() as session:
        return editing.newest(session, file)


def _as_it_is(file: str, index: int) -> dict[str, Any]:
    in_force = _in_force(file)
    rows = editing.records(in_force.content)
    if index >= len(rows):
        raise Invalid("这一行已不在表中，请刷新后再改。", field="row")
    return rows[index] | {"version": in_force.version}


def _unchanged(file: str, version: str) -> str:
    """The content that was shown; somebody else's change meanwhile must not be lost."""
    in_force = _in_force(file)
    if str(in_force.version) != version:
        raise Invalid("别人刚改过这张表，请核对新内容后再改。您填写的都还在。", field="")
    return in_force.content


def _refuse(form: Form[Any], refused: HotlineError) -> None:
    if isinstance(refused, BadData):
        form.errors[refused.column] = _("应为%(expected)s", expected=_(refused.expected))
    else:
        form.refuse(refused)


def _listing(file: str, form: Form[Any]) -> str:
    in_force, wanted = _in_force(file), _searched()
    rows = [
        (index, record)
        for index, record in enumerate(editing.records(in_force.content))
        if wanted in "\n".join(record.values())
    ]
    return render_template(
        "administration/file.html",
        file=file,
        name=FILES[file],
        form=form,
        in_force=in_force,
        rows=rows[:SHOWN],
        found=len(rows),
        q=wanted,
        columns=_columns(file),
        values=VALUES,
    )


def _editor(file: str, index: int | None, form: Form[Any], changes: Preview | None = None) -> str:
    return render_template(
        "administration/row.html",
        file=file,
        name=FILES[file],
        index=index,
        form=form,
        columns=_columns(file),
        long=LONG,
        choices=_choices(file),
        previewed=file in PREVIEWED,
        changes=changes,
        q=_searched(),
        back=_list_address(file),
    )


def _searched() -> str:
    """What the list is narrowed to; the pages of its rows hand it on."""
    return request.values.get("q", "").strip()


def _list_address(file: str) -> str:
    return url_for("administration.file", file=file, q=_searched() or None)


def _columns(file: str) -> list[tuple[str, str, str, bool]]:
    """Each column: its name, what pages call it, what it accepts, whether it must be filled."""
    return [
        (column.name, COLUMNS[column.name], column.reader.expected, column.required)
        for column in SCHEMAS[file].columns
    ]


def _choices(file: str) -> dict[str, list[tuple[str, str]]]:
    """The columns that hold one of a few values, with what pages call these."""
    return {
        column.name: [
            *([] if column.required else [("", "")]),
            *((value, _(VALUES.get(value, value))) for value in column.reader.choices),
        ]
        for column in SCHEMAS[file].columns
        if column.reader.choices
    }
