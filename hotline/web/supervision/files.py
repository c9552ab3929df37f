"""Files to take away, made outside any transaction."""

from collections.abc import Callable
from io import BytesIO

from flask import Response, send_file

from hotline.reports.documents import Section
from hotline.reports.rendering import section_csv, section_workbook

FORMATS: dict[str, Callable[[Section], bytes]] = {"csv": section_csv, "xlsx": section_workbook}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attachment(content: bytes, name: str) -> Response:
    """A download under this name, whose ending tells its type."""
    kind = TYPES[name.rpartition(".")[2]]
    return send_file(BytesIO(content), mimetype=kind, as_attachment=True, download_name=name)
