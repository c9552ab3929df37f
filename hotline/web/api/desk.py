"""For the desk's programs: suggestions, alarms, deliveries that need a person, tallies."""

from datetime import date

from flask import jsonify
from flask_openapi3 import APIBlueprint

from hotline.clock import city_day
from hotline.delivery import worker
from hotline.errors import Invalid
from hotline.people.rights import Action
from hotline.reports import tallies
from hotline.tickets import alarms as tickets_alarms
from hotline.tickets import queries
from hotline.web.api import bodies, presenters
from hotline.web.api.tickets import think
from hotline.web.current import actor, current, now


def add_routes(api: APIBlueprint) -> None:
    api.post("/route", summary="Whose is it? Nothing is stored")(route)
    api.get("/alarms", summary="Written messages with emergency words nobody has taken")(alarms)
    api.post("/alarms/<number>/take", summary="Take an alarm")(take_alarm)
    api.get("/deliveries", summary="Deliveries that need a person")(deliveries)
    api.post("/deliveries/<id>/receipt", summary="What became of a delivery")(receipt)
    api.get("/tallies", summary="Counts of a period")(tally)
    api.get("/tallies/list", summary="The rows behind one count")(tally_listing)


def route(body: bodies.RouteBody):  # noqa: ANN201
    return jsonify(presenters.suggested(think(body)))
