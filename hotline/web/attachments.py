"""Files of a ticket, for staff: added, looked at, taken out."""

from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import gettext as _

from hotline.db import Session
from hotline.errors import HotlineError, Invalid
from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.repeats import Replayed, RequestKey, keep_reply
from hotline.tickets import attachments as rooms
from hotline.tickets import queries
from hotline.tickets.attachments import Attachment, Place
from hotline.tickets.file_store import Kept
from hotline.tickets.models import Ticket
from hotline.web import uploads
from hotline.web.current import actor, current, now
from hotline.web.forms import own_address
from hotline.web.languages import said
from hotline.web.request_keys import request_key

attachments = Blueprint("attachments", __name__)


@attachments.get("/tickets/<number>/attachments/<int:id>")
def file(number: str, id: int) -> Response:
    row, ticket = looked_at(number, id)
    return uploads.answered(row, ticket, actor(), inline="inline" in request.args)


@attachments.post("/tickets/<number>/attachments")
def add(number: str) -> Any:
    place, proof = Place.of(actor()), "proof" in request.form
    try:
        count = len(added(number, uploads.received(), place=place, proof=proof)["attachments"])
        flash(_("已添加 %(n)d 个附件。", n=count), "good")
    except HotlineError as refused:
        flash(said(refused), "bad")
    return redirect(own_address(request.form.get("next", "")) or f"/tickets/{number}#files")


@attachments.post("/tickets/<number>/attachments/<int:id>/erase")
def erase(number: str, id: int) -> Any:
    """Takes it out for good: sent by mistake, or showing what it should not."""
    with current().database.work() as session:
        ticket = queries.ticket(session, number, actor=actor(), action=Action.ERASE, lock=True)
        rooms.erase(session, rooms.one(session, ticket, id))
        note_look(session, actor(), [number], f"erased:{id}", now())
    flash(_("附件已删去。"), "good")
    return redirect(f"/tickets/{number}#files")


def looked_at(number: str, id: int) -> tuple[Attachment, Ticket]:
    """The attachment, within the reader's scope; the look is on record."""
    with current().database.work() as session:
        ticket = queries.ticket(session, number, actor=actor(), action=Action.READ)
        row = rooms.one(session, ticket, id)
        note_look(session, actor(), [number], f"file:{id}", now())
    return row, ticket


def added(number: str, files: list[Kept], *, place: Place, proof: bool) -> dict[str, Any]:
    """Files that are kept become the ticket's; the answer is kept for the request key, if any."""
    if not files:
        raise Invalid("请先选择文件。", field="attachments")
    try:
        with current().database.work(key=_key(files), now=now()) as session:
            ticket = queries.ticket(session, number, actor=actor(), action=Action.ATTACH, lock=True)
            rows = add_to(session, ticket, files, place=place, proof=proof)
            return keep_reply(session, {"attachments": presented(rows, ticket)}, status=201)
    except Replayed as again:
        if request.blueprint == "api":
            raise
        return again.reply


def add_to(
    session: Session, ticket: Ticket, files: list[Kept], *, place: Place, proof: bool = False
) -> list[Attachment]:
    return rooms.add(session, ticket, files, place=place, proof=proof, actor=actor(), now=now())


def presented(rows: list[Attachment], ticket: Ticket) -> list[dict[str, Any]]:
    """For programs."""
    return [each | {"at": each["at"].isoformat()} for each in uploads.shown(rows, ticket, actor())]


def _key(files: list[Kept]) -> RequestKey | None:
    """The body of the request is its files: others under the same key are refused."""
    key = request_key()
    return key and replace(key, body=repr([each.sha256 for each in files]).encode())
