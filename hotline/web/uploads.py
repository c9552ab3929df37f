"""Files in requests, and files as answers: no name or kind that is claimed is believed."""

from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Flask, Request, Response, request, send_file

from hotline.errors import Invalid, NotFound
from hotline.people.rights import Actor
from hotline.tickets import attachments
from hotline.tickets.attachments import Attachment
from hotline.tickets.file_kinds import ACCEPT, AT_ONCE, LARGEST
from hotline.tickets.file_store import FileStore, Kept
from hotline.tickets.models import Ticket
from hotline.web.current import current

IN_MEMORY = 512 * 1024
# No form of ours that takes files has as many fields; each could hold so much memory.
MOST_PARTS = 60
# A picture shown by itself may load nothing and run nothing, whatever is hidden in it.
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
# What every form that takes files says of them.
LIMITS = {"accept": ACCEPT, "at_once": AT_ONCE, "megabytes": LARGEST // 2**20}


class _Cut(SpooledTemporaryFile):
    """Keeps no more of a file than shows that it is too large."""

    def write(self, data: bytes) -> int:
        super().write(data[: max(0, LARGEST + 1 - self.tell())])
        return len(data)


class Uploading(Request):
    """A request whose files may be too large without its text getting lost."""

    def _get_file_stream(self, *_: Any, **__: Any) -> IO[bytes]:
        return _Cut(max_size=IN_MEMORY)


def install(app: Flask) -> None:
    app.request_class = Uploading
    app.config["MAX_FORM_PARTS"] = MOST_PARTS


def store() -> FileStore:
    return FileStore.under(current().settings.data_dir)


def received(field: str = "attachments") -> list[Kept]:
    """The files of a form, checked and kept; a refused one refuses all, at `attachments`."""
    sent = [file for file in request.files.getlist(field) if file.filename or file.stream.read(1)]
    if len(sent) > AT_ONCE:
        raise Invalid("一次最多传 %(n)d 个文件，其余的请稍后补传。", field="attachments", n=AT_ONCE)
    kept = []
    for file in sent:
        file.stream.seek(0)
        kept.append(store().receive(file.filename or "", file.stream.read()))
    return kept


def answered(row: Attachment, ticket: Ticket, reader: Actor, *, inline: bool = False) -> Response:
    """The file as its reader may have it: to be saved, or a picture to be looked at."""
    name = attachments.name_for(row, ticket, reader)
    path = store().path(attachments.file_for(row, reader))
    if not path.exists():
        raise NotFound("附件的文件不在了，请联系管理员从备份恢复。")
    shown = inline and row.file_kind.image
    answer = send_file(
        path, mimetype=row.file_kind.mime, as_attachment=not shown, download_name=name, etag=False
    )
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def shown(rows: list[Attachment], ticket: Ticket, reader: Actor) -> list[dict[str, Any]]:
    """What pages and API say of each file."""
    return [
        {
            "id": row.id,
            "name": attachments.name_for(row, ticket, reader),
            "kind": row.kind,
            "size": row.size,
            "amount": _amount(row.size),
            "image": row.file_kind.image,
            "proof": row.proof,
            "from": row.unit or row.role,
            "place": row.place,
            "at": row.at,
        }
        for row in rows
    ]


def _amount(size: int) -> str:
    """Bytes as people say them: 1 KB, 840 KB, 3.2 MB."""
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{max(1, round(size / 2**10))} KB"
