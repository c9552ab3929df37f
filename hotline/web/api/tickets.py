"""Tickets over HTTP: log one, read one, take a step on one."""

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.people.access_log import note_look
from hotline.people.rights import Action
from hotline.tickets import queries, sources
from hotline.tickets.words import CHINESE
from hotline.web import bodies, intake, steps
from hotline.web.api import presenters
from hotline.web.current import actor, current, now
from hotline.web.fields import Body


def add_routes(api: APIBlueprint) -> None:
    api.post("/tickets", summary="Log a request, and by default accept it")(log)
    api.get("/tickets/<number>", summary="One ticket with its story")(ticket)
    for action, (body, _) in steps.STEPS.items():
        _add_step(api, action, body)


def log(body: bodies.TicketBody):  # noqa: ANN201 (flask-openapi3 reads the signature)
    return jsonify(intake.log(body, presenters.logged_ticket)), 201


def ticket(path: bodies.TicketPath):  # noqa: ANN201
    with current().database.work() as session:
        row = queries.ticket(session, path.number, actor=actor(), action=Action.READ)
        note_look(session, actor(), [row.number], "view", now())
        return jsonify(
            presenters.whole_ticket(
                row,
                queries.matter(session, row),
                queries.contact(session, row),
                row.assignments,
                queries.events(session, row),
                queries.approved_reply(session, row),
                sources.of(session, row),
                reader=actor(),
            )
        )


def _add_step(api: APIBlueprint, action: Action, body_type: type[Body]) -> None:
    def view(path: bodies.TicketPath, body: body_type):  # type: ignore[valid-type]  # noqa: ANN202
        return jsonify(steps.take(path.number, action, body, presenters.ticket))

    view.__name__ = f"step_{action}"
    api.post(f"/tickets/<number>/{action}", summary=f"{CHINESE[action]} {action}")(view)
