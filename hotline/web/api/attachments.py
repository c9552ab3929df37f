"""Files of a ticket for programs: sent as multipart/form-data, told of as JSON."""

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint

from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.tickets import attachments as rooms
from hotline.tickets import queries
from hotline.web import bodies, uploads
from hotline.web.attachments import added, looked_at, presented
from hotline.web.current import actor, current, now


def add_routes(api: APIBlueprint) -> None:
    api.post("/tickets/<number>/attachments", summary="Attach photos and documents")(attach)
    api.get("/tickets/<number>/attachments", summary="What is attached to a ticket")(attached)
    api.get("/tickets/<number>/attachments/<id>", summary="One attached file")(attachment)


def attach(path: bodies.TicketPath, form: bodies.AttachmentForm):  # noqa: ANN201
    files = uploads.received("files")
    place = form.place or rooms.Place.of(actor())
    return jsonify(added(path.number, files, place=place, proof=form.proof)), 201


def attached(path: bodies.TicketPath):  # noqa: ANN201
    with current().database.work() as session:
        ticket = queries.ticket(session, path.number, actor=actor(), action=Action.READ)
        rows = rooms.of_ticket(session, ticket)
        note_look(session, actor(), [path.number], "files", now())
        return jsonify({"attachments": presented(rows, ticket)})


def attachment(path: bodies.AttachmentPath) -> Response:
    return uploads.answered(*looked_at(path.number, path.id), actor())
